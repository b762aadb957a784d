/** Match modules of iptables, lowered to conditions. A new module is one entry of MODULES. */
import type { Family } from "../model/address.js";
import { ADDRESS_TYPE, type Condition, CT_DIRECTION, CT_STATE, CT_STATUS, type Row } from "../model/netfilter.js";
import { equals, hasAny, type HookField, within } from "../model/packet.js";
import { condition, type Devices, type End, HAS_TRANSPORT, inMask, inRange, LATER_FRAGMENT, onDevice, product, row, TRACKED, unknown } from "./condition.js";
import { addressMask, addressRange, bits, masked, number, only, range, Unreadable } from "./iptablesvalues.js";
import type { Clause, Option } from "./iptableswords.js";
import { conntrackConditions, type ConntrackTest, ownerCondition, type OwnerTest } from "./owner.js";
import { dscpNumber, icmpType, protocolNumber, TCP, UDP } from "./protocols.js";

/** What a match needs to know of its rule. */
export interface Context {
  readonly family: Family;
  readonly devices: Devices;
  /** The rule's `-p`, when it is not inverted. */
  readonly proto: number | null;
}

/** The clause's conditions. Not `modelled`: one of them is an unknown that a person should hear of. */
export function matchConditions(clause: Clause, context: Context): { readonly conditions: readonly Condition[]; readonly modelled: boolean } {
  const { module, text } = clause;
  const read = module === null ? GENERAL : MODULES.get(module);
  if (read === undefined) return { conditions: [unknown(text)], modelled: MAYBES.has(module ?? "") };
  try {
    return { conditions: read(clause, context), modelled: true };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { conditions: [unknown(text)], modelled: false };
  }
}

/** Modules that ask what no packet tells: time, counters, sets that iptables-save does not print, the frame below the packet. */
const MAYBES = new Set([
  "limit", "hashlimit", "quota", "quota2", "time", "set", "mac", "physdev", "statistic", "random", "nth", "recent", "connlimit", "connbytes", "condition", "cpu", "length", "helper", "connlabel", "cgroup", "rateest",
]);

type Read = (clause: Clause, context: Context) => Condition[];

/** The protocol of `-p`, for the matches that stand behind it; null when it is inverted or not there. */
export function protocolOf(matches: readonly Clause[]): number | null {
  const option = matches.find(({ module, options }) => module === null && options[0]?.name === "-p")?.options[0];
  return option === undefined || option.not ? null : protocolNumber(option.values[0]);
}

/** One condition for each option. */
function each(read: (option: Option, context: Context) => readonly Row[]): Read {
  return ({ options, text }, context) => options.map((option) => condition(options.length === 1 ? text : optionText(option), read(option, context), option.not));
}

function optionText({ name, not, values }: Option): string {
  return [...(not ? ["!"] : []), name, ...values].join(" ");
}

/** Options of a transport header: all of them false for later fragments, inverted or not. */
function transport(read: (option: Option, context: Context) => readonly Row[]): Read {
  const options = each(read);
  return (clause, context) => [WITH_TRANSPORT, ...options(clause, context)];
}

const WITH_TRANSPORT = condition("a transport header", [row(HAS_TRANSPORT)]);

const GENERAL = each((option, { family, devices }) => {
  const { name } = option;
  if (name === "-f") return [row(LATER_FRAGMENT)];
  const value = only(option);
  if (name === "-s" || name === "-d") return prefixed(name === "-s" ? "src" : "dst", value, family);
  if (name === "-i" || name === "-o") return onDevice(name === "-i" ? "iif" : "oif", value, "+", devices);
  const proto = name === "-p" ? (value === "all" ? 0 : protocolNumber(value)) : null;
  if (proto === null) throw new Unreadable();
  // 0 is the kernel's "any".
  return [proto === 0 ? row() : row(equals<HookField>("proto", proto))];
});

function prefixed(end: End, text: string, family: Family): Row[] {
  const { value, mask } = addressMask(text, family);
  return [inMask(end, value, mask)];
}

function ports(field: "sport" | "dport", text: string): Row {
  const { first, last } = range(text, ":", 0xffff);
  return row(within<HookField>(field, first, last));
}

const FLAGS = new Map([["NONE", 0], ["FIN", 1], ["SYN", 2], ["RST", 4], ["PSH", 8], ["ACK", 16], ["URG", 32], ["ALL", 63]]);

/** tcp_mt(), udp_mt(). */
function readTransport(option: Option): Row[] {
  const { name, values } = option;
  if (name === "--sport" || name === "--source-port") return [ports("sport", only(option))];
  if (name === "--dport" || name === "--destination-port") return [ports("dport", only(option))];
  if (name === "--syn") return [row(equals<HookField>("tcpFlags", 2, 23))];
  const [mask, wanted, ...more] = values;
  if (name !== "--tcp-flags" || mask === undefined || wanted === undefined || more.length > 0) throw new Unreadable();
  return [row({ field: "tcpFlags", mask: bits(mask, FLAGS), low: bits(wanted, FLAGS), span: 0 })];
}

