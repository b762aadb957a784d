/** Fields of a packet as somebody wrote them, in words or in JSON. */
import { type Address, parseAddress } from "../model/address.js";

/** A field whose value cannot be read. Caught where the packet is read. */
export class Unreadable extends Error {}

export type Row = ReadonlyMap<string, unknown>;

/** An address; null: not given. */
export function address(row: Row, name: string): Address | null {
  const value = row.get(name);
  if (value === undefined || value === "") return null;
  const parsed = typeof value === "string" ? parseAddress(value) : null;
  if (parsed === null) throw new Unreadable(`${name} ${show(value)} is not an address`);
  return parsed;
}

/** The name of a device; null: not given. */
export function device(row: Row, name: string): string | null {
  const value = row.get(name);
  if (value === undefined || value === "") return null;
  if (typeof value !== "string") throw new Unreadable(`${name} ${show(value)} is not the name of a device`);
  return value;
}

/** One of these words; null: not given. */
export function oneOf<T extends string>(row: Row, name: string, words: readonly T[]): T | null {
  const value = row.get(name);
  if (value === undefined) return null;
  const found = words.find((word) => word === (typeof value === "string" ? value.toLowerCase() : value));
  if (found === undefined) throw new Unreadable(`${name} ${show(value)} is none of ${words.join(", ")}`);
  return found;
}

/** A whole number, decimal or 0x hex, from 0 to `max`. */
export function number(row: Row, name: string, max: number): number | null {
  const value = row.get(name);
  if (value === undefined) return null;
  const read = typeof value === "string" && /^(?:\d{1,10}|0x[\da-f]{1,8})$/i.test(value) ? Number(value) : value;
  if (typeof read !== "number" || !Number.isInteger(read) || read < 0 || read > max) throw new Unreadable(`${name} ${show(value)} is not a number from 0 to ${max}`);
  return read;
}

/** A value as a message may show it: short and quoted. */
export function show(value: unknown): string {
  const text = typeof value === "object" && value !== null ? (Array.isArray(value) ? "a list" : "an object") : JSON.stringify(value);
  return text.length > 48 ? `${text.slice(0, 48)}…` : text;
}
