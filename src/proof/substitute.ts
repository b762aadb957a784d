/** Variables replaced by functions, all at once: constants, other variables (a block renamed, two blocks swapped), or what a rewrite computes. */
import { type Bdd, type Edge, OPERATION, TRUE } from "./bdd.js";

export interface Substitution {
  /** Names it among remembered answers. */
  readonly ticket: number;
  /** By level: what stands in its place, or -1. */
  readonly images: Int32Array;
}

/** Good until a release to a mark before it was made. */
export function substitution(bdd: Bdd, replaced: Iterable<readonly [level: number, image: Edge]>): Substitution {
  const pairs = [...replaced];
  const images = new Int32Array(1 + pairs.reduce((deepest, [level]) => Math.max(deepest, level), -1)).fill(-1);
  for (const [level, image] of pairs) images[level] = image;
  return { ticket: bdd.ticket(), images };
}

/** Each variable of `from` becomes the one at the same place of `to`; naming a level on both sides swaps or shifts. */
export function renaming(bdd: Bdd, from: readonly number[], to: readonly number[]): Substitution {
  if (from.length !== to.length) throw new Error(`blocks of ${from.length} and ${to.length} variables cannot be renamed`);
  return substitution(bdd, from.map((level, i) => [level, bdd.variable(to[i] ?? level)]));
}

/** `f` of the images. For a rewrite whose images are the new bits as functions of the old ones, this is the set of packets that it takes into `f`. */
export function substitute(bdd: Bdd, f: Edge, by: Substitution): Edge {
  if (f <= TRUE) return f;
  if ((f & 1) === 1) return substitute(bdd, f ^ 1, by) ^ 1;
  const level = bdd.level(f);
  if (level >= by.images.length) return f;
  const known = bdd.recall(OPERATION.substitute, f, by.ticket, 0);
  if (known >= 0) return known;
  const image = by.images[level] ?? -1;
  const low = substitute(bdd, bdd.low(f), by);
  const high = substitute(bdd, bdd.high(f), by);
  return bdd.remember(OPERATION.substitute, f, by.ticket, 0, image < 0 ? bdd.join(level, low, high) : choose(bdd, image, low, high));
}

/** A variable as image keeps the cheap way open: blocks that keep their order are rebuilt node by node. */
function choose(bdd: Bdd, image: Edge, low: Edge, high: Edge): Edge {
  const isVariable = image > TRUE && bdd.variable(bdd.level(image)) === image;
  return isVariable ? bdd.join(bdd.level(image), low, high) : bdd.ite(image, high, low);
}
