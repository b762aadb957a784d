import { DeviceTrait, NONE, Place, Router, RouteType } from "../../../assembly/layout";
import { Ending, Fate, Paths } from "../../../assembly/trip/packets";
import { addPrefix } from "../support/fibs";
import { deviceAt, fib4, fib6, hop, LO, LOCAL_SLOT, MAIN_SLOT, MESH_DEVICE, NET_MESH, NET_V6, NET_WAN, newRouter, own6, plainRules, ready, simpleRouter, typed, WAN_DEVICE, way } from "../support/routers";
import { fateOf, forwarding, newPaths, side6 } from "../support/trips";

const REMOTE: u32 = 0x08080808;

function opened(traits: u32): Paths {
  const router = simpleRouter();
  router.customLocal = 0;
  deviceAt(router, MESH_DEVICE).traits |= traits;
  return newPaths(ready(router));
}

function arriving(paths: Paths, dst0: u32): Fate {
  forwarding(paths, 4, MESH_DEVICE, NET_MESH + 9, 0, dst0);
  return fateOf(paths);
}

export function a_device_that_does_not_forward_drops_and_one_of_which_nothing_is_told_leaves_open(): void {
  assert(arriving(opened(0), REMOTE).ending == Ending.DROPPED);
  assert(arriving(opened(DeviceTrait.FORWARDS4), REMOTE).ending == Ending.EGRESS);
  const fate = arriving(opened(DeviceTrait.FORWARDS4_MAYBE), REMOTE);
  assert(fate.ending == Ending.UNDETERMINED && fate.place == Place.FORWARDING);
}

export function what_is_for_the_node_stays_whether_it_forwards_or_not(): void {
  assert(arriving(opened(0), NET_WAN + 1).ending == Ending.LOCAL);
}

export function a_source_of_the_nodes_own_is_dropped(): void {
  const paths = opened(DeviceTrait.FORWARDS4);
  forwarding(paths, 4, MESH_DEVICE, NET_WAN + 1, 0, REMOTE);
  assert(fateOf(paths).ending == Ending.DROPPED && fateOf(paths).error == 0);
}

export function a_device_that_is_down_receives_nothing(): void {
  const paths = opened(DeviceTrait.FORWARDS4);
  deviceAt(changetype<Router>(paths.router), MESH_DEVICE).traits = DeviceTrait.FORWARDS4;
  assert(arriving(paths, NET_WAN + 1).ending == Ending.DROPPED);
}

export function multicast_from_outside_is_left_open(): void {
  const fate = arriving(opened(DeviceTrait.FORWARDS4), 0xe0000009);
  assert(fate.ending == Ending.UNDETERMINED && fate.place == Place.GROUPS);
}

function errors(type: u32): Fate {
  const router = newRouter();
  plainRules(fib4(router));
  router.customLocal = 0;
  deviceAt(router, MESH_DEVICE).traits |= DeviceTrait.FORWARDS4;
  if (type != RouteType.UNKNOWN) hop(fib4(router), typed(fib4(router), addPrefix(fib4(router), 0), MAIN_SLOT, type), LO);
  return arriving(newPaths(ready(router)), REMOTE);
}

export function error_routes_are_told_to_the_far_sender_but_for_blackholes(): void {
  assert(errors(RouteType.UNKNOWN).ending == Ending.NO_ROUTE);
  assert(errors(RouteType.UNREACHABLE).ending == Ending.REJECTED && errors(RouteType.PROHIBIT).ending == Ending.REJECTED);
  assert(errors(RouteType.BLACKHOLE).ending == Ending.DROPPED);
  assert(errors(RouteType.PROHIBIT).error == 0);
}

/** 2001:db8::1 is the node's, 2001:db8::/32 lies behind the WAN. */
function node6(): Paths {
  const router = newRouter();
  const fib = fib6(router);
  plainRules(fib);
  own6(router, WAN_DEVICE, NET_V6, 1);
  hop(fib, typed(fib, addPrefix(fib, 128, NET_V6, 0, 0, 1), LOCAL_SLOT, RouteType.LOCAL), LO);
  way(fib, addPrefix(fib, 32, NET_V6), MAIN_SLOT, WAN_DEVICE);
  return newPaths(ready(router));
}

export function ipv6_forwards_where_all_devices_do_or_this_one_must(): void {
  const paths = node6();
  forwarding(paths, 6, MESH_DEVICE, 0xfd000000, 9, NET_V6, 9);
  assert(fateOf(paths).ending == Ending.EGRESS && fateOf(paths).device == WAN_DEVICE);
  side6(paths).forwards = 0;
  assert(fateOf(paths).ending == Ending.DROPPED);
  store<u8>(paths.forced6 + MESH_DEVICE, 1);
  assert(fateOf(paths).ending == Ending.EGRESS);
  store<u8>(paths.forced6 + MESH_DEVICE, 0);
  side6(paths).forwards = NONE;
  assert(fateOf(paths).ending == Ending.UNDETERMINED && fateOf(paths).place == Place.SETTING);
}

export function a_link_local_source_leaves_its_link_only_where_it_came_in(): void {
  const paths = node6();
  forwarding(paths, 6, MESH_DEVICE, 0xfe800000, 9, NET_V6, 9);
  assert(fateOf(paths).ending == Ending.REJECTED);
  forwarding(paths, 6, WAN_DEVICE, 0xfe800000, 9, NET_V6, 9);
  assert(fateOf(paths).ending == Ending.EGRESS);
  forwarding(paths, 6, MESH_DEVICE, 0, 0, NET_V6, 9);
  assert(fateOf(paths).ending == Ending.DROPPED);
}

export function the_loopback_address_does_not_come_from_outside(): void {
  const paths = node6();
  forwarding(paths, 6, MESH_DEVICE, 0, 1, NET_V6, 1);
  assert(fateOf(paths).ending == Ending.DROPPED);
  forwarding(paths, 6, MESH_DEVICE, 0xfd000000, 1, NET_V6, 1);
  assert(fateOf(paths).ending == Ending.LOCAL);
}
