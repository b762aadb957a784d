/** The running kernel beside a subject's walks: packets through drawn rulesets in a sandbox. Needs root on Linux, iproute2, iptables, nftables and gcc.
 *    node --import tsx test/lab/path/path.ts [--seed 1] [--rulesets 60] [--packets 200] [--seconds 0] [--subject explain] [--shrink 3] [--out FOLDER]
 *    --seconds draws on until so much time is used, and at least --rulesets; --part 0 --parts 2 draws the first of two halves of a seed
 *    --out keeps each trial as a node of the contract, with packets.jsonl (for `wanproof explain NODE -`) and observed.jsonl, line by line
 *    node --import tsx test/lab/path/path.ts --record      writes test/vectors/path anew */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startSandbox } from "../sandbox.js";

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { seed: text, rulesets: text, packets: text, seconds: text, part: text, parts: text, subject: text, shrink: text, out: text, record: { type: "boolean" } } });
const options = {
  seed: Number(values.seed ?? Date.now() % 1_000_000), rulesets: Number(values.rulesets ?? 60), packets: Number(values.packets ?? 200), shrunkMax: Number(values.shrink ?? 3),
  seconds: Number(values.seconds ?? 0), part: Number(values.part ?? 0), parts: Number(values.parts ?? 1), subject: values.subject ?? "explain", ...(values.out === undefined ? {} : { out: resolve(values.out) }),
};
if (Object.values(options).some(Number.isNaN)) throw new Error("--seed, --rulesets, --packets, --seconds, --part, --parts and --shrink are numbers");
if (values.record !== true) console.log(`seed ${options.seed}`);
const script = values.record === true ? "recording.ts" : "inside.ts";
const child = startSandbox(fileURLToPath(new URL(script, import.meta.url)), { args: [JSON.stringify(options)] });
child.on("exit", (code) => { process.exitCode = code ?? 1; });
