import { test } from "uvu";
import * as assert from "uvu/assert";
import { Bdd, FALSE, TRUE } from "../../src/proof/bdd.js";
import { cofactor, literals } from "../../src/proof/quantify.js";
import { renaming, substitute, substitution } from "../../src/proof/substitute.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";
import { bit, fromTable, randomLevels, randomTable, sameTable, truth } from "./truth.js";

const draw = random(seed());

test("variables are replaced by functions, all at once", () => {
  for (let round = 0; round < 100; round++) {
    const bdd = new Bdd(), n = 1 + draw(round % 10 === 0 ? 12 : 7);
    const a = randomTable(draw, n);
    const images = new Map(randomLevels(draw, n).map((level) => [level, randomTable(draw, n)] as const));
    const by = substitution(bdd, [...images].map(([level, table]) => [level, fromTable(bdd, table, n)] as const));
    const place = (i: number): number => [...images].reduce((to, [level, table]) => (table[i] === 1 ? to | (1 << level) : to & ~(1 << level)), i);
    sameTable(bdd, substitute(bdd, fromTable(bdd, a, n), by), truth(n, (i) => a[place(i)] ?? 0), n, "substitute");
  }
});

test("a constant as image is a cofactor", () => {
  const bdd = new Bdd(), f = fromTable(bdd, randomTable(draw, 8), 8);
  assert.is(substitute(bdd, f, substitution(bdd, [[3, TRUE], [5, FALSE]])), cofactor(bdd, f, literals(bdd, [[3, 1], [5, 0]])));
});

test("a block is renamed up, down, across others, or swapped with another", () => {
  const swapped = (i: number): number => (i & ~0xff) | ((i & 0xf) << 4) | ((i >> 4) & 0xf);
  for (let round = 0; round < 30; round++) {
    const bdd = new Bdd(), table = randomTable(draw, 4);
    const low = [0, 1, 2, 3], high = [4, 5, 6, 7];
    const f = fromTable(bdd, table, 4);
    const moved = substitute(bdd, f, renaming(bdd, low, high));
    sameTable(bdd, moved, truth(8, (i) => table[i >> 4] ?? 0), 8, "down");
    assert.is(substitute(bdd, moved, renaming(bdd, high, low)), f);
    const both = randomTable(draw, 8), g = fromTable(bdd, both, 8);
    sameTable(bdd, substitute(bdd, g, renaming(bdd, [...low, ...high], [...high, ...low])), truth(8, (i) => both[swapped(i)] ?? 0), 8, "swap");
    sameTable(bdd, substitute(bdd, f, renaming(bdd, low, [6, 2, 1, 5])), truth(8, (i) => table[bit(i, 6) | (bit(i, 2) << 1) | (bit(i, 1) << 2) | (bit(i, 5) << 3)] ?? 0), 8, "across");
  }
  assert.throws(() => renaming(new Bdd(), [0], []), "cannot be renamed");
});

test("answers of one substitution are not taken for another's, nor after a release", () => {
  const bdd = new Bdd(), f = bdd.variable(0), mark = bdd.mark();
  const image = bdd.and(bdd.variable(1), bdd.variable(2));
  assert.is(substitute(bdd, f, substitution(bdd, [[0, image]])), image);
  assert.is(substitute(bdd, f, substitution(bdd, [[0, bdd.not(image)]])), bdd.not(image));
  bdd.release(mark);
  const other = bdd.or(bdd.variable(3), bdd.variable(4));
  assert.is(substitute(bdd, f, substitution(bdd, [[0, other]])), other);
});

test.run();
