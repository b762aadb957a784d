import { Gateway, Hop, Route, Router, RouteTrait, RouteType } from "../../../assembly/layout";
import { addPrefix, addTableRule } from "../support/fibs";
import { answered, EXTRA_SLOT, fib4, hop, LOCAL_SLOT, MAIN_SLOT, MESH_DEVICE, NET_MESH, NET_WAN, newRouter, plainRules, question, ready, typed, WAN_DEVICE, way } from "../support/routers";

const OWN: u32 = NET_WAN + 1;
const FAR: u32 = 0x08080808;

/** 192.0.2.1 is an address of the WAN, whose network is 192.0.2.0/24; a default route by `via` in a table. */
function routed(via: u32, slot: u32 = MAIN_SLOT, near: bool = true, nearSlot: u32 = MAIN_SLOT): Router {
  const router = newRouter();
  const fib = fib4(router);
  plainRules(fib);
  const host = addPrefix(fib, 32, OWN), net = addPrefix(fib, 24, NET_WAN), any = addPrefix(fib, 0);
  const local = typed(fib, host, LOCAL_SLOT, RouteType.LOCAL);
  local.scope = 254;
  hop(fib, local, WAN_DEVICE);
  if (near) way(fib, net, nearSlot, WAN_DEVICE).scope = 253;
  way(fib, any, slot, WAN_DEVICE, via);
  return router;
}

function lastRoute(router: Router): Route {
  const fib = fib4(router);
  return changetype<Route>(fib.routes + (fib.routeCount - 1) * <u32>offsetof<Route>());
}

function gateway(router: Router): u32 {
  return changetype<Hop>(lastRoute(router).hops).gateway;
}

export function a_neighbour_is_a_gateway(): void {
  assert(gateway(ready(routed(NET_WAN + 9))) == Gateway.COUNTS);
}

export function an_address_of_the_node_stands_for_the_device_alone(): void {
  const router = ready(routed(OWN));
  assert(gateway(router) == Gateway.DEVICE);
  question(router, 4, FAR);
  const answer = answered(router);
  assert(answer.device == WAN_DEVICE && answer.hop == 0 && answer.memberCount < 2);
}

export function the_routes_own_table_is_asked_first_unless_it_is_main_or_an_objects(): void {
  assert(gateway(ready(routed(OWN, EXTRA_SLOT, true, EXTRA_SLOT))) == Gateway.COUNTS);
  assert(gateway(ready(routed(OWN, EXTRA_SLOT))) == Gateway.DEVICE, "which has nothing, so that the rules are asked");
  const object = routed(OWN, EXTRA_SLOT, true, EXTRA_SLOT);
  lastRoute(object).traits = RouteTrait.OBJECT;
  assert(gateway(ready(object)) == Gateway.DEVICE);
}

export function a_gateway_that_nothing_near_reaches_counts(): void {
  assert(gateway(ready(routed(FAR, MAIN_SLOT, false))) == Gateway.COUNTS);
}

export function a_device_that_was_named_is_the_only_one_looked_on(): void {
  const router = routed(OWN);
  changetype<Hop>(lastRoute(router).hops).device = MESH_DEVICE;
  assert(gateway(ready(router)) == Gateway.COUNTS);
}

export function a_gateway_that_somebody_put_on_the_link_counts(): void {
  const router = routed(OWN);
  changetype<Hop>(lastRoute(router).hops).onlink = 1;
  assert(gateway(ready(router)) == Gateway.COUNTS);
}

export function where_a_rule_may_have_come_later_both_are_possible(): void {
  const router = newRouter();
  const fib = fib4(router);
  // Rules that ask main only: once they were asked as one with local.
  addTableRule(fib, MAIN_SLOT);
  const host = addPrefix(fib, 32, OWN), net = addPrefix(fib, 24, NET_WAN), any = addPrefix(fib, 0);
  const local = typed(fib, host, LOCAL_SLOT, RouteType.LOCAL);
  local.scope = 254;
  hop(fib, local, WAN_DEVICE);
  way(fib, net, MAIN_SLOT, WAN_DEVICE).scope = 253;
  way(fib, any, MAIN_SLOT, WAN_DEVICE, OWN);
  ready(router);
  assert(gateway(router) == Gateway.OPEN);
  question(router, 4, FAR);
  assert(answered(router).memberCount == 2);
}

export function merged_tables_leave_nothing_open(): void {
  const router = routed(OWN);
  router.merged = LOCAL_SLOT;
  router.local = LOCAL_SLOT;
  assert(gateway(ready(router)) == Gateway.DEVICE);
}

export function only_what_is_nearer_than_the_link_is_the_node_itself(): void {
  const router = newRouter();
  const fib = fib4(router);
  plainRules(fib);
  const nearer = addPrefix(fib, 32, NET_MESH + 7), any = addPrefix(fib, 0);
  way(fib, nearer, MAIN_SLOT, WAN_DEVICE).scope = 254;
  way(fib, any, MAIN_SLOT, WAN_DEVICE, NET_MESH + 7);
  assert(gateway(ready(router)) == Gateway.DEVICE);
}

export function where_a_route_of_somebodys_may_have_come_later_both_are_possible(): void {
  for (let others = 0; others < 2; others++) {
    const router = newRouter();
    const fib = fib4(router);
    plainRules(fib);
    const nearer = addPrefix(fib, 25, NET_WAN), net = addPrefix(fib, 24, NET_WAN), any = addPrefix(fib, 0);
    const host = way(fib, nearer, MAIN_SLOT, WAN_DEVICE);
    host.scope = 254;
    if (others) host.traits = RouteTrait.OTHERS;
    way(fib, net, MAIN_SLOT, WAN_DEVICE).scope = 253;
    way(fib, any, MAIN_SLOT, WAN_DEVICE, NET_WAN + 9);
    assert(gateway(ready(router)) == (others ? Gateway.OPEN : Gateway.DEVICE));
  }
}
