import { Answer, Chosen, DeviceTrait, Errno, Outcome, RouteTrait, RouteType } from "../../../assembly/layout";
import { addPrefix } from "../support/fibs";
import {
  answered, deviceAt, fib4, hop, LO, LOCAL_SLOT, MAIN_SLOT, MESH_DEVICE, NET_MESH, NET_WAN, newRouter, own4, plainRules, question, ready, simpleRouter, typed, WAN_DEVICE, way,
} from "../support/routers";

function ask(dst: u32, oif: u32 = 0, src: u32 = 0): Answer {
  const router = ready(simpleRouter());
  const asked = question(router, 4, dst);
  asked.oif = oif;
  asked.src0 = src;
  return answered(router);
}

function failed(answer: Answer, error: u32): bool {
  return answer.outcome == Outcome.ERROR && answer.error == error;
}

export function an_unbound_packet_takes_the_gateway_and_an_address_of_its_device(): void {
  const answer = ask(0x08080808);
  assert(answer.type == RouteType.UNICAST && answer.device == WAN_DEVICE && answer.hop != 0 && answer.source == 1 && answer.table == 254);
}

export function a_source_that_was_given_is_not_told_again(): void {
  const answer = ask(0x08080808, 0, NET_MESH + 1);
  assert(answer.device == WAN_DEVICE && answer.source == Chosen.NOTHING);
}

export function a_source_that_is_not_the_nodes_is_refused(): void {
  assert(failed(ask(0x08080808, 0, 0x09090909), Errno.ENETUNREACH));
  assert(failed(ask(0x08080808, 0, 0xe0000001), Errno.EINVAL));
  assert(failed(ask(0x08080808, 0, 0xffffffff), Errno.EINVAL));
}

export function a_local_destination_goes_to_lo_with_itself_as_source(): void {
  const answer = ask(NET_WAN + 1);
  assert(answer.type == RouteType.LOCAL && answer.device == LO && answer.source == Chosen.DESTINATION && answer.table == 255);
}

export function a_device_without_a_route_takes_the_destination_to_be_on_its_link(): void {
  const answer = ask(0x08080808, MESH_DEVICE);
  assert(answer.type == RouteType.UNICAST && answer.table == 0 && answer.route == 0 && answer.hop == 0 && answer.device == MESH_DEVICE && answer.source == 2);
}

export function an_error_route_does_not_stop_a_packet_by_a_device(): void {
  const router = newRouter();
  plainRules(fib4(router));
  typed(fib4(router), addPrefix(fib4(router), 0), MAIN_SLOT, RouteType.BLACKHOLE);
  ready(router);
  question(router, 4, 0x08080808).oif = WAN_DEVICE;
  assert(answered(router).table == 0);
}

export function a_device_that_is_down_reaches_nothing(): void {
  const router = ready(simpleRouter());
  deviceAt(router, MESH_DEVICE).traits = 0;
  question(router, 4, NET_MESH + 9).oif = MESH_DEVICE;
  assert(failed(answered(router), Errno.ENETUNREACH));
}

export function link_local_multicast_by_a_device_asks_no_table(): void {
  const answer = ask(0xe0000009, MESH_DEVICE);
  assert(answer.type == RouteType.MULTICAST && answer.table == 0 && answer.device == MESH_DEVICE && answer.source == 2);
}

export function multicast_from_an_address_leaves_on_the_device_of_the_address(): void {
  const answer = ask(0xef010203, 0, NET_MESH + 1);
  assert(answer.type == RouteType.MULTICAST && answer.table == 0 && answer.device == MESH_DEVICE);
}

export function multicast_by_a_default_route_has_no_gateway(): void {
  const answer = ask(0xef010203);
  assert(answer.type == RouteType.MULTICAST && answer.device == WAN_DEVICE && answer.hop == 0 && answer.route != 0);
}

export function the_limited_broadcast_is_a_broadcast_whatever_its_route(): void {
  const answer = ask(0xffffffff);
  assert(answer.type == RouteType.BROADCAST && answer.hop == 0 && answer.device == WAN_DEVICE);
}

export function the_unspecified_destination_is_the_node_itself(): void {
  const answer = ask(0);
  assert(answer.type == RouteType.LOCAL && answer.device == LO && answer.table == 0 && answer.source == Chosen.LOCALHOST);
  assert(ask(0, MESH_DEVICE).source == 2, "from an address of the device that was given");
}

export function a_loopback_source_stays_on_the_node_unless_the_device_lets_it_out(): void {
  const router = simpleRouter();
  own4(router, LO, 0x7f000001, 254);
  ready(router);
  question(router, 4, 0x08080808).src0 = 0x7f000001;
  assert(failed(answered(router), Errno.EINVAL));
  deviceAt(router, WAN_DEVICE).traits |= DeviceTrait.ROUTE_LOCALNET;
  question(router, 4, 0x08080808).src0 = 0x7f000001;
  assert(answered(router).device == WAN_DEVICE);
}

export function where_only_some_next_hops_let_a_loopback_source_out_the_answer_is_open(): void {
  const router = newRouter();
  plainRules(fib4(router));
  own4(router, LO, 0x7f000001, 254);
  deviceAt(router, WAN_DEVICE).traits |= DeviceTrait.ROUTE_LOCALNET;
  const route = typed(fib4(router), addPrefix(fib4(router), 0), MAIN_SLOT, RouteType.UNICAST);
  hop(fib4(router), route, WAN_DEVICE, NET_WAN + 1);
  hop(fib4(router), route, MESH_DEVICE, NET_MESH + 1);
  ready(router);
  question(router, 4, 0x08080808).src0 = 0x7f000001;
  assert(answered(router).outcome == Outcome.UNDETERMINED);
}

export function an_object_may_keep_the_source_it_was_made_with(): void {
  const router = newRouter();
  plainRules(fib4(router));
  own4(router, WAN_DEVICE, NET_WAN + 1, 100);
  const route = way(fib4(router), addPrefix(fib4(router), 0), MAIN_SLOT, WAN_DEVICE);
  route.traits = RouteTrait.OBJECT;
  ready(router);
  question(router, 4, 0x08080808);
  assert(answered(router).memberCount == 2, "by the scope of the route, or by that of the object");
}

export function a_source_that_the_route_names_is_told_as_such(): void {
  const router = newRouter();
  plainRules(fib4(router));
  way(fib4(router), addPrefix(fib4(router), 0), MAIN_SLOT, WAN_DEVICE).traits = RouteTrait.PREFSRC;
  hop(fib4(router), typed(fib4(router), addPrefix(fib4(router), 0), LOCAL_SLOT, RouteType.LOCAL), LO);
  ready(router);
  question(router, 4, 0x08080808);
  assert(answered(router).source == Chosen.DESTINATION, "table local is asked first");
}