/** multiport_mt(); ports of other protocols are no fields of a packet. */
function readMultiport(option: Option, { proto }: Context): Row[] {
  if (proto !== TCP && proto !== UDP) throw new Unreadable();
  const list = only(option).split(",");
  if (list.length > PORTS_MAX) throw new Unreadable();
  const fields = MULTIPORT.get(option.name);
  if (fields === undefined) throw new Unreadable();
  return fields.flatMap((field) => list.map((text) => ports(field, text)));
}

/** XT_MULTI_PORTS is 15; a few more do no harm. */
const PORTS_MAX = 64;
const MULTIPORT = new Map<string, readonly ("sport" | "dport")[]>([
  ["--sports", ["sport"]], ["--source-ports", ["sport"]], ["--dports", ["dport"]], ["--destination-ports", ["dport"]], ["--ports", ["sport", "dport"]],
]);

/** `3/4`, `8`, `any`. Type 255 is any type of ICMP, and itself in ICMPv6 (icmp_type_code_match(), icmp6_type_code_match()). */
function readIcmp(option: Option, { family }: Context): Row[] {
  if (option.name !== "--icmp-type" && option.name !== "--icmpv6-type") throw new Unreadable();
  const [name = "", codeText, ...more] = only(option).split("/");
  if (more.length > 0) throw new Unreadable();
  const type = family === 4 && name === "any" ? 255 : icmpType(family, name);
  if (type === null) throw new Unreadable();
  if (family === 4 && type === 255) return [row()];
  const code = codeText === undefined ? [] : [equals<HookField>("icmpCode", number(codeText, 255))];
  return [row(equals<HookField>("icmpType", type), ...code)];
}

const STATES = new Map<string, number>([["INVALID", CT_STATE.invalid], ["ESTABLISHED", CT_STATE.established], ["RELATED", CT_STATE.related], ["NEW", CT_STATE.new], ["UNTRACKED", CT_STATE.untracked], ["SNAT", 0], ["DNAT", 0]]);
const TRANSLATED = new Map<string, number>([...[...STATES.keys()].map((name) => [name, 0] as const), ["SNAT", CT_STATUS.snat], ["DNAT", CT_STATUS.dnat]]);
const STATUSES = new Map<string, number>([["NONE", 0], ["EXPECTED", CT_STATUS.expected], ["SEEN_REPLY", CT_STATUS["seen-reply"]], ["ASSURED", CT_STATUS.assured], ["CONFIRMED", CT_STATUS.confirmed]]);
const DIRECTIONS = new Map<string, number>([["ORIGINAL", CT_DIRECTION.original], ["REPLY", CT_DIRECTION.reply]]);

function readConntrack({ options, text }: Clause): Condition[] {
  let test: ConntrackTest = { state: null, status: null, direction: null, unknown: null };
  for (const option of options) {
    const { name, not } = option;
    const value = only(option);
    if (name === "--ctstate" || name === "--state") test = { ...test, state: { bits: bits(value, STATES), status: bits(value, TRANSLATED), not } };
    else if (name === "--ctstatus") test = { ...test, status: { bits: bits(value, STATUSES), not } };
    else if (name === "--ctdir") test = { ...test, direction: equals<HookField>("ctDirection", direction(value, not)) };
    else if (ENTRY.test(name)) test = { ...test, unknown: text };
    else throw new Unreadable();
  }
  return conntrackConditions(test, text);
}

/** What the entry itself holds: addresses, ports, lifetime. */
const ENTRY = /^--ct(?:proto|(?:orig|repl)(?:src|dst)(?:port)?|expire)$/;

function direction(text: string, not: boolean): number {
  const value = DIRECTIONS.get(text);
  if (value === undefined) throw new Unreadable();
  return not ? 1 - value : value;
}

/** mark_mt(): `(mark & mask) == value`; bits of the value outside of the mask never fit. */
function readMark(field: "mark" | "ctMark"): Read {
  return ({ options, text }) => options.flatMap((option) => {
    if (option.name !== "--mark") throw new Unreadable();
    const { value, mask } = masked(only(option));
    const asked = condition(text, [row({ field, mask, low: value, span: 0 })], option.not);
    return field === "mark" ? [asked] : [condition(text, [row(TRACKED)]), asked];
  });
}

function readOwner({ options, text }: Clause): Condition[] {
  const find = (name: string): Option | undefined => options.find((option) => option.name === name);
  if (options.some(({ name }) => !OWNERS.has(name))) throw new Unreadable();
  const named = (field: "uid" | "gid", option: Option | undefined): OwnerTest["user"] => {
    if (option === undefined) return null;
    const { first, last } = range(only(option), "-", 0xffffffff);
    return { match: within<HookField>(field, first, last), not: option.not };
  };
  const [user, group, socket] = [named("uid", find("--uid-owner")), named("gid", find("--gid-owner")), find("--socket-exists") ?? null];
  return [ownerCondition({ user, group: group === null ? null : { ...group, supplementary: find("--suppl-groups") !== undefined }, socket }, text)];
}

