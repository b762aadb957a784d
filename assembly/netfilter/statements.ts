// What rules do to the packet itself: every form of MARK, CONNMARK and `meta mark set` that computes with constants, TOS and hop limit, and leaving conntrack out.

import { Packet } from "../layout";
import { CtState, hookedOf, Trip } from "./wall";

const BYTE: u32 = 0xff;

export enum StepKind {
  TEST = 0, CHOICE = 1, ACCEPT = 2, DROP = 3, RETURN = 4, CONTINUE = 5, QUEUE = 6, JUMP = 7, GOTO = 8, REJECT = 9, RESET = 10, TRANSLATE = 11, UNKNOWN = 12,
  // Below: what changes the packet.
  MARK = 13, CT_MARK = 14, TOS = 15, HOP_LIMIT = 16, NOTRACK = 17,
}

/** A step of a rule. What is set becomes `(itself & keep) ^ (ctMark & remembered) ^ value`; CT_MARK begins with the packet's mark. */
@unmanaged @final export class Step {
  kind: u32; // StepKind
  target: u32; // TEST, CHOICE and TRANSLATE: address of Test, Choice and Nat; JUMP and GOTO: number of the chain, NONE = it was not collected
  keep: u32;
  remembered: u32;
  value: u32;
}
export enum StepAt {
  kind = offsetof<Step>("kind"), target = offsetof<Step>("target"), keep = offsetof<Step>("keep"), remembered = offsetof<Step>("remembered"), value = offsetof<Step>("value"),
  SIZE = offsetof<Step>(),
}

/** Does it. false: what comes of it is not known. */
export function change(trip: Trip, step: Step): bool {
  const packet = changetype<Packet>(trip.packet);
  switch (step.kind) {
    case StepKind.TOS:
      packet.tos = ((packet.tos & step.keep) ^ step.value) & BYTE;
      return true;
    case StepKind.HOP_LIMIT:
      packet.hopLimit = ((packet.hopLimit & step.keep) ^ step.value) & BYTE;
      return true;
    case StepKind.NOTRACK:
      leaveOut(trip);
      return true;
    default:
      return changeMark(trip, packet, step);
  }
}

function changeMark(trip: Trip, packet: Packet, step: Step): bool {
  const hooked = hookedOf(trip);
  // Without an entry there is nothing to do.
  if (trip.entry == 0 && (step.kind == StepKind.CT_MARK || step.remembered != 0)) return true;
  if (step.remembered != 0 && trip.entryMarkKnown == 0) return false;
  const mark = (packet.mark & step.keep) ^ (hooked.ctMark & step.remembered) ^ step.value;
  if (step.kind == StepKind.MARK) {
    packet.mark = mark;
  } else {
    hooked.ctMark = mark;
    trip.entryMarkKnown = 1;
  }
  return true;
}

/** What has an entry keeps it (notrack_tg, nft_notrack_eval). */
function leaveOut(trip: Trip): void {
  if (trip.entry != 0) return;
  trip.untracked = 1;
  hookedOf(trip).ctState = CtState.UNTRACKED;
}
