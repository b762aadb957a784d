/** Values that rules and routes share, as iproute2 prints them. */
import { type Family, parsePrefix, type Prefix } from "../model/address.js";
import type { Link } from "../model/node.js";
import { unsigned } from "./values.js";

/** include/uapi/linux/rtnetlink.h; the number stands when /etc/iproute2/rt_tables has no name for it. */
const TABLES = new Map([["default", 253], ["main", 254], ["local", 255]]);

/** A table by name or number; null for a name that the node's own rt_tables made up. */
export function tableNumber(value: unknown): number | null {
  const named = typeof value === "string" ? TABLES.get(value) : undefined;
  return named ?? unsigned(value);
}

/** The DS field by the names of /etc/iproute2/rt_dsfield: old TOS names and RFC 2474, 2597, 3246. */
const DS_FIELDS = new Map([
  ["default", 0x00], ["mincost", 0x02], ["reliability", 0x04], ["throughput", 0x08], ["lowdelay", 0x10], ["LE", 0x04], ["VOICE-ADMIT", 0xb0], ["EF", 0xb8],
  ["priority", 0x20], ["immediate", 0x40], ["flash", 0x60], ["flash-override", 0x80], ["critical", 0xa0], ["internet", 0xc0], ["network", 0xe0],
  ["CS0", 0x00], ["CS1", 0x20], ["CS2", 0x40], ["CS3", 0x60], ["CS4", 0x80], ["CS5", 0xa0], ["CS6", 0xc0], ["CS7", 0xe0],
  ["AF11", 0x28], ["AF12", 0x30], ["AF13", 0x38], ["AF21", 0x48], ["AF22", 0x50], ["AF23", 0x58],
  ["AF31", 0x68], ["AF32", 0x70], ["AF33", 0x78], ["AF41", 0x88], ["AF42", 0x90], ["AF43", 0x98],
]);

/** `tos`: the whole byte, by name or in hex. */
export function tosByte(value: unknown): number | null {
  return named(value) ?? unsigned(value, 0xff);
}

/** `dscp`: by name, or the upper six bits as a number from 0 to 63. Gives the byte. */
export function dscpByte(value: unknown): number | null {
  const number = unsigned(value, 63);
  return named(value) ?? (number === null ? null : number << 2);
}

function named(value: unknown): number | null {
  return typeof value === "string" ? (DS_FIELDS.get(value) ?? null) : null;
}

/** `2001:db8::/64`, `default`, or `0/4`, which iproute2 prints when the kernel gave a length and no address. */
export function prefixOf(value: unknown, family: Family): Prefix | null {
  if (typeof value !== "string") return null;
  const bare = /^0(?:\/(\d{1,3}))?$/.exec(value);
  return bare === null ? parsePrefix(value, family) : parsePrefix(`${family === 4 ? "0.0.0.0" : "::"}/${bare[1] ?? "0"}`, family);
}

/** Device name -> number, as deviceIndex() of the model gives it: a list of links is searched once, not once for each rule. */
export function deviceNumbers(links: readonly Link[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  links.forEach((link, i) => {
    if (!numbers.has(link.name)) numbers.set(link.name, i + 1);
  });
  return numbers;
}
