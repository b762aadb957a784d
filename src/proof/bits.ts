/** Tests of a number whose bits are variables. Each is built from the lowest bit up, one node for a bit, never by an operation on sets. */
import { type Bdd, type Edge, FALSE, TRUE } from "./bdd.js";

/** A bit that is always 0. */
export const ZERO_BIT = -1;

/** The level of each bit of a 32-bit word, lowest bit first, or ZERO_BIT. Sets stay small where upper bits have upper levels. */
export type Bits = readonly number[];

/** Where `((word & mask) - low) <= span`, unsigned: what a Match says. */
export function matching(bdd: Bdd, bits: Bits, { mask, low, span }: { readonly mask: number; readonly low: number; readonly span: number }): Edge {
  const high = low + span;
  if (span === 0) return equal(bdd, bits, mask, low);
  if (span >= 0xffffffff) return TRUE;
  const above = atMost(bdd, bits, mask, (high & 0xffffffff) >>> 0);
  const below = low === 0 ? FALSE : atMost(bdd, bits, mask, low - 1);
  // A range that goes beyond the largest number comes in again at 0.
  return high <= 0xffffffff ? bdd.minus(above, below) : bdd.or(above, bdd.not(below));
}

/** Where the bits under the mask are those of `value`. */
export function equal(bdd: Bdd, bits: Bits, mask: number, value: number): Edge {
  let set: Edge = (value & ~mask) === 0 ? TRUE : FALSE;
  for (let bit = 0; bit < 32; bit++) {
    if (((mask >>> bit) & 1) === 0) continue;
    const isOne = ((value >>> bit) & 1) === 1;
    const level = bits[bit] ?? ZERO_BIT;
    if (level !== ZERO_BIT) set = isOne ? bdd.join(level, FALSE, set) : bdd.join(level, set, FALSE);
    else if (isOne) return FALSE;
  }
  return set;
}

/** Where the word under the mask is not larger than `bound`. */
function atMost(bdd: Bdd, bits: Bits, mask: number, bound: number): Edge {
  let set: Edge = TRUE;
  for (let bit = 0; bit < 32; bit++) {
    const isOne = ((bound >>> bit) & 1) === 1;
    const level = ((mask >>> bit) & 1) === 1 ? (bits[bit] ?? ZERO_BIT) : ZERO_BIT;
    if (level === ZERO_BIT) set = isOne ? TRUE : set;
    else set = isOne ? bdd.join(level, TRUE, set) : bdd.join(level, set, FALSE);
  }
  return set;
}
