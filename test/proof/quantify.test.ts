import { test } from "uvu";
import * as assert from "uvu/assert";
import { Bdd, FALSE, TRUE } from "../../src/proof/bdd.js";
import { block, cofactor, exists, forall, literals, meet } from "../../src/proof/quantify.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";
import { bit, fromTable, randomLevels, randomTable, sameTable, type Truth, truth } from "./truth.js";

const draw = random(seed());

/** By the definition: one variable after another, either value. */
function quantified(table: Truth, n: number, levels: readonly number[], join: (a: number, b: number) => number): Truth {
  return levels.reduce((rest, level) => truth(n, (i) => join(rest[i & ~(1 << level)] ?? 0, rest[i | (1 << level)] ?? 0)), table);
}

test("exists, forall and meet are what their truth tables say", () => {
  for (let round = 0; round < 150; round++) {
    const bdd = new Bdd(), n = 1 + draw(round % 10 === 0 ? 12 : 8);
    const a = randomTable(draw, n), b = randomTable(draw, n), levels = randomLevels(draw, n);
    const f = fromTable(bdd, a, n), g = fromTable(bdd, b, n), bound = block(bdd, levels);
    sameTable(bdd, exists(bdd, f, bound), quantified(a, n, levels, (x, y) => x | y), n, "exists");
    sameTable(bdd, forall(bdd, f, bound), quantified(a, n, levels, (x, y) => x & y), n, "forall");
    sameTable(bdd, meet(bdd, f, g, bound), quantified(truth(n, (i) => (a[i] ?? 0) & (b[i] ?? 0)), n, levels, (x, y) => x | y), n, "meet");
    assert.is(meet(bdd, f, g, bound), exists(bdd, bdd.and(f, g), bound));
    assert.is(meet(bdd, f, TRUE, bound), exists(bdd, f, bound));
    assert.is(meet(bdd, f, f, bound), exists(bdd, f, bound));
    assert.is(meet(bdd, f, bdd.not(f), bound), FALSE);
  }
});

test("cofactor sets variables to values", () => {
  for (let round = 0; round < 150; round++) {
    const bdd = new Bdd(), n = 1 + draw(round % 10 === 0 ? 12 : 8);
    const a = randomTable(draw, n), values = randomLevels(draw, n).map((level) => [level, draw(2)] as const);
    const set = (i: number): number => values.reduce((place, [level, value]) => (value === 1 ? place | (1 << level) : place & ~(1 << level)), i);
    sameTable(bdd, cofactor(bdd, fromTable(bdd, a, n), literals(bdd, values)), truth(n, (i) => a[set(i)] ?? 0), n, "cofactor");
  }
});

test("literals hold where each variable has its value, in whatever order they are given", () => {
  const bdd = new Bdd();
  sameTable(bdd, literals(bdd, [[2, 0], [0, 1], [3, 1]]), truth(5, (i) => bit(i, 0) === 1 && bit(i, 2) === 0 && bit(i, 3) === 1), 5, "literals");
  assert.is(literals(bdd, []), TRUE);
  assert.is(block(bdd, [4, 1]), bdd.and(bdd.variable(1), bdd.variable(4)));
});

test.run();
