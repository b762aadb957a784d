// Translations that an entry remembers: what the packets behind the first one, and those the other way, get without asking any rule (nf_nat_packet).

import { seeTypes } from "./addresstype";
import { hasPorts, translations } from "./entry";
import { Packet, Place } from "../layout";
import { deviceOfOwn } from "../lookup/own";
import { Ends, Known, originalOf, replyOf } from "../trip/packets";
import { sentOf, sideOf } from "../trip/socket";
import { inRange } from "./translate";
import { maybe } from "../lookup/walk";
import { CtStatus, Hook, hookedOf, Nat, NatKind, Origin, Span, Trip } from "./wall";
import { packetAt, walkOf } from "../trip/ways";

const REPLY: u32 = 1;

/** Whether the packet runs against the direction in which its flow was translated. */
export function isAnswer(trip: Trip): bool {
  return trip.directionKnown == 0 || hookedOf(trip).ctDirection == REPLY;
}

export function isDestinationHook(hook: u32): bool {
  return hook == Hook.OUTPUT || hook == Hook.PREROUTING;
}

/** Gives a packet what the entry of its flow says (nf_nat_packet, nf_nat_icmp_reply_translation). */
export function apply(trip: Trip): void {
  const sent = sentOf(trip);
  const isReply = trip.directionKnown != 0 && hookedOf(trip).ctDirection == REPLY;
  const isDestination = isDestinationHook(trip.hook);
  // An ICMP error of somebody on the way keeps its own ends where nothing was translated.
  if ((translations(sent) & (isDestination == isReply ? CtStatus.SNAT : CtStatus.DNAT)) == 0) return;
  const other = isReply ? originalOf(sent) : replyOf(sent);
  const packet = packetAt(trip);
  // The other direction's source is this one's destination.
  if ((other.known & (isDestination ? Known.SRC : Known.DST)) == 0) return;
  const from = changetype<usize>(other) + (isDestination ? offsetof<Ends>("src0") : offsetof<Ends>("dst0"));
  memory.copy(changetype<usize>(packet) + (isDestination ? offsetof<Packet>("dst0") : offsetof<Packet>("src0")), from, 16);
  const hasPort = (other.known & (isDestination ? Known.SPORT : Known.DPORT)) != 0 && hasPorts(sent.proto);
  if (isDestination) {
    if (hasPort) packet.dport = other.sport;
  } else {
    trip.sourceKnown = 1;
    if (hasPort) packet.sport = other.dport;
  }
  seeTypes(trip);
}

/** Gives a packet of a flow's other direction its addresses back. false: what they are is not told. */
export function giveBack(trip: Trip): bool {
  const packet = packetAt(trip);
  if (isDestinationHook(trip.hook)) {
    const input = sentOf(trip).origin != Origin.FORWARD && mayBeMade(trip, Hook.INPUT, true, packet.dst0, packet.dst1, packet.dst2, packet.dst3);
    const made = input || mayBeMade(trip, Hook.POSTROUTING, true, packet.dst0, packet.dst1, packet.dst2, packet.dst3);
    return !made || !maybe(walkOf(trip), Place.FLOW, 0);
  }
  const known = trip.sourceKnown != 0;
  const made = mayBeMade(trip, Hook.PREROUTING, known, packet.src0, packet.src1, packet.src2, packet.src3) || mayBeMade(trip, Hook.OUTPUT, known, packet.src0, packet.src1, packet.src2, packet.src3);
  if (!made || !maybe(walkOf(trip), Place.FLOW, 0)) return true;
  // Which address stood in place of the source is not told.
  trip.sourceKnown = 0;
  trip.portKept = 0;
  memory.fill(changetype<usize>(packet) + offsetof<Packet>("src0"), 0, 16);
  seeTypes(trip);
  return true;
}

/** Whether a translation of the hook may have led to the address. `known` false: to any. */
function mayBeMade(trip: Trip, hook: u32, known: bool, word0: u32, word1: u32, word2: u32, word3: u32): bool {
  const span = changetype<Span>(sideOf(trip).nats + hook * <u32>offsetof<Span>());
  const end = span.first + span.count * <u32>offsetof<Nat>();
  for (let at = span.first; at < end; at += offsetof<Nat>()) {
    const nat = changetype<Nat>(at);
    if (!known) return true;
    if (nat.kind == NatKind.MASQUERADE || nat.kind == NatKind.REDIRECT) {
      if (deviceOfOwn(trip, sentOf(trip).family, word0, word1, word2, word3) != 0) return true;
    } else if (nat.hasAddress != 0 && inRange(nat, word0, word1, word2, word3)) {
      // Where ports alone were translated the addresses are the same.
      return true;
    }
  }
  return false;
}
