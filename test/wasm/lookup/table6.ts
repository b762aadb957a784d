import { Errno, Outcome, Route, Router, RouteType } from "../../../assembly/layout";
import { addPrefix } from "../support/fibs";
import { answered, fib6, hop, LO, MAIN_SLOT, MESH_DEVICE, NET_V6, newRouter, plainRules, question, ready, typed, WAN_DEVICE, way } from "../support/routers";

function ruled(): Router {
  const router = newRouter();
  plainRules(fib6(router));
  return router;
}

/** The source prefix 2001:db8:`word`::/64. */
function from(route: Route, word: u32): Route {
  route.sourceLength = 64;
  route.source0 = NET_V6;
  route.source1 = word;
  return route;
}

function routeFor(router: Router, source: u32, device: u32 = 0): u32 {
  const asked = question(router, 6, NET_V6, 9);
  if (source != 0) {
    asked.src0 = NET_V6;
    asked.src1 = source;
    asked.src3 = 1;
  }
  asked.oif = device;
  return answered(router).route;
}

export function a_source_specific_route_hides_the_plain_one_of_its_prefix_from_other_sources(): void {
  const router = ruled();
  const fib = fib6(router);
  const net = addPrefix(fib, 32, NET_V6), any = addPrefix(fib, 0);
  from(way(fib, net, MAIN_SLOT, WAN_DEVICE), 7);
  way(fib, net, MAIN_SLOT, MESH_DEVICE);
  way(fib, any, MAIN_SLOT, MESH_DEVICE);
  ready(router);
  assert(routeFor(router, 7) == 1 && routeFor(router, 8) == 3 && routeFor(router, 0) == 3);
}

export function at_the_root_a_source_specific_route_hides_nothing(): void {
  const router = ruled();
  const fib = fib6(router);
  const any = addPrefix(fib, 0);
  from(way(fib, any, MAIN_SLOT, WAN_DEVICE), 7);
  way(fib, any, MAIN_SLOT, MESH_DEVICE);
  ready(router);
  assert(routeFor(router, 7) == 1 && routeFor(router, 8) == 2 && routeFor(router, 0) == 2);
}

export function going_back_from_a_longer_prefix_plain_routes_are_seen_again(): void {
  const router = ruled();
  const fib = fib6(router);
  const long = addPrefix(fib, 48, NET_V6), net = addPrefix(fib, 32, NET_V6);
  way(fib, long, MAIN_SLOT, WAN_DEVICE);
  from(way(fib, net, MAIN_SLOT, WAN_DEVICE), 7);
  way(fib, net, MAIN_SLOT, MESH_DEVICE);
  ready(router);
  assert(routeFor(router, 0, MESH_DEVICE) == 3);
}

export function when_no_route_of_the_lowest_metric_will_do_all_others_are_rated_without_their_metrics(): void {
  const router = ruled();
  const fib = fib6(router);
  const any = addPrefix(fib, 0);
  way(fib, any, MAIN_SLOT, MESH_DEVICE, 0, 1000);
  way(fib, any, MAIN_SLOT, WAN_DEVICE, 0, 1500).rating = 4;
  way(fib, any, MAIN_SLOT, WAN_DEVICE, 0, 2000).rating = 12;
  ready(router);
  assert(routeFor(router, 0, WAN_DEVICE) == 3, "preference high of metric 2000 wins");
  assert(routeFor(router, 0) == 1);
}

export function preference_outweighs_the_device_where_the_device_is_not_strict(): void {
  const router = ruled();
  const fib = fib6(router);
  const any = addPrefix(fib, 0);
  way(fib, any, MAIN_SLOT, WAN_DEVICE, 0, 10).rating = 4;
  way(fib, any, MAIN_SLOT, MESH_DEVICE, 0, 10).rating = 12;
  ready(router);
  assert(routeFor(router, 7, WAN_DEVICE) == 2, "with a source the device is a wish");
  assert(routeFor(router, 0, WAN_DEVICE) == 1);
}

export function of_equal_scores_the_first_stays(): void {
  const router = ruled();
  const fib = fib6(router);
  const any = addPrefix(fib, 0);
  way(fib, any, MAIN_SLOT, MESH_DEVICE, 0, 10);
  way(fib, any, MAIN_SLOT, WAN_DEVICE, 0, 10);
  ready(router);
  assert(routeFor(router, 0) == 1);
}

export function an_unreachable_default_stands_on_lo_and_is_passed_with_a_device(): void {
  const router = ruled();
  const fib = fib6(router);
  const route = typed(fib, addPrefix(fib, 0), MAIN_SLOT, RouteType.UNREACHABLE, 65535);
  hop(fib, route, LO);
  ready(router);
  question(router, 6, NET_V6, 9);
  assert(answered(router).error == Errno.EHOSTUNREACH);
  question(router, 6, NET_V6, 9).oif = WAN_DEVICE;
  const answer = answered(router);
  assert(answer.outcome == Outcome.ERROR && answer.error == Errno.ENETUNREACH);
}
