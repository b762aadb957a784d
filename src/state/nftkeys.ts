/** What nft's expressions look at: a field with its values, and what must be there for the expression to give a value at all. A new one is one entry. */
import { maskWords, parseAddress, type Family, type Words } from "../model/address.js";
import { ADDRESS_TYPE, type Condition, CT_DIRECTION, CT_STATE, CT_STATUS, type HookMatch, type Row } from "../model/netfilter.js";
import { equals, except, type HookField } from "../model/packet.js";
import { condition, type Devices, type End, HAS_TRANSPORT, inMask, inRange, maybe, onDevice, product, row, TRACKED } from "./condition.js";
import { expressionText, only } from "./nfttext.js";
import { HAS_PROCESS } from "./owner.js";
import { dscpNumber, ICMP, icmpCode, icmpType, ICMPV6, protocolNumber, TCP, UDP } from "./protocols.js";
import { isObject, own, unsigned } from "./values.js";

/** The left side of a match, or the key of a map. */
export interface Key {
  /** Without these the kernel leaves the rule, whether the match is inverted or not (NFT_BREAK). */
  readonly guards: readonly Condition[];
  /** The rows of one value, range or prefix; null when it cannot be read. */
  readonly rows: (value: unknown) => readonly Row[] | null;
  /** null: no number (an address, a device, several fields). */
  readonly number: NumberField | null;
}

/** A number within a field: bits of `mask`, of which the lowest is worth `1 << shift`. */
export interface NumberField {
  readonly field: HookField;
  readonly mask: number;
  readonly shift: number;
  readonly max: number;
  readonly parse: (value: unknown) => number | null;
}

/** The key of an expression; null when it is not modelled. */
export function keyOf(expression: unknown, devices: Devices): Key | null {
  const [kind, body] = only(expression);
  switch (kind) {
    case "meta": return metaKey(body, devices);
    case "ct": return ctKey(body);
    case "payload": return payloadKey(body);
    case "fib": return fibKey(body);
    case "&": return maskedKey(body, devices);
    case "concat": return concatKey(body, devices);
    default: return null;
  }
}

/** Whether an expression asks what no packet tells, so that nobody has to hear of it: chance, time, sizes, the frame below, the entry's own addresses. */
export function isMaybe(expression: unknown): boolean {
  const [kind, body] = only(expression);
  if (kind === "numgen" || kind === "jhash" || kind === "symhash" || kind === "ct") return true;
  if (kind === "meta") return MAYBE_META.has(text(body, "key"));
  return kind === "payload" && (text(body, "protocol") === "ether" || text(body, "protocol") === "vlan" || text(body, "field") === "length");
}

const MAYBE_META = new Set(["length", "cpu", "time", "day", "hour", "random", "cgroup", "priority", "rtclassid", "nftrace"]);

function listOf(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

function text(body: unknown, key: string): string {
  const value = isObject(body) ? own(body, key) : undefined;
  return typeof value === "string" ? value : "";
}

function guard(text: string, ...matches: readonly HookMatch[]): Condition {
  return condition(text, [row(...matches)]);
}

function numberKey(field: HookField, max: number, parse: NumberField["parse"], guards: readonly Condition[] = [], shift = 0): Key {
  const mask = shift === 0 ? 0xffffffff : (max << shift) >>> 0;
  return keyOfNumber({ field, mask, shift, max, parse }, guards);
}

function keyOfNumber(number: NumberField, guards: readonly Condition[]): Key {
  return { guards, number, rows: (value) => spanRows(number, value) };
}

/** Both ends of a number's value; null when it cannot be read. */
export function spanOf(number: NumberField, value: unknown): readonly [number, number] | null {
  const [kind, body] = only(value);
  if (kind === "range" && Array.isArray(body)) {
    const [low, high] = [number.parse(body[0]), number.parse(body[1])];
    return low === null || high === null || body.length !== 2 ? null : [low, high];
  }
  const bits = kind === "|" ? body : value;
  const single = Array.isArray(bits) ? sumOf(bits.map(number.parse)) : number.parse(value);
  return single === null ? null : [single, single];
}

/** A list of bits is their sum: `tcp flags == syn | ack`. */
function sumOf(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum |= value;
  }
  return sum >>> 0;
}