const OWNERS = new Set(["--uid-owner", "--gid-owner", "--socket-exists", "--suppl-groups"]);
const TYPES = new Map<string, number>(Object.entries(ADDRESS_TYPE).map(([name, bit]) => [name.toUpperCase(), bit]));

/** IPv4 asks the tables (inet_addr_type()). IPv6 looks at the address itself, and then, if local, anycast or unreachable are asked for, for one of them in the tables (match_type6()). */
const readAddressType = each((option, { family }) => {
  const end = ENDS.get(option.name);
  if (end === undefined) throw new Unreadable();
  const wanted = bits(only(option), TYPES);
  if (family === 4) return [row(hasAny(`${end}Type`, wanted))];
  const [kinds, lookup] = [wanted & ~LOOKED_UP, wanted & LOOKED_UP];
  if (wanted === 0 || (kinds & ~KINDS6) !== 0) throw new Unreadable();
  const rows = KINDS.filter(([bit]) => (kinds & bit) !== 0).map(([, make]) => make(end));
  if (lookup !== 0) rows.push([row(hasAny(`${end}Type`, lookup))]);
  return rows.reduce((all, more) => product(all, more) ?? []);
});

const ENDS = new Map<string, End>([["--src-type", "src"], ["--dst-type", "dst"]]);
const LOOKED_UP = ADDRESS_TYPE.local | ADDRESS_TYPE.anycast | ADDRESS_TYPE.unreachable;
const TOP = 0xffffffff;

/** What __ipv6_addr_type() says of an address: IPv4-mapped ones are neither unicast nor multicast. */
const KINDS: readonly (readonly [number, (end: End) => Row[]])[] = [
  [ADDRESS_TYPE.multicast, (end) => [row(equals<HookField>(`${end}0`, 0xff000000, 0xff000000))]],
  [ADDRESS_TYPE.unicast, (end) => [...inRange(end, 6, [0, 0, 0, 1], [0, 0, 0xfffe, TOP]), ...inRange(end, 6, [0, 0, 0x10000, 0], [0xfeffffff, TOP, TOP, TOP])]],
  [ADDRESS_TYPE.unspec, (end) => inRange(end, 6, [0, 0, 0, 0], [0, 0, 0, 0])],
];
const KINDS6 = ADDRESS_TYPE.multicast | ADDRESS_TYPE.unicast | ADDRESS_TYPE.unspec;

const PACKET_TYPES = new Map([["unicast", 0], ["broadcast", 1], ["multicast", 2]]);

/** One number: `--dscp 0x0a`, `--ttl-lt 5`. */
const NUMBERS = new Map<string, (value: string) => Row[]>([
  ["--pkt-type", (value) => [row(equals<HookField>("packetType", bits(value, PACKET_TYPES)))]],
  ["--dscp", (value) => dscp(number(value, 63))],
  ["--dscp-class", (value) => dscp(dscpNumber(value))],
  ["--tos", (value) => tos(value)],
  ...(["ttl", "hl"] as const).flatMap((name) => [
    [`--${name}-eq`, (value: string): Row[] => hops(number(value, 255), number(value, 255))] as const,
    [`--${name}-lt`, (value: string): Row[] => hops(0, number(value, 255) - 1)] as const,
    [`--${name}-gt`, (value: string): Row[] => hops(number(value, 255) + 1, 255)] as const,
  ]),
]);

function dscp(value: number | null): Row[] {
  if (value === null) throw new Unreadable();
  return [row(equals<HookField>("tos", value << 2, 0xfc))];
}

function tos(text: string): Row[] {
  const { value, mask } = text.includes("/") ? masked(text) : { value: number(text, 255), mask: 0xff };
  return [row({ field: "tos", mask: mask & 0xff, low: value, span: 0 })];
}

function hops(low: number, high: number): Row[] {
  return low > high ? [] : [row(within<HookField>("hopLimit", low, high))];
}

const readNumber = each((option) => {
  const read = NUMBERS.get(option.name);
  if (read === undefined) throw new Unreadable();
  return read(only(option));
});

const readAddressRange = each((option, { family }) => {
  const { first, last } = addressRange(only(option), family);
  const end = option.name === "--src-range" ? "src" : option.name === "--dst-range" ? "dst" : null;
  if (end === null) throw new Unreadable();
  return inRange(end, family, first.words, last.words);
});

const MODULES: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["comment", () => []],
  ["tcp", transport(readTransport)], ["udp", transport(readTransport)], ["multiport", transport(readMultiport)],
  ["icmp", transport(readIcmp)], ["icmp6", transport(readIcmp)], ["icmpv6", transport(readIcmp)],
  ["conntrack", readConntrack], ["state", readConntrack], ["mark", readMark("mark")], ["connmark", readMark("ctMark")],
  ["owner", readOwner], ["addrtype", readAddressType], ["iprange", readAddressRange],
  ...["pkttype", "dscp", "tos", "ttl", "hl"].map((name) => [name, readNumber] as const),
]);
