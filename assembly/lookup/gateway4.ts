// Whether an IPv4 route's gateway is one: fib_check_nh_v4_gw (net/ipv4/fib_semantics.c), which the kernel asks when the route is made.

import { routeOf } from "../fib";
import { Fib, Gateway, Hop, NONE, Packet, Route, Router, RouteTrait, Slot } from "../layout";
import { walkRules } from "./rules";
import { SCOPE_LINK } from "./saddr4";
import { lookup4, slotOf } from "./table4";
import { aim, fibOf, Found, packetOf, routerOf, Walk } from "./walk";

/** RT_TABLE_MAIN: its routes never look for their gateways there alone. */
const MAIN: u32 = 254;

/**
 * Looks once for each gateway. One that is no farther than the node itself, an own address above all, stands for its device alone (rt_set_nexthop). The state as it is
 * must do for the state when the route was made; where a rule or a route of somebody's that came later may have changed the answer, the gateway is left open.
 */
export function settleGateways(router: Router): void {
  const walk = changetype<Walk>(router.walk);
  memory.fill(changetype<usize>(walk), 0, offsetof<Walk>());
  walk.router = <u32>changetype<usize>(router);
  walk.packet = router.packet;
  walk.fib = router.fib4;
  const fib = fibOf(walk);
  for (let prefix: u32 = 1; prefix <= fib.prefixCount; prefix++) {
    for (let table: u32 = 0; table < fib.tableCount; table++) {
      const slot = slotOf(fib, prefix, table);
      // A slot without routes of its own shows those of a shorter prefix.
      if (slot.prefix == prefix) settleSlot(walk, fib, slot, table);
    }
  }
}

function settleSlot(walk: Walk, fib: Fib, slot: Slot, table: u32): void {
  for (let number = slot.first; number < slot.first + slot.count; number++) {
    const route = routeOf(fib, number);
    const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
    for (let at = route.hops; at < end; at += offsetof<Hop>()) {
      const hop = changetype<Hop>(at);
      if (hop.gateway != Gateway.NONE && hop.via0 != 0 && hop.onlink == 0) hop.gateway = seek(walk, route, hop, table);
    }
  }
}

function seek(walk: Walk, route: Route, hop: Hop, table: u32): u32 {
  const packet = packetOf(walk);
  memory.fill(changetype<usize>(packet), 0, offsetof<Packet>());
  packet.family = 4;
  packet.dst0 = hop.via0;
  packet.iif = routerOf(walk).loopback;
  packet.oif = hop.device;
  walk.oif = hop.device;
  walk.scope = max(route.scope + 1, SCOPE_LINK);
  walk.asked = 0;
  aim(walk);
  const withAll = seekAmong(walk, route, table);
  // What the kernel made itself is as old as the addresses.
  walk.barred = RouteTrait.OTHERS;
  const states = withAll | seekAmong(walk, route, table);
  walk.barred = 0;
  walk.scope = 0;
  if (walk.asked != 0) return Gateway.OPEN;
  return states != 0 ? states : <u32>Gateway.COUNTS;
}

/** The route's own table is asked first, unless it is main or the next hop an object's; then everything that there is. 0: nothing reaches the gateway, so the route was not made like this. */
function seekAmong(walk: Walk, route: Route, table: u32): u32 {
  if (route.table != MAIN && !(route.traits & RouteTrait.OBJECT) && lookup4(walk, table) == Found.ROUTE) return stateOf(walk);
  const state = walkRules(walk) == Found.ROUTE ? stateOf(walk) : 0;
  return routerOf(walk).merged == NONE ? state | seekAsOne(walk) : state;
}

/** As it was before the first rule split local from main: the longer prefix of the two, of equals the one in local. */
function seekAsOne(walk: Walk): u32 {
  const router = routerOf(walk);
  let length: u32 = 0;
  let state: u32 = 0;
  if (lookup4(walk, router.local) == Found.ROUTE) {
    length = routeOf(fibOf(walk), walk.route).length;
    state = stateOf(walk);
  }
  const nearer = lookup4(walk, router.main) == Found.ROUTE && routeOf(fibOf(walk), walk.route).length > length;
  return nearer ? stateOf(walk) : state;
}

/** What the route that was found makes of the gateway. */
function stateOf(walk: Walk): u32 {
  const route = routeOf(fibOf(walk), walk.route);
  return route.scope > SCOPE_LINK ? Gateway.DEVICE : Gateway.COUNTS;
}
