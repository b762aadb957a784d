import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseAddress, type Words } from "../../src/model/address.js";
import { equals, except, hasAny, type HookField, within } from "../../src/model/packet.js";
import { condition, devicesOf, inMask, inRange, maybe, onDevice, product, row, ROWS_MAX, unknown } from "../../src/state/condition.js";
import { random } from "../support/random.js";
import { DEVICES, holds, matchHolds, rowsHold } from "./firewalls.js";

const words = (text: string): Words => parseAddress(text)?.words ?? [0, 0, 0, 0];
const fields = ([dst0, dst1, dst2, dst3]: readonly number[]): Record<string, number> => ({ dst0: dst0 ?? 0, dst1: dst1 ?? 0, dst2: dst2 ?? 0, dst3: dst3 ?? 0 });
const big = (of: Words): bigint => of.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
const EDGES = [0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

test("a range of 128 bits takes its ends and what lies between, for 2,000 random ranges", () => {
  const next = random(128);
  const word = (): number => (next(2) === 0 ? (EDGES[next(EDGES.length)] ?? 0) : next(4));
  const address = (): Words => [word(), word(), word(), word()];
  for (let i = 0; i < 2000; i++) {
    const [a, b, c] = [address(), address(), address()];
    const [first, last] = big(a) <= big(b) ? [a, b] : [b, a];
    const rows = inRange("dst", 6, first, last);
    assert.ok(rows.length <= 7, `${rows.length} rows`);
    for (const probe of [first, last, c]) {
      assert.is(rowsHold(rows, fields(probe)), big(first) <= big(probe) && big(probe) <= big(last), JSON.stringify([first, last, probe]));
    }
  }
});

test("a prefix written as a range is one row", () => {
  assert.is(inRange("dst", 6, words("2001:db8::"), words("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")).length, 1);
  assert.is(inRange("dst", 6, words("::"), words("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")).length, 1);
  assert.equal(inRange("dst", 4, words("10.0.0.9"), words("10.0.0.1")), []);
});

test("a masked address compares under the mask, and bits outside of it never fit", () => {
  const odd = inMask("dst", words("10.0.5.0"), words("255.0.255.0"));
  assert.equal([rowsHold([odd], fields(words("10.77.5.9"))), rowsHold([odd], fields(words("10.77.6.9")))], [true, false]);
  assert.is(rowsHold([inMask("dst", words("10.0.5.1"), words("255.0.255.0"))], fields(words("10.0.5.1"))), false);
});

test("an inverted single match becomes its opposite, for every value", () => {
  for (const match of [equals<HookField>("mark", 5), within<HookField>("mark", 3, 9), hasAny<HookField>("mark", 6), equals<HookField>("mark", 2, 3), within<HookField>("mark", 0, 0xfffffffe)]) {
    const inverted = condition("x", [row(match)], true);
    assert.is(inverted.not, false);
    for (const mark of [...EDGES, 3, 4, 5, 6, 7, 8, 9, 10]) assert.is(holds(inverted, { mark }), !matchHolds(match, { mark }), `${JSON.stringify(match)} ${mark}`);
  }
});

test("what holds always has no opposite, and inverted never holds", () => {
  assert.is(except(within<HookField>("mark", 0, 0xffffffff)), null);
  assert.equal(condition("x", [row(within<HookField>("mark", 0, 0xffffffff))], true).rows, []);
  assert.is(holds(condition("x", [row()], true), {}), false);
});

test("hasAny holds when one of the bits is set", () => {
  assert.equal([0, 1, 2, 4, 5, 8].filter((mark) => matchHolds(hasAny<HookField>("mark", 5), { mark })), [1, 4, 5]);
  assert.equal([0, 1, 0xffffffff].filter((mark) => matchHolds(hasAny<HookField>("mark", 0), { mark })), []);
});

test("an unknown holds or not, inverted as well, unless its matches fail", () => {
  assert.is(holds(unknown("-m limit"), {}), null);
  const narrow = [maybe("x", equals<HookField>("proto", 6))];
  assert.equal([holds(condition("x", narrow, true), { proto: 6 }), holds(condition("x", narrow, true), { proto: 17 })], [null, true]);
});

test("no row is never, and none of no row is always", () => {
  assert.equal([holds(condition("x", []), {}), holds(condition("x", [], true), {})], [false, true]);
});

test("a product holds when a row of each list does, and has a limit", () => {
  const rows = product([row(equals<HookField>("sport", 1)), maybe("x", equals<HookField>("sport", 2))], [row(equals<HookField>("dport", 3))]);
  assert.equal([[1, 3], [2, 3], [1, 4]].map(([sport = 0, dport = 0]) => rowsHold(rows ?? [], { sport, dport })), [true, null, false]);
  const many = Array.from({ length: 300 }, () => row());
  assert.is(many.length ** 2 > ROWS_MAX, true);
  assert.is(product(many, many), null);
});

test("devices go by name, by the start of a name, or are none", () => {
  const numbers = (pattern: string, wildcard: "+" | "*"): unknown[] => onDevice("oif", pattern, wildcard, DEVICES).map(({ matches }) => matches[0]?.low);
  assert.equal([numbers("eth0", "+"), numbers("eth+", "+"), numbers("eth*", "*"), numbers("eth+", "*"), numbers("wlan0", "+"), numbers("wlan+", "+")], [[3], [3, 4], [3, 4], [], [], []]);
  assert.equal(onDevice("oif", "+", "+", DEVICES), [row()]);
  assert.equal([...devicesOf([{ name: "lo", index: 1 }, { name: "x", index: 9 }]).indexes], [[1, 1], [9, 2]]);
});

test.run();
