/** Values of iptables' options. What cannot be read is thrown as Unreadable, and makes the match or target that carries it unknown. */
import { type Family, maskWords, parseAddress, WIDTH, type Words } from "../model/address.js";
import type { AddressRange, PortRange } from "../model/netfilter.js";
import type { Option } from "./iptableswords.js";
import { unsigned } from "./values.js";

/** Never leaves the readers of iptables-save. */
export class Unreadable extends Error {}

/** The only value of an option. */
export function only(option: Option): string {
  const [value, ...more] = option.values;
  if (value === undefined || more.length > 0) throw new Unreadable();
  return value;
}

/** A whole number, decimal or 0x hex. */
export function number(text: string, max = 0xffffffff): number {
  const value = unsigned(text, max);
  if (value === null) throw new Unreadable();
  return value;
}

/** `22`, `22:25` or, with another sign between, `22-25`; an open end goes to 0 or `max`. */
export function range(text: string, sign: ":" | "-", max: number): PortRange {
  const at = text.indexOf(sign);
  if (at < 0) return { first: number(text, max), last: number(text, max) };
  const first = at === 0 ? 0 : number(text.slice(0, at), max);
  const last = at === text.length - 1 ? max : number(text.slice(at + 1), max);
  if (first > last) throw new Unreadable();
  return { first, last };
}

/** `0x1/0xff`: value and mask; all 32 bits without a mask. */
export function masked(text: string): { readonly value: number; readonly mask: number } {
  const slash = text.indexOf("/");
  if (slash < 0) return { value: number(text), mask: 0xffffffff };
  return { value: number(text.slice(0, slash)), mask: number(text.slice(slash + 1)) };
}

export function address(text: string, family: Family): { readonly family: Family; readonly words: Words } {
  const parsed = parseAddress(text);
  if (parsed?.family !== family) throw new Unreadable();
  return parsed;
}

/** `10.0.0.0/8`, `10.0.0.0/255.0.255.0`, or one address: the value under the mask, and the mask. */
export function addressMask(text: string, family: Family): { readonly value: Words; readonly mask: Words } {
  const slash = text.indexOf("/");
  const { words } = address(slash < 0 ? text : text.slice(0, slash), family);
  const tail = slash < 0 ? String(WIDTH[family]) : text.slice(slash + 1);
  const mask = /^\d{1,3}$/.test(tail) ? maskWords(number(tail, WIDTH[family])) : address(tail, family).words;
  const [a, b, c, d] = words;
  return { value: [(a & mask[0]) >>> 0, (b & mask[1]) >>> 0, (c & mask[2]) >>> 0, (d & mask[3]) >>> 0], mask };
}

/** `10.0.0.1-10.0.0.9`, or one address. */
export function addressRange(text: string, family: Family): AddressRange {
  const dash = text.indexOf("-");
  const first = address(dash < 0 ? text : text.slice(0, dash), family);
  return { first, last: dash < 0 ? first : address(text.slice(dash + 1), family) };
}

/** Names of bits: `NEW,ESTABLISHED`. */
export function bits(text: string, names: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const name of text.split(",")) {
    const bit = names.get(name);
    if (bit === undefined) throw new Unreadable();
    sum |= bit;
  }
  return sum;
}
