/** One member of a set, as a person would have chosen it; and all of them, in cubes. */
import { type Bdd, type Edge, FALSE, TRUE } from "./bdd.js";

/** Value of a variable that a cube does not look at. */
export const ANY = 2;

/**
 * A member of `f`: the value of every level, as many as `preference` has. Level by level the preferred value (0 or 1) is taken wherever it leads to a member, so
 * upper levels matter more. null: `f` is empty. Narrow `f` by `prefer` first where wishes are about whole fields.
 */
export function pick(bdd: Bdd, f: Edge, preference: Uint8Array): Uint8Array | null {
  if (f === FALSE) return null;
  const values = preference.slice();
  let rest = f;
  while (rest !== TRUE) {
    const level = bdd.level(rest);
    const preferred = preference[level] ?? 0;
    const next = preferred === 0 ? bdd.low(rest) : bdd.high(rest);
    const value = next === FALSE ? 1 - preferred : preferred;
    values[level] = value;
    rest = value === 0 ? bdd.low(rest) : bdd.high(rest);
  }
  return values;
}

/** `f` narrowed by each wish in turn, where something is left; the first wish matters most. */
export function prefer(bdd: Bdd, f: Edge, wishes: Iterable<Edge>): Edge {
  let rest = f;
  for (const wish of wishes) {
    const narrowed = bdd.and(rest, wish);
    if (narrowed !== FALSE) rest = narrowed;
  }
  return rest;
}

/** Whether a member, the value of each level, belongs to `f`. */
export function holds(bdd: Bdd, f: Edge, values: Uint8Array): boolean {
  let rest = f;
  while (rest > TRUE) rest = (values[bdd.level(rest)] ?? 0) === 0 ? bdd.low(rest) : bdd.high(rest);
  return rest === TRUE;
}

/** Cubes that do not overlap and together are `f`: 0, 1 or ANY for each of `levels` levels. One for each path, so ask for the number of paths first where that matters. */
export function* cubes(bdd: Bdd, f: Edge, levels: number): Generator<Uint8Array> {
  yield* walk(bdd, f, new Uint8Array(levels).fill(ANY));
}

function* walk(bdd: Bdd, f: Edge, values: Uint8Array): Generator<Uint8Array> {
  if (f === TRUE) yield values.slice();
  if (f <= TRUE) return;
  const level = bdd.level(f);
  values[level] = 0;
  yield* walk(bdd, bdd.low(f), values);
  values[level] = 1;
  yield* walk(bdd, bdd.high(f), values);
  values[level] = ANY;
}

/** How many cubes `cubes` gives. */
export function paths(bdd: Bdd, f: Edge): bigint {
  const known = new Map<Edge, bigint>([[FALSE, 0n], [TRUE, 1n]]);
  const from = (edge: Edge): bigint => {
    const total = known.get(edge) ?? from(bdd.low(edge)) + from(bdd.high(edge));
    known.set(edge, total);
    return total;
  };
  return from(f);
}
