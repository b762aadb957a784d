// An IPv4 packet that the node sends: ip_route_output_key_hash_rcu and __mkroute_output (net/ipv4/route.c), in their order.

import { routeOf } from "../fib";
import { Answer, Chosen, DeviceTrait, Errno, Gateway, Hop, Place, Route, RouteTrait, RouteType } from "../layout";
import { addMember, fail, leaveOpen, memberAt } from "./reply";
import { walkRules } from "./rules";
import { deviceIs, ownerOf, ownOf, SCOPE_HOST, SCOPE_LINK, selectSource4 } from "./saddr4";
import { hasGateway, nextDefault } from "./table4";
import { aim, fibOf, Found, maybe, packetOf, routerOf, Walk } from "./walk";

const IGMP: u32 = 2;
const LIMITED_BROADCAST: u32 = 0xffffffff;

/** Which device, gateway and source the packet gets, or why not. */
export function output4(walk: Walk, answer: Answer): void {
  const packet = packetOf(walk);
  const router = routerOf(walk);
  const src = packet.src0;
  const dst = packet.dst0;
  const oif = packet.oif;
  if (src != 0) {
    if (isMulticast(src) || src == LIMITED_BROADCAST) return fail(answer, Errno.EINVAL);
    const owner = ownerOf(walk, src);
    if (owner == 0) return fail(answer, Errno.ENETUNREACH);
    // Multicast and broadcast leave on the device of their source, whatever the tables say.
    if (oif == 0 && (isMulticast(dst) || dst == LIMITED_BROADCAST)) return leaveByOwner(walk, answer, owner);
  }
  if (oif != 0) {
    if (!deviceIs(router, oif, DeviceTrait.UP)) return fail(answer, Errno.ENETUNREACH);
    if (dst >>> 8 == 0xe00000 || dst == LIMITED_BROADCAST || packet.proto == IGMP) {
      return goStraight(walk, answer, oif, src == 0 ? selectSource4(router, oif, 0, SCOPE_LINK) : <u32>Chosen.NOTHING);
    }
  }
  if (dst == 0) return goHome(walk, answer);
  // A multicast packet by a device gets its source first, and the rules see it.
  const early = src == 0 && oif != 0 && isMulticast(dst) ? selectSource4(router, oif, 0, 0) : 0;
  if (early != 0) packet.src0 = ownOf(router.own4, early).word0;
  walk.oif = oif;
  aim(walk);
  const found = walkRules(walk);
  if (found == Found.ROUTE) {
    finish(walk, answer);
    if (early != 0) answer.source = early;
    return;
  }
  if (found == Found.UNKNOWN) return leaveOpen(answer);
  // "Apparently, routing tables are wrong. Assume, that the destination is on link." (route.c)
  if (oif == 0) return fail(answer, found == Found.ERROR ? walk.error : <u32>Errno.ENETUNREACH);
  return goStraight(walk, answer, oif, early != 0 ? early : src == 0 ? selectSource4(router, oif, 0, SCOPE_LINK) : <u32>Chosen.NOTHING, RouteType.UNICAST);
}

/** The kernel takes the address that was added last, where several devices have the same; no dump tells which that was. */
function leaveByOwner(walk: Walk, answer: Answer, owner: u32): void {
  const router = routerOf(walk);
  goStraight(walk, answer, owner, Chosen.NOTHING);
  for (let number: u32 = 1; number <= router.own4Count; number++) {
    const own = ownOf(router.own4, number);
    if (own.word0 == packetOf(walk).src0) addMember(router, answer, 0, 0, own.device, Chosen.NOTHING);
  }
}

/** 0.0.0.0 is the node itself. */
function goHome(walk: Walk, answer: Answer): void {
  const packet = packetOf(walk);
  const router = routerOf(walk);
  answer.type = RouteType.LOCAL;
  answer.device = router.loopback;
  if (packet.src0 != 0) return;
  const own = packet.oif == 0 ? 0 : selectSource4(router, packet.oif, 0, SCOPE_HOST);
  answer.source = own != 0 ? own : <u32>Chosen.LOCALHOST;
}

/** Out on a device without a route. */
function goStraight(walk: Walk, answer: Answer, device: u32, source: u32, type: u32 = RouteType.UNKNOWN): void {
  if (isStranded(walk, source, device)) return fail(answer, Errno.EINVAL);
  answer.type = typeOf(packetOf(walk).dst0, type);
  answer.device = device;
  answer.source = source;
}

/** What a destination is by itself, else what its route says. */
function typeOf(dst: u32, type: u32): u32 {
  if (dst == LIMITED_BROADCAST) return RouteType.BROADCAST;
  return isMulticast(dst) ? <u32>RouteType.MULTICAST : type;
}

