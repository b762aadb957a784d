/** What matches of both firewalls are lowered to: rows of matches, for ranges of addresses, devices, ports and states. */
import type { Family, Words } from "../model/address.js";
import { type Condition, CT_STATE, CT_TRACKED, type HookMatch, type Row } from "../model/netfilter.js";
import { equals, except, hasAny, type HookField, within } from "../model/packet.js";

/** A set or a product of sets with more rows than this counts as unknown. */
export const ROWS_MAX = 65_536;

export function row(...matches: readonly HookMatch[]): Row {
  return { matches, unknown: null };
}

/** A row that may hold or not. */
export function maybe(text: string, ...matches: readonly HookMatch[]): Row {
  return { matches, unknown: text };
}

/** The condition that one of the rows holds, or none of them. A single match is turned round itself. */
export function condition(text: string, rows: readonly Row[], not = false): Condition {
  const match = not && rows.length === 1 ? onlyMatch(rows[0]) : null;
  if (match === null) return { kind: "condition", rows, not, text };
  const opposite = except(match);
  return { kind: "condition", rows: opposite === null ? [] : [row(opposite)], not: false, text };
}

function onlyMatch(only: Row | undefined): HookMatch | null {
  return only?.unknown === null && only.matches.length === 1 ? (only.matches[0] ?? null) : null;
}

/** A condition that may hold or not. */
export function unknown(text: string): Condition {
  return condition(text, [maybe(text)]);
}

/** Rows that one element of a set may come to: two ranges of IPv6 addresses and one of ports are 49. */
export const PRODUCT_MAX = 4096;

/** Rows that hold when one of each list does; null when there are too many. */
export function product(a: readonly Row[], b: readonly Row[]): Row[] | null {
  if (a.length * b.length > PRODUCT_MAX) return null;
  return a.flatMap((left) => b.map((right) => ({ matches: [...left.matches, ...right.matches], unknown: left.unknown ?? right.unknown })));
}

export const TRACKED = hasAny("ctState", CT_TRACKED);
export const UNTRACKED = hasAny("ctState", CT_STATE.invalid | CT_STATE.untracked);
/** Later fragments carry no transport header: no match of one holds, inverted or not. */
export const HAS_TRANSPORT = within<HookField>("fragment", 0, 1);
export const LATER_FRAGMENT = equals<HookField>("fragment", 2);

/** The end of a packet that addresses stand in. */
export type End = "src" | "dst";

/** `(address & mask) == value`, word by word. Value bits outside of the mask never fit, as the kernel compares. */
export function inMask(end: End, value: Words, mask: Words): Row {
  const matches: HookMatch[] = [];
  for (const i of WORDS) {
    if (mask[i] !== 0 || value[i] !== 0) matches.push({ field: WORD_FIELDS[end][i], mask: mask[i], low: value[i], span: 0 });
  }
  return row(...matches);
}

const WORDS = [0, 1, 2, 3] as const;
const WORD_FIELDS = { src: ["src0", "src1", "src2", "src3"], dst: ["dst0", "dst1", "dst2", "dst3"] } as const;
const TOP = 0xffffffff;
const ALL_ONES: Words = [TOP, TOP, TOP, TOP];

/** Addresses from first to last: a range of 128 bits is up to seven rows. */
export function inRange(end: End, family: Family, first: Words, last: Words): Row[] {
  if (family === 4) return first[0] <= last[0] ? [row(within<HookField>(WORD_FIELDS[end][0], first[0], last[0]))] : [];
  return between(end, 0, first, last);
}

type Place = 0 | 1 | 2 | 3;

/** From word `i` on; the words before are the same in both. */
function between(end: End, i: Place, first: Words, last: Words): Row[] {
  if (first[i] > last[i]) return [];
  if (first[i] === last[i]) return i === 3 ? [word(end, i, first[i], last[i])] : join(word(end, i, first[i], last[i]), between(end, next(i), first, last));
  const low = isRest(first, i, 0);
  const high = isRest(last, i, TOP);
  const [from, to] = [low ? first[i] : first[i] + 1, high ? last[i] : last[i] - 1];
  const middle = from <= to ? [word(end, i, from, to)] : [];
  const below = low ? [] : join(word(end, i, first[i], first[i]), between(end, next(i), first, ALL_ONES));
  const above = high ? [] : join(word(end, i, last[i], last[i]), between(end, next(i), [0, 0, 0, 0], last));
  return [...middle, ...below, ...above];
}

function next(i: Place): Place {
  return i === 0 ? 1 : i === 1 ? 2 : 3;
}

/** Whether all words behind `i` have this value. */
function isRest(words: Words, i: Place, value: number): boolean {
  return words.every((each, at) => at <= i || each === value);
}

function word(end: End, i: Place, low: number, high: number): Row {
  return row(within<HookField>(WORD_FIELDS[end][i], low, high));
}

function join(first: Row, rows: readonly Row[]): Row[] {
  return rows.map((each) => row(...first.matches.filter(({ span }) => span !== TOP), ...each.matches));
}

/** The devices of a node, by what rules call them. Numbers count from 1 in the order of link.json, as `iif` and `oif` do. */
export interface Devices {
  readonly numbers: ReadonlyMap<string, number>;
  /** Kernel index -> number. */
  readonly indexes: ReadonlyMap<number, number>;
}

export function devicesOf(links: readonly { readonly name: string; readonly index: number }[]): Devices {
  return { numbers: new Map(links.map(({ name }, i) => [name, i + 1])), indexes: new Map(links.map(({ index }, i) => [index, i + 1])) };
}

/** `eth0`, or with the wildcard at its end all devices that begin so. A device the node does not have gives no row: nothing arrives on it. */
export function onDevice(field: "iif" | "oif", pattern: string, wildcard: "+" | "*", devices: Devices): Row[] {
  if (!pattern.endsWith(wildcard)) {
    const number = devices.numbers.get(pattern);
    return number === undefined ? [] : [row(equals<HookField>(field, number))];
  }
  const start = pattern.slice(0, -1);
  if (start === "") return [row()];
  return [...devices.numbers].filter(([name]) => name.startsWith(start)).map(([, number]) => row(equals<HookField>(field, number)));
}
