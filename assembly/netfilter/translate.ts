// New translations: what a nat rule makes of the first packet of a flow (nf_nat_setup_info in net/netfilter/nf_nat_core.c).

import { seeTypes } from "./addresstype";
import { Packet, Place, Router } from "../layout";
import { ownOf, selectSource4 } from "../lookup/saddr4";
import { selectSource6 } from "../lookup/saddr6";
import { maybe, routerOf, Walk } from "../lookup/walk";
import { CtStatus, Hook, hookedOf, Nat, NatKind, Translation, Trip } from "./wall";

const LOOPBACK4: u32 = 0x7f000001;
const LINK_LOCAL6: u32 = 0x3fa;

/** Translates the packet and settles its entry. LEFT: the packet has none. */
export function translate(trip: Trip, nat: Nat): u32 {
  if (trip.entry == 0) return Translation.LEFT;
  const done = nat.kind == NatKind.DNAT || nat.kind == NatKind.REDIRECT ? translateDestination(trip, nat) : translateSource(trip, nat);
  if (done == Translation.DONE) seeTypes(trip);
  return done;
}

function translateDestination(trip: Trip, nat: Nat): u32 {
  const packet = changetype<Packet>(trip.packet);
  trip.settledDestination = 1;
  const before0 = packet.dst0, before1 = packet.dst1, before2 = packet.dst2, before3 = packet.dst3;
  if (nat.kind == NatKind.REDIRECT) {
    if (!redirect(trip, packet)) return Translation.DROP;
  } else if (nat.hasAddress != 0 && !inRange(nat, packet.dst0, packet.dst1, packet.dst2, packet.dst3)) {
    const last = pick(trip, nat);
    if (last == UNKNOWN) return Translation.UNKNOWN;
    setDestination(packet, last == LAST ? nat.last0 : nat.first0, last == LAST ? nat.last1 : nat.first1, last == LAST ? nat.last2 : nat.first2, last == LAST ? nat.last3 : nat.first3);
  }
  let same = packet.dst0 == before0 && packet.dst1 == before1 && packet.dst2 == before2 && packet.dst3 == before3;
  // A port in the range stays, else a destination takes the lowest one.
  if (nat.hasPorts != 0 && (packet.dport < nat.portFirst || packet.dport > nat.portLast)) {
    packet.dport = nat.portFirst;
    same = false;
  }
  if (!same) hookedOf(trip).ctStatus |= CtStatus.DNAT;
  return Translation.DONE;
}

function translateSource(trip: Trip, nat: Nat): u32 {
  const packet = changetype<Packet>(trip.packet);
  trip.settledSource = 1;
  const before0 = packet.src0, before1 = packet.src1, before2 = packet.src2, before3 = packet.src3;
  const known = trip.sourceKnown;
  if (nat.kind == NatKind.MASQUERADE) {
    if (!masquerade(trip, packet)) return Translation.DROP;
  } else if (nat.hasAddress != 0 && (known == 0 || !inRange(nat, packet.src0, packet.src1, packet.src2, packet.src3))) {
    const last = pick(trip, nat);
    if (last == UNKNOWN) return Translation.UNKNOWN;
    setSource(packet, last == LAST ? nat.last0 : nat.first0, last == LAST ? nat.last1 : nat.first1, last == LAST ? nat.last2 : nat.first2, last == LAST ? nat.last3 : nat.first3);
    trip.sourceKnown = 1;
  }
  let same = known == trip.sourceKnown && packet.src0 == before0 && packet.src1 == before1 && packet.src2 == before2 && packet.src3 == before3;
  if (nat.hasPorts == 0) {
    trip.portKept = u32(same);
  } else if (nat.portFirst == nat.portLast) {
    if (packet.sport != nat.portFirst) same = false;
    packet.sport = nat.portFirst;
    trip.portKept = 1;
  } else {
    // A port in the range stays, else a source takes any of them.
    trip.portKept = u32(packet.sport >= nat.portFirst && packet.sport <= nat.portLast);
  }
  if (!same) hookedOf(trip).ctStatus |= CtStatus.SNAT;
  return Translation.DONE;
}

const FIRST: u32 = 0, LAST: u32 = 1, UNKNOWN: u32 = 2;

