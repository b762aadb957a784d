/** Whole replay of a seeded 64-byte-class capture beside `tcpdump -r`, a plain JavaScript loop, and reading alone.
 *    npm run bench -- [--bytes 400000000] [--seed 1] [--rounds 7] [--json] */
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { Core } from "../src/core/core.js";
import { replay } from "../src/core/replay.js";
import { readNode } from "../src/state/node.js";
import { generate, type Generated, writeBenchNode } from "./generate.js";
import { quartiles, type Quartiles, show } from "./stats.js";
import { twin } from "./twin.js";

const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const FILTER = "(ip6 and udp and port 10000) or (udp port 53)";

/** One thing to time: runs once and says how many frames it saw. */
interface Entry {
  readonly name: string;
  readonly run: () => Promise<number> | number;
}

interface Timing {
  readonly name: string;
  readonly seconds: Quartiles;
  readonly mpps: number;
  readonly gigabytes: number;
}

const { values } = parseArgs({
  options: { bytes: { type: "string" }, seed: { type: "string" }, rounds: { type: "string" }, json: { type: "boolean" } },
});
const folder = await mkdtemp(join(tmpdir(), "wanproof-bench-"));
try {
  await main(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function main(work: string): Promise<void> {
  const capture = join(work, "eth64.pcap");
  const node = join(work, "node");
  await writeBenchNode(node);
  const made = await generate(capture, { bytes: Number(values.bytes ?? 400_000_000), seed: Number(values.seed ?? 1) });
  const rounds = Number(values.rounds ?? 7);
  const entries = [...(await ours(node, capture)), ...peers(capture, made)];
  const times = await interleave(entries, rounds, made.frames);
  const timings = entries.map((entry, i) => timing(entry.name, times[i] ?? [], made));
  if (values.json === true) {
    console.log(JSON.stringify({ schema: "wanproof/bench-replay@1", seed: made.seed, frames: made.frames, bytes: made.bytes, rounds, timings }, null, 2));
    return;
  }
  console.log(`eth64: ${made.frames} frames, ${made.bytes} bytes, seed ${made.seed}; ${rounds} interleaved rounds, median (quartiles)`);
  for (const t of timings) console.log(`${t.name.padEnd(28)} ${show(t.seconds)} s  ${t.mpps.toFixed(2).padStart(7)} Mpps  ${t.gigabytes.toFixed(2).padStart(5)} GB/s`);
  compare(timings, times, "replay, whole process", "tcpdump -r with filter");
  compare(timings, times, "replay, in process", "plain JavaScript, decode only");
}

/** In process with a warm core, and as a user runs it. Both are checked against each other's classes. */
async function ours(node: string, capture: string): Promise<Entry[]> {
  const core = await Core.load();
  const state = await readNode(node);
  const options = { node: state, captures: [capture], policy: "gluon", core } as const;
  const expected = JSON.stringify((await replay(options)).classes);
  const inProcess = async (): Promise<number> => {
    const report = await replay(options);
    assert.equal(JSON.stringify(report.classes), expected, "classes differ between rounds");
    return report.wan.egressFrames + report.wan.ingressFrames;
  };
  const wholeProcess = (): number => {
    const { stdout } = spawnSync(process.execPath, [CLI, "replay", node, capture, "--json", "-q"], { encoding: "utf8", maxBuffer: 1 << 28 });
    const report: unknown = JSON.parse(stdout);
    assert.ok(typeof report === "object" && report !== null && "classes" in report);
    assert.equal(JSON.stringify(report.classes), expected, "the command line's classes differ");
    return NaN;
  };
  return [{ name: "replay, in process", run: inProcess }, { name: "replay, whole process", run: wholeProcess }];
}

function peers(capture: string, made: Generated): Entry[] {
  const withFile = (use: (fd: number) => number): number => {
    const fd = openSync(capture, "r");
    try {
      return use(fd);
    } finally {
      closeSync(fd);
    }
  };
  const chunk = new Uint8Array(256 * 1024);
  const readOnly = (fd: number): number => {
    while (readSync(fd, chunk, 0, chunk.length, null) > 0);
    return made.frames;
  };
  const entries: Entry[] = [
    { name: "plain JavaScript, decode only", run: () => withFile((fd) => twin(fd).frames) },
    { name: "reading alone", run: () => withFile(readOnly) },
  ];
  if (spawnSync("tcpdump", ["--version"]).error !== undefined) {
    console.error("tcpdump -r with filter: skipped, tcpdump is not installed");
    return entries;
  }
  const tcpdump = (): number => {
    const { status } = spawnSync("tcpdump", ["-r", capture, "-w", "/dev/null", FILTER], { stdio: "ignore" });
    assert.equal(status, 0, "tcpdump failed");
    return NaN;
  };
  return [...entries, { name: "tcpdump -r with filter", run: tcpdump }];
}

/** Every entry once a round, so that a slow minute hits all of them. Entries that count frames must all count the same. */
async function interleave(entries: readonly Entry[], rounds: number, frames: number): Promise<number[][]> {
  const times = entries.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, entry] of entries.entries()) {
      const start = performance.now();
      const seen = await entry.run();
      times[i]?.push((performance.now() - start) / 1000);
      if (!Number.isNaN(seen)) assert.equal(seen, frames, `${entry.name} saw another number of frames`);
    }
  }
  return times;
}

function timing(name: string, times: readonly number[], made: Generated): Timing {
  const seconds = quartiles(times);
  return { name, seconds, mpps: made.frames / seconds.median / 1e6, gigabytes: made.bytes / seconds.median / 1e9 };
}

/** How many times faster the first is than the second: the median of the paired rounds. */
function compare(timings: readonly Timing[], times: readonly (readonly number[])[], mine: string, theirs: string): void {
  const a = times[timings.findIndex((t) => t.name === mine)];
  const b = times[timings.findIndex((t) => t.name === theirs)];
  if (a === undefined || b === undefined) {
    console.log(`${mine} / ${theirs}: skipped`);
    return;
  }
  console.log(`${mine} is ${show(quartiles(a.map((time, i) => (b[i] ?? NaN) / time)))} times as fast as ${theirs}`);
}
