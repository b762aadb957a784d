// An IPv4 packet that the node sends with a source that is not its own, as the kernel itself may (FLOWI_FLAG_ANYSRC): ip_route_output_key_hash_rcu (net/ipv4/route.c).

import { routeOf } from "../fib";
import { Answer, Chosen, DeviceTrait, Errno, Gateway, Hop, Place, Route, RouteType } from "../layout";
import { isMulticast } from "./output4";
import { addMember, fail, leaveOpen, memberAt } from "./reply";
import { walkRules } from "./rules";
import { deviceIs } from "./saddr4";
import { hasGateway, nextDefault } from "./table4";
import { aim, fibOf, Found, maybe, packetOf, routerOf, Walk } from "./walk";

const IGMP: u32 = 2;
const LIMITED_BROADCAST: u32 = 0xffffffff;

/** As output4() of a source that is the node's own, which the caller has found it not to be. Multicast needs a device. */
export function foreign4(walk: Walk, answer: Answer): void {
  const packet = packetOf(walk);
  const router = routerOf(walk);
  const dst = packet.dst0;
  const oif = packet.oif;
  if (oif != 0) {
    if (!deviceIs(router, oif, DeviceTrait.UP)) return fail(answer, Errno.ENETUNREACH);
    if (dst >>> 8 == 0xe00000 || dst == LIMITED_BROADCAST || packet.proto == IGMP) return goStraight(walk, answer, oif);
  }
  if (dst == 0) return goStraight(walk, answer, router.loopback);
  walk.oif = oif;
  aim(walk);
  const found = walkRules(walk);
  if (found == Found.UNKNOWN) return leaveOpen(answer);
  if (found != Found.ROUTE) return oif != 0 ? goStraight(walk, answer, oif) : fail(answer, found == Found.ERROR ? walk.error : <u32>Errno.ENETUNREACH);
  finish(walk, answer);
}

/** Out on a device without a route. */
function goStraight(walk: Walk, answer: Answer, device: u32): void {
  if (isStranded(walk, device)) return fail(answer, Errno.EINVAL);
  answer.device = device;
}

/** A loopback source does not leave the node unless the device says so (route_localnet). */
function isStranded(walk: Walk, device: u32): bool {
  return packetOf(walk).src0 >>> 24 == 127 && !deviceIs(routerOf(walk), device, DeviceTrait.LOOPBACK | DeviceTrait.ROUTE_LOCALNET);
}

function finish(walk: Walk, answer: Answer): void {
  const router = routerOf(walk);
  const route = routeOf(fibOf(walk), walk.route);
  answer.route = walk.route;
  answer.type = route.type;
  if (route.type == RouteType.LOCAL) {
    answer.device = router.loopback;
    return;
  }
  if (packetOf(walk).oif == 0) addAll(walk, answer, route);
  if (answer.memberCount == 0) addHop(walk, answer, walk.route, changetype<Hop>(walk.hop));
  const first = memberAt(router, answer.member);
  answer.device = first.device;
  answer.hop = first.hop;
  let stranded: u32 = 0;
  for (let i: u32 = 0; i < answer.memberCount; i++) stranded += u32(isStranded(walk, memberAt(router, answer.member + i).device));
  if (stranded == answer.memberCount) return fail(answer, Errno.EINVAL);
  if (stranded == 0) return;
  maybe(walk, Place.ROUTE, walk.route);
  leaveOpen(answer);
}

/** fib_select_path() */
function addAll(walk: Walk, answer: Answer, route: Route): void {
  if (route.hopCount == 1) {
    if (route.length != 0 || route.type != RouteType.UNICAST) return;
    for (let number = nextDefault(walk, 0); number != 0; number = nextDefault(walk, number)) addHop(walk, answer, number, changetype<Hop>(routeOf(fibOf(walk), number).hops));
    return;
  }
  const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
  for (let at = route.hops; at < end; at += offsetof<Hop>()) {
    if (changetype<Hop>(at).dead == 0) addHop(walk, answer, walk.route, changetype<Hop>(at));
  }
}

/** A gateway plays no part in broadcasts, nor in multicast by a route shorter than 224.0.0.0/4. */
function addHop(walk: Walk, answer: Answer, number: u32, hop: Hop): void {
  const router = routerOf(walk);
  const route = routeOf(fibOf(walk), number);
  const dst = packetOf(walk).dst0;
  const direct = route.type == RouteType.BROADCAST || dst == LIMITED_BROADCAST || (isMulticast(dst) && route.length < 4);
  addMember(router, answer, hasGateway(hop) && !direct ? hop.number : 0, number, hop.device, Chosen.NOTHING);
  if (hop.gateway == Gateway.OPEN) addMember(router, answer, 0, number, hop.device, Chosen.NOTHING);
}
