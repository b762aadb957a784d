// How a packet of a process begins: what socket calls refuse, the lookups they make, and the source they choose (ip_route_connect, ip6_dst_lookup_tail).

import { routeOf } from "../fib";
import { Answer, Asks, Chosen, Errno, Hop, Outcome, Packet, Place, Route, RouteTrait } from "../layout";
import { isMulticast } from "../lookup/output4";
import { ownSource } from "../lookup/own";
import { Api, Ending, Missing, Moment, Sent, Side, Socket } from "./packets";
import { selectSource6 } from "../lookup/saddr6";
import { setSource } from "../netfilter/translate";
import { fibOf, maybe, routerOf } from "../lookup/walk";
import { Trip } from "../netfilter/wall";
import { answerOf, ask, endingOf, isStrict, packetAt, seek, take, walkOf } from "./ways";

const TCP: u32 = 6;
const UDP: u32 = 17;
const ICMP6: u32 = 58;
const ECHO6: u32 = 128;
const LOCALHOST: u32 = 0x7f000001;
const LIMITED_BROADCAST: u32 = 0xffffffff;

export function sentOf(trip: Trip): Sent {
  return changetype<Sent>(trip.sent);
}

export function sideOf(trip: Trip): Side {
  return changetype<Side>(trip.side);
}

/** Ends the packet's way. Always false: it does not go on. */
export function end(trip: Trip, ending: u32, error: u32 = 0): bool {
  trip.ending = ending;
  trip.error = error;
  return false;
}

/** Ends the way of a packet that the last lookup found none for. The error is for those who sent it. */
export function failed(trip: Trip, tells: bool): bool {
  const ending = endingOf(trip);
  return end(trip, ending, tells && ending != Ending.UNDETERMINED ? answerOf(trip).error : 0);
}

/** Finds the way and the source. false: the packet ends here. */
export function routeLocal(trip: Trip): bool {
  if (isRefused(trip)) return end(trip, Ending.REJECTED, Errno.EINVAL);
  const mark = sentOf(trip).mark;
  const late = isLate(trip);
  const first = packetAt(trip).family == 4 ? settle4(trip, late ? 0 : mark) : settle6(trip, late ? 0 : mark);
  // The mark comes when the source has been chosen: the route is looked up again, the source stays.
  return late && first ? follow(trip, mark) : first;
}

/** One lookup as the socket makes it, with the source that the packet has by now. */
function lookUp(trip: Trip, mark: u32): u32 {
  const asked = ask(trip);
  asked.mark = mark;
  asked.oif = trip.bound;
  return seek(trip, false, isStrict(asked, true));
}

/** Looks up and goes that way. */
function follow(trip: Trip, mark: u32): bool {
  if (lookUp(trip, mark) != Outcome.WAY) return failed(trip, true);
  take(trip);
  return true;
}

/** What is refused before any lookup: an IPv6 destination that means nothing without a device. udpv6_sendmsg() alone does not insist on one. */
function isRefused(trip: Trip): bool {
  const packet = packetAt(trip);
  if (packet.family == 4 || trip.bound != 0) return false;
  const scope = packet.dst0 >>> 16 & 0xf;
  const narrow = packet.dst0 >>> 24 == 0xff && (scope == 1 || scope == 2);
  if (!narrow && packet.dst0 >>> 22 != 0x3fa) return false;
  return packet.proto != UDP || apiOf(trip) != Api.SENDTO;
}

/** TCP connects; others may connect or send without it. */
function apiOf(trip: Trip): u32 {
  if (trip.api == Api.UNKNOWN) {
    const sent = sentOf(trip);
    if (sent.api != Api.UNKNOWN) trip.api = sent.api;
    else if (sent.moment == Moment.CONNECTED || sent.proto == TCP) trip.api = Api.CONNECT;
    else trip.api = maybe(walkOf(trip), Place.FIELD, Missing.API) ? Api.SENDTO : Api.CONNECT;
  }
  return trip.api;
}

/** Whether the mark comes after connect(). Asked only where a rule looks at marks, or the lookup that it calls for sees a source that no lookup saw before (IPv6). */
function isLate(trip: Trip): bool {
  const sent = sentOf(trip);
  const asks = fibOf(walkOf(trip)).asks;
  const matters = (asks & Asks.MARK) != 0 || (sent.family == 6 && sent.hasSource == 0 && (asks & Asks.SOURCE) != 0);
  if (sent.mark == 0 || sent.api == Api.SENDTO || !matters) return false;
  return sent.moment == Moment.UNKNOWN ? maybe(walkOf(trip), Place.FIELD, Missing.MARK_WHEN) : sent.moment == Moment.CONNECTED;
}

