/** Numbers whose bits are sets: in which packets each bit is 1. What a rewritten field is as a function of the packet as it began. */
import type { SetMark } from "../model/netfilter.js";
import type { HookField, Match } from "../model/packet.js";
import { type Bdd, type Edge, FALSE, TRUE } from "./bdd.js";
import { ZERO_BIT } from "./bits.js";
import type { Space } from "./space.js";

/** 32 sets, lowest bit first. */
export type Word = readonly Edge[];

const WIDTH = 32;

/** The field as the packet began with it. Bits that no match looks at are 0. */
export function wordOf(space: Space, field: HookField): Word {
  const bits = space.bits(field);
  if (bits === null) throw new Error(`${field} is not asked bit by bit`);
  return bits.map((level) => (level === ZERO_BIT ? FALSE : space.bdd.variable(level)));
}

/** The same number in every packet. */
export function constantWord(value: number): Word {
  return Array.from({ length: WIDTH }, (_, bit) => (((value >>> bit) & 1) === 1 ? TRUE : FALSE));
}

/** `a` in the packets of `when`, else `b`; `b` itself where that makes no difference. */
export function chooseWord(bdd: Bdd, when: Edge, a: Word, b: Word): Word {
  if (a === b || when === FALSE) return b;
  const chosen = b.map((bit, i) => bdd.ite(when, a[i] ?? FALSE, bit));
  return chosen.every((bit, i) => bit === b[i]) ? b : chosen;
}

/** `(mark & markBits) ^ (ctMark & ctMarkBits) ^ value`. */
export function mixWords(bdd: Bdd, mark: Word, ctMark: Word, { markBits, ctMarkBits, value }: Pick<SetMark, "markBits" | "ctMarkBits" | "value">): Word {
  const has = (bits: number, bit: number): boolean => ((bits >>> bit) & 1) === 1;
  return Array.from({ length: WIDTH }, (_, bit) => {
    const kept = has(markBits, bit) ? (mark[bit] ?? FALSE) : FALSE;
    const given = has(ctMarkBits, bit) ? (ctMark[bit] ?? FALSE) : FALSE;
    return bdd.xor(bdd.xor(kept, given), has(value, bit) ? TRUE : FALSE);
  });
}

/** Packets in whose word `((word & mask) - low) <= span`, unsigned: what a Match says. */
export function wordSet(bdd: Bdd, word: Word, { mask, low, span }: Pick<Match<HookField>, "mask" | "low" | "span">): Edge {
  if (span === 0) return equal(bdd, word, mask, low);
  const high = low + span;
  if (span >= 0xffffffff) return TRUE;
  const above = atMost(bdd, word, mask, (high & 0xffffffff) >>> 0);
  const below = low === 0 ? FALSE : atMost(bdd, word, mask, low - 1);
  // A range that goes beyond the largest number comes in again at 0.
  return high <= 0xffffffff ? bdd.minus(above, below) : bdd.or(above, bdd.not(below));
}

function equal(bdd: Bdd, word: Word, mask: number, value: number): Edge {
  let set: Edge = (value & ~mask) === 0 ? TRUE : FALSE;
  for (let bit = 0; bit < WIDTH && set !== FALSE; bit++) {
    if (((mask >>> bit) & 1) === 0) continue;
    const isOne = word[bit] ?? FALSE;
    set = bdd.and(set, ((value >>> bit) & 1) === 1 ? isOne : bdd.not(isOne));
  }
  return set;
}

function atMost(bdd: Bdd, word: Word, mask: number, bound: number): Edge {
  let set: Edge = TRUE;
  for (let bit = 0; bit < WIDTH; bit++) {
    const isOne = ((mask >>> bit) & 1) === 1 ? (word[bit] ?? FALSE) : FALSE;
    set = ((bound >>> bit) & 1) === 1 ? bdd.ite(isOne, set, TRUE) : bdd.ite(isOne, FALSE, set);
  }
  return set;
}
