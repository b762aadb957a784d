// One lookup as a sender makes it: the way the packet takes, one of several where the state does not tell which (ip_route_output_key_hash_rcu, ip6_route_output_flags).

import { routeOf } from "../fib";
import { foreign4 } from "../lookup/foreign4";
import { Answer, DeviceTrait, Errno, Hop, Outcome, Packet, Place, Route, RouteTrait } from "../layout";
import { isMulticast, output4 } from "../lookup/output4";
import { Ending } from "./packets";
import { clearAnswer, fail, leaveOpen, memberAt } from "../lookup/reply";
import { walkRules } from "../lookup/rules";
import { deviceIs, ownerOf } from "../lookup/saddr4";
import { mayChoose } from "../lookup/table6";
import { aim, fibOf, Found, maybe, packetOf, routerOf, Walk } from "../lookup/walk";
import { Trip } from "../netfilter/wall";

const IGMP: u32 = 2;
const LIMITED_BROADCAST: u32 = 0xffffffff;

export function walkOf(trip: Trip): Walk {
  return changetype<Walk>(trip.walk);
}

export function answerOf(trip: Trip): Answer {
  return changetype<Answer>(trip.answer);
}

export function packetAt(trip: Trip): Packet {
  return changetype<Packet>(trip.packet);
}

/** A question about the packet as it is now, from no device and to none: what the caller does not change. */
export function ask(trip: Trip): Packet {
  const asked = packetOf(walkOf(trip));
  memory.copy(changetype<usize>(asked), trip.packet, offsetof<Packet>());
  asked.iif = routerOf(walkOf(trip)).loopback;
  asked.oif = 0;
  return asked;
}

/** Answers the question. `anySource`: the source need not be the node's; `strict`: of IPv6's routes only those on the device that was asked for count. */
export function seek(trip: Trip, anySource: bool, strict: bool): u32 {
  const walk = walkOf(trip);
  const answer = answerOf(trip);
  const packet = packetOf(walk);
  clearAnswer(answer, 0);
  walk.error = 0;
  trip.anySource = u32(anySource);
  if (deviceIs(routerOf(walk), packet.oif, DeviceTrait.VRF)) {
    maybe(walk, Place.VRF, 0);
    leaveOpen(answer);
  } else if (packet.family == 6) {
    seek6(walk, answer, packet.oif, strict);
  } else {
    if (anySource && isForeign(walk, packet)) foreign4(walk, answer);
    else output4(walk, answer);
    choose(walk, answer);
    // What goes straight out on a device does not go to 0.0.0.0 (__mkroute_output).
    if (answer.outcome == Outcome.WAY && packet.dst0 == 0 && packet.oif != 0 && packet.proto == IGMP) fail(answer, Errno.EINVAL);
  }
  return answer.outcome;
}

/** A source that output4() refuses. */
function isForeign(walk: Walk, packet: Packet): bool {
  const src0 = packet.src0;
  const dst0 = packet.dst0;
  if (src0 == 0 || isMulticast(src0) || src0 == LIMITED_BROADCAST) return false;
  if (packet.oif == 0 && (isMulticast(dst0) || dst0 == LIMITED_BROADCAST)) return false;
  return ownerOf(walk, src0) == 0;
}

/** Takes one of the next hops among which the kernel chooses by what is not in the state. */
export function choose(walk: Walk, answer: Answer): void {
  if (answer.memberCount < 2) return;
  let index: u32 = 0;
  while (index + 1 < answer.memberCount && maybe(walk, Place.ROUTE, walk.route)) index++;
  const member = memberAt(routerOf(walk), answer.member + index);
  answer.hop = member.hop;
  answer.route = member.route;
  answer.device = member.device;
  answer.source = member.source;
}

