// An IPv4 packet that came in on a device: ip_route_input_rcu and ip_route_input_slow (net/ipv4/route.c), fib_validate_source (net/ipv4/fib_frontend.c).

import { routeOf } from "../fib";
import { Answer, Chosen, DeviceTrait, Errno, Gateway, Hop, Place, RouteType } from "../layout";
import { isMulticast } from "./output4";
import { addMember, fail, leaveOpen } from "./reply";
import { walkRules } from "./rules";
import { deviceIs, deviceOf, findOwn4 } from "./saddr4";
import { hasGateway } from "./table4";
import { aim, fibOf, Found, maybe, packetOf, routerOf, Walk } from "./walk";

const LIMITED_BROADCAST: u32 = 0xffffffff;

/** Where the packet goes: on, to the node itself, or nowhere. The device it should leave by plays no part. */
export function input4(walk: Walk, answer: Answer): void {
  const packet = packetOf(walk);
  const router = routerOf(walk);
  const src = packet.src0;
  const dst = packet.dst0;
  const iif = packet.iif;
  packet.oif = 0;
  // Whether it is for the node depends on the groups that the device has joined.
  if (isMulticast(dst)) return maybe(walk, Place.GROUPS, 0) ? leaveOpen(answer) : fail(answer, Errno.EINVAL);
  if (isMulticast(src) || src == LIMITED_BROADCAST) return fail(answer, Errno.EINVAL);
  if (dst == LIMITED_BROADCAST || (src | dst) == 0) return receiveBroadcast(walk, answer);
  if (src == 0 || dst == 0) return fail(answer, Errno.EINVAL);
  const loopback = dst >>> 24 == 127 || src >>> 24 == 127;
  if (loopback && !deviceIs(router, iif, DeviceTrait.ROUTE_LOCALNET)) return fail(answer, Errno.EINVAL);
  walk.oif = 0;
  aim(walk);
  const found = walkRules(walk);
  if (found == Found.UNKNOWN) return leaveOpen(answer);
  if (found != Found.ROUTE) {
    if (!forwards(walk, iif)) return fail(answer, Errno.EHOSTUNREACH);
    return fail(answer, found == Found.ERROR ? walk.error : <u32>Errno.ENETUNREACH);
  }
  const type = routeOf(fibOf(walk), walk.route).type;
  answer.route = walk.route;
  answer.table = walk.table;
  if (type == RouteType.BROADCAST && !deviceIs(router, iif, DeviceTrait.BC_FORWARDING)) return receiveBroadcast(walk, answer);
  if (type == RouteType.LOCAL) {
    if (!isBelieved(walk, 0)) return fail(answer, Errno.EINVAL);
    return deliver(walk, answer, RouteType.LOCAL);
  }
  if (type != RouteType.BROADCAST) {
    if (!forwards(walk, iif)) return fail(answer, Errno.EHOSTUNREACH);
    if (type != RouteType.UNICAST) return fail(answer, Errno.EINVAL);
  }
  passOn(walk, answer, type);
}

function forwards(walk: Walk, iif: u32): bool {
  const router = routerOf(walk);
  if (deviceIs(router, iif, DeviceTrait.FORWARDS4_MAYBE)) return maybe(walk, Place.FORWARDING, 0);
  return deviceIs(router, iif, DeviceTrait.FORWARDS4);
}

function receiveBroadcast(walk: Walk, answer: Answer): void {
  const packet = packetOf(walk);
  if (packet.src0 != 0) {
    // The kernel believes the source as if it had been sent to no address.
    packet.dst0 = 0;
    if (!isBelieved(walk, 0)) return fail(answer, Errno.EINVAL);
  }
  deliver(walk, answer, RouteType.BROADCAST);
}

function deliver(walk: Walk, answer: Answer, type: u32): void {
  answer.type = type;
  answer.device = routerOf(walk).loopback;
}

/** __mkroute_input(), for each next hop that a multipath route may choose: the source must be believed whichever it is. */
function passOn(walk: Walk, answer: Answer, type: u32): void {
  const router = routerOf(walk);
  const chosen = walk.route;
  const route = routeOf(fibOf(walk), chosen);
  const hop = changetype<Hop>(walk.hop);
  const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
  let believed: u32 = 0;
  let refused: u32 = 0;
  for (let at = route.hops; at < end; at += offsetof<Hop>()) {
    const other = changetype<Hop>(at);
    if (other.dead != 0) continue;
    if (isBelieved(walk, other.device)) believed++;
    else refused++;
    addMember(router, answer, gatewayOf(other, type), chosen, other.device, Chosen.NOTHING);
    if (other.gateway == Gateway.OPEN) addMember(router, answer, 0, chosen, other.device, Chosen.NOTHING);
  }
  // Which next hop it would be is not in the state, so neither is whether it is dropped.
  if (believed != 0 && refused != 0) {
    maybe(walk, Place.ROUTE, chosen);
    return leaveOpen(answer);
  }
  if (refused != 0) return fail(answer, Errno.EINVAL);
  answer.type = type;
  answer.device = hop.device;
  answer.hop = gatewayOf(hop, type);
}

function gatewayOf(hop: Hop, type: u32): u32 {
  return hasGateway(hop) && type != RouteType.BROADCAST ? hop.number : 0;
}

/** fib_validate_source(): `oif` is the device the packet would leave by, 0 = none. */
function isBelieved(walk: Walk, oif: u32): bool {
  const packet = packetOf(walk);
  const router = routerOf(walk);
  const iif = packet.iif;
  const filter = deviceOf(router, iif).rpFilter;
  const back = iif == oif && deviceIs(router, iif, DeviceTrait.SEND_REDIRECTS);
  if (filter == 0 && !back) {
    if (deviceIs(router, iif, DeviceTrait.ACCEPT_LOCAL)) return true;
    // Who has rules or local routes of its own gets the whole test.
    if (router.customLocal == 0) return findOwn4(router, packet.src0) == 0;
  }
  return isReachable(walk, oif, filter);
}

/** __fib_validate_source(): the way back to the source. Leaves the packet as it was. */
function isReachable(walk: Walk, oif: u32, filter: u32): bool {
  const packet = packetOf(walk);
  const router = routerOf(walk);
  const src = packet.src0;
  const dst = packet.dst0;
  const mark = packet.mark;
  const iif = packet.iif;
  const sport = packet.sport;
  const dport = packet.dport;
  packet.dst0 = src;
  packet.src0 = dst;
  packet.sport = dport;
  packet.dport = sport;
  packet.iif = oif != 0 ? oif : router.loopback;
  if (!deviceIs(router, iif, DeviceTrait.SRC_VALID_MARK)) packet.mark = 0;
  aim(walk);
  const found = walkRules(walk);
  packet.dst0 = dst;
  packet.src0 = src;
  packet.mark = mark;
  packet.iif = iif;
  packet.sport = sport;
  packet.dport = dport;
  if (found == Found.UNKNOWN) return maybe(walk, Place.FILTER, 0);
  if (found != Found.ROUTE) return filter == 0;
  const route = routeOf(fibOf(walk), walk.route);
  if (route.type != RouteType.UNICAST) {
    if (route.type != RouteType.LOCAL || !deviceIs(router, iif, DeviceTrait.ACCEPT_LOCAL)) return false;
    if (iif == router.loopback) return true;
  }
  const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
  for (let at = route.hops; at < end; at += offsetof<Hop>()) {
    if (changetype<Hop>(at).device == iif) return true;
  }
  if (!deviceIs(router, iif, DeviceTrait.OWN_ADDRESS4)) return filter == 0;
  return filter != 1;
}
