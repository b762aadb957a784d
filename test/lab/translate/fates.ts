/** Whether two walks of one packet end alike, whatever the values that nobody gave. Stations and texts of rules do not count. */
import type { Case, Ending, FlowView, Walk } from "../../../src/model/walk.js";

export type Comparison =
  | { readonly kind: "same" }
  | { readonly kind: "different"; readonly part: string }
  /** Too many combinations of unknown values to compare them all. */
  | { readonly kind: "vague" };

type Fated = (Ending | Case) & { readonly entry?: FlowView };

/** What unknowns both walks know by the same name; whatever else is asked stands in the text of a rule. */
const SHARED: ReadonlySet<string> = new Set(["proto", "sport", "dport", "tos", "icmpType", "icmpCode", "tcpFlags", "hopLimit", "uid", "gid", "api", "markWhen"]);

const POINTS_MAX = 4096;

/** `srcKnown`: without a source, what an entry holds depends on which sources rules tell apart. */
export function compare(a: Walk, b: Walk, srcKnown = true): Comparison {
  if (a.truncated === true || b.truncated === true) return { kind: "vague" };
  if (isToldAlike(a, b, srcKnown)) return { kind: "same" };
  const axes = axesOf([...whensOf(a), ...whensOf(b)]);
  const count = axes.reduce((product, [, values]) => product * values.length, 1);
  if (count > POINTS_MAX) return { kind: "vague" };
  for (let number = 0; number < count; number++) {
    const point = pointAt(axes, number);
    const [left, right] = [fatesAt(a, point, srcKnown), fatesAt(b, point, srcKnown)];
    if (left.length !== right.length || left.some((fate, i) => keyOf(fate) !== keyOf(right[i]))) return { kind: "different", part: `${partOf(left, right)}${axes.length === 0 ? "" : " of a case"}` };
  }
  return { kind: "same" };
}

/** Most walks are told in the same cases, one after the other. */
function isToldAlike(a: Walk, b: Walk, withEntry: boolean): boolean {
  const [left, right] = [casesOf(a), casesOf(b)];
  const keyIn = ({ when, entry, ...fate }: Fated & { readonly when?: When }): string => `${JSON.stringify(when)} ${keyOf(withEntry && entry !== undefined ? { ...fate, entry } : fate)}`;
  return left.length === right.length && left.every((fate, i) => { const other = right[i]; return other !== undefined && keyIn(fate) === keyIn(other); });
}

/** Whether all that a walk with a source tells is among what the walk of the same packet without one tells; the source itself and the verdict on it aside. */
export function isAmong(known: Walk, open: Walk): boolean {
  const told = new Set(casesOf(open).map(bareKeyOf));
  return open.truncated === true || casesOf(known).every((fate) => told.has(bareKeyOf(fate)));
}

function bareKeyOf({ disposition, egress, error }: Fated): string {
  return JSON.stringify([disposition, error ?? null, egress === null ? null : [egress.dev, egress.table, egress.via ?? null, egress.dst, egress.dport ?? null, egress.mark]]);
}

type When = Readonly<Record<string, string | number>>;
type Axis = readonly [string, readonly (string | number)[]];
type Point = ReadonlyMap<string, string | number>;

function casesOf(walk: Walk): readonly (Fated & { readonly when?: When })[] {
  return walk.cases ?? [walk];
}

function whensOf(walk: Walk): readonly When[] {
  return (walk.cases ?? []).map(({ when }) => when);
}

/** For each unknown its values between which no case changes, one of each kind. */
function axesOf(whens: readonly When[]): readonly Axis[] {
  const found = new Map<string, Set<string | number>>();
  for (const [name, told] of whens.flatMap((when) => Object.entries(when))) {
    if (!SHARED.has(name)) continue;
    const values = found.get(name) ?? new Set();
    const ranges = rangesOf(told);
    for (const value of ranges === null ? String(told).split(" or ") : ranges.map(([low]) => low)) values.add(value);
    found.set(name, values);
  }
  return [...found].map(([name, values]) => [name, [...values]]);
}

/** `0-52,54-65535`; null: words. */
function rangesOf(told: string | number): readonly (readonly [number, number])[] | null {
  const text = String(told);
  if (!/^[\d,-]+$/.test(text)) return null;
  return text.split(",").map((range) => {
    const [low = "", high = low] = range.split("-");
    return [Number(low), Number(high)];
  });
}

function pointAt(axes: readonly Axis[], number: number): Point {
  let rest = number;
  return new Map(axes.map(([name, values]) => {
    const value = values[rest % values.length] ?? 0;
    rest = Math.floor(rest / values.length);
    return [name, value];
  }));
}

/** Every end that a packet with these values may come to, each once, in order. */
function fatesAt(walk: Walk, point: Point, withEntry: boolean): readonly Fated[] {
  const reached = casesOf(walk).filter(({ when = {} }) => Object.entries(when).every(([name, told]) => covers(told, point.get(name))));
  const fates = new Map(reached.map(({ entry, ...fate }): Fated => (withEntry && entry !== undefined ? { ...fate, entry } : fate)).map((fate) => [keyOf(fate), fate]));
  return [...fates].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fate]) => fate);
}

function covers(told: string | number, value: string | number | undefined): boolean {
  if (value === undefined) return true;
  const ranges = rangesOf(told);
  return ranges === null ? String(told).split(" or ").includes(String(value)) : ranges.some(([low, high]) => Number(value) >= low && Number(value) <= high);
}

const PARTS = ["disposition", "error", "verdict", "reason", "entry"] as const;
const ENDS = ["dev", "table", "via", "src", "dst", "sport", "dport", "mark"] as const;

function keyOf(fate: Fated | undefined): string {
  return JSON.stringify([fate?.egress ?? null, ...PARTS.map((part) => fate?.[part] ?? null)]);
}

/** Names what differs where both tell one end; else that they tell different ones. */
function partOf(a: readonly Fated[], b: readonly Fated[]): string {
  const [[left], [right]] = [a, b];
  if (a.length !== 1 || b.length !== 1 || left === undefined || right === undefined) return "ends";
  const part = PARTS.find((name) => JSON.stringify(left[name]) !== JSON.stringify(right[name]));
  if (part === "disposition") return `${left.disposition}/${right.disposition}`;
  const end = ENDS.find((name) => left.egress?.[name] !== right.egress?.[name]);
  return end ?? part ?? "egress";
}
