import { DeviceTrait, Outcome, Place } from "../../../assembly/layout";
import { Paths } from "../../../assembly/trip/packets";
import { turn } from "../../../assembly/lookup/walk";
import { Trip } from "../../../assembly/netfilter/wall";
import { answerOf, ask, isLoopback6, isStrict, seek, take, walkOf } from "../../../assembly/trip/ways";
import { addPrefix } from "../support/fibs";
import { deviceAt, fib4, fib6, hop, LO, MAIN_SLOT, MESH_DEVICE, NET_V6, NET_WAN, newRouter, own4, plainRules, ready, simpleRouter, typed, WAN_DEVICE } from "../support/routers";
import { newPaths, sending, tripOf } from "../support/trips";
import { RouteType } from "../../../assembly/layout";

function asking(paths: Paths, family: u32, dst0: u32): Trip {
  sending(paths, family, dst0);
  const trip = tripOf(paths);
  ask(trip);
  return trip;
}

export function of_several_next_hops_each_is_taken_once(): void {
  const router = newRouter();
  plainRules(fib4(router));
  own4(router, WAN_DEVICE, NET_WAN + 1);
  const route = typed(fib4(router), addPrefix(fib4(router), 0), MAIN_SLOT, RouteType.UNICAST);
  hop(fib4(router), route, WAN_DEVICE, NET_WAN + 2);
  hop(fib4(router), route, MESH_DEVICE);
  const trip = asking(newPaths(ready(router)), 4, 0x08080808);
  assert(seek(trip, false, false) == Outcome.WAY && answerOf(trip).device == WAN_DEVICE);
  take(trip);
  assert(trip.device == WAN_DEVICE && trip.via0 == NET_WAN + 2 && trip.table == 254);
  const walk = walkOf(trip);
  assert(walk.place == Place.ROUTE && turn(walk));
  walk.asked = 0;
  assert(seek(trip, false, false) == Outcome.WAY && answerOf(trip).device == MESH_DEVICE);
  take(trip);
  assert(trip.via0 == 0 && !turn(walk));
}

export function ipv6_chooses_among_its_next_hops_alike(): void {
  const router = newRouter();
  plainRules(fib6(router));
  const route = typed(fib6(router), addPrefix(fib6(router), 0), MAIN_SLOT, RouteType.UNICAST);
  hop(fib6(router), route, WAN_DEVICE, 1);
  hop(fib6(router), route, MESH_DEVICE, 1);
  const trip = asking(newPaths(ready(router)), 6, NET_V6);
  assert(seek(trip, false, false) == Outcome.WAY && answerOf(trip).device == WAN_DEVICE);
  assert(turn(walkOf(trip)));
  walkOf(trip).asked = 0;
  assert(seek(trip, false, false) == Outcome.WAY && answerOf(trip).device == MESH_DEVICE);
}

export function only_next_hops_on_the_device_count_where_a_socket_is_bound_to_it(): void {
  const paths = newPaths(ready(simpleRouter()));
  sending(paths, 6, NET_V6);
  const asked = ask(tripOf(paths));
  asked.src0 = NET_V6;
  assert(!isStrict(asked, true), "no device");
  asked.oif = WAN_DEVICE;
  assert(isStrict(asked, true) && !isStrict(asked, false));
  asked.src0 = 0;
  assert(isStrict(asked, false));
  asked.oif = 0;
  asked.dst0 = 0xfe800000;
  assert(isStrict(asked, false));
}

export function routing_domains_are_left_open(): void {
  const router = ready(simpleRouter());
  deviceAt(router, WAN_DEVICE).traits |= DeviceTrait.VRF;
  const trip = asking(newPaths(router), 4, 0x08080808);
  ask(trip).oif = WAN_DEVICE;
  assert(seek(trip, false, false) == Outcome.UNDETERMINED && walkOf(trip).place == Place.VRF);
}

export function nothing_of_igmp_goes_out_on_a_device_to_no_address(): void {
  const trip = asking(newPaths(ready(simpleRouter())), 4, 0);
  const asked = ask(trip);
  asked.proto = 2;
  asked.oif = LO;
  assert(seek(trip, false, false) == Outcome.ERROR);
}

export function the_loopback_address_is_one(): void {
  assert(isLoopback6(0, 0, 0, 1) && !isLoopback6(0, 0, 0, 2) && !isLoopback6(0, 1, 0, 1));
}
