// The way of a packet that came in on a device: ip_route_input_slow (IPv4), ip6_rcv_core, ip6_route_input and ip6_forward (IPv6).

import { input4 } from "../lookup/input4";
import { Answer, DeviceTrait, Errno, NONE, Outcome, Packet, Place } from "../layout";
import { isMulticast } from "../lookup/output4";
import { Ending, Paths, Setting } from "./packets";
import { clearAnswer } from "../lookup/reply";
import { deviceIs } from "../lookup/saddr4";
import { end, sideOf } from "./socket";
import { maybe, routerOf } from "../lookup/walk";
import { Trip } from "../netfilter/wall";
import { answerOf, ask, choose, endingOf, isLoopback6, isStrict, packetAt, seek6, take, walkOf } from "./ways";

/** What IPv6 throws away before the first hook (ip6_rcv_core). Nobody looks again behind it: DNAT to ::1 is routed like any destination. */
export function isMartian6(packet: Packet): bool {
  if (packet.family != 6) return false;
  if (packet.src0 >>> 24 == 0xff) return true;
  return isLoopback6(packet.dst0, packet.dst1, packet.dst2, packet.dst3) || isLoopback6(packet.src0, packet.src1, packet.src2, packet.src3);
}

/** Where the packet goes as it is by now; to lo when it stays. false: it ends here. */
export function arrive(trip: Trip, iif: u32): bool {
  const walk = walkOf(trip);
  const router = routerOf(walk);
  const packet = packetAt(trip);
  if (!deviceIs(router, iif, DeviceTrait.UP)) return end(trip, Ending.DROPPED);
  // Groups and multicast routing of the node are not modelled.
  if (packet.family == 4 ? isMulticast(packet.dst0) : packet.dst0 >>> 24 == 0xff) return giveUp(trip, Place.GROUPS);
  if (deviceIs(router, iif, DeviceTrait.VRF)) return giveUp(trip, Place.VRF);
  const asked = ask(trip);
  asked.iif = iif;
  const answer = answerOf(trip);
  clearAnswer(answer, 0);
  walk.error = 0;
  trip.anySource = 0;
  return packet.family == 4 ? arrive4(trip, answer, iif) : arrive6(trip, answer, asked, iif);
}

function giveUp(trip: Trip, place: u32): bool {
  maybe(walkOf(trip), place, 0);
  return end(trip, Ending.UNDETERMINED);
}

function arrive4(trip: Trip, answer: Answer, iif: u32): bool {
  const walk = walkOf(trip);
  input4(walk, answer);
  choose(walk, answer);
  if (answer.outcome == Outcome.WAY) {
    take(trip);
    return true;
  }
  if (answer.outcome == Outcome.UNDETERMINED) return end(trip, Ending.UNDETERMINED);
  // Only what the tables say is told to the sender; other errors stand for a packet that is thrown away.
  switch (answer.error) {
    case Errno.ENETUNREACH:
      return end(trip, walk.error == Errno.ENETUNREACH ? Ending.REJECTED : Ending.NO_ROUTE);
    case Errno.EACCES:
      return end(trip, Ending.REJECTED);
    case Errno.EHOSTUNREACH:
      // So says an unreachable route, and a device that does not forward.
      if (walk.error != Errno.EHOSTUNREACH) return end(trip, Ending.DROPPED);
      if (deviceIs(routerOf(walk), iif, DeviceTrait.FORWARDS4_MAYBE)) return giveUp(trip, Place.FORWARDING);
      return end(trip, deviceIs(routerOf(walk), iif, DeviceTrait.FORWARDS4) ? Ending.REJECTED : Ending.DROPPED);
    default:
      return end(trip, Ending.DROPPED);
  }
}

/** ip6_route_input_lookup() rates by the device it came in on. */
function arrive6(trip: Trip, answer: Answer, asked: Packet, iif: u32): bool {
  const walk = walkOf(trip);
  seek6(walk, answer, iif, isStrict(asked, false));
  if (answer.outcome != Outcome.WAY) return end(trip, endingOf(trip));
  take(trip);
  if (trip.device == routerOf(walk).loopback) return true;
  if (!forwards6(trip, iif)) return end(trip, Ending.DROPPED);
  // What leaves where it came in, and is answered with a redirect, escapes the check of its source.
  return trip.device == iif || maySource6(trip);
}

/** ip6_forward(): neither `::` nor, which its sender is told, a link-local source leaves its link. */
function maySource6(trip: Trip): bool {
  const packet = packetAt(trip);
  if (packet.src0 >>> 22 == 0x3fa) return end(trip, Ending.REJECTED);
  return (packet.src0 | packet.src1 | packet.src2 | packet.src3) != 0 || end(trip, Ending.DROPPED);
}

function forwards6(trip: Trip, iif: u32): bool {
  if (load<u8>(changetype<Paths>(trip.paths).forced6 + iif) != 0) return true;
  const forwards = sideOf(trip).forwards;
  return forwards == NONE ? !maybe(walkOf(trip), Place.SETTING, Setting.FORWARDING6) : forwards != 0;
}
