// An IPv6 packet, sent or arrived: ip6_route_output_flags and ip6_route_input_lookup (net/ipv6/route.c), as inet6_rtm_getroute asks them and tells the answer.

import { routeOf } from "../fib";
import { Answer, Chosen, Errno, Hop, NONE, Place, Route, RouteTrait } from "../layout";
import { addMember, fail, leaveOpen } from "./reply";
import { walkRules } from "./rules";
import { selectSource6 } from "./saddr6";
import { mayChoose } from "./table6";
import { aim, fibOf, Found, maybe, packetOf, routerOf, Walk } from "./walk";

/** `arrived`: the device it came in on takes the place of the one to leave by. */
export function lookupIpv6(walk: Walk, answer: Answer, arrived: bool): void {
  const packet = packetOf(walk);
  const hasSource = (packet.src0 | packet.src1 | packet.src2 | packet.src3) != 0;
  walk.oif = arrived ? packet.iif : packet.oif;
  walk.bySource = u32(hasSource);
  // rt6_need_strict(), and a device without a source.
  const strict = isLinkBound(packet.dst0, packet.dst1, packet.dst2, packet.dst3) || (!arrived && packet.oif != 0 && !hasSource);
  walk.strict = u32(strict);
  aim(walk);
  const found = walkRules(walk);
  if (found == Found.UNKNOWN) return leaveOpen(answer);
  if (found != Found.ROUTE) return fail(answer, found == Found.ERROR ? walk.error : <u32>Errno.ENETUNREACH);
  if (arrived && packet.dst0 >>> 24 == 0xff) {
    // rt6_fill_node() asks the multicast routes, which know no such device.
    const multicast = routerOf(walk).multicast6;
    if (multicast == NONE && !maybe(walk, Place.MULTICAST, 0)) return leaveOpen(answer);
    if (multicast != 0) return fail(answer, Errno.EMSGSIZE);
  }
  tell(walk, answer, arrived);
}

/** Multicast, link-local, and the loopback address. */
function isLinkBound(word0: u32, word1: u32, word2: u32, word3: u32): bool {
  return word0 >>> 24 == 0xff || word0 >>> 22 == 0x3fa || ((word0 | word1 | word2) == 0 && word3 == 1);
}

function tell(walk: Walk, answer: Answer, arrived: bool): void {
  const route = routeOf(fibOf(walk), walk.route);
  const hop = changetype<Hop>(walk.hop);
  const stays = (route.traits & RouteTrait.STAYS) != 0;
  answer.route = walk.route;
  answer.table = walk.table;
  answer.type = route.type;
  answer.device = stays ? routerOf(walk).loopback : hop.device;
  answer.hop = hop.gateway != 0 ? hop.number : 0;
  answer.source = sourceOf(walk, route, hop, arrived);
  if (stays) return;
  const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
  for (let at = route.hops; at < end; at += offsetof<Hop>()) {
    const other = changetype<Hop>(at);
    if (!mayChoose(walk, route, other)) continue;
    const via = other.gateway != 0 ? other.number : 0;
    addMember(routerOf(walk), answer, via, walk.route, other.device, sourceOf(walk, route, other, arrived));
    // The dump tells the source that the first of several appended routes names; the others may name none.
    if (at != route.hops && (route.traits & (RouteTrait.OBJECT | RouteTrait.PREFSRC)) == RouteTrait.PREFSRC) addMember(routerOf(walk), answer, via, walk.route, other.device, choose(walk, other, arrived));
  }
}

/** ip6_route_get_saddr(): the answer to a packet that was sent always tells the source that would be chosen. */
function sourceOf(walk: Walk, route: Route, hop: Hop, arrived: bool): u32 {
  if (route.traits & RouteTrait.PREFSRC) return Chosen.ROUTE;
  // fib6_info_nh_dev() knows the first device of a group only.
  if (route.traits & RouteTrait.OBJECT) hop = changetype<Hop>(route.hops);
  return choose(walk, hop, arrived);
}

function choose(walk: Walk, hop: Hop, arrived: bool): u32 {
  return arrived ? <u32>Chosen.NOTHING : selectSource6(routerOf(walk), packetOf(walk), hop.device);
}
