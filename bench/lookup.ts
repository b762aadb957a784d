/** Lookups: longest-prefix match alone (the fast structure, the oracle, a plain JavaScript scan), then whole answers in process and by the command line.
 *    node --import tsx bench/lookup.ts [--seed 1] [--questions 300000] */
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Benchmark from "benchmark";
import { Core } from "../src/core/core.js";
import { lookup } from "../src/core/lookup.js";
import { prefixForest, type PrefixForest } from "../src/core/prefixes.js";
import { writeLongs, writeRecords, writeWords } from "../src/core/writer.js";
import { formatAddress, parsePrefix, type Words } from "../src/model/address.js";
import { readNode } from "../src/state/node.js";
import { writeBenchNode, xorshift } from "./generate.js";
import { quartiles, show } from "./stats.js";

const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const COUNT = 4096;
const ROUNDS = 7;
/** The prefixes of a Gluon node's local, main and WAN tables, by kind. */
const PREFIXES = [
  "default", "::1", "fe80::", "fe80::/64", "fe80::ff:fe00:101", "fe80::ff:fe00:102", "ff00::/8", "2001:db8:178:1::/64", "2001:db8:178:1::",
  "2001:db8:178:1::18c3", "2001:db8:178:1:0:ff:fe00:101", "2001:db8:ff::/64", "2001:db8:ff::", "2001:db8:ff::1", "2001:db8:ff::ff:fe00:102", "fd00:db8::/48",
];

const { values } = parseArgs({ options: { seed: { type: "string" }, questions: { type: "string" } } });
const seed = Number(values.seed ?? 1);
const core = await Core.load();
const forest = prefixForest(PREFIXES.map((text) => parsePrefix(text, 6)).filter((prefix) => prefix !== null));
prefixes(forest);
await questions(Number(values.questions ?? 300_000));

function prefixes({ nodes }: PrefixForest): void {
  const fib = writeFib(forest);
  const addresses = addressWords(forest, seed, COUNT);
  const at = writeWords(core, addresses);
  const out = core.reserve(4 * COUNT);
  const answers = new Uint32Array(COUNT);
  const runs = {
    "wasm intervals": () => { core.lookup("intervals", fib, at, out, COUNT); },
    "wasm linear (oracle)": () => { core.lookup("linear", fib, at, out, COUNT); },
    "plain JavaScript scan": () => { scan(forest, addresses, answers); },
  };
  // Equal answers first, or the figures mean nothing.
  scan(forest, addresses, answers);
  for (const structure of ["intervals", "linear"] as const) {
    core.lookup(structure, fib, at, out, COUNT);
    const view = core.view();
    answers.forEach((answer, i) => { assert.equal(view.getUint32(out + 4 * i, true), answer, `${structure} disagrees on query ${i}`); });
  }
  console.log(`${COUNT} longest-prefix matches over ${nodes.length} IPv6 prefixes, seed ${seed}`);
  const suite = new Benchmark.Suite();
  for (const [name, run] of Object.entries(runs)) suite.add(name, run);
  suite.run();
  // The library calls a failed benchmark a benchmark: one that was aborted has a rate of 0.
  suite.forEach((bench: Benchmark & { readonly name?: string }) => {
    if (!(bench.hz > 0)) process.exitCode = 1;
    console.log(`${(bench.name ?? "").padEnd(24)} ${(1e9 / (bench.hz * COUNT)).toFixed(2).padStart(8)} ns a lookup, ±${bench.stats.rme.toFixed(1)} %`);
  });
}

/** Whole answers, rules and sources and text and all, of the node of the replay's benchmark. */
async function questions(count: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "wanproof-bench-"));
  try {
    await writeBenchNode(folder);
    const lines = queryLines(count);
    const tables = await lookup(await readNode(folder), { core });
    const expected = tables.lines(lines, 1).text;
    const input = `${lines.join("\n")}\n`;
    const inProcess = seconds(() => { assert.equal(tables.lines(lines, 1).text.length, expected.length); });
    const wholeProcess = seconds(() => {
      const { stdout } = spawnSync(process.execPath, [CLI, "lookup", folder], { input, encoding: "utf8", maxBuffer: 1 << 30 });
      assert.ok(stdout === expected, "the command line's answers differ");
    });
    console.log(`${count} questions as JSON Lines, seed ${seed}; ${ROUNDS} rounds, median (quartiles) of thousand a second`);
    for (const [name, times] of [["lookup, in process", inProcess], ["lookup, whole process", wholeProcess]] as const) {
      console.log(`${name.padEnd(24)} ${show(quartiles(times.map((time) => count / time / 1000)))}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function seconds(run: () => void): number[] {
  run();
  return Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    run();
    return (performance.now() - start) / 1000;
  });
}

/** Destinations near the node's prefixes, every second one marked, a third with a device, a fifth with a source. */
function queryLines(count: number): string[] {
  const words = addressWords(forest, seed, count);
  const random = xorshift(seed + 1);
  return Array.from({ length: count }, (_, i) => {
    const own: Words = [words[4 * i] ?? 0, words[4 * i + 1] ?? 0, words[4 * i + 2] ?? 0, words[4 * i + 3] ?? 0];
    const isIpv6 = random(2) === 0;
    const dst = isIpv6 ? formatAddress({ family: 6, words: own }) : formatAddress({ family: 4, words: [own[3], 0, 0, 0] });
    return JSON.stringify({
      family: isIpv6 ? 6 : 4, dst, mark: random(2), uid: 0, ...(random(3) === 0 ? { oif: "br-wan" } : {}), ...(isIpv6 && random(5) === 0 ? { src: "2001:db8:f00d:1:0:5eff:fe10:2" } : {}),
    });
  });
}

function writeFib({ nodes, bounds, leaves }: PrefixForest): number {
  const records = nodes.map(({ words, masks, length, parent }) => ({
    word0: words[0], word1: words[1], word2: words[2], word3: words[3], mask0: masks[0], mask1: masks[1], mask2: masks[2], mask3: masks[3], length, parent,
  }));
  return writeRecords(core, core.layout.FibAt, [
    {
      prefixes: writeRecords(core, core.layout.PrefixAt, records), prefixCount: records.length,
      bounds: writeLongs(core, bounds.flatMap((bound) => [bound >> 64n, bound & 0xffffffffffffffffn])), leaves: writeWords(core, leaves), boundCount: leaves.length,
    },
  ]);
}

/** Uniform over the prefixes, random host bits; four words each. */
function addressWords({ nodes }: PrefixForest, from: number, count: number): number[] {
  const random = xorshift(from);
  return Array.from({ length: count }, () => {
    const node = nodes[random(nodes.length)];
    return [0, 1, 2, 3].map((i) => ((node?.words[i] ?? 0) | (random(2 ** 32) & ~(node?.masks[i] ?? 0))) >>> 0);
  }).flat();
}

function scan({ nodes }: PrefixForest, words: readonly number[], into: Uint32Array): void {
  for (let i = 0; i < into.length; i++) {
    into[i] = nodes.findIndex(({ words: w, masks: m }) => [0, 1, 2, 3].every((k) => (((words[4 * i + k] ?? 0) ^ (w[k] ?? 0)) & (m[k] ?? 0)) === 0)) + 1;
  }
}
