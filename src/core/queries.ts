/** Questions to a node's tables as people and scripts write them: one JSON object each (contract, section 5), read into the core's record. */
import { type Diagnostic, diagnostic } from "../model/diagnostic.js";
import type { Layout } from "./core.js";
import { readWords } from "./words.js";

/** What RTM_GETROUTE is asked. What is left out counts as 0, or as not given. A `uid` left out is root's, but with `iif` IPv6 has no owner then. */
export interface LookupQuery {
  readonly family?: 4 | 6 | undefined;
  readonly dst: string;
  readonly src?: string | undefined;
  readonly mark?: number | undefined;
  readonly uid?: number | undefined;
  /** The device it is to leave by. */
  readonly oif?: string | undefined;
  /** The device it came in on; without one the node itself sends it. */
  readonly iif?: string | undefined;
  /** 6, 17, 1 (IPv4) or 58 (IPv6): rtnetlink takes no other protocol. */
  readonly ipproto?: number | undefined;
  readonly sport?: number | undefined;
  readonly dport?: number | undefined;
  readonly tos?: number | undefined;
}

/** What came of reading a question: it stands in the record, or it needs no lookup. */
export type Reading =
  | { readonly kind: "question" }
  /** The kernel would refuse it before any table is asked. */
  | { readonly kind: "refused"; readonly error: "ENODEV" | "EOPNOTSUPP" }
  | { readonly kind: "bad"; readonly diagnostic: Diagnostic };

const QUESTION: Reading = { kind: "question" };
const UNKNOWN_DEVICE: Reading = { kind: "refused", error: "ENODEV" };
const UNKNOWN_PROTOCOL: Reading = { kind: "refused", error: "EOPNOTSUPP" };

/** rtm_getroute_parse_ip_proto() in net/ipv4/fib_frontend.c */
const PROTOCOLS = { 4: new Set([0, 1, 6, 17]), 6: new Set([0, 6, 17, 58]) } as const;

/** INVALID_UID: inet6_rtm_getroute() lets a packet from outside belong to nobody unless it is told whose it is. */
const NOBODY = 0xffffffff;

/** A field whose value cannot be read. Never leaves this file. */
class Unreadable extends Error {}

/** Reads questions into records of 32-bit words. `devices`: name -> number. */
export class QueryReader {
  readonly #at: Readonly<Record<keyof Layout["QuestionAt"], number>>;

  constructor(layout: Layout, readonly devices: ReadonlyMap<string, number>) {
    const offsets = layout.QuestionAt;
    const word = (name: keyof Layout["QuestionAt"]): number => offsets[name] / 4;
    this.#at = {
      family: word("family"), dst0: word("dst0"), src0: word("src0"), mark: word("mark"), uid: word("uid"), proto: word("proto"), sport: word("sport"),
      dport: word("dport"), tos: word("tos"), iif: word("iif"), oif: word("oif"), SIZE: word("SIZE"),
    };
  }

  /** Words of one record. */
  get size(): number {
    return this.#at.SIZE;
  }

  /** Reads one line of JSON into the record that starts at word `at`. `place` names it in messages. */
  readLine(line: string, into: Uint32Array, at: number, place: () => string): Reading {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return bad(place(), line.trim() === "" ? "is empty" : "is not JSON");
    }
    return this.read(value, into, at, place);
  }

  /** Reads one object into the record that starts at word `at`. */
  read(value: unknown, into: Uint32Array, at: number, place: () => string): Reading {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return bad(place(), "is not a JSON object");
    try {
      return this.#fill(value, into, at);
    } catch (error) {
      if (error instanceof Unreadable) return bad(place(), error.message);
      throw error;
    }
  }

  #fill(row: Partial<Record<keyof LookupQuery, unknown>>, into: Uint32Array, at: number): Reading {
    const names = this.#at;
    const dst = address(row.dst, "dst", into, at + names.dst0);
    if (dst === 0) throw new Unreadable("dst is missing");
    const src = address(row.src, "src", into, at + names.src0);
    if (src !== 0 && src !== dst) throw new Unreadable(`src ${show(row.src)} is not of IPv${dst}`);
    family(row.family, dst);
    into[at + names.family] = dst;
    into[at + names.mark] = number(row.mark, "mark", 0xffffffff);
    into[at + names.uid] = dst === 6 && isNone(row.uid) && !isNone(row.iif) ? NOBODY : number(row.uid, "uid", 0xffffffff);
    into[at + names.sport] = number(row.sport, "sport", 0xffff);
    into[at + names.dport] = number(row.dport, "dport", 0xffff);
    into[at + names.tos] = number(row.tos, "tos", 0xff);
    const proto = number(row.ipproto, "ipproto", 0xff);
    into[at + names.proto] = proto;
    const iif = this.#device(row.iif, "iif");
    const oif = this.#device(row.oif, "oif");
    if (!PROTOCOLS[dst].has(proto)) return UNKNOWN_PROTOCOL;
    if (iif < 0 || oif < 0) return UNKNOWN_DEVICE;
    into[at + names.iif] = iif;
    into[at + names.oif] = oif;
    return QUESTION;
  }

  /** 0: none is given; -1: the node has no such device. */
  #device(value: unknown, name: string): number {
    if (isNone(value)) return 0;
    if (typeof value !== "string") throw new Unreadable(`${name} ${show(value)} is not the name of a device`);
    return this.devices.get(value) ?? -1;
  }
}

function bad(place: string, fact: string): Reading {
  return { kind: "bad", diagnostic: badQuery(place, fact) };
}

/** The diagnostic of a question that cannot be read; the ones behind it are answered all the same. */
export function badQuery(place: string, fact: string): Diagnostic {
  return diagnostic("WP9003", place, fact, "this question was not answered");
}

function isNone(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** The family of an address; 0: none is given, and the words are zero. */
function address(value: unknown, name: string, into: Uint32Array, at: number): 0 | 4 | 6 {
  if (typeof value === "string" && value !== "") {
    const read = readWords(value, into, at);
    if (read !== 0) return read;
  } else if (isNone(value)) {
    into[at] = into[at + 1] = into[at + 2] = into[at + 3] = 0;
    return 0;
  }
  throw new Unreadable(`${name} ${show(value)} is not an address`);
}

function family(value: unknown, dst: 4 | 6): void {
  if (value === undefined || value === null || value === dst || value === String(dst)) return;
  throw new Unreadable(`family ${show(value)} does not fit dst`);
}

/** A whole number from 0 to `max`, or its text, decimal or 0x hex; 0 when it is not given. */
function number(value: unknown, name: string, max: number): number {
  if (value === undefined || value === null) return 0;
  const read = typeof value === "string" && /^(?:\d{1,10}|0x[\da-f]{1,8})$/i.test(value) ? Number(value) : value;
  if (typeof read === "number" && Number.isInteger(read) && read >= 0 && read <= max) return read;
  throw new Unreadable(`${name} ${show(value)} is not a number from 0 to ${max}`);
}

/** A value as a message may show it: short and quoted. */
function show(value: unknown): string {
  const text = typeof value === "object" && value !== null ? (Array.isArray(value) ? "a list" : "an object") : JSON.stringify(value);
  return text.length > 48 ? `${text.slice(0, 48)}…` : text;
}
