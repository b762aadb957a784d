// How a packet begins that the kernel makes by itself: answers, ICMP errors, neighbour discovery, group reports.

import { routeOf } from "../fib";
import { Asks, Outcome, Packet, Place, RouteTrait } from "../layout";
import { deviceOfOwn } from "../lookup/own";
import { Ending, Missing, Tracked } from "./packets";
import { end, failed, sentOf, sideOf } from "./socket";
import { setSource } from "../netfilter/translate";
import { fibOf, maybe, routerOf } from "../lookup/walk";
import { Trip } from "../netfilter/wall";
import { answerOf, ask, isLoopback6, isStrict, isStrictTo, packetAt, seek, take, walkOf } from "./ways";

const ICMP: u32 = 1;
const IGMP: u32 = 2;
const TCP: u32 = 6;
const ICMP6: u32 = 58;
const RST: u32 = 4;
const ECHO_REPLY6: u32 = 129;
/** ICMPv6 errors have numbers below. */
export const FIRST_QUERY6: u32 = 128;

/** Finds the way. The kernel's packets have the source they answer from, which need not be the node's own, and no owner. false: the packet ends here. */
export function routeKernel(trip: Trip): bool {
  const sent = sentOf(trip);
  const packet = packetAt(trip);
  if (isHousekeeping(packet)) return goStraight(trip, sent.oif);
  let oif = sent.oif;
  if (oif == 0) {
    if (isDeviceHidden(trip, packet)) return goStraight(trip, 0);
    oif = deviceToLoopback(trip, packet);
  }
  const about = isSourceChosen(trip, packet, oif);
  if (!about && packet.family == 4 && sent.hasSource != 0 && packet.src0 == 0) return end(trip, Ending.REJECTED);
  const asked = ask(trip);
  asked.oif = oif;
  if (about) setSource(asked, 0, 0, 0, 0);
  // A source that nobody gave is still one.
  const strict = about ? isStrict(asked, false) : isStrictTo(asked);
  if (seek(trip, true, strict) != Outcome.WAY) return failed(trip, false);
  take(trip);
  return true;
}

/** ICMPv6 of neighbour discovery and MLD (icmp6_dst_alloc), and IGMP: no table is asked. */
export function isHousekeeping(packet: Packet): bool {
  if (packet.family == 4) return packet.proto == IGMP;
  return packet.proto == ICMP6 && isDiscovery(packet.icmpType);
}

/** Router and neighbour discovery, and MLD. */
export function isDiscovery(type: u32): bool {
  return (type >= 130 && type <= 137) || type == 143;
}

/** Straight out on a device; where it was not given, nothing stands for it. */
function goStraight(trip: Trip, device: u32): bool {
  if (device == 0) {
    maybe(walkOf(trip), Place.FIELD, Missing.OIF);
    return end(trip, Ending.UNDETERMINED);
  }
  trip.device = device;
  return true;
}

/** IPv6 answers name the device that their cause came in on, where the destination is a link's own, and echo replies always: it counts where a rule looks at it. */
function isDeviceHidden(trip: Trip, packet: Packet): bool {
  if (packet.family == 4) return false;
  if (packet.dst0 >>> 22 == 0x3fa) return true;
  return isEchoReply6(packet) && sideOf(trip).asksOif != 0 && !isToLoopback(packet);
}

/**
 * Resets and echo replies to ::1 name a device: what came to an own address came in on the device of that address; echo replies of some kernels before 2026 name it,
 * too, all others lo. 0: none is named.
 */
function deviceToLoopback(trip: Trip, packet: Packet): u32 {
  if (packet.family == 4 || !isToLoopback(packet)) return 0;
  const reset = packet.proto == TCP && (packet.tcpFlags & RST) != 0;
  if (!reset && !isEchoReply6(packet)) return 0;
  const owner = trip.sourceKnown == 0 ? 0 : deviceOfOwn(trip, 6, packet.src0, packet.src1, packet.src2, packet.src3);
  if (reset) return owner != 0 && isOfRule(trip) ? 0 : owner;
  const loopback = routerOf(walkOf(trip)).loopback;
  return owner == 0 || owner == loopback || !maybe(walkOf(trip), Place.FIELD, Missing.OIF) ? loopback : owner;
}

/** The reset of a REJECT names no device (nf_send_reset6). It is related to the flow, unless conntrack does not know that. */
function isOfRule(trip: Trip): bool {
  const ct = sentOf(trip).ct;
  if (ct == Tracked.RELATED) return true;
  return ct != Tracked.ESTABLISHED && ct != Tracked.REPLY && maybe(walkOf(trip), Place.MAKER, 0);
}

function isToLoopback(packet: Packet): bool {
  return isLoopback6(packet.dst0, packet.dst1, packet.dst2, packet.dst3);
}

function isEchoReply6(packet: Packet): bool {
  return packet.proto == ICMP6 && packet.icmpType == ECHO_REPLY6;
}

/**
 * An ICMP error about a packet that was not for the node itself may be looked up without a source, and then carries what the route chose (icmp_send, icmp6_send). IPv6 takes the source
 * from the device the packet came in on, unless the route without any names one (icmpv6_rt_has_prefsrc).
 */
function isSourceChosen(trip: Trip, packet: Packet, oif: u32): bool {
  if (!isError(packet.family, packet.proto, packet.icmpType) || (fibOf(walkOf(trip)).asks & Asks.SOURCE) == 0) return false;
  if (packet.family == 6) {
    const asked = ask(trip);
    asked.oif = oif;
    setSource(asked, 0, 0, 0, 0);
    if (seek(trip, true, isStrict(asked, false)) != Outcome.WAY || !isNamed(trip)) return false;
  }
  return maybe(walkOf(trip), Place.ABOUT, 0);
}

/** Whether the route that was found last names a source. */
export function isNamed(trip: Trip): bool {
  const answer = answerOf(trip);
  return answer.outcome == Outcome.WAY && answer.route != 0 && (routeOf(fibOf(walkOf(trip)), answer.route).traits & RouteTrait.PREFSRC) != 0;
}

/** Whether it is an ICMP error. */
export function isError(family: u32, proto: u32, type: u32): bool {
  return family == 4 ? proto == ICMP && isError4(type) : proto == ICMP6 && type > 0 && type < FIRST_QUERY6;
}

/** ICMP errors of IPv4 (icmp_pointers in net/ipv4/icmp.c). */
export function isError4(type: u32): bool {
  return (type >= 3 && type <= 5) || type == 11 || type == 12;
}
