/** Marks: every way of computing one with constants is `(mark & markBits) ^ (ctMark & ctMarkBits) ^ value`. */
import type { SetMark } from "../model/netfilter.js";

/** The three words of a SetMark. */
export interface MarkForm {
  readonly markBits: number;
  readonly ctMarkBits: number;
  readonly value: number;
}

export const MARK: MarkForm = { markBits: 0xffffffff, ctMarkBits: 0, value: 0 };
export const CT_MARK: MarkForm = { markBits: 0, ctMarkBits: 0xffffffff, value: 0 };

export function constant(value: number): MarkForm {
  return { markBits: 0, ctMarkBits: 0, value };
}

/** Only these bits stay. */
export function and({ markBits, ctMarkBits, value }: MarkForm, bits: number): MarkForm {
  return { markBits: (markBits & bits) >>> 0, ctMarkBits: (ctMarkBits & bits) >>> 0, value: (value & bits) >>> 0 };
}

/** These bits turn round; two forms whose bits come from different marks add up bit by bit. */
export function xor(a: MarkForm, b: MarkForm): MarkForm {
  return { markBits: (a.markBits ^ b.markBits) >>> 0, ctMarkBits: (a.ctMarkBits ^ b.ctMarkBits) >>> 0, value: (a.value ^ b.value) >>> 0 };
}

/** These bits are set. */
export function or(form: MarkForm, bits: number): MarkForm {
  return xor(and(form, ~bits >>> 0), constant(bits));
}

export function setMark(target: SetMark["target"], form: MarkForm): SetMark {
  return { kind: "mark", target, ...form };
}
