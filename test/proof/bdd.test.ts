import { test } from "uvu";
import * as assert from "uvu/assert";
import { Bdd, BOTTOM, type Edge, FALSE, LimitError, TRUE } from "../../src/proof/bdd.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";
import { fromTable, randomTable, sameTable, tableOf, truth } from "./truth.js";

const draw = random(seed());

/** Two or three random functions of 1 to 12 variables with their tables. */
function each(rounds: number, run: (bdd: Bdd, variables: number, a: Uint8Array, b: Uint8Array, c: Uint8Array) => void): void {
  for (let round = 0; round < rounds; round++) {
    const variables = 1 + draw(round % 10 === 0 ? 12 : 7);
    run(new Bdd(), variables, randomTable(draw, variables), randomTable(draw, variables), randomTable(draw, variables));
  }
}

test("and, or, xor, not, minus and includes are what their truth tables say", () => {
  each(150, (bdd, n, a, b) => {
    const f = fromTable(bdd, a, n), g = fromTable(bdd, b, n);
    const of = (value: (x: number, y: number) => number): Uint8Array => truth(n, (i) => value(a[i] ?? 0, b[i] ?? 0));
    sameTable(bdd, bdd.and(f, g), of((x, y) => x & y), n, "and");
    sameTable(bdd, bdd.or(f, g), of((x, y) => x | y), n, "or");
    sameTable(bdd, bdd.xor(f, g), of((x, y) => x ^ y), n, "xor");
    sameTable(bdd, bdd.minus(f, g), of((x, y) => x & ~y), n, "minus");
    sameTable(bdd, bdd.not(f), of((x) => 1 - x), n, "not");
    assert.is(bdd.includes(f, g), b.every((y, i) => y <= (a[i] ?? 0)));
  });
});

test("ite takes the second where the first holds and the third elsewhere", () => {
  each(200, (bdd, n, a, b, c) => {
    const [f, g, h] = [fromTable(bdd, a, n), fromTable(bdd, b, n), fromTable(bdd, c, n)];
    sameTable(bdd, bdd.ite(f, g, h), truth(n, (i) => (a[i] === 1 ? (b[i] ?? 0) : (c[i] ?? 0))), n, "ite");
    for (const [x, y, z] of [[f, f, g], [f, g, f], [f, bdd.not(f), g], [f, g, bdd.not(f)], [f, g, bdd.not(g)], [f, TRUE, g], [f, g, FALSE]] as const) {
      assert.is(bdd.ite(x, y, z), bdd.or(bdd.and(x, y), bdd.minus(z, x)));
    }
  });
});

test("equal functions are equal numbers, different ones are not", () => {
  each(100, (bdd, n, a, b, c) => {
    const [f, g, h] = [fromTable(bdd, a, n), fromTable(bdd, b, n), fromTable(bdd, c, n)];
    assert.is(f === g, a.join() === b.join());
    assert.is(bdd.and(f, bdd.or(g, h)), bdd.or(bdd.and(f, g), bdd.and(f, h)));
    assert.is(bdd.xor(f, bdd.xor(g, h)), bdd.xor(bdd.xor(h, f), g));
    assert.is(fromTable(bdd, tableOf(bdd, bdd.ite(f, g, h), n), n), bdd.ite(f, g, h));
    assert.is(bdd.any([f, g, h]), bdd.or(f, bdd.or(g, h)));
    assert.is(bdd.all([f, g, h]), bdd.and(f, bdd.and(g, h)));
  });
});

test("no union is nothing, no intersection is everything", () => {
  const bdd = new Bdd();
  assert.is(bdd.any([]), FALSE);
  assert.is(bdd.all([]), TRUE);
});

test("join takes functions of any level", () => {
  each(100, (bdd, n, a, b) => {
    const f = fromTable(bdd, a, n), g = fromTable(bdd, b, n), level = draw(n);
    sameTable(bdd, bdd.join(level, f, g), truth(n, (i) => (((i >>> level) & 1) === 1 ? (b[i] ?? 0) : (a[i] ?? 0))), n, "join");
  });
});

test("children look at deeper levels, and the one for 0 is never negated in its node", () => {
  const bdd = new Bdd();
  const f = fromTable(bdd, randomTable(draw, 9), 9);
  const visit = (edge: Edge): void => {
    if (edge <= TRUE) return;
    const node = edge & ~1;
    assert.is(bdd.low(node) & 1, 0);
    assert.ok(bdd.low(edge) !== bdd.high(edge));
    for (const child of [bdd.low(edge), bdd.high(edge)]) {
      assert.ok(bdd.level(child) > bdd.level(edge));
      visit(child);
    }
  };
  visit(f);
  assert.is(bdd.level(TRUE), BOTTOM);
});

test("a negated function has no nodes of its own", () => {
  const bdd = new Bdd();
  const f = fromTable(bdd, randomTable(draw, 8), 8);
  const before = bdd.used;
  fromTable(bdd, tableOf(bdd, bdd.not(f), 8), 8);
  assert.is(bdd.used, before);
});

test("after a release everything is as it was at the mark, remembered answers too", () => {
  for (let round = 0; round < 20; round++) {
    const bdd = new Bdd(), n = 8;
    const tables = Array.from({ length: 12 }, () => randomTable(draw, n));
    const old = tables.slice(0, 6).map((table) => fromTable(bdd, table, n));
    const kept = old.map((f, i) => bdd.and(f, old[(i + 1) % 6] ?? FALSE));
    const mark = bdd.mark();
    for (let again = 0; again < 3; again++) {
      // Enough nodes that the arena grows behind the mark.
      const young = tables.slice(6).map((table) => fromTable(bdd, table, n));
      for (const f of young) for (const g of [...old, ...young]) bdd.ite(f, bdd.xor(f, g), bdd.or(f, bdd.not(g)));
      bdd.release(mark);
      assert.is(bdd.used, mark);
      tables.slice(0, 6).forEach((table, i) => { assert.is(fromTable(bdd, table, n), old[i]); });
      assert.is(bdd.used, mark, "a node that was there is made again");
      old.forEach((f, i) => { assert.is(bdd.and(f, old[(i + 1) % 6] ?? FALSE), kept[i]); });
      sameTable(bdd, bdd.xor(old[0] ?? FALSE, old[1] ?? FALSE), truth(n, (i) => (tables[0]?.[i] ?? 0) ^ (tables[1]?.[i] ?? 0)), n, "xor after release");
      bdd.release(mark);
    }
  }
});

test("more nodes than allowed are a LimitError, and the arena stays usable", () => {
  const bdd = new Bdd(100);
  const f = bdd.variable(0), mark = bdd.mark();
  assert.throws(() => fromTable(bdd, truth(10, () => draw(2)), 10), (error: unknown) => error instanceof LimitError && error.message.includes("more than 100 nodes"));
  assert.ok(bdd.used <= 100);
  bdd.release(mark);
  assert.is(bdd.and(f, bdd.variable(1)), bdd.and(bdd.variable(1), f));
});

test("tickets differ", () => {
  const bdd = new Bdd();
  assert.is.not(bdd.ticket(), bdd.ticket());
});

test.run();
