import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import type { Item, Key } from "../../src/core/keys.js";
import { rowsOf, SHORT, writeIndex } from "../../src/core/search.js";
import { equals, type HookField } from "../../src/model/packet.js";

const core = await Core.load();
const ROOM = 1 << 20;

function hosts(count: number): Item[] {
  return Array.from({ length: count }, (_, i) => [{ rows: [{ matches: [equals<HookField>("src0", 2 * i + 1)], unknown: null }], not: false }]);
}

function key(count: number): Key {
  return { field: "src0", mask: 0xffffffff, sets: new Map(Array.from({ length: count }, (_, i) => [i, [2 * i + 1, 2 * i + 1]])) };
}

/** Items that a row says may hold, and whether its summary tells which words are not 0. */
function itemsIn(row: Uint32Array | undefined, count: number): number[] {
  const words = Math.ceil(count / 64);
  const summaries = Math.ceil(words / 64);
  const bit = (from: number, i: number): boolean => (((row?.[from + (i >> 5)] ?? 0) >>> (i & 31)) & 1) === 1;
  const items = Array.from({ length: count }, (_, i) => i).filter((i) => bit(2 * summaries, i));
  assert.equal(Array.from({ length: words }, (_, i) => i).filter((i) => bit(0, i)), [...new Set(items.map((i) => i >> 6))]);
  return items;
}

test("short lists and lists that nothing tells apart have no index", () => {
  assert.is(writeIndex(core, hosts(SHORT), ROOM), 0);
  assert.is(writeIndex(core, Array.from({ length: 100 }, () => []), ROOM), 0);
  assert.is.not(writeIndex(core, hosts(SHORT + 1), ROOM), 0);
});

test("each interval has the row of what may hold in it, and equal rows are one", () => {
  const { bounds, rows, stored } = rowsOf(key(200), 201, ROOM);
  assert.is(bounds.length, 401);
  assert.is(stored.length, 201, "one for each host, and one for all that lies between");
  const row = (value: number): Uint32Array | undefined => stored[rows[bounds.findLastIndex((bound) => bound <= value)] ?? -1];
  assert.equal(itemsIn(row(2 * 150 + 1), 201), [150, 200], "an item that does not look at the field may always hold");
  assert.equal(itemsIn(row(2 * 150), 201), [200]);
});

test("without room for each interval neighbours share a row, and nothing that may hold is missing", () => {
  // Four words of bits and one of summary.
  const bytes = 24 * 40;
  const { bounds, rows, stored } = rowsOf(key(200), 201, bytes);
  assert.ok(stored.length <= 24, `${stored.length} rows`);
  for (let host = 0; host < 200; host++) {
    const row = stored[rows[bounds.findLastIndex((bound) => bound <= 2 * host + 1)] ?? -1];
    assert.ok(itemsIn(row, 201).includes(host));
  }
});

test("rows of more than 4096 items have a second word of summary", () => {
  const { stored, rows, bounds } = rowsOf(key(5000), 5000, 1 << 24);
  assert.equal(itemsIn(stored[rows[bounds.findLastIndex((bound) => bound <= 9001)] ?? -1], 5000), [4500]);
});

test("an index of ten thousand items keeps to its room", () => {
  const before = core.mark();
  writeIndex(core, hosts(10_000), ROOM);
  assert.ok(core.mark() - before < 1.5 * ROOM, `${core.mark() - before} bytes`);
  core.rewind(before);
});

test.run();
