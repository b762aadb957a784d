/** Values of a field that nothing on this node tells apart: one of them stands for all. */
import type { Field, HookField, Match } from "../model/packet.js";
import type { Option } from "./choices.js";

/** A set of values, its text, and one value that stands for it. */
export interface ValueClass extends Option {
  readonly ranges: readonly (readonly [number, number])[];
  readonly value: number;
}

/** Largest value of each field that a packet may leave open. */
const LARGEST = {
  proto: 0xff, sport: 0xffff, dport: 0xffff, tos: 0xff, icmpType: 0xff, icmpCode: 0xff, tcpFlags: 0xff, hopLimit: 0xff, uid: 0xfffffffe, gid: 0xfffffffe,
} as const satisfies Partial<Record<Field, number>>;

export type OpenField = keyof typeof LARGEST;

export function isOpenField(field: HookField): field is OpenField {
  return Object.hasOwn(LARGEST, field);
}

/** Whether `((value & mask) - low) <= span`, unsigned. */
export function holds(match: Pick<Match, "mask" | "low" | "span">, value: number): boolean {
  return (((value & match.mask) >>> 0) - match.low) >>> 0 <= match.span;
}

/** The classes of a field under these matches, in the order of their lowest values. */
export function classesOf(field: OpenField, matches: readonly Match[]): readonly ValueClass[] {
  const tests = matches.filter((match) => match.field === field);
  const bySignature = new Map<string, [number, number][]>();
  for (const [low, high] of intervals(LARGEST[field], tests)) {
    const signature = tests.map((match) => Number(holds(match, low))).join("");
    const ranges = bySignature.get(signature) ?? [];
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1 === low) last[1] = high;
    else ranges.push([low, high]);
    bySignature.set(signature, ranges);
  }
  return [...bySignature.values()].map((ranges) => ({ value: ranges[0]?.[0] ?? 0, ranges, text: rangesText(ranges) }));
}

/** Pieces in which no test changes. A mask with holes may change at every value, so small fields are then taken value by value. */
function intervals(largest: number, tests: readonly Match[]): [number, number][] {
  const masked = tests.some((match) => (match.mask & largest) >>> 0 !== largest && match.mask !== 0xffffffff);
  const cuts = masked && largest <= 0xffff
    ? Array.from({ length: largest + 1 }, (_, value) => value)
    : [...new Set([0, ...tests.flatMap((match) => [match.low, (match.low + match.span + 1) >>> 0])])].filter((cut) => cut <= largest).sort((a, b) => a - b);
  return cuts.map((cut, i) => [cut, (cuts[i + 1] ?? largest + 1) - 1]);
}

/** `53`, `0-52,54-65535`. Ranges that touch become one. */
export function rangesText(ranges: readonly (readonly [number, number])[]): string {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else joined.push([low, high]);
  }
  return joined.map(([low, high]) => (low === high ? String(low) : `${low}-${high}`)).join(",");
}
