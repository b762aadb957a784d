import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { type PrefixForest, prefixForest, prefixKey } from "../../src/core/prefixes.js";
import { writeLongs, writeRecords, writeWords } from "../../src/core/writer.js";
import { type Address, covers, type Family, parsePrefix, type Prefix, WIDTH, type Words } from "../../src/model/address.js";
import { seed } from "../support/seed.js";

const core = await Core.load();

function prefixes(family: Family, texts: readonly string[]): Prefix[] {
  return texts.map((text) => parsePrefix(text, family)).filter((prefix) => prefix !== null);
}

/** Writes only what the two structures read. */
function writeForest(forest: PrefixForest): number {
  const records = forest.nodes.map(({ words, masks, length, parent }) => ({
    word0: words[0], word1: words[1], word2: words[2], word3: words[3], mask0: masks[0], mask1: masks[1], mask2: masks[2], mask3: masks[3], length, parent,
  }));
  const bounds = writeLongs(core, forest.bounds.flatMap((bound) => [bound >> 64n, bound & 0xffffffffffffffffn]));
  const fib = { prefixes: writeRecords(core, core.layout.PrefixAt, records), prefixCount: records.length, bounds, leaves: writeWords(core, forest.leaves), boundCount: forest.leaves.length };
  return writeRecords(core, core.layout.FibAt, [fib]);
}

function answers(structure: "linear" | "intervals", fib: number, addresses: readonly Words[]): number[] {
  const at = writeWords(core, addresses.flat());
  const out = core.reserve(4 * addresses.length + 4);
  core.lookup(structure, fib, at, out, addresses.length);
  const view = core.view();
  return addresses.map((_, i) => view.getUint32(out + 4 * i, true));
}

/** The definition itself: the longest covering prefix, by number. */
function longest(forest: PrefixForest, list: readonly Prefix[], address: Address): number {
  const covering = list.filter((prefix) => covers(prefix, address)).sort((a, b) => b.length - a.length);
  return covering[0] === undefined ? 0 : (forest.numbers.get(prefixKey(covering[0])) ?? -1);
}

/** First, last and one beyond each prefix. */
function edges(list: readonly Prefix[]): Words[] {
  return list.flatMap((prefix) => {
    const first = prefixForest([prefix]).bounds.at(prefix.length === 0 ? 0 : -2) ?? 0n;
    const size = 1n << BigInt(128 - prefix.length);
    return [first, first + size - 1n, first + size, first - 1n].map((value) => wordsOf(value & ((1n << 128n) - 1n), prefix.address.family));
  });
}

function wordsOf(value: bigint, family: Family): Words {
  const word = (i: number): number => Number((value >> BigInt(96 - 32 * i)) & 0xffffffffn);
  return family === 4 ? [word(0), 0, 0, 0] : [word(0), word(1), word(2), word(3)];
}

test("a prefix's parent is the longest one that covers it", () => {
  const forest = prefixForest(prefixes(4, ["10.0.0.0/8", "10.1.0.0/16", "default", "10.1.2.0/24", "192.168.0.0/16"]));
  const parents = forest.nodes.map((node) => [node.length, forest.nodes[node.parent - 1]?.length ?? null]);
  assert.equal(parents, [[24, 16], [16, 8], [16, 0], [8, 0], [0, null]]);
});

test("prefixes that differ in host bits only are one", () => {
  assert.is(prefixForest(prefixes(6, ["2001:db8::1/64", "2001:db8::2/64"])).nodes.length, 1);
});

test("the first interval starts at zero and neighbours never have the same answer", () => {
  const forest = prefixForest(prefixes(6, ["2001:db8::/64", "2001:db8:0:1::/64", "fe80::/10", "ff00::/8", "::1"]));
  assert.is(forest.bounds[0], 0n);
  forest.leaves.forEach((leaf, i) => { if (i > 0) assert.is.not(leaf, forest.leaves[i - 1]); });
});

test("without a prefix every address has no answer", () => {
  const fib = writeForest(prefixForest([]));
  assert.equal(answers("intervals", fib, [[0, 0, 0, 0], [0xffffffff, 1, 2, 3]]), [0, 0]);
  assert.equal(answers("linear", fib, [[0, 0, 0, 0]]), [0]);
});

for (const family of [4, 6] as const) {
  test(`linear, intervals and the definition agree over random nested IPv${family} tables`, () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    // Few distinct top bits make nesting likely; lengths at both ends make /0 and host routes common.
    const length = fc.oneof(fc.integer({ min: 0, max: WIDTH[family] }), fc.constantFrom(0, 1, WIDTH[family] - 1, WIDTH[family]));
    const top = fc.constantFrom(0x0a000000, 0x0a010000, 0xfe800000, 0xffffffff, 0);
    const prefix = fc.tuple(fc.oneof(word, top), word, length).map(([high, low, bits]): Prefix => ({
      address: { family, words: family === 4 ? [high >>> 0, 0, 0, 0] : [high >>> 0, low, low ^ high ? 0 : 1, low] }, length: bits,
    }));
    fc.assert(
      fc.property(fc.array(prefix, { maxLength: 40 }), fc.array(fc.tuple(word, word, word, word), { maxLength: 20 }), (list, random) => {
        const mark = core.mark();
        const forest = prefixForest(list);
        const fib = writeForest(forest);
        const addresses = [...edges(list), ...random.map((words): Words => (family === 4 ? [words[0], 0, 0, 0] : words))];
        const expected = addresses.map((words) => longest(forest, list, { family, words }));
        assert.equal(answers("linear", fib, addresses), expected);
        assert.equal(answers("intervals", fib, addresses), expected);
        core.rewind(mark);
      }),
      { seed: seed(), numRuns: 200 },
    );
  });
}

test.run();
