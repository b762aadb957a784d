import { test } from "uvu";
import * as assert from "uvu/assert";
import { and, constant, CT_MARK, MARK, type MarkForm, or, setMark, xor } from "../../src/state/marks.js";
import { random } from "../support/random.js";

const value = ({ markBits, ctMarkBits, value: fixed }: MarkForm, mark: number, ctMark: number): number => ((mark & markBits) ^ (ctMark & ctMarkBits) ^ fixed) >>> 0;

test("a form of and, or and xor computes what they do, for 2,000 random chains of them", () => {
  const next = random(77);
  const word = (): number => (next(0x10000) * 0x10000 + next(0x10000)) >>> 0;
  for (let i = 0; i < 2000; i++) {
    const [mark, ctMark] = [word(), word()];
    let [form, wanted] = next(2) === 0 ? [MARK, mark] : [CT_MARK, ctMark];
    for (let step = 0; step < 4; step++) {
      const bits = word();
      const kind = next(3);
      form = kind === 0 ? and(form, bits) : kind === 1 ? or(form, bits) : xor(form, constant(bits));
      wanted = (kind === 0 ? wanted & bits : kind === 1 ? wanted | bits : wanted ^ bits) >>> 0;
    }
    assert.is(value(form, mark, ctMark), wanted);
    for (const part of [form.markBits, form.ctMarkBits, form.value]) assert.ok(part >= 0);
  }
});

test("the packet's mark and the connection's mix by xor", () => {
  assert.is(value(xor(and(MARK, 0xff), and(CT_MARK, 0xff00)), 0x1234, 0x5678), 0x5634);
});

test("a statement is its target and its form", () => {
  assert.equal(setMark("ctMark", constant(5)), { kind: "mark", target: "ctMark", markBits: 0, ctMarkBits: 0, value: 5 });
});

test.run();