/** The kernel takes one of a range by a hash of the flow. Two are tried; of more, which one it is stays open. */
function pick(trip: Trip, nat: Nat): u32 {
  if (nat.first0 == nat.last0 && nat.first1 == nat.last1 && nat.first2 == nat.last2 && nat.first3 == nat.last3) return FIRST;
  const last = maybe(changetype<Walk>(trip.walk), Place.RANGE, 0);
  return isPair(trip, nat) ? (last ? LAST : FIRST) : UNKNOWN;
}

function isPair(trip: Trip, nat: Nat): bool {
  if (changetype<Packet>(trip.packet).family == 4) return nat.first0 + 1 == nat.last0;
  return nat.first0 == nat.last0 && nat.first1 == nat.last1 && nat.first2 == nat.last2 && nat.first3 + 1 == nat.last3;
}

/** Whether the address lies in the range, both ends included. */
export function inRange(nat: Nat, word0: u32, word1: u32, word2: u32, word3: u32): bool {
  return !isLess(word0, word1, word2, word3, nat.first0, nat.first1, nat.first2, nat.first3) && !isLess(nat.last0, nat.last1, nat.last2, nat.last3, word0, word1, word2, word3);
}

function isLess(a0: u32, a1: u32, a2: u32, a3: u32, b0: u32, b1: u32, b2: u32, b3: u32): bool {
  if (a0 != b0) return a0 < b0;
  if (a1 != b1) return a1 < b1;
  return a2 != b2 ? a2 < b2 : a3 < b3;
}

export function setDestination(packet: Packet, word0: u32, word1: u32, word2: u32, word3: u32): void {
  packet.dst0 = word0;
  packet.dst1 = word1;
  packet.dst2 = word2;
  packet.dst3 = word3;
}

export function setSource(packet: Packet, word0: u32, word1: u32, word2: u32, word3: u32): void {
  packet.src0 = word0;
  packet.src1 = word1;
  packet.src2 = word2;
  packet.src3 = word3;
}

/** nf_nat_redirect.c: the loopback in OUTPUT, else the first address of the device it came in on. false: there is none. */
function redirect(trip: Trip, packet: Packet): bool {
  const router = routerOf(changetype<Walk>(trip.walk));
  if (trip.hook == Hook.OUTPUT) {
    if (packet.family == 4) setDestination(packet, LOOPBACK4, 0, 0, 0);
    else setDestination(packet, 0, 0, 0, 1);
    return true;
  }
  const device = packet.iif != 0 ? packet.iif : router.loopback;
  return packet.family == 4 ? redirect4(router, packet, device) : redirect6(router, packet, device);
}

function redirect4(router: Router, packet: Packet, device: u32): bool {
  for (let number: u32 = 1; number <= router.own4Count; number++) {
    const own = ownOf(router.own4, number);
    if (own.device != device) continue;
    packet.dst0 = own.word0;
    return true;
  }
  return false;
}

/** A link-local destination takes an address of its own scope. */
function redirect6(router: Router, packet: Packet, device: u32): bool {
  const near = packet.dst0 >>> 22 == LINK_LOCAL6;
  for (let number: u32 = 1; number <= router.own6Count; number++) {
    const own = ownOf(router.own6, number);
    if (own.device != device || (near && own.word0 >>> 22 != LINK_LOCAL6)) continue;
    setDestination(packet, own.word0, own.word1, own.word2, own.word3);
    return true;
  }
  return false;
}

/** nf_nat_masquerade.c: an address of the output device, for IPv4 better one in whose network the next hop lies. false: there is none. */
function masquerade(trip: Trip, packet: Packet): bool {
  const router = routerOf(changetype<Walk>(trip.walk));
  const device = packet.oif != 0 ? packet.oif : router.loopback;
  if (packet.family == 6) {
    const number = selectSource6(router, packet, device);
    if (number == 0) return false;
    const own = ownOf(router.own6, number);
    setSource(packet, own.word0, own.word1, own.word2, own.word3);
  } else if (trip.sourceKnown == 0 || packet.src0 != 0) {
    const number = selectSource4(router, device, trip.via0 != 0 ? trip.via0 : packet.dst0, 0);
    if (number == 0) return false;
    packet.src0 = ownOf(router.own4, number).word0;
  }
  trip.sourceKnown = 1;
  return true;
}
