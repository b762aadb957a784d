/** The fuzz campaign: mutated captures, replayed in search of one that makes a replay do what it must not.
 *    npm run fuzz -- --minutes 5 [--seed 1] [--captures 100000] */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../support/tree.js";
import { run } from "./campaign.js";

/** Where a failing case goes, for a person to look at and to keep. */
const CRASHES = "test/vectors/crashes";
const TELL_EVERY = 20_000;

const { values } = parseArgs({ options: { minutes: { type: "string" }, seed: { type: "string" }, captures: { type: "string" } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const captures = Number(values.captures ?? Infinity);
// Without a word about either, a minute.
const minutes = Number(values.minutes ?? (values.captures === undefined ? 1 : Infinity));
if (Number.isNaN(seed) || Number.isNaN(captures) || Number.isNaN(minutes)) throw new Error("--seed, --captures and --minutes are numbers");

console.log(`seed ${seed}`);
const onProgress = (done: number, seconds: number): void => {
  if (done % TELL_EVERY === 0 && done > 0) console.log(`${done} captures in ${seconds.toFixed(0)} s`);
};
const { failures, ...total } = await run({ seed, captures, seconds: 60 * minutes, onProgress });
for (const { number, kind, bytes, error } of failures) {
  const file = `${CRASHES}/${seed}-${number}.bin`;
  mkdirSync(join(ROOT, CRASHES), { recursive: true });
  writeFileSync(join(ROOT, file), bytes);
  console.log(`case ${number} of seed ${seed} (${kind}, ${bytes.length} bytes) failed, kept as ${file}\n${error instanceof Error ? String(error.stack) : String(error)}`);
}
console.log(
  `${total.captures} captures (${total.refused} refused), ${total.frames} frames, ${(total.bytes / 1e6).toFixed(1)} MB in ${total.seconds.toFixed(1)} s: ` +
    `${(total.captures / total.seconds).toFixed(0)} captures/s; memory grew by ${(total.growth / 1e6).toFixed(1)} MB; ${failures.length} failures`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
