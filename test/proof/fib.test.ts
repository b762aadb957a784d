import { test } from "uvu";
import * as assert from "uvu/assert";
import { covers, type Family, maskWords, type Prefix, WIDTH, type Words } from "../../src/model/address.js";
import { Bdd, type Edge, FALSE, TRUE } from "../../src/proof/bdd.js";
import { count, size } from "../../src/proof/count.js";
import { decisionSets, type Entry, NO_DECISION } from "../../src/proof/fib.js";
import { holds } from "../../src/proof/pick.js";
import { block, exists } from "../../src/proof/quantify.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";

const draw = random(seed());
const FACTS = 6;

function words(family: Family): Words {
  // Few different bits, so that prefixes lie inside each other.
  const word = (): number => (draw(4) * 2 ** 30 + draw(3) * 2 ** 16 + draw(4)) >>> 0;
  return family === 4 ? [word(), 0, 0, 0] : [word(), word(), word(), word()];
}

function randomPrefix(family: Family): Prefix {
  const lengths = [0, 1, 2, 8, 16, 24, 30, 31, 32, 33, 48, 64, 96, 127, 128].filter((length) => length <= WIDTH[family]);
  return { address: { family, words: words(family) }, length: lengths[draw(lengths.length)] ?? 0 };
}

/** First and last address of the prefix, those beside it, or any. */
function randomDestination(family: Family, entries: readonly Entry[]): Words {
  const prefix = entries[draw(entries.length + 1)]?.prefix;
  if (prefix === undefined || draw(4) === 0) return words(family);
  const mask = maskWords(prefix.length);
  const last = draw(2) === 0;
  const at = prefix.address.words.map((word, i) => ((word & (mask[i] ?? 0)) | (last ? ~(mask[i] ?? 0) : 0)) >>> 0);
  const [a, b, c, d] = draw(2) === 0 ? at : at.map((word, i) => (i === (family === 4 ? 0 : 3) ? (word + (last ? 1 : -1)) >>> 0 : word));
  return family === 4 ? [a ?? 0, 0, 0, 0] : [a ?? 0, b ?? 0, c ?? 0, d ?? 0];
}

/** The readable way: of all entries that cover the address and are there, the first of those with the longest prefix. */
function linear(entries: readonly Entry[], family: Family, dst: Words, isThere: (entry: Entry) => boolean): number {
  let best: Entry | null = null;
  for (const entry of entries) {
    if (!covers(entry.prefix, { family, words: dst }) || !isThere(entry)) continue;
    if (best === null || entry.prefix.length > best.prefix.length) best = entry;
  }
  return best?.decision ?? NO_DECISION;
}

/** Address bits from `first` on, facts from `facts` on. */
function member(dst: Words, family: Family, first: number, facts: number, values: number): Uint8Array {
  const found = new Uint8Array(WIDTH[family] + FACTS);
  for (let i = 0; i < WIDTH[family]; i++) found[first + i] = ((dst[i >> 5] ?? 0) >>> (31 - (i & 31))) & 1;
  for (let i = 0; i < FACTS; i++) found[facts + i] = (values >> i) & 1;
  return found;
}

function decided(bdd: Bdd, sets: ReadonlyMap<number, Edge>, values: Uint8Array): number[] {
  return [...sets].filter(([, set]) => holds(bdd, set, values)).map(([decision]) => decision);
}

