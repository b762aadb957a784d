/** What is left of a set when some variables are no longer looked at, or are known. */
import { type Bdd, type Edge, FALSE, OPERATION, TRUE } from "./bdd.js";

/** Variables that are quantified together, as the set in which all of them are 1. */
export function block(bdd: Bdd, levels: readonly number[]): Edge {
  return literals(bdd, levels.map((level) => [level, 1] as const));
}

/** The set in which each of these variables has its value. A level stands in the list once. */
export function literals(bdd: Bdd, values: readonly (readonly [level: number, value: number])[]): Edge {
  let set: Edge = TRUE;
  for (const [level, value] of [...values].sort((a, b) => b[0] - a[0])) {
    set = value === 0 ? bdd.make(level, set, FALSE) : bdd.make(level, FALSE, set);
  }
  return set;
}

/** Where `f` holds for some values of the variables of `block`. */
export function exists(bdd: Bdd, f: Edge, block: Edge): Edge {
  if (f <= TRUE || block === TRUE) return f;
  const level = bdd.level(f);
  const rest = below(bdd, block, level);
  if (rest === TRUE) return f;
  const known = bdd.recall(OPERATION.exists, f, rest, 0);
  if (known >= 0) return known;
  if (bdd.level(rest) > level) {
    return bdd.remember(OPERATION.exists, f, rest, 0, bdd.make(level, exists(bdd, bdd.low(f), rest), exists(bdd, bdd.high(f), rest)));
  }
  const under = bdd.high(rest);
  const low = exists(bdd, bdd.low(f), under);
  const answer = low === TRUE ? TRUE : bdd.or(low, exists(bdd, bdd.high(f), under));
  return bdd.remember(OPERATION.exists, f, rest, 0, answer);
}

/** Where `f` holds for all values of the variables of `block`. */
export function forall(bdd: Bdd, f: Edge, block: Edge): Edge {
  return exists(bdd, f ^ 1, block) ^ 1;
}

/** `exists(and(f, g), block)` without the set in between, which may be far larger than the answer. */
export function meet(bdd: Bdd, f: Edge, g: Edge, block: Edge): Edge {
  if (f === FALSE || g === FALSE || f === (g ^ 1)) return FALSE;
  if (f === TRUE || f === g) return exists(bdd, g, block);
  if (g === TRUE) return exists(bdd, f, block);
  if (block === TRUE) return bdd.and(f, g);
  if (f > g) return meet(bdd, g, f, block);
  const fLevel = bdd.level(f), gLevel = bdd.level(g);
  const level = Math.min(fLevel, gLevel);
  const rest = below(bdd, block, level);
  if (rest === TRUE) return bdd.and(f, g);
  const known = bdd.recall(OPERATION.meet, f, g, rest);
  if (known >= 0) return known;
  const isBound = bdd.level(rest) === level;
  const under = isBound ? bdd.high(rest) : rest;
  const low = meet(bdd, fLevel === level ? bdd.low(f) : f, gLevel === level ? bdd.low(g) : g, under);
  if (isBound && low === TRUE) return bdd.remember(OPERATION.meet, f, g, rest, TRUE);
  const high = meet(bdd, fLevel === level ? bdd.high(f) : f, gLevel === level ? bdd.high(g) : g, under);
  return bdd.remember(OPERATION.meet, f, g, rest, isBound ? bdd.or(low, high) : bdd.make(level, low, high));
}

/** `f` with its variables set as `values` (from `literals`) has them; the answer no longer looks at them. */
export function cofactor(bdd: Bdd, f: Edge, values: Edge): Edge {
  if (f <= TRUE || values === TRUE) return f;
  if ((f & 1) === 1) return cofactor(bdd, f ^ 1, values) ^ 1;
  const level = bdd.level(f);
  const rest = below(bdd, values, level);
  if (rest === TRUE) return f;
  const known = bdd.recall(OPERATION.cofactor, f, rest, 0);
  if (known >= 0) return known;
  const isSet = bdd.level(rest) === level;
  const answer = isSet
    ? cofactor(bdd, bdd.low(rest) === FALSE ? bdd.high(f) : bdd.low(f), step(bdd, rest))
    : bdd.make(level, cofactor(bdd, bdd.low(f), rest), cofactor(bdd, bdd.high(f), rest));
  return bdd.remember(OPERATION.cofactor, f, rest, 0, answer);
}

/** The literals without the first one. */
function step(bdd: Bdd, values: Edge): Edge {
  const low = bdd.low(values);
  return low === FALSE ? bdd.high(values) : low;
}

/** The literals from this level on. */
function below(bdd: Bdd, values: Edge, level: number): Edge {
  let rest = values;
  while (bdd.level(rest) < level) rest = step(bdd, rest);
  return rest;
}
