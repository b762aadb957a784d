/** Runs that end alike become one case: values that lead to the same end are told together. */
import type { Ending } from "../model/walk.js";
import type { Condition, Run } from "./choices.js";
import { rangesText } from "./classes.js";

export interface Cased {
  readonly ending: Ending;
}

export interface Merged<T> {
  readonly value: T;
  readonly when: ReadonlyMap<string, Condition>;
}

/** One case for each end, or several where its values cannot be told as one set for each unknown. In the order in which the runs were made. */
export function mergeCases<T extends Cased>(runs: readonly Run<T>[]): Merged<T>[] {
  const groups = new Map<string, Merged<T>[]>();
  for (const { value, when } of runs) {
    const key = JSON.stringify(value.ending);
    groups.set(key, [...(groups.get(key) ?? []), { value, when }]);
  }
  // All runs end alike: nothing that was asked matters.
  const [only] = groups.size === 1 ? [...groups.values()] : [];
  const [first] = only ?? [];
  if (first !== undefined) return [{ value: first.value, when: new Map() }];
  return [...groups.values()].flatMap(joined);
}

/** Joins pairs that differ in one unknown until none is left. */
function joined<T>(cases: readonly Merged<T>[]): Merged<T>[] {
  const left = [...cases];
  for (let changed = true; changed;) {
    changed = false;
    for (let i = 0; i < left.length; i++) {
      for (let j = left.length - 1; j > i; j--) {
        const [a, b] = [left[i], left[j]];
        const both = a === undefined || b === undefined ? null : join(a, b);
        if (both === null) continue;
        left[i] = both;
        left.splice(j, 1);
        changed = true;
      }
    }
  }
  return left;
}

/** One case for two that ask the same and differ in one answer only; null: they do not. */
function join<T>(a: Merged<T>, b: Merged<T>): Merged<T> | null {
  if (a.when.size !== b.when.size) return null;
  let differing: string | null = null;
  for (const [name, { chosen }] of a.when) {
    const other = b.when.get(name)?.chosen;
    if (other === undefined) return null;
    if (chosen.size === other.size && [...chosen].every((index) => other.has(index))) continue;
    if (differing !== null) return null;
    differing = name;
  }
  if (differing === null) return a;
  const own = a.when.get(differing);
  const chosen = new Set([...(own?.chosen ?? []), ...(b.when.get(differing)?.chosen ?? [])]);
  const when = new Map(a.when);
  if (own === undefined || chosen.size === own.options.length) when.delete(differing);
  else when.set(differing, { options: own.options, chosen });
  return { value: a.value, when };
}

/** `{ uid: 0, dport: "0-52,54-65535", api: "connect" }`. */
export function whenOf(merged: Merged<unknown>): Record<string, string | number> {
  return Object.fromEntries([...merged.when].map(([name, condition]) => [name, valueOf(condition)]));
}

function valueOf({ options, chosen }: Condition): string | number {
  const picked = [...chosen].sort((a, b) => a - b).map((index) => options[index]).filter((option) => option !== undefined);
  const ranges = picked.flatMap((option) => option.ranges ?? []);
  const text = ranges.length > 0 ? rangesText(ranges) : picked.map((option) => option.text).join(" or ");
  return ranges.length > 0 && /^\d+$/.test(text) ? Number(text) : text;
}
