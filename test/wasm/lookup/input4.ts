import { Answer, DeviceTrait, Errno, Outcome, Place, Router, RouteType } from "../../../assembly/layout";
import { addPrefix } from "../support/fibs";
import {
  answered, deviceAt, fib4, hop, LO, LOCAL_SLOT, MAIN_SLOT, MESH_DEVICE, NET_MESH, NET_WAN, newRouter, plainRules, question, ready, simpleRouter, typed, WAN_DEVICE,
} from "../support/routers";

const FAR: u32 = 0x08080808;

/** Forwards, and its devices have addresses. */
function forwarding(): Router {
  const router = simpleRouter();
  for (let number = WAN_DEVICE; number <= MESH_DEVICE; number++) deviceAt(router, number).traits |= DeviceTrait.FORWARDS4 | DeviceTrait.OWN_ADDRESS4;
  return ready(router);
}

/** A packet that came in on the mesh. */
function arrived(router: Router, src: u32, dst: u32): Answer {
  const asked = question(router, 4, dst);
  asked.iif = MESH_DEVICE;
  asked.src0 = src;
  return answered(router);
}

function refused(answer: Answer, error: u32 = Errno.EINVAL): bool {
  return answer.outcome == Outcome.ERROR && answer.error == error;
}

export function a_packet_from_outside_is_passed_on_without_a_source_of_ours(): void {
  const answer = arrived(forwarding(), NET_MESH + 9, FAR);
  assert(answer.type == RouteType.UNICAST && answer.device == WAN_DEVICE && answer.hop != 0 && answer.source == 0);
}

export function a_device_that_does_not_forward_has_no_way_on(): void {
  const router = ready(simpleRouter());
  assert(refused(arrived(router, NET_MESH + 9, FAR), Errno.EHOSTUNREACH));
  deviceAt(router, MESH_DEVICE).traits |= DeviceTrait.FORWARDS4_MAYBE;
  const answer = arrived(router, NET_MESH + 9, FAR);
  assert(answer.outcome == Outcome.UNDETERMINED && answer.place == Place.FORWARDING);
}

export function what_is_for_the_node_goes_to_lo_whether_it_forwards_or_not(): void {
  const answer = arrived(ready(simpleRouter()), NET_MESH + 9, NET_WAN + 1);
  assert(answer.type == RouteType.LOCAL && answer.device == LO && answer.table == 255);
}

export function addresses_that_no_host_sends_from_or_to_are_martians(): void {
  const router = forwarding();
  assert(refused(arrived(router, 0xe0000001, FAR)));
  assert(refused(arrived(router, 0xffffffff, FAR)));
  assert(refused(arrived(router, 0, FAR)));
  assert(refused(arrived(router, NET_MESH + 9, 0)));
  assert(refused(arrived(router, 0x7f000001, FAR)));
  assert(refused(arrived(router, NET_MESH + 9, 0x7f000001)));
}

export function one_of_our_own_addresses_does_not_come_from_outside(): void {
  const router = forwarding();
  assert(refused(arrived(router, NET_WAN + 1, FAR)));
  deviceAt(router, MESH_DEVICE).traits |= DeviceTrait.ACCEPT_LOCAL;
  assert(arrived(router, NET_WAN + 1, FAR).outcome == Outcome.WAY);
}

export function strict_rp_filter_wants_the_way_back_on_the_same_device_and_loose_any(): void {
  const router = forwarding();
  deviceAt(router, MESH_DEVICE).rpFilter = 1;
  assert(refused(arrived(router, 0x09090909, NET_WAN + 9)), "the way back is by the WAN");
  assert(arrived(router, NET_MESH + 9, FAR).outcome == Outcome.WAY);
  deviceAt(router, MESH_DEVICE).rpFilter = 2;
  assert(arrived(router, 0x09090909, NET_WAN + 9).outcome == Outcome.WAY);
}

export function the_limited_broadcast_is_received_without_a_table(): void {
  const answer = arrived(forwarding(), NET_MESH + 9, 0xffffffff);
  assert(answer.type == RouteType.BROADCAST && answer.device == LO && answer.table == 0 && answer.route == 0);
  assert(arrived(forwarding(), 0, 0).type == RouteType.BROADCAST);
}

export function a_broadcast_of_a_network_is_received_or_forwarded_where_the_device_says_so(): void {
  const router = newRouter();
  plainRules(fib4(router));
  const fib = fib4(router);
  const all = addPrefix(fib, 32, NET_WAN + 255), any = addPrefix(fib, 0);
  hop(fib, typed(fib, all, LOCAL_SLOT, RouteType.BROADCAST), WAN_DEVICE);
  hop(fib, typed(fib, any, MAIN_SLOT, RouteType.UNICAST), MESH_DEVICE);
  ready(router);
  assert(arrived(router, NET_MESH + 9, NET_WAN + 255).device == LO);
  deviceAt(router, MESH_DEVICE).traits |= DeviceTrait.BC_FORWARDING;
  const answer = arrived(router, NET_MESH + 9, NET_WAN + 255);
  assert(answer.type == RouteType.BROADCAST && answer.device == WAN_DEVICE);
}

export function multicast_from_outside_depends_on_groups_that_no_dump_tells(): void {
  const answer = arrived(forwarding(), NET_MESH + 9, 0xef010203);
  assert(answer.outcome == Outcome.UNDETERMINED && answer.place == Place.GROUPS);
}
