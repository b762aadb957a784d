/** What a rule looks at, lowered to matches: one table entry for each selector that iproute2 prints (ip/iprule.c: print_rule). */
import { type Family, formatAddress, type Prefix, WIDTH } from "../model/address.js";
import { equals, type Field, inPrefix, type Match, within } from "../model/packet.js";
import { dscpByte, prefixOf, tosByte } from "./fields.js";
import { type JsonObject, own, ownText, unsigned } from "./values.js";
import { word } from "./remarks.js";

/** What one selector says, and how `ip rule` prints it. */
export interface Reading {
  readonly matches: readonly Match[];
  readonly words: string;
}

interface Selector {
  /** The rule has this selector when it has one of these keys. */
  readonly keys: readonly string[];
  /** null: a value that cannot be read. */
  readonly read: (row: JsonObject, family: Family, devices: ReadonlyMap<string, number>) => Reading | null;
}

/** No packet arrives at, or leaves on, a device that does not exist. */
const NEVER = equals("iif", 0xffffffff);

/** In the order of `ip rule`. `from` is always there: `from all`. */
export const SELECTORS: readonly Selector[] = [
  { keys: ["src", "srclen"], read: (row, family) => endpoint("from", "src", rulePrefix(row, "src", family)) },
  { keys: ["dst", "dstlen"], read: (row, family) => endpoint("to", "dst", rulePrefix(row, "dst", family)) },
  { keys: ["tos"], read: readTos },
  { keys: ["dscp", "dscp_mask"], read: readDscp },
  { keys: ["fwmark", "fwmask"], read: readMark },
  { keys: ["iif", "iif_detached"], read: (row, _, devices) => readDevice(row, "iif", devices) },
  { keys: ["oif", "oif_detached"], read: (row, _, devices) => readDevice(row, "oif", devices) },
  { keys: ["uid_start", "uid_end"], read: readUser },
  { keys: ["ipproto"], read: readProtocol },
  { keys: ["sport", "sport_start", "sport_end", "sport_mask"], read: (row) => readPort(row, "sport") },
  { keys: ["dport", "dport_start", "dport_end", "dport_mask"], read: (row) => readPort(row, "dport") },
];

/** The prefix of a rule: `src` with `srclen`, `dst` with `dstlen`; null for all addresses, undefined when it cannot be read. Host bits are kept, as netifd's `to 2001:db8::1/64` has them. */
export function rulePrefix(row: JsonObject, end: "src" | "dst", family: Family): Prefix | null | undefined {
  const value = own(row, end);
  const length = own(row, `${end}len`);
  if ((value === undefined || value === "all" || value === "any") && length === undefined) return null;
  if (value === undefined) return undefined;
  const prefix = prefixOf(value === "all" ? "0" : value, family);
  if (prefix === null) return undefined;
  if (length === undefined) return prefix;
  const bits = unsigned(length, WIDTH[family]);
  return bits === null ? undefined : { address: prefix.address, length: bits };
}

function endpoint(word: string, end: "src" | "dst", prefix: Prefix | null | undefined): Reading | null {
  if (prefix === undefined) return null;
  if (prefix === null) return { matches: [], words: `${word} all` };
  const text = formatAddress(prefix.address);
  const whole = prefix.length === WIDTH[prefix.address.family];
  return { matches: inPrefix(end, prefix), words: whole ? `${word} ${text}` : `${word} ${text}/${prefix.length}` };
}

/** fib4_rule_match() sees only the bits of IPTOS_RT_MASK in the packet, fib6_rule_match() the whole DSCP; neither sees ECN. */
function readTos(row: JsonObject, family: Family): Reading | null {
  const tos = tosByte(own(row, "tos"));
  if (tos === null) return null;
  const words = `tos ${word(own(row, "tos"))}`;
  // Zero is the kernel's "no test".
  if (tos === 0) return { matches: [], words };
  const mask = family === 4 ? 0x1c : 0xfc;
  return { matches: [(tos & ~mask) === 0 ? equals("tos", tos, mask) : NEVER], words };
}

