import { DeviceTrait, Errno, Outcome, RouteType } from "../../../assembly/layout";
import { Paths } from "../../../assembly/trip/packets";
import { Trip } from "../../../assembly/netfilter/wall";
import { answerOf, ask, seek } from "../../../assembly/trip/ways";
import { addPrefix } from "../support/fibs";
import { deviceAt, fib4, hop, LO, MAIN_SLOT, MESH_DEVICE, NET_MESH, newRouter, own4, plainRules, ready, simpleRouter, typed, WAN_DEVICE } from "../support/routers";
import { newPaths, sending, tripOf } from "../support/trips";

const STRANGER: u32 = 0x09090909;

/** A packet of a stranger's source, by a device where one is given. */
function from(paths: Paths, src0: u32, dst0: u32, oif: u32 = 0): Trip {
  sending(paths, 4, dst0);
  const trip = tripOf(paths);
  const asked = ask(trip);
  asked.src0 = src0;
  asked.oif = oif;
  return trip;
}

export function a_foreign_source_is_refused_unless_any_will_do(): void {
  const paths = newPaths(ready(simpleRouter()));
  assert(seek(from(paths, STRANGER, 0x08080808), false, false) == Outcome.ERROR);
  const trip = from(paths, STRANGER, 0x08080808);
  assert(seek(trip, true, false) == Outcome.WAY && answerOf(trip).device == WAN_DEVICE && answerOf(trip).hop != 0);
}

export function a_local_destination_stays_whoever_sends(): void {
  const trip = from(newPaths(ready(simpleRouter())), STRANGER, NET_MESH + 1);
  assert(seek(trip, true, false) == Outcome.WAY && answerOf(trip).device == LO && answerOf(trip).type == RouteType.LOCAL);
}

export function multicast_goes_nowhere_from_a_source_that_no_device_has(): void {
  assert(seek(from(newPaths(ready(simpleRouter())), STRANGER, 0xef000001), true, false) == Outcome.ERROR);
}

export function a_device_without_a_route_reaches_everything_and_one_that_is_down_nothing(): void {
  const router = ready(simpleRouter());
  const trip = from(newPaths(router), STRANGER, 0x08080808, MESH_DEVICE);
  assert(seek(trip, true, false) == Outcome.WAY && answerOf(trip).device == MESH_DEVICE && answerOf(trip).route == 0);
  deviceAt(router, MESH_DEVICE).traits = 0;
  assert(seek(from(newPaths(router), STRANGER, 0x08080808, MESH_DEVICE), true, false) == Outcome.ERROR);
}

export function without_a_route_a_foreign_source_finds_none(): void {
  const router = newRouter();
  plainRules(fib4(router));
  const trip = from(newPaths(ready(router)), STRANGER, 0x08080808);
  assert(seek(trip, true, false) == Outcome.ERROR && answerOf(trip).error == Errno.ENETUNREACH);
}

export function a_loopback_source_that_is_nobodys_stays_unless_all_next_hops_let_it_out(): void {
  const router = newRouter();
  plainRules(fib4(router));
  own4(router, WAN_DEVICE, NET_MESH + 1);
  const route = typed(fib4(router), addPrefix(fib4(router), 0), MAIN_SLOT, RouteType.UNICAST);
  hop(fib4(router), route, WAN_DEVICE);
  hop(fib4(router), route, MESH_DEVICE);
  ready(router);
  assert(seek(from(newPaths(router), 0x7f000009, 0x08080808), true, false) == Outcome.ERROR);
  deviceAt(router, WAN_DEVICE).traits |= DeviceTrait.ROUTE_LOCALNET;
  assert(seek(from(newPaths(router), 0x7f000009, 0x08080808), true, false) == Outcome.UNDETERMINED);
  deviceAt(router, MESH_DEVICE).traits |= DeviceTrait.ROUTE_LOCALNET;
  assert(seek(from(newPaths(router), 0x7f000009, 0x08080808), true, false) == Outcome.WAY);
}
