/** Writes arrays of records into the core's memory, by the offsets it publishes. */
import type { Core } from "./core.js";

type Offsets = Readonly<Record<string, number>>;

/** Reserves room for the records and fills them; returns the address of the first. Fields not named stay 0. */
export function writeRecords<O extends Offsets & { readonly SIZE: number }>(
  core: Core,
  offsets: O,
  records: readonly Partial<Record<Exclude<keyof O, "SIZE">, number>>[],
): number {
  const at = core.reserve(Math.max(1, records.length) * offsets.SIZE);
  const view = core.view();
  records.forEach((record, i) => {
    const start = at + i * offsets.SIZE;
    for (const [name, value] of Object.entries(record)) {
      const offset = offsets[name];
      if (offset !== undefined && typeof value === "number") view.setUint32(start + offset, value, true);
    }
  });
  return at;
}

/** Reserves and fills an array of 32-bit words. */
export function writeWords(core: Core, words: readonly number[]): number {
  const at = core.reserve(Math.max(1, words.length) * 4);
  const view = core.view();
  words.forEach((word, i) => {
    view.setUint32(at + 4 * i, word, true);
  });
  return at;
}

/** Reserves and fills an array of 16-bit words. */
export function writeShorts(core: Core, shorts: readonly number[]): number {
  const at = core.reserve(Math.max(1, shorts.length) * 2);
  const view = core.view();
  shorts.forEach((short, i) => {
    view.setUint16(at + 2 * i, short, true);
  });
  return at;
}

/** Reserves and fills an array of 64-bit words. */
export function writeLongs(core: Core, longs: readonly bigint[]): number {
  const at = core.reserve(Math.max(1, longs.length) * 8);
  const view = core.view();
  longs.forEach((long, i) => {
    view.setBigUint64(at + 8 * i, long, true);
  });
  return at;
}