function spanRows({ field, mask, shift, max, ...number }: NumberField, value: unknown): Row[] | null {
  const span = spanOf({ field, mask, shift, max, ...number }, value);
  if (span === null || span[1] > max) return null;
  const [low, high] = span;
  return low > high ? [] : [row({ field, mask, low: (low << shift) >>> 0, span: ((high - low) << shift) >>> 0 })];
}

const word = (value: unknown): number | null => unsigned(value);
const byte = (value: unknown): number | null => unsigned(value, 255);
const port = (value: unknown): number | null => unsigned(value, 0xffff);
const named = (names: Readonly<Record<string, number>>, max = 0xffffffff) => (value: unknown): number | null => (typeof value === "string" && Object.hasOwn(names, value) ? (names[value] ?? null) : unsigned(value, max));

const PROCESS = [guard("meta skuid", HAS_PROCESS)];
const FAMILIES = { ipv4: 4, ipv6: 6, ip: 4, ip6: 6 } as const;
/** Protocol families and EtherTypes that are no IP never come to an IP hook: a value no packet has. */
const family = (value: unknown): number | null => (typeof value === "string" ? (new Map<string, number>(Object.entries(FAMILIES)).get(value) ?? 0xff) : null);
const PACKET_TYPES = { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 } as const;

function metaKey(body: unknown, devices: Devices): Key | null {
  switch (text(body, "key")) {
    case "mark": return numberKey("mark", 0xffffffff, word);
    case "skuid": return numberKey("uid", 0xffffffff, word, PROCESS);
    case "skgid": return numberKey("gid", 0xffffffff, word, PROCESS);
    case "l4proto": return numberKey("proto", 255, protocolNumber);
    case "nfproto": case "protocol": return numberKey("family", 255, family);
    case "pkttype": return numberKey("packetType", 255, named(PACKET_TYPES));
    case "iifname": case "iif": return deviceKey("iif", devices);
    case "oifname": case "oif": return deviceKey("oif", devices);
    default: return null;
  }
}

/** By name, with `*` at its end for all that begin so, or by the kernel's index where the name is gone. */
function deviceKey(field: "iif" | "oif", devices: Devices): Key {
  const rows = (value: unknown): Row[] | null => {
    if (typeof value === "string") return value.includes("\ufffd") ? null : onDevice(field, value, "*", devices);
    const index = typeof value === "number" ? devices.indexes.get(value) : undefined;
    return typeof value !== "number" ? null : index === undefined ? [] : [row(equals<HookField>(field, index))];
  };
  return { guards: [], rows, number: null };
}

const ENTRY = [guard("ct", TRACKED)];

/** Only the state has a value without a conntrack entry (nft_ct_get_eval()). */
function ctKey(body: unknown): Key | null {
  switch (text(body, "key")) {
    case "state": return numberKey("ctState", 0xff, named(CT_STATE));
    case "status": return numberKey("ctStatus", 0xffffffff, named(CT_STATUS), ENTRY);
    case "direction": return numberKey("ctDirection", 1, named(CT_DIRECTION), ENTRY);
    case "mark": return numberKey("ctMark", 0xffffffff, word, ENTRY);
    default: return null;
  }
}

const IP4 = guard("meta nfproto ipv4", equals<HookField>("family", 4));
const IP6 = guard("meta nfproto ipv6", equals<HookField>("family", 6));
/** The family alone: `dnat ip`, `reject with icmp`. */
export const OF_FAMILY: Readonly<Record<Family, Condition>> = { 4: IP4, 6: IP6 };

function carries(name: string, proto: number): Condition {
  return guard(`meta l4proto ${name}`, equals<HookField>("proto", proto), HAS_TRANSPORT);
}

