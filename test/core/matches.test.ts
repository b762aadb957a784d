import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { fieldOffsets, foldRows, foldTest, isAlways, isNever, writeMatches } from "../../src/core/matches.js";
import type { HookMatch, Row } from "../../src/model/netfilter.js";
import { equals, FIELDS, HOOK_FIELDS, type HookField, within } from "../../src/model/packet.js";

const row = (...matches: readonly HookMatch[]): Row => ({ matches, unknown: null });
const PORT = equals<HookField>("dport", 53);

test("each field has a place of its own, those of the hook behind the packet", async () => {
  const core = await Core.load();
  const offsets = fieldOffsets(core);
  const places = [...FIELDS, ...HOOK_FIELDS].map((field) => offsets[field]);
  assert.is(new Set(places).size, places.length);
  assert.ok(HOOK_FIELDS.every((field) => offsets[field] >= core.layout.PacketAt.SIZE));
  const at = writeMatches(core, offsets, [PORT, equals<HookField>("ctMark", 7, 0xff)]);
  assert.equal([...core.words(at, 8)], [offsets.dport, 0xffffffff, 53, 0, offsets.ctMark, 0xff, 7, 0]);
});

test("what a family settles is left out, with the rows that never hold", () => {
  const rows = [row(equals<HookField>("family", 4), PORT), row(equals<HookField>("etherType", 0x86dd), PORT), row(within<HookField>("sport", 0, 0xffffffff))];
  assert.equal(foldRows(rows, 4), [row(PORT), row()]);
  assert.equal(foldRows(rows, 6), [row(PORT), row()]);
  assert.equal(foldRows([row(equals<HookField>("family", 6))], 4), []);
});

test("a mask of 0 looks at nothing", () => {
  assert.equal(foldRows([row({ field: "src0", mask: 0, low: 0, span: 0 }), row({ field: "src0", mask: 0, low: 1, span: 0 })], 4), [row()]);
});

test("a test that every packet passes, or none, is told", () => {
  const both = (rows: readonly Row[], not: boolean): readonly boolean[] => [isAlways(foldTest({ rows, not }, 4)), isNever(foldTest({ rows, not }, 4))];
  assert.equal(both([row()], false), [true, false]);
  assert.equal(both([row()], true), [false, true]);
  assert.equal(both([], false), [false, true]);
  assert.equal(both([], true), [true, false]);
  assert.equal(both([row(PORT)], false), [false, false]);
  assert.equal(both([{ matches: [], unknown: "-m x" }], true), [false, false]);
});

test.run();
