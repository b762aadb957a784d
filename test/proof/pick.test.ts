import { test } from "uvu";
import * as assert from "uvu/assert";
import { Bdd, FALSE, TRUE } from "../../src/proof/bdd.js";
import { ANY, cubes, holds, paths, pick, prefer } from "../../src/proof/pick.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";
import { bit, fromTable, randomTable, truth } from "./truth.js";

const draw = random(seed());

/** Members of a table, the ones that agree with the preference on upper levels first. */
function best(table: Uint8Array, n: number, preference: Uint8Array): string | null {
  const members = [...table.keys()].filter((i) => table[i] === 1).map((i) => Array.from({ length: n }, (_, level) => bit(i, level)));
  const rank = (values: readonly number[]): string => values.map((value, level) => value ^ (preference[level] ?? 0)).join("");
  return members.sort((a, b) => (rank(a) < rank(b) ? -1 : 1))[0]?.join("") ?? null;
}

test("pick takes the preferred value wherever it leads to a member, upper levels first", () => {
  for (let round = 0; round < 150; round++) {
    const bdd = new Bdd(), n = 1 + draw(8), table = randomTable(draw, n);
    const preference = Uint8Array.from({ length: n }, () => draw(2));
    const picked = pick(bdd, fromTable(bdd, table, n), preference);
    assert.is(picked === null ? null : picked.join(""), best(table, n, preference));
  }
});

test("wishes are granted in turn, as far as members are left", () => {
  const bdd = new Bdd();
  const [a, b, c] = [bdd.variable(0), bdd.variable(1), bdd.variable(2)];
  assert.is(prefer(bdd, bdd.or(a, b), [c, bdd.not(a), bdd.not(b)]), bdd.and(bdd.and(bdd.not(a), b), c));
  assert.is(prefer(bdd, FALSE, [a]), FALSE);
});

test("cubes do not overlap and are the whole set", () => {
  for (let round = 0; round < 60; round++) {
    const bdd = new Bdd(), n = 1 + draw(8), table = randomTable(draw, n), f = fromTable(bdd, table, n);
    const found = [...cubes(bdd, f, n)];
    assert.is(BigInt(found.length), paths(bdd, f));
    const covering = (i: number): number => found.filter((cube) => cube.every((value, level) => value === ANY || value === bit(i, level))).length;
    assert.equal(truth(n, covering).join(""), table.join(""));
  }
});

test("everything is one cube, nothing is none", () => {
  const bdd = new Bdd();
  assert.equal([...cubes(bdd, TRUE, 3)].map((cube) => cube.join("")), ["222"]);
  assert.equal([...cubes(bdd, FALSE, 3)], []);
  assert.is(paths(bdd, FALSE), 0n);
});

test("a member holds in its own set only", () => {
  const bdd = new Bdd();
  const f = bdd.minus(bdd.variable(0), bdd.variable(2));
  assert.ok(holds(bdd, f, Uint8Array.of(1, 0, 0)));
  assert.not(holds(bdd, f, Uint8Array.of(1, 0, 1)));
});

test.run();
