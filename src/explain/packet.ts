/** What a walk is asked about: `FIELD=VALUE` words or one JSON object, read into a packet whose other fields stay unknown (contract, sections 4 and 5). */
import type { Address, Family } from "../model/address.js";
import { type Diagnostic, diagnostic } from "../model/diagnostic.js";
import { ORIGINS, type Origin } from "../model/walk.js";
import type { OpenField } from "./classes.js";
import { type Flow, readFlow } from "./flow.js";
import { address, device, number, oneOf, type Row, show, Unreadable } from "./row.js";

/** Conntrack's states of a packet, as iptables names them; `reply` is the reply direction of an entry. */
export const CONNTRACK_STATES = ["new", "established", "reply", "related", "invalid", "untracked"] as const;
export type ConntrackState = (typeof CONNTRACK_STATES)[number];

/** One packet. A field of `open` that is missing is unknown. */
export interface Packet {
  readonly origin: Origin;
  readonly family: Family;
  readonly dst: Address;
  /** null: a local socket is not bound to an address; else unknown. */
  readonly src: Address | null;
  /** 0 where none is given, see `isMarked`. */
  readonly mark: number;
  /** Whether the mark was given. */
  readonly isMarked: boolean;
  readonly markWhen: "create" | "connected" | null;
  readonly api: "connect" | "sendto" | null;
  /** What sends an echo request: a raw socket, or the kernel's ping socket. */
  readonly socket: "raw" | "ping" | null;
  /** The device the socket is bound to, or the kernel was told; null: none. */
  readonly oif: string | null;
  /** Where a forwarded packet came in; null: unknown. */
  readonly iif: string | null;
  readonly ct: ConntrackState;
  /** What conntrack remembers of its flow, as the answer about an earlier packet told it; null: not given. */
  readonly entry: Flow | null;
  readonly open: ReadonlyMap<OpenField, number>;
}

export type Asked = { readonly packet: Packet } | { readonly error: Diagnostic };

/** The words of a command line, `dst=192.0.2.1 proto=udp`. */
export function packetOfWords(words: readonly string[]): Asked {
  const row = new Map<string, unknown>();
  for (const word of words) {
    const at = word.indexOf("=");
    if (at < 1) return refused("command line", `${show(word)} is not FIELD=VALUE`);
    const name = word.slice(0, at);
    if (!FIELDS.has(name)) return refused("command line", `${show(name)} is not a field of a packet (${[...FIELDS].join(", ")})`);
    if (row.has(name)) return refused("command line", `${name} is given twice`);
    row.set(name, word.slice(at + 1));
  }
  return packetOf(row, "command line");
}

/** One line of JSON; `place` names it in messages. Fields that no packet has are ignored. */
export function packetOfJson(line: string, place: string): Asked {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refused(place, line.trim() === "" ? "is empty" : "is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refused(place, "is not a JSON object");
  // null stands for a field that is not given, as the witnesses of a proof print it.
  return packetOf(new Map(Object.entries(value).filter(([, field]) => field !== null)), place);
}

function packetOf(row: Row, place: string): Asked {
  try {
    return { packet: readPacket(row) };
  } catch (error) {
    if (error instanceof Unreadable) return refused(place, error.message);
    throw error;
  }
}

/** The diagnostic of a packet that cannot be walked; the stream goes on behind it. */
export function refused(place: string, fact: string): { readonly error: Diagnostic } {
  return { error: diagnostic("WP9003", place, fact, "this packet was not walked") };
}

function readPacket(row: Row): Packet {
  const dst = address(row, "dst");
  if (dst === null) throw new Unreadable("dst is missing");
  const src = address(row, "src");
  const family = readFamily(row, dst);
  if (src !== null && src.family !== family) throw new Unreadable(`src ${show(row.get("src"))} is not of IPv${family}`);
  const iif = device(row, "iif");
  // `lo` is how rules and witnesses name what the node itself sends.
  const origin = oneOf(row, "origin", ORIGINS) ?? (iif === null || iif === "lo" ? "local" : "forward");
  return {
    origin, family, dst,
    src: src !== null && src.words.every((word) => word === 0) && origin === "local" ? null : src,
    mark: number(row, "mark", 0xffffffff) ?? 0,
    isMarked: row.has("mark"),
    markWhen: oneOf(row, "markWhen", ["create", "connected"]),
    api: oneOf(row, "api", ["connect", "sendto"]),
    socket: oneOf(row, "socket", ["raw", "ping"]),
    oif: device(row, "oif"),
    iif: origin === "forward" ? iif : null,
    ct: oneOf(row, "ct", CONNTRACK_STATES) ?? "new",
    entry: row.has("entry") ? readFlow(row.get("entry"), family) : null,
    open: readOpen(row),
  };
}

function readFamily(row: Row, dst: Address): Family {
  const told = row.get("family");
  const word = typeof told === "string" ? told.toLowerCase().replace(/^ipv/, "") : told;
  if (told !== undefined && word !== dst.family && word !== String(dst.family)) throw new Unreadable(`family ${show(told)} does not fit dst ${show(row.get("dst"))}`);
  return dst.family;
}

/** Fields that stay unknown when they are not given. Ports, ICMP's numbers and owners mean the same in every origin. */
const NUMBERS = [
  ["uid", 0xfffffffe], ["gid", 0xfffffffe], ["sport", 0xffff], ["dport", 0xffff], ["tos", 0xff], ["icmpType", 0xff], ["icmpCode", 0xff], ["hopLimit", 0xff],
] as const satisfies readonly (readonly [OpenField, number])[];

const FIELDS: ReadonlySet<string> = new Set([
  "origin", "family", "src", "dst", "mark", "markWhen", "uid", "gid", "proto", "sport", "dport", "oif", "iif", "ct", "icmpType", "icmpCode", "icmpId", "tcpFlags", "api",
  "tos", "hopLimit", "socket", "entry",
]);

function readOpen(row: Row): Map<OpenField, number> {
  const open = new Map<OpenField, number>();
  for (const [name, max] of NUMBERS) {
    const value = number(row, name, max);
    if (value !== null) open.set(name, value);
  }
  const proto = readProtocol(row);
  if (proto !== null) open.set("proto", proto);
  const flags = readFlags(row);
  if (flags !== null) open.set("tcpFlags", flags);
  return open;
}

/** Names of /etc/protocols that a person would type. */
const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["icmp", 1], ["igmp", 2], ["tcp", 6], ["udp", 17], ["ipv6", 41], ["gre", 47], ["esp", 50], ["ah", 51], ["icmpv6", 58], ["ipv6-icmp", 58], ["l2tp", 115], ["sctp", 132],
]);

function readProtocol(row: Row): number | null {
  const value = row.get("proto");
  const named = typeof value === "string" ? PROTOCOLS.get(value.toLowerCase()) : undefined;
  return named ?? number(row, "proto", 0xff);
}

const FLAGS = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32 } as const;

/** `S`, `SA`: the letters of the flags that are set. */
function readFlags(row: Row): number | null {
  const value = row.get("tcpFlags");
  if (value === undefined) return null;
  const entries = Object.entries(FLAGS);
  if (typeof value !== "string" || !/^[FSRPAU]*$/.test(value)) throw new Unreadable(`tcpFlags ${show(value)} is not made of the letters F S R P A U`);
  return entries.reduce((sum, [letter, bit]) => (value.includes(letter) ? sum + bit : sum), 0);
}
