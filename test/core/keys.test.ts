import { test } from "uvu";
import * as assert from "uvu/assert";
import { boundsOf, type Item, KEYS_MAX, keysOf } from "../../src/core/keys.js";
import type { HookMatch, Row } from "../../src/model/netfilter.js";
import { equals, except, hasAny, type HookField, within } from "../../src/model/packet.js";

const port = (number: number): HookMatch => equals<HookField>("dport", number);
const row = (...matches: readonly HookMatch[]): Row => ({ matches, unknown: null });
const item = (...rows: readonly Row[]): Item => [{ rows, not: false }];
const ports = (count: number): Item[] => Array.from({ length: count }, (_, i) => item(row(port(i + 1))));

/** What the only key says of item 0. */
function valuesOf(first: Item): readonly number[] | null {
  const [key, other] = keysOf([first, ...ports(20)]);
  assert.is(key?.field, "dport");
  assert.is(other, undefined);
  return key?.sets.get(0) ?? null;
}

test("the field that tells most items apart comes first", () => {
  const items = ports(40).map((one, i): Item => [...one, { rows: [row(equals<HookField>("proto", i % 2 === 0 ? 6 : 17))], not: false }]);
  assert.equal(keysOf(items).map(({ field }) => field), ["dport"]);
  const few = Array.from({ length: 40 }, (_, i) => item(row(equals<HookField>("proto", i % 2 === 0 ? 6 : 17), equals<HookField>("iif", i % 3))));
  assert.equal(keysOf(few).map(({ field }) => field), ["proto", "iif"], "four intervals tell less apart than five");
});

test("items that nothing tells apart have no key", () => {
  assert.equal(keysOf(Array.from({ length: 40 }, () => [])), []);
});

test("a prefix is a range of the whole field, any other mask a field of its own", () => {
  const items = Array.from({ length: 40 }, (_, i) => item(row(equals<HookField>("src0", i << 24, 0xff000000))));
  assert.equal(keysOf(items).map(({ field, mask, sets }) => [field, mask, sets.get(3)]), [["src0", 0xffffffff, [0x03000000, 0x03ffffff]]]);
  const marks = Array.from({ length: 40 }, (_, i) => item(row(equals<HookField>("mark", i, 0xff))));
  assert.equal(keysOf(marks).map(({ field, mask, sets }) => [field, mask, sets.get(3)]), [["mark", 0xff, [3, 3]]]);
});

test("a value with bits outside of its prefix never fits", () => {
  const items = Array.from({ length: 40 }, (_, i) => item(row({ field: "src0", mask: 0xff000000, low: (i << 24) | 1, span: 0 })));
  assert.equal(keysOf(items)[0]?.sets.get(3), []);
});

test("rows are alternatives, matches of one row hold together", () => {
  assert.equal(valuesOf(item(row(port(7)), row(within<HookField>("dport", 20, 22)))), [7, 7, 20, 22]);
  assert.equal(valuesOf(item(row(within<HookField>("dport", 20, 22), within<HookField>("dport", 22, 30)))), [22, 22]);
  assert.equal(valuesOf([...item(row(within<HookField>("dport", 20, 22))), ...item(row(port(21)))]), [21, 21], "and so do tests");
  assert.equal(valuesOf(item(row(except(port(7)) ?? port(7)))), [0, 6, 8, 0xffffffff]);
});

test("a row without the field rules nothing out", () => {
  assert.is(valuesOf(item(row(port(7)), row(equals<HookField>("proto", 6)))), null);
});

test("a negated test rules out what one row alone decides", () => {
  assert.equal(valuesOf([{ rows: [row(port(7)), row(port(9), equals<HookField>("proto", 6))], not: true }]), [0, 6, 8, 0xffffffff]);
  assert.is(valuesOf([{ rows: [{ matches: [port(7)], unknown: "-m x" }], not: true }]), null);
  assert.equal(valuesOf([{ rows: [{ matches: [port(7)], unknown: "-m x" }], not: false }]), [7, 7], "what is not understood cannot hold without its matches");
});

test("what conntrack may not tell is no key", () => {
  const items = Array.from({ length: 40 }, (_, i) => item(row(equals<HookField>("ctMark", i), hasAny<HookField>("ctStatus", 1 << (i % 8)), equals<HookField>("ctDirection", i % 2))));
  assert.equal(keysOf(items), []);
});

test("there are at most eight keys", () => {
  const fields = ["src0", "src1", "src2", "src3", "dst0", "dst1", "dst2", "dst3", "sport", "dport", "uid", "gid"] as const;
  const items = fields.flatMap((field) => Array.from({ length: 40 }, (_, i) => item(row(equals<HookField>(field, i)))));
  assert.is(keysOf(items).length, KEYS_MAX);
});

test("bounds are where intervals begin, 0 first", () => {
  assert.equal(boundsOf({ field: "dport", mask: 0xffffffff, sets: new Map([[0, [5, 7]], [1, [8, 0xffffffff]], [2, []]]) }), [0, 5, 8]);
});

test.run();
