/** What a match at a hook compares: the value of any field of a packet on its way. */
import type { Address } from "../../model/address.js";
import { CT_DIRECTION, CT_STATE, type HookMatch, OWNER } from "../../model/netfilter.js";
import type { HookField } from "../../model/packet.js";
import { isOpenField } from "../classes.js";
import { deviceNumber } from "../fib.js";
import { addressType } from "./addresstype.js";
import { entryMarks } from "./entry.js";
import type { Transit } from "./transit.js";

/** null: not known, and nothing stands for it. */
export function fieldOf(transit: Transit, field: HookField): number | null {
  const { packet, reader, src, dst } = transit;
  switch (field) {
    case "family": return packet.family;
    case "etherType": return packet.family === 4 ? 0x0800 : 0x86dd;
    case "src0": case "src1": case "src2": case "src3": return src?.words[wordOf(field)] ?? null;
    case "dst0": case "dst1": case "dst2": case "dst3": return dst.words[wordOf(field)] ?? 0;
    case "mark": return transit.mark;
    case "iif": return deviceNumber(reader.ground, transit.iif);
    case "oif": return deviceNumber(reader.ground, transit.oif);
    case "ctState": return stateOf(transit);
    case "ctDirection": return directionOf(transit);
    case "ctStatus": return transit.entry?.status ?? 0;
    case "ctMark": return ctMarkOf(transit);
    case "owner": return transit.owner();
    case "srcType": return src === null ? null : typeOf(transit, src, dst);
    case "dstType": return typeOf(transit, dst, src);
    // Packets of many receivers are not walked when they come from outside; what the node sends is nobody's yet.
    case "packetType": return 0;
    default: return isOpenField(field) ? reader.read(field) : 0;
  }
}

function wordOf(field: string): number {
  return Number(field.slice(3));
}

function typeOf(transit: Transit, address: Address, other: Address | null): number {
  return addressType(address, other, transit.reader);
}

function stateOf({ untracked, entry }: Transit): number {
  if (untracked) return CT_STATE.untracked;
  return entry === null ? CT_STATE.invalid : entry.state;
}

function directionOf({ entry, reader }: Transit): number {
  if (entry === null) return CT_DIRECTION.original;
  return entry.direction ?? (reader.choices.ask("the direction of what it belongs to", DIRECTIONS) === 0 ? CT_DIRECTION.original : CT_DIRECTION.reply);
}

const DIRECTIONS = [{ text: "original" }, { text: "reply" }] as const;

/** The mark of the packet's entry; 0 without one. */
export function ctMarkOf({ entry, reader, wall }: Transit): number {
  return entry?.mark(reader.choices, entryMarks(Object.values(wall.statements).flat())) ?? 0;
}

/** How much it takes to know what a match compares: nothing, a lookup, or a question that splits the walk. */
export function costOf(transit: Transit, { field, mask }: HookMatch): number {
  switch (field) {
    case "src0": case "src1": case "src2": case "src3": return transit.src === null ? ASKED : KNOWN;
    case "srcType": case "dstType": return LOOKED_UP;
    case "ctMark": return transit.entry === null || transit.entry.isMarkKnown ? KNOWN : ASKED;
    case "ctDirection": return transit.entry?.direction === null ? ASKED : KNOWN;
    case "ctStatus": return isStatusKnown(transit, mask) ? KNOWN : ASKED;
    // Owners last: uid and gid count only where a process is known to be one.
    case "owner": return transit.packet.origin === "kernel" ? LOOKED_UP : KNOWN;
    default: return isOpenField(field) && !transit.reader.knows(field) ? ASKED : KNOWN;
  }
}

const KNOWN = 0;
const LOOKED_UP = 1;
const ASKED = 2;

/** Whether all bits that a match looks at are told. */
export function isStatusKnown({ entry }: Transit, mask: number): boolean {
  return entry === null || (mask & ~entry.known) === 0;
}

/** Whether the packet's user and group mean anything. */
export function hasProcess(transit: Transit): boolean {
  return transit.owner() === OWNER.process;
}
