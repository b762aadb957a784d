/** Values of a field that no match tells apart, as classes: a field that is only ever compared with a few values needs few variables. */
import type { HookField, Match } from "../model/packet.js";

type Test = Pick<Match<HookField>, "mask" | "low" | "span">;
/** First and last value. */
export type Range = readonly [number, number];

/** At least one range, ascending. */
export interface ValueClass {
  readonly ranges: readonly Range[];
}

/** Classes of the values of `domain` (ascending ranges), in the order of their lowest values. */
export function partition(domain: readonly Range[], tests: readonly Test[]): readonly ValueClass[] {
  const different = [...new Map(tests.map((test) => [`${test.mask} ${test.low} ${test.span}`, test])).values()];
  const classes = new Map<string, [number, number][]>();
  for (const [low, high] of pieces(domain, different)) {
    const signature = different.map((test) => (passes(test, low) ? "1" : "0")).join("");
    const ranges = classes.get(signature);
    const last = ranges?.at(-1);
    if (ranges === undefined) classes.set(signature, [[low, high]]);
    else if (last !== undefined && last[1] + 1 === low) last[1] = high;
    else ranges.push([low, high]);
  }
  return [...classes.values()].map((ranges) => ({ ranges }));
}

/** Whether `((value & mask) - low) <= span`, unsigned. */
export function passes({ mask, low, span }: Test, value: number): boolean {
  return (((value & mask) >>> 0) - low) >>> 0 <= span;
}

/** What the test answers for all values of a class; null: it tells some apart. */
export function uniform({ ranges }: ValueClass, test: Test): boolean | null {
  const first = passes(test, ranges[0]?.[0] ?? 0);
  if (isWhole(test.mask, ranges)) {
    const end = (test.low + test.span + 1) >>> 0;
    const same = ranges.every(([low, high]) => passes(test, low) === first && !isInside(test.low, low, high) && !isInside(end, low, high));
    return same ? first : null;
  }
  if (!isCoarse(ranges, [test])) return null;
  for (const [low, high] of ranges) for (let value = low; value <= high; value++) if (passes(test, value) !== first) return null;
  return first;
}

/** Whether something may change between two values of the range. */
function isInside(start: number, low: number, high: number): boolean {
  return low < start && start <= high;
}

/** Number of the class of a value; -1: the value is in none. */
export function classOf(classes: readonly ValueClass[], value: number): number {
  return classes.findIndex(({ ranges }) => ranges.some(([low, high]) => low <= value && value <= high));
}

/** Whether these tests part the domain in few classes: each of them looks at all bits, or there are few values. A masked number may go up and down at every value. */
export function isCoarse(domain: readonly Range[], tests: readonly Test[]): boolean {
  const values = domain.reduce((total, [low, high]) => total + high - low + 1, 0);
  return values <= VALUES_MAX || tests.every((test) => isWhole(test.mask, domain));
}

/** Values that are tried one by one, at most. */
const VALUES_MAX = 0x100;

/** Whether the mask leaves every value of the domain as it is. */
function isWhole(mask: number, domain: readonly Range[]): boolean {
  const largest = domain.at(-1)?.[1] ?? 0;
  const bits = largest === 0 ? 0 : 32 - Math.clz32(largest);
  const used = bits === 32 ? 0xffffffff : (1 << bits) - 1;
  return (mask & used) >>> 0 === used >>> 0;
}

/** Ranges within which no test changes. */
function pieces(domain: readonly Range[], tests: readonly Test[]): Range[] {
  if (tests.some((test) => !isWhole(test.mask, domain))) {
    return domain.flatMap(([low, high]) => Array.from({ length: high - low + 1 }, (_, i): Range => [low + i, low + i]));
  }
  const starts = tests.flatMap(({ low, span }) => [low, (low + span + 1) >>> 0]);
  return domain.flatMap(([low, high]) => {
    const cuts = [...new Set([low, ...starts.filter((start) => start > low && start <= high)])].sort((a, b) => a - b);
    return cuts.map((cut, i): Range => [cut, (cuts[i + 1] ?? high + 1) - 1]);
  });
}
