/** By which fields a long list of conditions is searched: those that leave the fewest items over for a packet. */
import type { HookMatch, Row } from "../model/netfilter.js";
import type { HookField } from "../model/packet.js";
import { complement, intersect, pairsOf, type Ranges, spanFrom, unite } from "./ranges.js";

/** Holds when one of its rows does, or with `not` when none does. */
export interface Test {
  readonly rows: readonly Row[];
  readonly not: boolean;
}

/** An item of a list may hold when all its tests do. */
export type Item = readonly Test[];

/** A masked field, and for each item that looks at it (by its place in the list) the values for which it may hold. */
export interface Key {
  readonly field: HookField;
  readonly mask: number;
  readonly sets: ReadonlyMap<number, Ranges>;
}

/** As in assembly/netfilter/search.ts. */
export const KEYS_MAX = 8;
/** More masked fields than these are not weighed: rulesets use a dozen. */
const WEIGHED_MAX = 32;
/** A key that leaves out fewer items than these of a packet's costs more than it saves. */
const GAIN_MIN = 1;
const TOP = 0xffffffff;

/** What a packet need not tell, or does not tell bit by bit. */
const UNSURE: ReadonlySet<HookField> = new Set<HookField>(["ctMark", "ctStatus", "ctDirection"]);

/** The best keys, best first. Taken as if every interval of values that items tell apart came equally often, and every field for itself. */
export function keysOf(items: readonly Item[]): Key[] {
  const weighed = candidates(items).map((key) => ({ key, shares: sharesOf(key) }));
  const left = new Float64Array(items.length).fill(1);
  const chosen: Key[] = [];
  while (chosen.length < KEYS_MAX && weighed.length > 0) {
    const gains = weighed.map(({ shares }) => shares.reduce((sum, [item, share]) => sum + (left[item] ?? 0) * (1 - share), 0));
    const best = gains.indexOf(Math.max(...gains));
    if ((gains[best] ?? 0) < GAIN_MIN) break;
    for (const { key, shares } of weighed.splice(best, 1)) {
      chosen.push(key);
      for (const [item, share] of shares) left[item] = (left[item] ?? 0) * share;
    }
  }
  return chosen;
}

function candidates(items: readonly Item[]): Key[] {
  const found = new Map<string, { readonly field: HookField; readonly mask: number; readonly sets: Map<number, Ranges> }>();
  items.forEach((item, i) => {
    for (const [name, { field, mask }] of keysIn(item)) {
      const key = found.get(name) ?? { field, mask, sets: new Map<number, Ranges>() };
      if (!found.has(name) && found.size >= WEIGHED_MAX) continue;
      found.set(name, key);
      const set = valuesOf(item, name);
      if (set !== null) key.sets.set(i, set);
    }
  });
  return [...found.values()].filter(({ sets }) => sets.size > 0);
}

function keysIn(item: Item): Map<string, { readonly field: HookField; readonly mask: number }> {
  const keys = new Map<string, { readonly field: HookField; readonly mask: number }>();
  for (const { rows } of item) {
    for (const { matches } of rows) {
      for (const match of matches) {
        const name = nameOf(match);
        if (keys.has(name) || match.mask === 0 || UNSURE.has(match.field)) continue;
        keys.set(name, { field: match.field, mask: maskOf(match) });
      }
    }
  }
  return keys;
}

function nameOf(match: HookMatch): string {
  return `${match.field}/${maskOf(match)}`;
}

/** A prefix is a range of the whole field. */
function maskOf(match: HookMatch): number {
  return isPrefix(match) ? TOP : match.mask;
}

function isPrefix({ mask, span }: HookMatch): boolean {
  return span === 0 && mask !== 0 && ((~mask >>> 0) & ((~mask >>> 0) + 1)) === 0;
}

/** Values of the key for which all the tests may hold; null: any. */
function valuesOf(item: Item, key: string): Ranges | null {
  let values: Ranges | null = null;
  for (const test of item) {
    const own = valuesOfTest(test, key);
    if (own !== null) values = values === null ? own : intersect(values, own);
  }
  return values;
}

function valuesOfTest({ rows, not }: Test, key: string): Ranges | null {
  if (not) {
    // Only a row that looks at nothing else rules a value out for certain.
    const certain = rows.filter(({ matches, unknown }) => unknown === null && matches.length > 0 && matches.every((match) => nameOf(match) === key));
    return certain.length === 0 ? null : complement(unite(certain.map((row) => valuesOfRow(row, key) ?? [])));
  }
  const sets: Ranges[] = [];
  for (const row of rows) {
    const set = valuesOfRow(row, key);
    if (set === null) return null;
    sets.push(set);
  }
  return unite(sets);
}

function valuesOfRow({ matches }: Row, key: string): Ranges | null {
  let values: Ranges | null = null;
  for (const match of matches) {
    if (nameOf(match) !== key) continue;
    const own = valuesOfMatch(match);
    values = values === null ? own : intersect(values, own);
  }
  return values;
}

function valuesOfMatch(match: HookMatch): Ranges {
  const { mask, low, span } = match;
  if (!isPrefix(match)) return spanFrom(low, span);
  const host = ~mask >>> 0;
  return (low & host) === 0 ? [low, low + host] : [];
}

/** For each item that looks at the key, how much of its values may hold. */
function sharesOf(key: Key): (readonly [item: number, share: number])[] {
  const bounds = boundsOf(key);
  const places = new Map(bounds.map((bound, i) => [bound, i]));
  const place = (bound: number): number => places.get(bound) ?? bounds.length;
  return [...key.sets].map(([item, set]) => [item, pairsOf(set).reduce((sum, [low, high]) => sum + place(high + 1) - place(low), 0) / bounds.length]);
}

/** Where intervals of values begin that no item tells apart; ascending from 0. */
export function boundsOf({ sets }: Key): number[] {
  const bounds = new Set([0]);
  for (const set of sets.values()) {
    for (const [low, high] of pairsOf(set)) {
      bounds.add(low);
      if (high < TOP) bounds.add(high + 1);
    }
  }
  return [...bounds].sort((a, b) => a - b);
}
