/** Longest-prefix match in batches: the fast structure, the oracle, and a plain JavaScript scan, on a node's own IPv6 prefixes.
 *    node --import tsx bench/lookup.ts [--seed 1] */
import { strict as assert } from "node:assert";
import { parseArgs } from "node:util";
import Benchmark from "benchmark";
import { Core } from "../src/core/core.js";
import { prefixForest, type PrefixForest } from "../src/core/prefixes.js";
import { writeLongs, writeRecords, writeWords } from "../src/core/writer.js";
import { parsePrefix } from "../src/model/address.js";
import { xorshift } from "./generate.js";

const COUNT = 4096;
/** The prefixes of a Gluon node's local, main and WAN tables, by kind. */
const PREFIXES = [
  "default", "::1", "fe80::", "fe80::/64", "fe80::ff:fe00:101", "fe80::ff:fe00:102", "ff00::/8", "2001:db8:178:1::/64", "2001:db8:178:1::",
  "2001:db8:178:1::18c3", "2001:db8:178:1:0:ff:fe00:101", "2001:db8:ff::/64", "2001:db8:ff::", "2001:db8:ff::1", "2001:db8:ff::ff:fe00:102", "fd00:db8::/48",
];

const { values } = parseArgs({ options: { seed: { type: "string" } } });
const seed = Number(values.seed ?? 1);
const core = await Core.load();
const forest = prefixForest(PREFIXES.map((text) => parsePrefix(text, 6)).filter((prefix) => prefix !== null));
const fib = writeFib(forest);
const addresses = queries(forest, seed);
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
console.log(`${COUNT} IPv6 lookups over ${forest.nodes.length} prefixes, seed ${seed}`);
const suite = new Benchmark.Suite();
for (const [name, run] of Object.entries(runs)) suite.add(name, run);
suite.run();
// The library calls a failed benchmark a benchmark: one that was aborted has a rate of 0.
suite.forEach((bench: Benchmark & { readonly name?: string }) => {
  if (!(bench.hz > 0)) process.exitCode = 1;
  console.log(`${(bench.name ?? "").padEnd(24)} ${(1e9 / (bench.hz * COUNT)).toFixed(2).padStart(8)} ns a lookup, ±${bench.stats.rme.toFixed(1)} %`);
});

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
function queries({ nodes }: PrefixForest, from: number): number[] {
  const random = xorshift(from);
  return Array.from({ length: COUNT }, () => {
    const node = nodes[random(nodes.length)];
    return [0, 1, 2, 3].map((i) => ((node?.words[i] ?? 0) | (random(2 ** 32) & ~(node?.masks[i] ?? 0))) >>> 0);
  }).flat();
}

function scan({ nodes }: PrefixForest, words: readonly number[], into: Uint32Array): void {
  for (let i = 0; i < into.length; i++) {
    into[i] = nodes.findIndex(({ words: w, masks: m }) => [0, 1, 2, 3].every((k) => (((words[4 * i + k] ?? 0) ^ (w[k] ?? 0)) & (m[k] ?? 0)) === 0)) + 1;
  }
}