function finish(walk: Walk, answer: Answer): void {
  const packet = packetOf(walk);
  const router = routerOf(walk);
  const route = routeOf(fibOf(walk), walk.route);
  answer.route = walk.route;
  answer.table = walk.table;
  if (route.type == RouteType.LOCAL) {
    answer.device = router.loopback;
    answer.type = typeOf(packet.dst0, RouteType.LOCAL);
    if (packet.src0 == 0) answer.source = route.traits & RouteTrait.PREFSRC ? Chosen.ROUTE : Chosen.DESTINATION;
    return;
  }
  answer.type = typeOf(packet.dst0, route.type);
  if (packet.oif == 0) choose(walk, answer, route);
  if (answer.memberCount == 0) addHop(walk, answer, walk.route, walk.hop);
  const first = memberAt(router, answer.member);
  answer.device = first.device;
  answer.hop = first.hop;
  answer.source = first.source;
  refuseStranded(walk, answer);
}

/** Where a loopback source may leave by some of the next hops only, whether it does is not in the state. */
function refuseStranded(walk: Walk, answer: Answer): void {
  const router = routerOf(walk);
  let stranded: u32 = 0;
  for (let i: u32 = 0; i < answer.memberCount; i++) {
    const member = memberAt(router, answer.member + i);
    if (isStranded(walk, member.source, member.device, routeOf(fibOf(walk), member.route))) stranded++;
  }
  if (stranded == 0) return;
  if (stranded == answer.memberCount) return fail(answer, Errno.EINVAL);
  maybe(walk, Place.ROUTE, walk.route);
  leaveOpen(answer);
}

/** fib_result_prefsrc(). */
function sourceOf(walk: Walk, route: Route, hop: Hop): u32 {
  if (route.traits & RouteTrait.PREFSRC) return Chosen.ROUTE;
  return selectSource4(routerOf(walk), hop.device, hop.via0, route.scope);
}

/** nh_create_ipv4(): a next hop object keeps the source it was made with, by a scope of its own, until some address of the node changes. */
function olderSourceOf(walk: Walk, route: Route, hop: Hop): u32 {
  if (route.traits & RouteTrait.PREFSRC) return Chosen.ROUTE;
  return selectSource4(routerOf(walk), hop.device, hop.via0, hasGateway(hop) ? SCOPE_LINK - 1 : SCOPE_LINK);
}

/** A gateway plays no part in broadcasts, nor in multicast by a route shorter than 224.0.0.0/4. */
function isOnLink(type: u32, route: Route): bool {
  return type == RouteType.BROADCAST || (type == RouteType.MULTICAST && route.length < 4);
}

/** A loopback source does not leave the node unless the device says so (route_localnet). */
function isStranded(walk: Walk, source: u32, device: u32, route: Route | null = null): bool {
  const router = routerOf(walk);
  if (deviceIs(router, device, DeviceTrait.LOOPBACK | DeviceTrait.ROUTE_LOCALNET)) return false;
  let word = packetOf(walk).src0;
  if (source == Chosen.ROUTE) word = route === null ? 0 : route.prefsrc0;
  else if (source != Chosen.NOTHING) word = ownOf(router.own4, source).word0;
  return word >>> 24 == 127;
}

/** fib_select_path(): the kernel's choice among several next hops is by a hash, among several default routes by what the neighbour table says. */
function choose(walk: Walk, answer: Answer, route: Route): void {
  if (route.hopCount > 1) return addHops(walk, answer, route);
  if (route.length != 0 || route.type != RouteType.UNICAST) return;
  for (let number = nextDefault(walk, 0); number != 0; number = nextDefault(walk, number)) addHop(walk, answer, number, routeOf(fibOf(walk), number).hops);
}

function addHops(walk: Walk, answer: Answer, route: Route): void {
  const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
  for (let at = route.hops; at < end; at += offsetof<Hop>()) {
    if (changetype<Hop>(at).dead == 0) addHop(walk, answer, walk.route, at);
  }
}

function addHop(walk: Walk, answer: Answer, number: u32, at: u32): void {
  const route = routeOf(fibOf(walk), number);
  const hop = changetype<Hop>(at);
  const via = hasGateway(hop) && !isOnLink(answer.type, route) ? hop.number : 0;
  addBySource(walk, answer, number, hop, via);
  if (hop.gateway == Gateway.OPEN) addBySource(walk, answer, number, hop, 0);
}

/** A next hop with the source that the packet was given or gets; an object may have kept another one. */
function addBySource(walk: Walk, answer: Answer, number: u32, hop: Hop, via: u32): void {
  const router = routerOf(walk);
  const route = routeOf(fibOf(walk), number);
  if (packetOf(walk).src0 != 0) return addMember(router, answer, via, number, hop.device, Chosen.NOTHING);
  addMember(router, answer, via, number, hop.device, sourceOf(walk, route, hop));
  if (route.traits & RouteTrait.OBJECT) addMember(router, answer, via, number, hop.device, olderSourceOf(walk, route, hop));
}

export function isMulticast(word: u32): bool {
  return word >>> 28 == 0xe;
}
