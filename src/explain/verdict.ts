/** What the policy says of a packet that leaves on a WAN device: its rows, tried in order on the fields the packet has. */
import type { Address } from "../model/address.js";
import type { Node } from "../model/node.js";
import type { Field, Match } from "../model/packet.js";
import type { Policy, PolicyRow } from "../model/policy.js";
import { type Class, FLOW, type Reason, REASONS } from "../model/verdict.js";
import { holds, isOpenField } from "./classes.js";
import { deviceNumber } from "./fib.js";
import type { Packet } from "./packet.js";
import type { Reader } from "./question.js";
import { belongs, type Belonging, type Mission } from "./sender.js";

export interface Verdict {
  readonly class: Class;
  readonly reason: Reason | null;
  readonly text: string;
  readonly why: string;
  readonly at: string | null;
  /** Whether who sent it was not seen, and would count. */
  readonly unseen: boolean;
}

/** The packet as it leaves, behind all translation. */
export interface Leaving {
  readonly packet: Packet;
  readonly src: Address | null;
  readonly dst: Address;
  readonly mark: number;
  readonly dev: string;
}

/** The class of a packet that leaves on a WAN device. */
export function judge(leaving: Leaving, node: Node, policy: Policy, reader: Reader): Verdict {
  let strangers: PolicyRow | null = null;
  for (const row of policy.rows) {
    if (!rowHolds(row, leaving, reader)) continue;
    const mission = missionOf(row);
    const sender = mission === null ? null : belongs(mission, leaving.packet, node, policy);
    if (sender === "other") {
      strangers ??= row;
      continue;
    }
    return takenBy(row, sender, leaving, policy);
  }
  const why = strangers === null ? `no class of the policy ${policy.name} takes it`
    : `${strangers.why}, but ${leaving.packet.origin === "forward" ? "the node only passes it on" : "another process sends it"}`;
  return { class: "leak", reason: null, text: "leak", why, at: strangers?.at ?? null, unseen: false };
}

/** A name that nobody resolved is told by the mark and the group: only fastd has both (contract, section 2). */
function takenBy(row: PolicyRow, sender: Belonging | null, { packet, mark }: Leaving, policy: Policy): Verdict {
  const marked = ((mark ^ policy.mark.value) & policy.mark.mask) === 0;
  if (row.reason === "name" && sender === "own" && marked && packet.open.get("gid") === policy.gid) {
    return { class: "fastd", reason: null, text: "fastd", why: `${row.why}; its mark and its group are the VPN's`, at: row.at, unseen: false };
  }
  return { class: row.class, reason: row.reason, text: row.class, why: row.reason === null ? row.why : `${row.why}: ${REASONS[row.reason]}`, at: row.at, unseen: sender === "unseen" };
}

const MISSION_OF_REASON: Partial<Record<Reason, Mission>> = { name: "fastd", remotes: "fastd", upstreams: "wan-dns" };

function missionOf(row: PolicyRow): Mission | null {
  if (row.class === "fastd" || row.class === "wan-dns") return row.class;
  return row.reason === null ? null : (MISSION_OF_REASON[row.reason] ?? null);
}

/** Known fields first, so that nothing is asked in vain. */
function rowHolds(row: PolicyRow, leaving: Leaving, reader: Reader): boolean {
  const isKnown = ({ field }: Match): boolean => (isOpenField(field) ? reader.knows(field) : field !== "flow");
  const test = (match: Match): boolean => {
    if (isOpenField(match.field)) return reader.holds(match.field, match);
    const value = valueOf(match.field, leaving, reader);
    return value !== null && holds(match, value);
  };
  return row.matches.filter(isKnown).every(test) && row.matches.filter((match) => !isKnown(match)).every(test);
}

function valueOf(field: Field, { packet, src, dst, mark, dev }: Leaving, reader: Reader): number | null {
  switch (field) {
    case "family": return packet.family;
    case "etherType": return packet.family === 4 ? 0x0800 : 0x86dd;
    case "src0": case "src1": case "src2": case "src3": return src?.words[Number(field.slice(3))] ?? null;
    case "dst0": case "dst1": case "dst2": case "dst3": return dst.words[Number(field.slice(3))] ?? 0;
    case "mark": return mark;
    case "oif": return deviceNumber(reader.ground, dev);
    case "iif": return deviceNumber(reader.ground, packet.iif);
    case "flow": return flowOf(packet, reader);
    // A walked packet is whole, well formed, and no fragment.
    case "condition": case "fragment": case "ownHardware": return 0;
    default: return 0;
  }
}

/** Only what belongs to a flow that is under way can answer; where that flow began is not in the packet. */
function flowOf(packet: Packet, reader: Reader): number {
  if (packet.origin !== "kernel" && packet.ct === "new") return FLOW.here;
  return reader.choices.ask("what it answers came", BEGINNINGS) === 0 ? FLOW.wan : FLOW.here;
}

const BEGINNINGS = [{ text: "in on the WAN" }, { text: "from elsewhere, or it answers nothing" }] as const;
