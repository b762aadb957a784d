/** Writes what long lists are searched by: for each key one row of bits for each interval of its values (assembly/netfilter/search.ts). */
import type { Core } from "./core.js";
import { fieldOffsets } from "./matches.js";
import { boundsOf, type Item, type Key, keysOf } from "./keys.js";
import { pairsOf } from "./ranges.js";
import { writeRecords, writeWords } from "./writer.js";

/** Shorter lists are walked one by one. */
export const SHORT = 8;

/** Rows of bits of one key: `rows[i]` is the number in `stored` of the row that counts from `bounds[i]` on. */
export interface KeyRows {
  readonly bounds: readonly number[];
  readonly rows: readonly number[];
  readonly stored: readonly Uint32Array[];
}

/** Reserves and writes the Index of a list in at most about `bytes` bytes; 0: it is short, or nothing tells its items apart. */
export function writeIndex(core: Core, items: readonly Item[], bytes: number): number {
  const { IndexAt, KeyAt } = core.layout;
  if (items.length <= SHORT) return 0;
  const keys = keysOf(items);
  if (keys.length === 0) return 0;
  const shape = shapeOf(items.length);
  const offsets = fieldOffsets(core);
  const records = keys.map((key) => {
    const { bounds, rows, stored } = rowsOf(key, items.length, bytes / keys.length);
    const at = writeRows(core, stored);
    return {
      field: offsets[key.field], mask: key.mask, count: bounds.length, bounds: writeWords(core, bounds),
      rows: writeWords(core, rows.map((row) => at + row * shape.length * 4)),
    };
  });
  const all = writeRows(core, [fullRow(items.length, new Uint32Array(0), items.length)]);
  return writeRecords(core, IndexAt, [{ keys: writeRecords(core, KeyAt, records), keyCount: records.length, words: shape.words, summaries: shape.summaries, all }]);
}

function writeRows(core: Core, rows: readonly Uint32Array[]): number {
  const length = rows[0]?.length ?? 0;
  const at = core.reserve(rows.length * length * 4);
  rows.forEach((row, i) => { core.words(at + i * length * 4, length).set(row); });
  return at;
}

interface Shape {
  /** 64-bit words of bits, and of the summary before them. */
  readonly words: number;
  readonly summaries: number;
  /** 32-bit words of a row. */
  readonly length: number;
}

function shapeOf(count: number): Shape {
  const words = Math.ceil(count / 64);
  const summaries = Math.ceil(words / 64);
  return { words, summaries, length: 2 * (words + summaries) };
}

/** The rows of a key. Where there is not room for each interval, neighbours share one: whatever may hold in one of them may hold. */
export function rowsOf(key: Key, count: number, bytes: number): KeyRows {
  const bounds = boundsOf(key);
  const limit = Math.max(2, Math.floor(bytes / (shapeOf(count).length * 4)));
  let step = 1;
  for (;;) {
    const made = groupRows(key, bounds, count, step, limit);
    if (typeof made !== "number") return made;
    step = Math.ceil((step * (bounds.length + 1)) / made);
  }
}

/** One row for `step` intervals; where there are more than `limit` different ones, how many intervals had room. */
function groupRows(key: Key, bounds: readonly number[], count: number, step: number, limit: number): KeyRows | number {
  const { on, off } = turnsOf(key, bounds);
  const now = startOf(key, count);
  const [kept, rows]: [number[], number[]] = [[], []];
  const store = new RowStore();
  for (let first = 0; first < bounds.length; first += step) {
    turn(now, off[first], false);
    turn(now, on[first], true);
    const any = step === 1 ? now : now.slice();
    for (let i = first + 1; i < Math.min(first + step, bounds.length); i++) {
      turn(now, off[i], false);
      turn(now, on[i], true);
      turn(any, on[i], true);
    }
    const row = store.number(any);
    if (store.rows.length > limit && step < bounds.length) return first;
    if (rows.at(-1) === row) continue;
    kept.push(bounds[first] ?? 0);
    rows.push(row);
  }
  return { bounds: kept, rows, stored: store.rows.map((bits) => fullRow(count, bits, 0)) };
}

interface Turns {
  /** For each interval the items that may hold from there on, and those that may not any more. */
  readonly on: readonly (readonly number[] | undefined)[];
  readonly off: readonly (readonly number[] | undefined)[];
}

function turnsOf({ sets }: Key, bounds: readonly number[]): Turns {
  const places = new Map(bounds.map((bound, i) => [bound, i]));
  const turns = { on: new Array<number[] | undefined>(bounds.length), off: new Array<number[] | undefined>(bounds.length) };
  const note = (list: (number[] | undefined)[], bound: number, item: number): void => {
    const place = places.get(bound);
    if (place !== undefined) (list[place] ??= []).push(item);
  };
  for (const [item, set] of sets) {
    for (const [low, high] of pairsOf(set)) {
      note(turns.on, low, item);
      note(turns.off, high + 1, item);
    }
  }
  return turns;
}

/** Items that do not look at the key may always hold. */
function startOf({ sets }: Key, count: number): Uint32Array {
  const bits = new Uint32Array(2 * shapeOf(count).words);
  for (let item = 0; item < count; item++) if (!sets.has(item)) set(bits, item, true);
  return bits;
}

function turn(bits: Uint32Array, items: readonly number[] | undefined, on: boolean): void {
  for (const item of items ?? []) set(bits, item, on);
}

function set(bits: Uint32Array, item: number, on: boolean): void {
  const before = bits[item >> 5] ?? 0;
  const bit = 1 << (item & 31);
  bits[item >> 5] = on ? before | bit : before & ~bit;
}

/** Different rows, each once. */
class RowStore {
  readonly rows: Uint32Array[] = [];
  readonly #numbers = new Map<number, number[]>();

  number(row: Uint32Array): number {
    const hash = hashOf(row);
    const same = this.#numbers.get(hash) ?? [];
    const known = same.find((number) => this.rows[number]?.every((word, i) => word === row[i]));
    if (known !== undefined) return known;
    this.#numbers.set(hash, [...same, this.rows.length]);
    return this.rows.push(row.slice()) - 1;
  }
}

/** FNV-1a, word by word. */
function hashOf(row: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (const word of row) hash = Math.imul(hash ^ word, 0x01000193);
  return hash;
}

/** The summary and the bits; or of the first `from` items all. */
function fullRow(count: number, bits: Uint32Array, from: number): Uint32Array {
  const { summaries, length } = shapeOf(count);
  const row = new Uint32Array(length);
  const own = row.subarray(2 * summaries);
  own.set(bits);
  for (let item = 0; item < from; item++) set(own, item, true);
  own.forEach((word, i) => { if (word !== 0) set(row, i >> 1, true); });
  return row;
}