const TCP_FLAGS = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 } as const;

function portKeys(proto: "tcp" | "udp", number: number): [string, Key][] {
  return (["sport", "dport"] as const).map((field) => [`${proto} ${field}`, numberKey(field, 0xffff, port, [carries(proto, number)])]);
}

function icmpKeys(name: "icmp" | "icmpv6", of: Family, proto: number): [string, Key][] {
  const guards = [OF_FAMILY[of], carries(name, proto)];
  return [
    [`${name} type`, numberKey("icmpType", 255, (value) => icmpType(of, value), guards)], [`${name} code`, numberKey("icmpCode", 255, (value) => icmpCode(of, value), guards)],
    [`${name} id`, numberKey("sport", 0xffff, port, guards)], [`${name} sequence`, numberKey("dport", 0xffff, port, guards)],
  ];
}

const PAYLOADS: ReadonlyMap<string, Key> = new Map<string, Key>([
  ["ip saddr", addressKey("src", 4)], ["ip daddr", addressKey("dst", 4)], ["ip6 saddr", addressKey("src", 6)], ["ip6 daddr", addressKey("dst", 6)],
  ["ip protocol", numberKey("proto", 255, protocolNumber, [IP4])], ["ip6 nexthdr", nextHeaderKey()],
  ["ip ttl", numberKey("hopLimit", 255, byte, [IP4])], ["ip6 hoplimit", numberKey("hopLimit", 255, byte, [IP6])],
  ["ip dscp", numberKey("tos", 63, dscpNumber, [IP4], 2)], ["ip6 dscp", numberKey("tos", 63, dscpNumber, [IP6], 2)],
  ...portKeys("tcp", TCP), ...portKeys("udp", UDP), ["th sport", anyPortKey("sport")], ["th dport", anyPortKey("dport")],
  ["tcp flags", numberKey("tcpFlags", 255, named(TCP_FLAGS), [carries("tcp", TCP)])],
  ...icmpKeys("icmp", 4, ICMP), ...icmpKeys("icmpv6", 6, ICMPV6),
]);

function payloadKey(body: unknown): Key | null {
  return PAYLOADS.get(`${text(body, "protocol")} ${text(body, "field")}`) ?? null;
}

function addressKey(end: End, of: Family): Key {
  return { guards: [OF_FAMILY[of]], rows: (value) => addressRows(end, of, value), number: null };
}

function wordsOf(value: unknown, of: Family): Words | null {
  const parsed = typeof value === "string" ? parseAddress(value) : null;
  return parsed?.family === of ? parsed.words : null;
}

function addressRows(end: End, of: Family, value: unknown): Row[] | null {
  const [kind, body] = only(value);
  if (kind === "range" && Array.isArray(body)) {
    const [first, last] = [wordsOf(body[0], of), wordsOf(body[1], of)];
    return first === null || last === null ? null : inRange(end, of, first, last);
  }
  const length = kind === "prefix" && isObject(body) ? unsigned(own(body, "len"), of === 4 ? 32 : 128) : of === 4 ? 32 : 128;
  const words = wordsOf(kind === "prefix" && isObject(body) ? own(body, "addr") : value, of);
  if (words === null || length === null) return null;
  const mask = maskWords(length);
  const [a, b, c, d] = words;
  return [inMask(end, [(a & mask[0]) >>> 0, (b & mask[1]) >>> 0, (c & mask[2]) >>> 0, (d & mask[3]) >>> 0], mask)];
}

/** The field of the fixed header: behind extension headers the last protocol is another, and a packet's fields hold only that. */
function nextHeaderKey(): Key {
  const rows = (value: unknown): Row[] | null => {
    const plain = spanRows({ field: "proto", mask: 0xffffffff, shift: 0, max: 255, parse: protocolNumber }, value);
    const isExtension = EXTENSIONS.has(protocolNumber(value) ?? -1) || only(value)[0] === "range";
    return isExtension ? [maybe("ip6 nexthdr")] : (plain?.map(({ matches }) => maybe("ip6 nexthdr", ...matches)) ?? null);
  };
  return { guards: [IP6], rows, number: null };
}

