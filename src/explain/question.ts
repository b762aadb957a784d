/** What one lookup is asked: addresses and devices that change from lookup to lookup, and the packet's other fields behind them. */
import { type Address, covers, type Family, type Prefix } from "../model/address.js";
import type { Route } from "../model/node.js";
import type { Field, Match } from "../model/packet.js";
import type { Choices } from "./choices.js";
import { holds, isOpenField, type OpenField } from "./classes.js";
import { deviceNumber, type Ground, sysctl } from "./fib.js";

export interface Question {
  readonly family: Family;
  readonly dst: Address;
  /** null: not chosen yet. IPv4 compares it as 0.0.0.0, an IPv6 rule with `from` does not hold. */
  readonly src: Address | null;
  readonly mark: number;
  /** `lo` for what the node sends itself. */
  readonly iif: string;
  readonly oif: string | null;
  /** IPv6: the device by which routes are rated, where it is not `oif`: the one a forwarded packet came in on (ip6_pol_route_input). */
  readonly rated?: string;
  /** IPv6: only routes on `oif` (RT6_LOOKUP_F_IFACE). */
  readonly strict: boolean;
  /** A packet the kernel or somebody else made has no owner: uid 0 stands in rules (sock_net_uid in include/net/sock.h). */
  readonly owned: boolean;
}

/** The fields of one packet in one run: known ones, and unknown ones as this run has them. */
export class Reader {
  constructor(readonly ground: Ground, readonly open: ReadonlyMap<OpenField, number>, readonly family: Family, readonly choices: Choices) {}

  knows(field: OpenField): boolean {
    return this.open.has(field);
  }

  /** Asks when the packet does not tell. */
  read(field: OpenField): number {
    const told = this.open.get(field);
    if (told !== undefined) return told;
    if (this.#isTold(field)) return 0;
    const classes = this.ground.classes(field, this.family);
    return classes[this.choices.ask(field, classes)]?.value ?? 0;
  }

  /** Whether a match on the field holds. A value that the packet does not tell is asked about no further than that. */
  holds(field: OpenField, match: Pick<Match, "mask" | "low" | "span">): boolean {
    if (this.#isTold(field)) return holds(match, this.read(field));
    const classes = this.ground.classes(field, this.family);
    return this.choices.isAmong(field, classes, (index) => holds(match, classes[index]?.value ?? 0));
  }

  #isTold(field: OpenField): boolean {
    return this.open.has(field) || (PORTS.has(field) && this.open.has("proto") && !hasPorts(this.open.get("proto") ?? 0));
  }

  /** Whether something that was not understood holds; `text` is its own. */
  maybe(text: string): boolean {
    return this.choices.ask(text, YES_NO) === 0;
  }
}

/** A switch of the kernel; where sysctl.txt does not tell, both ways are walked. */
export function isOn(reader: Reader, name: string): boolean {
  const told = sysctl(reader.ground, name);
  return told === null ? reader.choices.ask(name, SWITCH) === 0 : told !== "0";
}

const SWITCH = [{ text: "1" }, { text: "0" }] as const;
const YES_NO = [{ text: "holds" }, { text: "does not hold" }] as const;
const PORTS: ReadonlySet<OpenField> = new Set(["sport", "dport"]);

/** TCP, UDP, DCCP, SCTP, UDP-Lite. */
export function hasPorts(proto: number): boolean {
  return [6, 17, 33, 132, 136].includes(proto);
}

/** The value that a match on a rule compares; null: there is none, so it does not hold. */
export function valueOf(question: Question, reader: Reader, field: Field): number | null {
  const { src, dst } = question;
  switch (field) {
    case "family": return question.family;
    case "dst0": return dst.words[0];
    case "dst1": return dst.words[1];
    case "dst2": return dst.words[2];
    case "dst3": return dst.words[3];
    case "src0": case "src1": case "src2": case "src3":
      return src === null ? (question.family === 4 ? 0 : null) : (src.words[Number(field.slice(3))] ?? 0);
    case "mark": return question.mark;
    case "iif": return deviceNumber(reader.ground, question.iif);
    case "oif": return deviceNumber(reader.ground, question.oif);
    default:
      if (!isOpenField(field)) return 0;
      return (field === "uid" || field === "gid") && !question.owned && !reader.knows(field) ? 0 : reader.read(field);
  }
}

/** The first match that does not hold; known fields are looked at first, so that nothing is asked in vain. */
export function failing(matches: readonly Match[], question: Question, reader: Reader): Match | null {
  const isKnown = (match: Match): boolean => !isOpenField(match.field) || reader.knows(match.field);
  const ordered = [...matches.filter(isKnown), ...matches.filter((match) => !isKnown(match))];
  return ordered.find((match) => !matchHolds(match, question, reader)) ?? null;
}

function matchHolds(match: Match, question: Question, reader: Reader): boolean {
  const { field } = match;
  const isRoot = (field === "uid" || field === "gid") && !question.owned;
  if (isOpenField(field) && !isRoot) return reader.holds(field, match);
  const value = valueOf(question, reader, field);
  return value !== null && holds(match, value);
}

/** Whether the source lies in a source-specific route's prefix; an unset one is `::` (fib6_node_lookup). */
export function fromSource(prefix: Prefix, question: Question): boolean {
  return covers(prefix, question.src ?? { family: question.family, words: [0, 0, 0, 0] });
}

/** Whether a next hop's device is the one asked for, or none is. */
export function onDevice(dev: string | null, question: Question): boolean {
  const wanted = question.rated ?? question.oif;
  return wanted === null || dev === wanted;
}

/** A route of which something was not understood may be taken or not. */
export function mayTake(route: Route, reader: Reader): boolean {
  return route.unknown.length === 0 || reader.maybe(`${route.at} ${route.unknown.join(", ")}`);
}
