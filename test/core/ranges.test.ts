import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { complement, intersect, pairsOf, type Ranges, spanFrom, unite } from "../../src/core/ranges.js";
import { seed } from "../support/seed.js";

const TOP = 0xffffffff;
const has = (set: Ranges, value: number): boolean => pairsOf(set).some(([low, high]) => low <= value && value <= high);
const edge = fc.constantFrom(0, 1, 2, 3, 5, 6, 7, 8, TOP - 2, TOP - 1, TOP);
const span = fc.constantFrom(0, 1, 2, 3, 0x7fffffff, TOP - 3, TOP - 1, TOP);
const ranges = fc.array(fc.tuple(edge, span), { maxLength: 4 }).map((list) => unite(list.map(([low, length]) => spanFrom(low, length))));
const options = { seed: seed(), numRuns: 500 };

test("a span goes on at 0 behind the last value", () => {
  assert.equal(spanFrom(5, 2), [5, 7]);
  assert.equal(spanFrom(TOP, 2), [0, 1, TOP, TOP]);
  assert.equal(spanFrom(7, TOP), [0, TOP]);
  assert.equal(spanFrom(7, TOP - 1), [0, 5, 7, TOP]);
});

test("ranges that touch become one", () => {
  assert.equal(unite([[4, 5], [1, 3], [7, 8]]), [1, 5, 7, 8]);
  assert.equal(unite([]), []);
});

test("union, intersection and complement hold what they should", () => {
  fc.assert(fc.property(ranges, ranges, edge, (a, b, value) => {
    assert.is(has(unite([a, b]), value), has(a, value) || has(b, value));
    assert.is(has(intersect(a, b), value), has(a, value) && has(b, value));
    assert.is(has(complement(a), value), !has(a, value));
  }), options);
});

test("ranges ascend and do not touch", () => {
  fc.assert(fc.property(ranges, ranges, (a, b) => {
    for (const set of [unite([a, b]), intersect(a, b), complement(a)]) {
      pairsOf(set).forEach(([low, high], i) => {
        assert.ok(low <= high);
        assert.ok(i === 0 || low > (pairsOf(set)[i - 1]?.[1] ?? 0) + 1);
      });
    }
  }), options);
});

test.run();
