import { Action, DeviceTrait, Errno, Field, Place } from "../../../assembly/layout";
import { Api, Ending, Fate, Missing, Moment, Paths } from "../../../assembly/trip/packets";
import { addPrefix, addTableRule, matching } from "../support/fibs";
import { deviceAt, EXTRA_SLOT, fib4, fib6, LO, MAIN_SLOT, MESH_DEVICE, NET_MESH, NET_V6, NET_WAN, newRouter, own4, own6, plainRules, ready, simpleRouter, WAN_DEVICE, way } from "../support/routers";
import { fateOf, newPaths, sending } from "../support/trips";

const REMOTE: u32 = 0x08080808;
const LINK_LOCAL: u32 = 0xfe800000;

/** Marked packets by the WAN, all others by the mesh; with `field` src0 those from the mesh's address. */
function twoWays(field: u32, low: u32): Paths {
  const router = newRouter();
  own4(router, WAN_DEVICE, NET_WAN + 1);
  own4(router, MESH_DEVICE, NET_MESH + 1);
  own6(router, WAN_DEVICE, NET_V6, 1);
  matching(addTableRule(fib4(router), EXTRA_SLOT), field, low);
  plainRules(fib4(router));
  const any = addPrefix(fib4(router), 0);
  way(fib4(router), any, MAIN_SLOT, MESH_DEVICE);
  way(fib4(router), any, EXTRA_SLOT, WAN_DEVICE);
  return newPaths(ready(router));
}

function refused(fate: Fate, error: u32): bool {
  return fate.ending == Ending.REJECTED && fate.error == error;
}

export function a_mark_that_comes_late_keeps_the_source(): void {
  const paths = twoWays(Field.mark, 1);
  const sent = sending(paths, 4, REMOTE);
  sent.mark = 1;
  assert(fateOf(paths).device == WAN_DEVICE && fateOf(paths).src0 == NET_WAN + 1);
  sent.api = Api.CONNECT;
  sent.moment = Moment.CONNECTED;
  assert(fateOf(paths).device == WAN_DEVICE && fateOf(paths).src0 == NET_MESH + 1);
}

export function where_nobody_says_when_the_mark_came_the_fate_is_open(): void {
  const paths = twoWays(Field.mark, 1);
  const sent = sending(paths, 4, REMOTE);
  sent.mark = 1;
  sent.api = Api.CONNECT;
  sent.moment = Moment.UNKNOWN;
  const fate = fateOf(paths);
  assert(fate.ending == Ending.UNDETERMINED && fate.place == Place.FIELD && fate.number == Missing.MARK_WHEN);
}

export function ipv4_connect_asks_again_with_the_source_and_sendto_does_not(): void {
  const paths = twoWays(Field.src0, NET_MESH + 1);
  const sent = sending(paths, 4, REMOTE);
  assert(fateOf(paths).device == MESH_DEVICE);
  sent.api = Api.CONNECT;
  assert(fateOf(paths).device == WAN_DEVICE && fateOf(paths).src0 == NET_MESH + 1);
  sent.api = Api.UNKNOWN;
  assert(fateOf(paths).ending == Ending.UNDETERMINED && fateOf(paths).number == Missing.API);
}

export function a_link_local_destination_needs_a_device_unless_udp_sends_without_connect(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = sending(paths, 6, LINK_LOCAL, 9);
  assert(!refused(fateOf(paths), Errno.EINVAL));
  sent.api = Api.CONNECT;
  assert(refused(fateOf(paths), Errno.EINVAL));
}

export function an_address_that_is_not_the_nodes_cannot_be_sent_from(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = sending(paths, 4, REMOTE);
  sent.hasSource = 1;
  sent.src0 = 0x09090909;
  assert(refused(fateOf(paths), Errno.ENETUNREACH));
}

export function without_a_route_the_sender_learns_that_there_is_none(): void {
  const paths = newPaths(ready(newRouter()));
  sending(paths, 4, REMOTE);
  assert(fateOf(paths).ending == Ending.NO_ROUTE && fateOf(paths).error == Errno.ENETUNREACH);
}

export function a_prohibiting_rule_rejects_and_a_blackhole_drops(): void {
  const router = newRouter();
  const rule = addTableRule(fib4(router), 0);
  rule.action = Action.STOP;
  rule.error = Errno.EACCES;
  const paths = newPaths(ready(router));
  sending(paths, 4, REMOTE);
  assert(refused(fateOf(paths), Errno.EACCES));
  rule.error = Errno.EINVAL;
  assert(fateOf(paths).ending == Ending.DROPPED && fateOf(paths).error == Errno.EINVAL);
}

export function ipv6_without_an_address_cannot_send(): void {
  const router = newRouter();
  addTableRule(fib6(router), MAIN_SLOT);
  way(fib6(router), addPrefix(fib6(router), 0), MAIN_SLOT, WAN_DEVICE);
  const paths = newPaths(ready(router));
  sending(paths, 6, NET_V6, 9);
  assert(refused(fateOf(paths), Errno.EADDRNOTAVAIL));
}

export function ipv6_chooses_its_source_for_the_route_and_asks_again_where_there_is_none(): void {
  const router = newRouter();
  own6(router, WAN_DEVICE, NET_V6, 1);
  const rule = matching(addTableRule(fib6(router), MAIN_SLOT), Field.src0, NET_V6);
  rule.bySource = 1;
  way(fib6(router), addPrefix(fib6(router), 0), MAIN_SLOT, WAN_DEVICE);
  const paths = newPaths(ready(router));
  sending(paths, 6, NET_V6, 9);
  const fate = fateOf(paths);
  assert(fate.ending == Ending.EGRESS && fate.device == WAN_DEVICE && fate.src0 == NET_V6 && fate.src3 == 1);
  deviceAt(router, LO).traits |= DeviceTrait.UP;
}