const EXTENSIONS = new Set([0, 43, 44, 60, 135]);

/** Whatever the protocol, the first four bytes behind the network header; those of other protocols are no fields of a packet. */
function anyPortKey(field: "sport" | "dport"): Key {
  const others = [TCP, UDP].flatMap((proto) => except(equals<HookField>("proto", proto)) ?? []);
  const rows = (value: unknown): Row[] | null => {
    const ports = spanRows({ field, mask: 0xffffffff, shift: 0, max: 0xffff, parse: port }, value);
    if (ports === null) return null;
    const known = [TCP, UDP].flatMap((proto) => ports.map(({ matches }) => row(equals<HookField>("proto", proto), ...matches)));
    return [...known, maybe(`th ${field}`, ...others)];
  };
  return { guards: [guard("th", HAS_TRANSPORT)], rows, number: null };
}

/** `fib daddr type`: what the tables say of the address. With a device or a mark in the question the answer may differ. */
function fibKey(body: unknown): Key | null {
  const flags = isObject(body) ? own(body, "flags") : undefined;
  const [end, ...more] = listOf(flags) ?? [flags];
  if (text(body, "result") !== "type" || more.length > 0 || (end !== "saddr" && end !== "daddr")) return null;
  return numberKey(end === "saddr" ? "srcType" : "dstType", 0xffff, named(ADDRESS_TYPE, 0));
}

/** `meta mark & 0xff`, `ip saddr & 255.0.255.0`, and iptables-nft's `-f`. */
function maskedKey(body: unknown, devices: Devices): Key | null {
  const [inner, mask, ...more] = listOf(body) ?? [];
  if (more.length > 0) return null;
  if (expressionText(inner) === "ip frag-off") return mask === 0x1fff ? FRAGMENT : null;
  const key = keyOf(inner, devices);
  if (key !== null && key.number !== null) {
    const bits = spanOf(key.number, mask);
    return bits === null ? null : keyOfNumber({ ...key.number, mask: (key.number.mask & (bits[0] << key.number.shift)) >>> 0 }, key.guards);
  }
  const address = /^(ip|ip6) (saddr|daddr)$/.exec(expressionText(inner));
  if (key === null || address === null) return null;
  const [of, end] = [address[1] === "ip" ? 4 : 6, address[2] === "saddr" ? "src" : "dst"] as const;
  const bits = wordsOf(mask, of);
  const rows = (value: unknown): Row[] | null => {
    const words = wordsOf(value, of);
    return words === null || bits === null ? null : [inMask(end, words, bits)];
  };
  return { guards: key.guards, rows, number: null };
}

/** The offset of a fragment: 0 for all but later ones. */
const FRAGMENT: Key = { guards: [IP4], rows: (value) => (value === 0 ? [row(HAS_TRANSPORT)] : null), number: null };

/** A key is at most 64 bytes, and each field at least four of them (NFT_REG32_COUNT). */
const FIELDS_MAX = 16;

function concatKey(body: unknown, devices: Devices): Key | null {
  const keys = Array.isArray(body) && body.length <= FIELDS_MAX ? body.map((each: unknown) => keyOf(each, devices)) : [];
  if (keys.length === 0 || keys.some((key) => key === null)) return null;
  const parts = keys.filter((key) => key !== null);
  const rows = (value: unknown): readonly Row[] | null => {
    const [kind, values] = only(value);
    if (kind !== "concat" || !Array.isArray(values) || values.length !== parts.length) return null;
    return parts.reduce<readonly Row[] | null>((all, key, i) => {
      const own = key.rows(values[i]);
      return all === null || own === null ? null : product(all, own);
    }, [row()]);
  };
  return { guards: parts.flatMap((key) => key.guards), rows, number: null };
}
