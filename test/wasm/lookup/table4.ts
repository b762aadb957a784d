import { Errno, Outcome, Router, RouteTrait, RouteType } from "../../../assembly/layout";
import { addPrefix } from "../support/fibs";
import {
  answered, fib4, hop, MAIN_SLOT, MESH_DEVICE, NET_MESH, NET_WAN, newRouter, own4, plainRules, question, ready, typed, WAN_DEVICE, way,
} from "../support/routers";

function ruled(): Router {
  const router = newRouter();
  plainRules(fib4(router));
  return router;
}

export function a_route_by_another_device_is_passed_for_a_shorter_prefix_by_the_one_asked_for(): void {
  const router = ruled();
  const fib = fib4(router);
  const net = addPrefix(fib, 24, NET_WAN), any = addPrefix(fib, 0);
  way(fib, net, MAIN_SLOT, WAN_DEVICE);
  way(fib, any, MAIN_SLOT, MESH_DEVICE);
  ready(router);
  question(router, 4, NET_WAN + 9).oif = MESH_DEVICE;
  const answer = answered(router);
  assert(answer.route == 2 && answer.table == 254);
}

export function a_route_with_tos_takes_only_packets_of_that_tos(): void {
  const router = ruled();
  const fib = fib4(router);
  const any = addPrefix(fib, 0);
  way(fib, any, MAIN_SLOT, MESH_DEVICE).tos = 0x10;
  way(fib, any, MAIN_SLOT, WAN_DEVICE);
  ready(router);
  question(router, 4, NET_MESH).tos = 0x30;
  assert(answered(router).device == MESH_DEVICE, "only the bits of IPTOS_RT_MASK are looked at");
  question(router, 4, NET_MESH).tos = 0x08;
  assert(answered(router).device == WAN_DEVICE);
}

export function error_routes_end_the_search_with_the_error_of_their_type(): void {
  assert(errorOf(RouteType.UNREACHABLE) == Errno.EHOSTUNREACH);
  assert(errorOf(RouteType.PROHIBIT) == Errno.EACCES);
  assert(errorOf(RouteType.BLACKHOLE) == Errno.EINVAL);
}

function errorOf(type: u32): u32 {
  const router = ruled();
  typed(fib4(router), addPrefix(fib4(router), 0), MAIN_SLOT, type);
  ready(router);
  question(router, 4, NET_MESH);
  const answer = answered(router);
  return answer.outcome == Outcome.ERROR ? answer.error : 0;
}

export function an_object_without_a_usable_next_hop_hides_prefixes_of_the_same_network(): void {
  for (let object = 0; object < 2; object++) {
    const router = ruled();
    const fib = fib4(router);
    const long = addPrefix(fib, 24, NET_MESH), short = addPrefix(fib, 8, NET_MESH), any = addPrefix(fib, 0);
    const route = way(fib, long, MAIN_SLOT, WAN_DEVICE);
    route.traits = object ? RouteTrait.OBJECT : 0;
    way(fib, short, MAIN_SLOT, MESH_DEVICE);
    way(fib, any, MAIN_SLOT, MESH_DEVICE);
    ready(router);
    question(router, 4, NET_MESH + 9).oif = MESH_DEVICE;
    assert(answered(router).route == (object ? 3 : 2));
  }
}

export function default_routes_of_one_metric_by_gateways_are_all_possible(): void {
  const router = ruled();
  const fib = fib4(router);
  const any = addPrefix(fib, 0);
  way(fib, any, MAIN_SLOT, WAN_DEVICE, NET_WAN + 1, 10);
  way(fib, any, MAIN_SLOT, MESH_DEVICE, NET_MESH + 1, 10);
  way(fib, any, MAIN_SLOT, MESH_DEVICE, NET_MESH + 2, 11);
  ready(router);
  question(router, 4, 0x08080808);
  assert(answered(router).memberCount == 2);
}

export function a_default_route_without_a_gateway_has_no_rivals(): void {
  const router = ruled();
  const fib = fib4(router);
  const any = addPrefix(fib, 0);
  way(fib, any, MAIN_SLOT, WAN_DEVICE);
  way(fib, any, MAIN_SLOT, MESH_DEVICE, NET_MESH + 1);
  ready(router);
  question(router, 4, 0x08080808);
  const answer = answered(router);
  assert(answer.device == WAN_DEVICE && answer.memberCount < 2);
}

export function next_hops_that_are_dead_are_no_choice(): void {
  const router = ruled();
  const fib = fib4(router);
  const route = typed(fib, addPrefix(fib, 8, NET_MESH), MAIN_SLOT, RouteType.UNICAST);
  hop(fib, route, WAN_DEVICE, NET_WAN + 1);
  hop(fib, route, MESH_DEVICE, NET_MESH + 1).dead = 1;
  hop(fib, route, MESH_DEVICE, NET_MESH + 2);
  own4(router, WAN_DEVICE, NET_WAN + 7);
  ready(router);
  question(router, 4, NET_MESH + 9);
  assert(answered(router).memberCount == 2);
}