/** Only echo requests have a socket of their own kind. */
export function isRaw(trip: Trip): bool {
  const sent = sentOf(trip);
  if (trip.socket == Socket.UNKNOWN) {
    if (sent.socket != Socket.UNKNOWN) trip.socket = sent.socket;
    else if (sent.proto != ICMP6 || sent.icmpType != ECHO6) trip.socket = Socket.RAW;
    else trip.socket = maybe(walkOf(trip), Place.FIELD, Missing.SOCKET) ? Socket.PING : Socket.RAW;
  }
  return trip.socket == Socket.RAW;
}

/** IPv4: connect() looks up a second time, with the source that the first lookup chose; sendto() does not. */
function settle4(trip: Trip, mark: u32): bool {
  if (!follow(trip, mark)) return false;
  const packet = packetAt(trip);
  if (sentOf(trip).hasSource != 0 || !carry4(trip, packet)) return true;
  const matters = (fibOf(walkOf(trip)).asks & Asks.SOURCE) != 0 || isMulticast(packet.dst0) || packet.dst0 == LIMITED_BROADCAST;
  return !matters || apiOf(trip) == Api.SENDTO || follow(trip, mark);
}

/** The source that the lookup chose; false: there is none, and the packet leaves without. */
function carry4(trip: Trip, packet: Packet): bool {
  const answer = answerOf(trip);
  switch (answer.source) {
    case Chosen.NOTHING:
      return false;
    case Chosen.DESTINATION:
      packet.src0 = packet.dst0;
      return true;
    case Chosen.ROUTE:
      packet.src0 = routeOf(fibOf(walkOf(trip)), answer.route).prefsrc0;
      return true;
    case Chosen.LOCALHOST:
      packet.src0 = LOCALHOST;
      return true;
    default:
      packet.src0 = ownSource(trip, answer.source).word0;
      return true;
  }
}

/** IPv6: the source is chosen for the route that was found; without a route one is chosen for no device, and the lookup is made again with it. */
function settle6(trip: Trip, mark: u32): bool {
  const outcome = lookUp(trip, mark);
  if (outcome == Outcome.UNDETERMINED) return failed(trip, true);
  const given = sentOf(trip).hasSource != 0;
  if (outcome == Outcome.WAY) {
    take(trip);
    if (given) return true;
    if (!carry6(trip, answerOf(trip))) return end(trip, Ending.REJECTED, Errno.EADDRNOTAVAIL);
    return isAskedAgain(trip) ? follow(trip, mark) : true;
  }
  if (given) return failed(trip, true);
  const number = selectSource6(routerOf(walkOf(trip)), packetAt(trip), 0);
  if (number == 0) return end(trip, Ending.REJECTED, Errno.EADDRNOTAVAIL);
  // Without a rule or a route that looks at the source the answer stays.
  if (!(fibOf(walkOf(trip)).asks & Asks.SOURCE)) return failed(trip, true);
  carryOwn(trip, number);
  return follow(trip, mark);
}

/** The source of the route that was found, or the best one for its device; false: there is none. */
function carry6(trip: Trip, answer: Answer): bool {
  const walk = walkOf(trip);
  const route = routeOf(fibOf(walk), answer.route);
  if ((route.traits & RouteTrait.PREFSRC) && isNamed(trip, route)) {
    const at = sideOf(trip).sources + answer.route * 16;
    setSource(packetAt(trip), load<u32>(at), load<u32>(at, 4), load<u32>(at, 8), load<u32>(at, 12));
    return true;
  }
  // fib6_info_nh_dev() knows the first device of a group only.
  const hop = changetype<Hop>(route.traits & RouteTrait.OBJECT ? route.hops : walk.hop);
  const number = selectSource6(routerOf(walk), packetAt(trip), hop.device);
  if (number == 0) return false;
  carryOwn(trip, number);
  return true;
}

/** Next hops that were appended are routes of their own, and the dump tells the source of the first one only. */
function isNamed(trip: Trip, route: Route): bool {
  const walk = walkOf(trip);
  return (route.traits & RouteTrait.OBJECT) != 0 || walk.hop == route.hops || !maybe(walk, Place.ROUTE, walk.route);
}

function carryOwn(trip: Trip, number: u32): void {
  const own = ownSource(trip, number);
  setSource(packetAt(trip), own.word0, own.word1, own.word2, own.word3);
}

/** A raw socket that is connected asks with the source that connect() chose for each packet (rawv6_sendmsg); others keep the route that connect() found. */
function isAskedAgain(trip: Trip): bool {
  if (!(fibOf(walkOf(trip)).asks & Asks.SOURCE)) return false;
  const proto = sentOf(trip).proto;
  return proto != TCP && proto != UDP && isRaw(trip) && apiOf(trip) != Api.SENDTO;
}
