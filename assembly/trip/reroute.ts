// The second lookup of a local packet whose mark or address a hook has changed: ip_route_me_harder, ip6_route_me_harder.

import { typeOfSource } from "../netfilter/addresstype";
import { Outcome, Packet, RouteType } from "../layout";
import { sideOf } from "./socket";
import { Origin, Trip } from "../netfilter/wall";
import { ask, isStrict, packetAt, seek, take } from "./ways";

const TCP: u32 = 6;
const RST: u32 = 4;

/** Looks the route up again; the source stays, whatever comes of it. Returns an Outcome. */
export function reroute(trip: Trip): u32 {
  const outcome = packetAt(trip).family == 4 ? again4(trip) : again6(trip);
  if (outcome == Outcome.WAY) take(trip);
  return outcome;
}

/** IPv4: any source that may stand in a packet will do, and the user is left out, so that rules see root. */
function again4(trip: Trip): u32 {
  const type = typeOfSource(trip);
  const asked = ask(trip);
  if (type != RouteType.LOCAL && type != RouteType.UNICAST) asked.src0 = 0;
  asked.uid = 0;
  asked.oif = trip.bound;
  hide(trip, asked);
  return seek(trip, true, false);
}

/** IPv6: the flow label, and with it the traffic class, is left out. */
function again6(trip: Trip): u32 {
  const asked = ask(trip);
  const narrow = asked.dst0 >>> 24 == 0xff || asked.dst0 >>> 22 == 0x3fa;
  asked.oif = trip.bound != 0 ? trip.bound : narrow ? trip.device : 0;
  asked.tos = 0;
  // The kernel's own socket sends a reset, whosever it is.
  if (trip.origin == Origin.KERNEL && asked.proto == TCP && (asked.tcpFlags & RST) != 0) asked.uid = 0;
  hide(trip, asked);
  return seek(trip, true, isStrict(asked, trip.bound != 0));
}

/** Protocol and ports are told only where some rule wants them (fib4_rules_early_flow_dissect). */
function hide(trip: Trip, asked: Packet): void {
  if (sideOf(trip).dissects != 0) return;
  asked.proto = 0;
  asked.sport = 0;
  asked.dport = 0;
}
