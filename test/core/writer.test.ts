import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { writeLongs, writeRecords, writeWords } from "../../src/core/writer.js";

const core = await Core.load();

test("records stand one stride apart, fields at their offsets, the rest zero", () => {
  const { MatchAt } = core.layout;
  const at = writeRecords(core, MatchAt, [{ field: 1, low: 2 }, { mask: 0xffffffff, span: 3 }]);
  const view = core.view();
  const words = Array.from({ length: 8 }, (_, i) => view.getUint32(at + 4 * i, true));
  assert.equal(words, [1, 0, 2, 0, 0, 0xffffffff, 0, 3]);
});

test("words and longs are little-endian and unsigned", () => {
  const words = writeWords(core, [0xdeadbeef, 1]);
  assert.equal([...core.bytes(words, 5)], [0xef, 0xbe, 0xad, 0xde, 1]);
  const longs = writeLongs(core, [0xffff_ffff_ffff_fffen]);
  assert.is(core.view().getBigUint64(longs, true), 0xffff_ffff_ffff_fffen);
});

test("an empty list still has an address of its own", () => {
  const a = writeWords(core, []);
  const b = writeRecords(core, core.layout.MatchAt, []);
  assert.ok(a > 0);
  assert.ok(b > a);
});

test.run();
