import { test } from "uvu";
import * as assert from "uvu/assert";
import { Bdd, FALSE, TRUE } from "../../src/proof/bdd.js";
import { NO_DECISION } from "../../src/proof/fib.js";
import { firstOf } from "../../src/proof/first.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";
import { fromTable, randomTable, sameTable, truth } from "./truth.js";

const draw = random(seed());

test("each packet is decided by the first candidate that takes it", () => {
  for (let round = 0; round < 100; round++) {
    const bdd = new Bdd(), n = 6, length = draw(12);
    const tables = Array.from({ length }, () => randomTable(draw, n)), decisions = tables.map(() => draw(4));
    const sets = firstOf(bdd, tables.map((table, i) => ({ set: fromTable(bdd, table, n), decision: decisions[i] ?? 0 })));
    for (const decision of [NO_DECISION, 0, 1, 2, 3]) {
      const expected = truth(n, (i) => (decisions[tables.findIndex((table) => table[i] === 1)] ?? NO_DECISION) === decision);
      sameTable(bdd, sets.get(decision) ?? FALSE, expected, n, `decision ${decision} of ${length}`);
      assert.ok(sets.get(decision) !== FALSE, "empty sets are left out");
    }
  }
});

test("an empty list decides nothing, a candidate that always holds everything", () => {
  const bdd = new Bdd();
  assert.equal([...firstOf(bdd, [])], [[NO_DECISION, TRUE]]);
  assert.equal([...firstOf(bdd, [{ set: TRUE, decision: 3 }, { set: bdd.variable(0), decision: 1 }])], [[3, TRUE]]);
});

test.run();
