/** The core's dissection beside tshark's: all captures of the repository, then generated ones.
 *    npm run oracle:dissect -- [--frames 200000] [--seed N] */
import { parseArgs } from "node:util";
import { compareAll, realCaptures } from "./comparison.js";
import { tsharkVersion } from "./tshark.js";

const SHOWN = 20;

const { values } = parseArgs({ options: { frames: { type: "string" }, seed: { type: "string" } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const frames = Number(values.frames ?? 200_000);
const version = tsharkVersion();
if (version === null) throw new Error("tshark and capinfos are not installed");
console.log(`${version}; seed ${seed}`);

const begun = performance.now();
const result = await compareAll({ seed, frames, real: realCaptures() });
for (const { capture, frame, linkType, facts, hex, protocols } of result.disagreements.slice(0, SHOWN)) {
  console.log(`${capture}, frame ${frame} (link type ${linkType}, ${protocols})\n  ${facts.join("\n  ")}\n  ${hex}`);
}
const seconds = ((performance.now() - begun) / 1000).toFixed(1);
console.log(`${result.captures} captures, ${result.frames} frames in ${seconds} s: ${result.disagreements.length} disagreements`);
process.exitCode = result.disagreements.length === 0 ? 0 : 1;
