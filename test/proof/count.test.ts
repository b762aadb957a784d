import { test } from "uvu";
import * as assert from "uvu/assert";
import { Bdd, FALSE, TRUE } from "../../src/proof/bdd.js";
import { count, countText, size, support } from "../../src/proof/count.js";
import { literals } from "../../src/proof/quantify.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";
import { fromTable, randomTable, truth } from "./truth.js";

const draw = random(seed());
const levelsTo = (n: number): number[] => Array.from({ length: n }, (_, level) => level);

test("a set has as many members as its truth table has ones", () => {
  for (let round = 0; round < 100; round++) {
    const bdd = new Bdd(), n = 1 + draw(12), table = randomTable(draw, n), f = fromTable(bdd, table, n);
    const ones = table.reduce((total, value) => total + value, 0);
    assert.is(count(bdd, f, levelsTo(n)), BigInt(ones));
    assert.is(count(bdd, bdd.not(f), levelsTo(n)), BigInt(2 ** n - ones));
    // Variables that the set does not look at double it, above, between and below.
    assert.is(count(bdd, f, levelsTo(n + 70)), BigInt(ones) << 70n);
  }
});

test("counting is exact beyond what a float holds", () => {
  const bdd = new Bdd();
  const f = literals(bdd, levelsTo(35).map((level) => [level, 1] as const));
  assert.is(count(bdd, f, levelsTo(128)), 2n ** 93n);
  assert.is(count(bdd, bdd.not(f), levelsTo(128)), 2n ** 128n - 2n ** 93n);
  assert.is(count(bdd, FALSE, levelsTo(128)), 0n);
  assert.is(count(bdd, TRUE, []), 1n);
});

test("a set that looks at a variable beside the counted ones is refused", () => {
  const bdd = new Bdd();
  assert.throws(() => count(bdd, bdd.variable(3), [1, 2]), "variable 3, which is not counted");
});

test("powers of two are told as such", () => {
  assert.is(countText(2n ** 93n), "2^93");
  assert.is(countText(2n), "2^1");
  assert.is(countText(1n), "1");
  assert.is(countText(0n), "0");
  assert.is(countText(3n * 2n ** 70n), (3n * 2n ** 70n).toString());
});

test("size counts shared nodes once, support names the variables that matter", () => {
  const bdd = new Bdd();
  const f = bdd.and(bdd.variable(2), bdd.variable(5));
  assert.is(size(bdd, [f]), 2);
  assert.is(size(bdd, [f, bdd.not(f), bdd.variable(5)]), 2);
  assert.is(size(bdd, [TRUE]), 0);
  assert.equal(support(bdd, f), [2, 5]);
  assert.equal(support(bdd, fromTable(bdd, truth(4, (i) => (i >>> 1) & 1), 4)), [1]);
});

test.run();