function readDscp(row: JsonObject): Reading | null {
  const value = dscpByte(own(row, "dscp"));
  const mask = own(row, "dscp_mask") === undefined ? 0xfc : dscpByte(own(row, "dscp_mask"));
  if (value === null || mask === null) return null;
  return { matches: [equals("tos", value, mask)], words: `dscp ${value >> 2}${mask === 0xfc ? "" : `/0x${(mask >> 2).toString(16)}`}` };
}

/** fib_rule_match(): `(rule.mark ^ flow.mark) & rule.mask`, with all 32 bits when no mask is given. `fwmark 0/0x1` is a real test. */
function readMark(row: JsonObject): Reading | null {
  const mark = own(row, "fwmark") === undefined ? 0 : unsigned(own(row, "fwmark"));
  const mask = own(row, "fwmask") === undefined ? 0xffffffff : unsigned(own(row, "fwmask"));
  if (mark === null || mask === null) return null;
  return { matches: [equals("mark", mark, mask)], words: `fwmark ${hex(mark)}${mask === 0xffffffff ? "" : `/${hex(mask)}`}` };
}

/** iproute2 prints zero without 0x. */
function hex(value: number): string {
  return value === 0 ? "0" : `0x${value.toString(16)}`;
}

/** `iif lo` is what the node itself sends. */
function readDevice(row: JsonObject, field: "iif" | "oif", devices: ReadonlyMap<string, number>): Reading | null {
  const name = ownText(row, field);
  if (name === null) return null;
  const number = devices.get(name);
  return { matches: [number === undefined ? NEVER : equals(field, number)], words: `${field} ${word(name)}${Object.hasOwn(row, `${field}_detached`) ? " [detached]" : ""}` };
}

function readUser(row: JsonObject): Reading | null {
  const start = unsigned(own(row, "uid_start"));
  const end = unsigned(own(row, "uid_end"));
  if (start === null || end === null || end < start) return null;
  return { matches: [within("uid", start, end)], words: `uidrange ${start}-${end}` };
}

/** Names of /etc/protocols that a rule is likely to carry; others come as numbers. */
const PROTOCOLS = new Map([
  ["icmp", 1], ["igmp", 2], ["ipencap", 4], ["tcp", 6], ["egp", 8], ["udp", 17], ["dccp", 33], ["ipv6", 41], ["ipv6-route", 43], ["ipv6-frag", 44], ["rsvp", 46],
  ["gre", 47], ["esp", 50], ["ah", 51], ["ipv6-icmp", 58], ["icmpv6", 58], ["ipv6-nonxt", 59], ["ipv6-opts", 60], ["ospf", 89], ["ospfigp", 89], ["pim", 103],
  ["vrrp", 112], ["l2tp", 115], ["sctp", 132], ["udplite", 136],
]);

/** iproute2 prints `ipproto-200` for a number without a name. */
function readProtocol(row: JsonObject): Reading | null {
  const value = own(row, "ipproto");
  const number = typeof value === "string" ? (PROTOCOLS.get(value.toLowerCase()) ?? unsigned(value.replace(/^ipproto-/, ""), 255)) : unsigned(value, 255);
  return number === null ? null : { matches: [equals("proto", number)], words: `ipproto ${String(value)}` };
}

/** One port, a range in two keys or in one text, or (since iproute2 6.14) a port under a mask. */
function readPort(row: JsonObject, field: Field & ("sport" | "dport")): Reading | null {
  const value = own(row, field);
  const span = typeof value === "string" ? /^(\d+)-(\d+)$/.exec(value) : null;
  const low = unsigned(span?.[1] ?? value ?? own(row, `${field}_start`), 0xffff);
  const high = unsigned(span?.[2] ?? value ?? own(row, `${field}_end`), 0xffff);
  const mask = own(row, `${field}_mask`) === undefined ? 0xffff : unsigned(own(row, `${field}_mask`), 0xffff);
  if (low === null || high === null || high < low || mask === null) return null;
  if (mask !== 0xffff) return low === high ? { matches: [equals(field, low, mask)], words: `${field} ${low}/${hex(mask)}` } : null;
  return { matches: [low === high ? equals(field, low) : within(field, low, high)], words: low === high ? `${field} ${low}` : `${field} ${low}-${high}` };
}
