/** Sets of unsigned 32-bit values: what a match leaves of a field. */

/** Ascending ranges that do not touch: low, high, low, high ..., both included. */
export type Ranges = readonly number[];

const TOP = 0xffffffff;
const ALL: Ranges = [0, TOP];

/** `low` and the `span` values behind it, going on at 0 behind the last one. */
export function spanFrom(low: number, span: number): Ranges {
  const high = low + span;
  if (high <= TOP) return [low, high];
  const rest = high - TOP - 1;
  return rest + 1 >= low ? ALL : [0, rest, low, TOP];
}

/** What stands in one of the sets. */
export function unite(sets: readonly Ranges[]): Ranges {
  const [only] = sets;
  if (only !== undefined && sets.length === 1) return only;
  const pairs = sets.flatMap(pairsOf).sort(([a], [b]) => a - b);
  const united: number[] = [];
  for (const [low, high] of pairs) {
    const end = united.length - 1;
    const last = united[end];
    if (last === undefined || low > last + 1) united.push(low, high);
    else if (high > last) united[end] = high;
  }
  return united;
}

/** What stands in both. */
export function intersect(a: Ranges, b: Ranges): Ranges {
  const both: number[] = [];
  let [i, k] = [0, 0];
  while (i < a.length && k < b.length) {
    const [highA, highB] = [a[i + 1] ?? 0, b[k + 1] ?? 0];
    const [low, high] = [Math.max(a[i] ?? 0, b[k] ?? 0), Math.min(highA, highB)];
    if (low <= high) both.push(low, high);
    if (highA < highB) i += 2;
    else k += 2;
  }
  return both;
}

/** What does not stand in it. */
export function complement(set: Ranges): Ranges {
  const others: number[] = [];
  let from = 0;
  for (const [low, high] of pairsOf(set)) {
    if (low > from) others.push(from, low - 1);
    from = high + 1;
  }
  if (from <= TOP) others.push(from, TOP);
  return others;
}

/** Each range by itself. */
export function pairsOf(set: Ranges): (readonly [low: number, high: number])[] {
  const pairs: [number, number][] = [];
  for (let i = 0; i + 1 < set.length; i += 2) pairs.push([set[i] ?? 0, set[i + 1] ?? 0]);
  return pairs;
}
