import { test } from "uvu";
import * as assert from "uvu/assert";
import { equals, hasAny, within } from "../../src/model/packet.js";
import { classOf, isCoarse, partition, passes, type Range, uniform } from "../../src/proof/partition.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";

const draw = random(seed());
const UIDS: readonly Range[] = [[0, 0xfffffffe]];

test("values that no test tells apart are one class, wherever they lie", () => {
  assert.equal(partition(UIDS, [equals("uid", 1000), within("uid", 2000, 2999)]), [
    { ranges: [[0, 999], [1001, 1999], [3000, 0xfffffffe]] }, { ranges: [[1000, 1000]] }, { ranges: [[2000, 2999]] },
  ]);
  assert.equal(partition(UIDS, []), [{ ranges: UIDS }]);
});

test("two values are in one class exactly when every test says the same of both", () => {
  for (let round = 0; round < 100; round++) {
    const tests = Array.from({ length: 1 + draw(5) }, () => ({ mask: draw(2) === 0 ? 0xffffffff : draw(256), low: draw(300), span: draw(3) === 0 ? 0 : draw(300) }));
    const classes = partition([[0, 255]], tests);
    const signature = (value: number): string => tests.map((match) => passes(match, value)).join();
    for (let a = 0; a < 256; a++) {
      assert.ok(classOf(classes, a) >= 0);
      const b = draw(256);
      assert.is(classOf(classes, a) === classOf(classes, b), signature(a) === signature(b));
    }
    for (const values of classes) for (const match of tests) assert.is(uniform(values, match), passes(match, values.ranges[0]?.[0] ?? 0));
  }
});

test("a domain of single values is parted by bits", () => {
  assert.equal(partition([[1, 1], [2, 2], [4, 4], [8, 8]], [hasAny("ctState", 6)]), [{ ranges: [[1, 1], [8, 8]] }, { ranges: [[2, 2], [4, 4]] }]);
});

test("a test that tells values of a class apart has no one answer", () => {
  assert.is(uniform({ ranges: [[10, 20]] }, within("uid", 5, 15)), null);
  assert.is(uniform({ ranges: [[10, 20]] }, within("uid", 10, 20)), true);
  assert.is(uniform({ ranges: [[10, 20]] }, equals("uid", 9)), false);
  assert.is(uniform({ ranges: [[10, 20], [30, 40]] }, within("uid", 10, 20)), null);
  assert.is(uniform({ ranges: [[0, 255]] }, equals("proto", 1, 1)), null);
  assert.is(uniform({ ranges: [[0, 0xfffffffe]] }, equals("uid", 1, 1)), null);
});

test("a masked test of a large number is not for classes", () => {
  assert.ok(isCoarse(UIDS, [equals("uid", 7)]));
  assert.not(isCoarse(UIDS, [equals("uid", 7, 0xff)]));
  assert.ok(isCoarse([[0, 255]], [equals("proto", 7, 0x0f)]));
});

test("a value outside of the domain is in no class", () => {
  assert.is(classOf(partition([[0, 3]], []), 4), -1);
});

test.run();
