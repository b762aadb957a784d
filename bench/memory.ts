/** Memory of a whole replay: peak resident set of the built command line over a large capture, beside that of node alone.
 *    npm run bench:memory -- [--bytes 2000000000] [--seed 1] */
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { generate, writeBenchNode } from "./generate.js";

const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
/** Runs a program in the same process, then says on standard error what the process used at most. */
const PEAK = "maxRSS";
const TELL = `process.on("exit", () => { require("node:fs").writeSync(2, "\\n${PEAK} " + process.resourceUsage().maxRSS + "\\n"); });`;

interface Peak {
  readonly status: number | null;
  readonly seconds: number;
  /** Bytes. */
  readonly peak: number;
  readonly output: string;
}

const { values } = parseArgs({ options: { bytes: { type: "string" }, seed: { type: "string" } } });
const folder = await mkdtemp(join(tmpdir(), "wanproof-memory-"));
try {
  await main(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function main(work: string): Promise<void> {
  const [node, capture] = [join(work, "node"), join(work, "large.pcap")];
  await writeBenchNode(node);
  const made = await generate(capture, { bytes: Number(values.bytes ?? 2_000_000_000), seed: Number(values.seed ?? 1) });
  const bare = await peakOf(["-e", "0"]);
  const small = await peakOf([CLI, "--version"]);
  const whole = await peakOf([CLI, "replay", node, capture, "--json", "-q"]);
  assert.ok(whole.status === 0 || whole.status === 1 || whole.status === 3, `the replay ended with status ${whole.status}`);
  const report: unknown = JSON.parse(whole.output);
  assert.equal(framesOf(report), made.frames, "the replay saw another number of frames");
  console.log(`${made.frames} frames, ${made.bytes} bytes, seed ${made.seed}; peak resident set`);
  const rows: readonly (readonly [string, Peak])[] = [["node alone", bare], ["wanproof --version", small], ["wanproof replay", whole]];
  for (const [name, { peak, seconds }] of rows) console.log(`${name.padEnd(20)} ${(peak / 1e6).toFixed(1).padStart(7)} MB  ${seconds.toFixed(2).padStart(7)} s`);
}

/** Runs node with these arguments. */
async function peakOf(args: readonly string[]): Promise<Peak> {
  const begun = performance.now();
  // The preloaded line runs in the measured process itself: a parent would know the greatest of all its children only.
  const preload = `data:text/javascript,${encodeURIComponent(`import { createRequire } from "node:module"; const require = createRequire("file:///"); ${TELL}`)}`;
  const child = spawn(process.execPath, ["--import", preload, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk) => { output += String(chunk); });
  child.stderr.on("data", (chunk) => { errors += String(chunk); });
  const status = await new Promise<number | null>((done) => child.once("close", done));
  const kilobytes = new RegExp(`^${PEAK} (\\d+)$`, "m").exec(errors)?.[1];
  assert.ok(kilobytes !== undefined, `no peak was told: ${errors}`);
  return { status, seconds: (performance.now() - begun) / 1000, peak: Number(kilobytes) * 1024, output };
}

/** Frames of the report's only capture. */
function framesOf(report: unknown): unknown {
  const captures: unknown = typeof report === "object" && report !== null && "captures" in report ? report.captures : [];
  const first: unknown = Array.isArray(captures) ? captures[0] : null;
  return typeof first === "object" && first !== null && "frames" in first ? first.frames : null;
}