for (const side of ["below", "above"] as const) {
  test(`the table decides as a linear search does, whatever is gone, with facts ${side} the address`, () => {
    for (let round = 0; round < 60; round++) {
      const family = round % 2 === 0 ? 4 : 6, bdd = new Bdd();
      const first = side === "above" ? FACTS : 0, facts = side === "above" ? 0 : WIDTH[family];
      // Some are always there, some hang on one fact, some on two, some on a fact that is not so.
      const fact = (): Edge => bdd.variable(facts + draw(FACTS)) ^ draw(2);
      const when = (): Edge => [TRUE, TRUE, fact(), bdd.and(fact(), fact())][draw(4)] ?? TRUE;
      const entries = Array.from({ length: draw(25) }, (): Entry => ({ prefix: randomPrefix(family), decision: draw(8), when: when() }));
      const sets = decisionSets(bdd, Array.from({ length: WIDTH[family] }, (_, i) => first + i), entries);
      for (let i = 0; i < 60; i++) {
        const dst = randomDestination(family, entries), values = member(dst, family, first, facts, draw(2 ** FACTS));
        assert.equal(decided(bdd, sets, values), [linear(entries, family, dst, (entry) => holds(bdd, entry.when, values))]);
      }
    }
  });
}

test("the sets do not overlap and together are everything", () => {
  for (let round = 0; round < 20; round++) {
    const bdd = new Bdd(), levels = Array.from({ length: 32 }, (_, i) => i);
    const entries = Array.from({ length: 20 }, (_, i): Entry => ({ prefix: randomPrefix(4), decision: i, when: draw(3) === 0 ? bdd.variable(32 + draw(FACTS)) : TRUE }));
    const sets = [...decisionSets(bdd, levels, entries).values()];
    assert.is(bdd.any(sets), TRUE);
    assert.is(sets.reduce((total, set) => total + count(bdd, set, [...levels, 32, 33, 34, 35, 36, 37]), 0n), 2n ** 38n);
    assert.not(sets.includes(FALSE));
  }
});

test("a table without entries decides nothing, and a default route that is there everything", () => {
  const bdd = new Bdd(), levels = Array.from({ length: 128 }, (_, i) => i);
  const prefix: Prefix = { address: { family: 6, words: [1, 2, 3, 4] }, length: 0 };
  assert.equal([...decisionSets(bdd, levels, [])], [[NO_DECISION, TRUE]]);
  assert.equal([...decisionSets(bdd, levels, [{ prefix, decision: 5, when: TRUE }])], [[5, TRUE]]);
  const gone = bdd.variable(200);
  assert.equal([...decisionSets(bdd, levels, [{ prefix, decision: 5, when: gone }])], [[NO_DECISION, bdd.not(gone)], [5, gone]]);
});

test("an entry inside another one of the same decision makes no difference", () => {
  const bdd = new Bdd(), levels = Array.from({ length: 32 }, (_, i) => i);
  const outer: Entry = { prefix: { address: { family: 4, words: [0x0a000000, 0, 0, 0] }, length: 8 }, decision: 1, when: TRUE };
  const inner: Entry = { prefix: { address: { family: 4, words: [0x0a010000, 0, 0, 0] }, length: 16 }, decision: 1, when: bdd.variable(40) };
  assert.equal([...decisionSets(bdd, levels, [inner, outer])], [...decisionSets(bdd, levels, [outer])]);
});

test("twenty routes that may be gone stay small with their facts below the address", () => {
  const bdd = new Bdd(), levels = Array.from({ length: 128 }, (_, i) => i);
  const entries = Array.from({ length: 60 }, (_, i): Entry => {
    const prefix: Prefix = { address: { family: 6, words: [0x20010db8, draw(2 ** 32), draw(2 ** 32), 0] }, length: 48 + draw(49) };
    return { prefix, decision: i, when: i % 3 === 0 ? bdd.variable(128 + i / 3) : TRUE };
  });
  const sets = decisionSets(bdd, levels, entries);
  assert.ok(size(bdd, sets.values()) < 20_000, `${size(bdd, sets.values())} nodes`);
  // Whatever is gone, some route or none takes the packet: the environment can be chosen for every address alone.
  const facts = block(bdd, Array.from({ length: 20 }, (_, i) => 128 + i));
  assert.is(bdd.any([...sets.values()].map((set) => exists(bdd, set, facts))), TRUE);
});

test.run();
