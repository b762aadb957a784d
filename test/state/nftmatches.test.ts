import { test } from "uvu";
import * as assert from "uvu/assert";
import { allHold, type Truth } from "./firewalls.js";
import { match, meta, payload, ruleOf } from "./rulesets.js";

const marks = (right: unknown, op: string, left: unknown = meta("mark")): Truth[] => [0, 4, 5, 6, 0xffffffff].map((mark) => allHold(ruleOf([match(left, right, op)]).steps, { mark }));

test("numbers are compared without sign", () => {
  assert.equal(marks(5, "<"), [true, true, false, false, false]);
  assert.equal(marks(5, "<="), [true, true, true, false, false]);
  assert.equal(marks(5, ">"), [false, false, false, true, true]);
  assert.equal(marks(5, ">="), [false, false, true, true, true]);
  assert.equal([marks(0, "<"), marks(0xffffffff, ">")], [Array(5).fill(false), Array(5).fill(false)]);
});

test("equality, ranges and sets, plain and inverted", () => {
  assert.equal(marks({ range: [4, 5] }, "=="), [false, true, true, false, false]);
  assert.equal(marks({ range: [4, 5] }, "!="), [true, false, false, true, true]);
  assert.equal(marks({ set: [0, { range: [5, 6] }] }, "!="), [false, true, false, false, true]);
  assert.equal(marks({ set: [0, { elem: { val: 5, timeout: 60 } }] }, "=="), [true, false, true, false, false]);
  assert.equal(marks({ set: [] }, "=="), Array(5).fill(false));
});

test("`in` is one of the bits, `!` is none of them", () => {
  const flags = (right: unknown, op: string): Truth[] => [0, 2, 16, 18, 4].map((tcpFlags) => allHold(ruleOf([match(payload("tcp", "flags"), right, op)]).steps, { proto: 6, tcpFlags }));
  assert.equal(flags(["syn", "ack"], "in"), [false, true, true, true, false]);
  assert.equal(flags("syn", "!"), [true, false, true, false, true]);
  assert.equal(flags({ "|": ["syn", "ack"] }, "=="), [false, false, false, true, false]);
});

test("bits of a value outside of the mask never fit", () => {
  assert.equal(marks(5, "==", { "&": [meta("mark"), 4] }), Array(5).fill(false));
  assert.equal(marks(4, "==", { "&": [meta("mark"), 4] }), [false, true, true, true, true]);
});

test("what cannot be read may hold or not, with a message", () => {
  for (const [left, right, op] of [[meta("mark"), "x", "=="], [meta("mark"), { range: [1] }, "=="], [payload("ip", "saddr"), "::1", "=="], [payload("ip", "saddr"), "1.2.3.4", "<"], [meta("mark"), 1, "~"], [payload("tcp", "sequence"), 1, "=="], [meta("mark"), "@nowhere", "=="], [undefined, 1, "=="]] as const) {
    const { steps, said } = ruleOf([match(left, right, op)]);
    assert.equal([allHold(steps, { family: 4 }), said], [null, ["WP1401 nft.json#t/c/7"]], JSON.stringify([left, right, op]));
  }
});

test("what no packet tells may hold or not, without a message", () => {
  const { steps, said } = ruleOf([match(meta("length"), 100, ">")]);
  assert.equal([allHold(steps, {}), said], [null, []]);
});

test("the own text of a match is nft's", () => {
  const { steps } = ruleOf([match(payload("tcp", "dport"), { set: [22, { range: [80, 88] }] }, "!=")]);
  assert.equal(steps.map((step) => ("text" in step ? step.text : step.kind)), ["meta l4proto tcp", "tcp dport != { 22, 80-88 }"]);
});

test.run();
