import { Chosen, Errno, NONE, Outcome, Router, RouteTrait, RouteType } from "../../../assembly/layout";
import { addPrefix } from "../support/fibs";
import {
  answered, EXTRA_SLOT, fib6, hop, LO, LOCAL_SLOT, MAIN_SLOT, MESH_DEVICE, NET_V6, newRouter, own6, plainRules, question, ready, typed, WAN_DEVICE, way,
} from "../support/routers";

const LINK_LOCAL: u32 = 0xfe800000;
const MULTICAST: u32 = 0xff020000;

/** A host of the node itself, multicast by both devices, and a default by the WAN. */
function world(): Router {
  const router = newRouter();
  const fib = fib6(router);
  plainRules(fib);
  const host = addPrefix(fib, 128, NET_V6, 0, 0, 1), groups = addPrefix(fib, 8, 0xff000000), any = addPrefix(fib, 0);
  hop(fib, typed(fib, host, LOCAL_SLOT, RouteType.LOCAL), WAN_DEVICE);
  hop(fib, typed(fib, groups, LOCAL_SLOT, RouteType.MULTICAST, 256), WAN_DEVICE);
  hop(fib, typed(fib, groups, LOCAL_SLOT, RouteType.MULTICAST, 256), MESH_DEVICE);
  way(fib, any, MAIN_SLOT, WAN_DEVICE, 1, 512);
  own6(router, WAN_DEVICE, NET_V6, 1);
  return ready(router);
}

export function an_ipv6_packet_takes_the_gateway_and_is_told_its_source(): void {
  const router = world();
  question(router, 6, NET_V6, 9);
  const answer = answered(router);
  assert(answer.type == RouteType.UNICAST && answer.device == WAN_DEVICE && answer.hop != 0 && answer.source == 1 && answer.table == 254);
}

export function an_ipv6_destination_of_the_node_goes_to_lo(): void {
  const router = world();
  question(router, 6, NET_V6, 1);
  const answer = answered(router);
  assert(answer.type == RouteType.LOCAL && answer.device == LO && answer.source == 1);
}

export function with_a_device_and_no_source_only_routes_by_that_device_count(): void {
  const router = world();
  question(router, 6, NET_V6, 9).oif = MESH_DEVICE;
  assert(answered(router).error == Errno.ENETUNREACH);
  const asked = question(router, 6, NET_V6, 9);
  asked.oif = MESH_DEVICE;
  asked.src0 = NET_V6;
  asked.src3 = 1;
  assert(answered(router).device == WAN_DEVICE, "with a source the device is a wish");
}

export function multicast_without_a_device_takes_the_first_route_and_is_multicast(): void {
  const router = world();
  question(router, 6, MULTICAST, 1);
  const answer = answered(router);
  assert(answer.type == RouteType.MULTICAST && answer.device == WAN_DEVICE && answer.memberCount < 2);
  question(router, 6, MULTICAST, 1).oif = MESH_DEVICE;
  assert(answered(router).device == MESH_DEVICE);
}

export function a_link_local_destination_is_strict_even_with_a_source(): void {
  const router = world();
  const asked = question(router, 6, LINK_LOCAL, 9);
  asked.oif = MESH_DEVICE;
  asked.src0 = NET_V6;
  assert(answered(router).error == Errno.ENETUNREACH);
}

export function a_packet_from_outside_is_not_told_a_source_unless_its_route_names_one(): void {
  const router = world();
  question(router, 6, NET_V6, 9).iif = MESH_DEVICE;
  const answer = answered(router);
  assert(answer.device == WAN_DEVICE && answer.source == Chosen.NOTHING);
}

export function multicast_from_outside_is_what_the_kernel_can_do_with_it(): void {
  assert(multicastOutcome(1) == Outcome.ERROR);
  assert(multicastOutcome(0) == Outcome.WAY);
  assert(multicastOutcome(NONE) == Outcome.UNDETERMINED);
}

function multicastOutcome(multicast6: u32): u32 {
  const router = world();
  router.multicast6 = multicast6;
  question(router, 6, MULTICAST, 1).iif = MESH_DEVICE;
  return answered(router).outcome;
}

export function several_ipv6_next_hops_are_all_possible_and_with_a_strict_device_only_those_on_it(): void {
  for (let object = 0; object < 2; object++) {
    const router = newRouter();
    const fib = fib6(router);
    plainRules(fib);
    const route = typed(fib, addPrefix(fib, 0), MAIN_SLOT, RouteType.UNICAST, 10);
    if (object) route.traits = RouteTrait.OBJECT;
    hop(fib, route, WAN_DEVICE, 1);
    hop(fib, route, MESH_DEVICE, 2);
    ready(router);
    question(router, 6, NET_V6, 9);
    assert(answered(router).memberCount == 2);
    question(router, 6, NET_V6, 9).oif = MESH_DEVICE;
    assert(answered(router).memberCount == (object ? 2 : 1), "a group of objects does not heed the device");
  }
}

export function an_anycast_route_of_somebody_else_keeps_its_device(): void {
  const router = newRouter();
  const fib = fib6(router);
  plainRules(fib);
  const any = addPrefix(fib, 0);
  hop(fib, typed(fib, any, MAIN_SLOT, RouteType.ANYCAST), WAN_DEVICE);
  hop(fib, typed(fib, any, EXTRA_SLOT, RouteType.ANYCAST), WAN_DEVICE);
  ready(router);
  question(router, 6, NET_V6, 9);
  assert(answered(router).device == WAN_DEVICE);
}
