// Whether a REJECT's answer sets out at all: nf_send_reset and nf_send_reset6, icmp_send and icmp6_send.

import { FIRST_QUERY6, isError4, isNamed } from "../trip/kernel";
import { NONE, Outcome, Packet, Place } from "../layout";
import { isMulticast } from "../lookup/output4";
import { deviceOfOwn } from "../lookup/own";
import { ownOf } from "../lookup/saddr4";
import { selectSource6 } from "../lookup/saddr6";
import { Setting } from "../trip/packets";
import { sentOf, sideOf } from "../trip/socket";
import { maybe, packetOf, routerOf } from "../lookup/walk";
import { setSource } from "./translate";
import { Hook, Origin, Trip } from "./wall";
import { isStrict, packetAt, seek, walkOf } from "../trip/ways";

const ICMP: u32 = 1;
const TCP: u32 = 6;
const ICMP6: u32 = 58;
const RST: u32 = 4;
const LIMITED_BROADCAST: u32 = 0xffffffff;

/** OPEN: what decides was not understood. */
export enum Answered { NO = 0, YES = 1, OPEN = 2 }

/** An error is not answered with an error, a reset not with a reset, and what nothing leads back to not at all. */
export function isAnswered(trip: Trip, reset: bool): u32 {
  return (reset ? isSegment(trip) : isNoError(trip) && !isLocked(trip)) ? wayBack(trip, reset) : Answered.NO;
}

/** While the kernel's socket for ICMP sends an echo reply, it is locked for everything else (icmp_xmit_lock, icmpv6_xmit_lock). */
function isLocked(trip: Trip): bool {
  const sent = sentOf(trip);
  return sent.origin == Origin.KERNEL && (sent.proto == ICMP || sent.proto == ICMP6) && isLeaving(trip.hook);
}

function isLeaving(hook: u32): bool {
  return hook == Hook.OUTPUT || hook == Hook.POSTROUTING;
}

function isSegment(trip: Trip): bool {
  const sent = sentOf(trip);
  return sent.proto == TCP && !(sent.tcpFlags & RST);
}

function isNoError(trip: Trip): bool {
  const sent = sentOf(trip);
  if (sent.proto == ICMP) return !isError4(sent.icmpType);
  return sent.proto != ICMP6 || sent.icmpType >= FIRST_QUERY6;
}

/** A source that nobody knows is taken to be reached. */
function wayBack(trip: Trip, reset: bool): u32 {
  const packet = packetAt(trip);
  if (isForMany(packet.family, packet.dst0) || (packet.family == 4 && packet.dst0 == LIMITED_BROADCAST)) return Answered.NO;
  if (trip.sourceKnown == 0) return Answered.YES;
  if ((packet.src0 | packet.src1 | packet.src2 | packet.src3) == 0 || isForMany(packet.family, packet.src0)) return Answered.NO;
  const from = reset || isForNode(trip, packet);
  // Nothing is sent from 0.0.0.0.
  if (from && packet.family == 4 && packet.dst0 == 0) return Answered.NO;
  const asked = question(trip, packet, reset, from);
  let outcome = seek(trip, reset, isStrict(asked, false));
  if (packet.family == 6 && !from && outcome != Outcome.UNDETERMINED && !isNamed(trip)) outcome = fromDevice(trip, packet, outcome);
  return outcome == Outcome.WAY ? Answered.YES : outcome == Outcome.ERROR ? Answered.NO : Answered.OPEN;
}

/** An error of IPv6 has the best source for the device its cause came in on, unless the route names one (icmp6_send), and is looked up with it. */
function fromDevice(trip: Trip, packet: Packet, outcome: u32): u32 {
  const router = routerOf(walkOf(trip));
  const asked = question(trip, packet, false, false);
  const number = selectSource6(router, asked, packet.iif);
  if (number == 0 || (packet.iif == 0 && outcome != Outcome.ERROR)) return outcome;
  const own = ownOf(router.own6, number);
  setSource(asked, own.word0, own.word1, own.word2, own.word3);
  return seek(trip, false, isStrict(asked, false));
}

function isForMany(family: u32, word0: u32): bool {
  return family == 4 ? isMulticast(word0) : word0 >>> 24 == 0xff;
}

/** Then an ICMP error has the destination as its source, which has to be an address of the node; IPv4 goes by the route, which may stay here for others, too. */
function isForNode(trip: Trip, packet: Packet): bool {
  if (packet.family == 4 && trip.device != 0) return trip.device == routerOf(walkOf(trip)).loopback;
  return deviceOfOwn(trip, packet.family, packet.dst0, packet.dst1, packet.dst2, packet.dst3) != 0;
}

/** The fields of the answer. */
function question(trip: Trip, packet: Packet, reset: bool, from: bool): Packet {
  const asked = packetOf(walkOf(trip));
  memory.fill(changetype<usize>(asked), 0, offsetof<Packet>());
  asked.family = packet.family;
  asked.iif = routerOf(walkOf(trip)).loopback;
  asked.proto = reset ? TCP : packet.family == 4 ? ICMP : ICMP6;
  asked.mark = reflected(trip, packet);
  memory.copy(changetype<usize>(asked) + offsetof<Packet>("dst0"), changetype<usize>(packet) + offsetof<Packet>("src0"), 16);
  if (from) memory.copy(changetype<usize>(asked) + offsetof<Packet>("src0"), changetype<usize>(packet) + offsetof<Packet>("dst0"), 16);
  if (reset) {
    asked.sport = packet.dport;
    asked.dport = packet.sport;
    // IPv4's reset goes by the socket of what it answers (nf_send_reset hands it to ip_route_me_harder).
    if (packet.family == 4 && isLeaving(trip.hook)) asked.oif = trip.bound;
  }
  return asked;
}

/** IP4_REPLY_MARK(), IP6_REPLY_MARK(). */
function reflected(trip: Trip, packet: Packet): u32 {
  const reflects = sideOf(trip).reflects;
  if (packet.mark == 0 || reflects == 0) return 0;
  return reflects != NONE || !maybe(walkOf(trip), Place.SETTING, Setting.FWMARK_REFLECT) ? packet.mark : 0;
}
