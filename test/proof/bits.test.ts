import { test } from "uvu";
import * as assert from "uvu/assert";
import { Bdd, FALSE, TRUE } from "../../src/proof/bdd.js";
import { type Bits, equal, matching, ZERO_BIT } from "../../src/proof/bits.js";
import { size } from "../../src/proof/count.js";
import { passes } from "../../src/proof/partition.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";
import { bit, sameTable, truth } from "./truth.js";

const draw = random(seed());
/** Eight variables for the bits 28 to 31 and 0 to 3, the highest bit on top. */
const PLACES = [31, 30, 29, 28, 3, 2, 1, 0];
const BITS: Bits = Array.from({ length: 32 }, (_, i) => (PLACES.includes(i) ? PLACES.indexOf(i) : ZERO_BIT));

function wordOf(assignment: number): number {
  return PLACES.reduce((word, place, level) => (bit(assignment, level) === 1 ? (word | (1 << place)) >>> 0 : word), 0);
}

/** Numbers near the ends and the bits that vary, and any others. */
function number(): number {
  const kind = draw(4);
  if (kind === 0) return draw(20);
  if (kind === 1) return 0xffffffff - draw(20);
  return kind === 2 ? (draw(16) * 2 ** 28 + draw(20)) >>> 0 : draw(2 ** 32);
}

test("a match on bits holds where it holds for the number, also with masks and beyond the largest number", () => {
  for (let round = 0; round < 500; round++) {
    const bdd = new Bdd();
    const mask = draw(2) === 0 ? 0xffffffff : number();
    const match = { mask, low: number(), span: draw(3) === 0 ? 0 : number() };
    sameTable(bdd, matching(bdd, BITS, match), truth(8, (i) => passes(match, wordOf(i))), 8, JSON.stringify(match));
  }
});

test("equality holds for that number only", () => {
  const bdd = new Bdd();
  sameTable(bdd, equal(bdd, BITS, 0xf000000f, 0x30000005), truth(8, (i) => wordOf(i) === 0x30000005), 8, "equal");
  assert.is(equal(bdd, BITS, 0xff, 0x10), FALSE, "a bit that is always 0");
  assert.is(equal(bdd, BITS, 0x0f, 0x10), FALSE, "a bit outside of the mask");
  assert.is(equal(bdd, BITS, 0, 0), TRUE);
});

test("a range of 16 bits takes at most two nodes for a bit", () => {
  const bits = Array.from({ length: 32 }, (_, i) => (i < 16 ? 15 - i : ZERO_BIT));
  for (let round = 0; round < 100; round++) {
    const bdd = new Bdd(), low = draw(65_536), span = draw(65_536 - low);
    assert.ok(size(bdd, [matching(bdd, bits, { mask: 0xffffffff, low, span })]) <= 32);
  }
});

test("levels in any order give the same numbers", () => {
  const upside = BITS.map((level) => (level === ZERO_BIT ? level : 7 - level));
  for (let round = 0; round < 50; round++) {
    const bdd = new Bdd(), match = { mask: 0xffffffff, low: number(), span: number() };
    sameTable(bdd, matching(bdd, upside, match), truth(8, (i) => passes(match, wordOf(reversed(i)))), 8, JSON.stringify(match));
  }
});

function reversed(i: number): number {
  return PLACES.reduce((word, _, level) => word | (bit(i, level) << (7 - level)), 0);
}

test.run();