/** `rated`: the device by which routes are rated, 0 = none. */
export function seek6(walk: Walk, answer: Answer, rated: u32, strict: bool): void {
  const packet = packetOf(walk);
  walk.oif = rated;
  walk.bySource = u32((packet.src0 | packet.src1 | packet.src2 | packet.src3) != 0);
  walk.strict = u32(strict);
  aim(walk);
  const found = walkRules(walk);
  if (found == Found.UNKNOWN) return leaveOpen(answer);
  if (found != Found.ROUTE) return fail(answer, found == Found.ERROR ? walk.error : <u32>Errno.ENETUNREACH);
  const route = routeOf(fibOf(walk), walk.route);
  answer.route = walk.route;
  answer.type = route.type;
  if (route.traits & RouteTrait.STAYS) {
    answer.device = routerOf(walk).loopback;
    return;
  }
  chooseHop(walk, route);
  const hop = changetype<Hop>(walk.hop);
  answer.device = hop.device;
  answer.hop = hop.gateway != 0 ? hop.number : 0;
}

/** fib6_select_path() */
function chooseHop(walk: Walk, route: Route): void {
  if (route.hopCount < 2) return;
  const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
  let taken: u32 = 0;
  for (let at = route.hops; at < end; at += offsetof<Hop>()) {
    if (!mayChoose(walk, route, changetype<Hop>(at))) continue;
    if (taken != 0 && !maybe(walk, Place.ROUTE, walk.route)) break;
    taken = at;
  }
  if (taken != 0) walk.hop = taken;
}

/** Whether only routes on the device count (rt6_need_strict, and F_IFACE in ip6_route_output_flags). `bound`: a socket is bound to it. */
export function isStrict(packet: Packet, bound: bool): bool {
  if (isStrictTo(packet)) return true;
  return packet.family == 6 && packet.oif != 0 && (bound || (packet.src0 | packet.src1 | packet.src2 | packet.src3) == 0);
}

/** Whether the destination alone makes it so. */
export function isStrictTo(packet: Packet): bool {
  if (packet.family == 4) return false;
  return packet.dst0 >>> 24 == 0xff || packet.dst0 >>> 22 == 0x3fa || isLoopback6(packet.dst0, packet.dst1, packet.dst2, packet.dst3);
}

export function isLoopback6(word0: u32, word1: u32, word2: u32, word3: u32): bool {
  return (word0 | word1 | word2) == 0 && word3 == 1;
}

/** Sends the packet the way that was found. */
export function take(trip: Trip): void {
  const answer = answerOf(trip);
  const fib = fibOf(walkOf(trip));
  trip.device = answer.device;
  trip.hop = answer.hop;
  trip.route = answer.route;
  trip.table = 0;
  trip.via0 = 0;
  if (answer.route == 0) return;
  const route = routeOf(fib, answer.route);
  trip.table = route.table;
  const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
  for (let at = route.hops; at < end && answer.hop != 0; at += offsetof<Hop>()) {
    const hop = changetype<Hop>(at);
    if (hop.number == answer.hop) trip.via0 = hop.via0;
  }
}

/** How a packet ends that the lookup found no way for: a rule or route without any word back, one that says no, or none at all. */
export function endingOf(trip: Trip): u32 {
  const walk = walkOf(trip);
  const answer = answerOf(trip);
  const packet = packetOf(walk);
  if (answer.outcome == Outcome.UNDETERMINED) return Ending.UNDETERMINED;
  if (packet.family == 4 && packet.oif != 0) return Ending.REJECTED;
  // A rule or a route has said so: what is a blackhole does it in silence.
  if (answer.error == walk.error) return answer.error == Errno.EINVAL ? Ending.DROPPED : Ending.REJECTED;
  if (answer.error != Errno.ENETUNREACH) return Ending.REJECTED;
  if (packet.family == 6 || packet.src0 == 0) return Ending.NO_ROUTE;
  // output4() refuses a source that is not the node's own.
  const refused = ownerOf(walk, packet.src0) == 0 && !(trip.anySource != 0 && isForeign(walk, packet));
  return refused ? Ending.REJECTED : Ending.NO_ROUTE;
}
