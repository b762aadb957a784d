import { test } from "uvu";
import * as assert from "uvu/assert";
import { Bdd, FALSE } from "../../src/proof/bdd.js";
import { size } from "../../src/proof/count.js";
import { keep } from "../../src/proof/keep.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";
import { fromTable, randomTable, tableOf } from "./truth.js";

const draw = random(seed());

test("what is kept means the same, and nothing else stays behind the mark", () => {
  for (let round = 0; round < 30; round++) {
    const bdd = new Bdd(), n = 7;
    const old = fromTable(bdd, randomTable(draw, n), n), mark = bdd.mark();
    const made = Array.from({ length: 8 }, () => bdd.xor(old, fromTable(bdd, randomTable(draw, n), n)));
    const wanted = [made[2] ?? FALSE, bdd.not(made[5] ?? FALSE), old, FALSE];
    const before = wanted.map((set) => tableOf(bdd, set, n).join(""));
    const kept = keep(bdd, mark, wanted);
    assert.equal(kept.map((set) => tableOf(bdd, set, n).join("")), before);
    assert.equal(kept.slice(2), [old, FALSE]);
    assert.ok(bdd.used - mark <= size(bdd, kept));
    const again = bdd.used;
    assert.equal(keep(bdd, mark, kept), kept);
    assert.is(bdd.used, again);
  }
});

test.run();
