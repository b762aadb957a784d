import { seeTypes, typeOfSource } from "../../../assembly/netfilter/addresstype";
import { RouteType } from "../../../assembly/layout";
import { Paths } from "../../../assembly/trip/packets";
import { hookedOf, Trip, Wall } from "../../../assembly/netfilter/wall";
import { addPrefix } from "../support/fibs";
import { fib6, hop, LO, LOCAL_SLOT, MAIN_SLOT, NET_MESH, NET_V6, NET_WAN, newRouter, own6, plainRules, ready, simpleRouter, typed, WAN_DEVICE, way } from "../support/routers";
import { newPaths, sending, side4, side6, tripOf } from "../support/trips";

function typed4(src0: u32, dst0: u32): Trip {
  const paths = newPaths(ready(simpleRouter()));
  changetype<Wall>(side4(paths).wall).asksTypes = 1;
  const sent = sending(paths, 4, dst0);
  sent.hasSource = 1;
  sent.src0 = src0;
  const trip = tripOf(paths);
  seeTypes(trip);
  return trip;
}

function dstIs(trip: Trip, type: u32): bool {
  return hookedOf(trip).dstType == <u32>1 << type;
}

export function an_ipv4_address_has_the_type_that_table_local_tells(): void {
  assert(dstIs(typed4(0, NET_WAN + 1), RouteType.LOCAL) && dstIs(typed4(0, 0x08080808), RouteType.UNICAST));
  assert(dstIs(typed4(0, 0xffffffff), RouteType.BROADCAST) && dstIs(typed4(0, 0), RouteType.BROADCAST) && dstIs(typed4(0, 0xe0000001), RouteType.MULTICAST));
  assert(typeOfSource(typed4(NET_MESH + 1, 0x08080808)) == RouteType.LOCAL);
}

export function types_are_looked_up_only_where_a_match_asks(): void {
  const paths = newPaths(ready(simpleRouter()));
  sending(paths, 4, NET_WAN + 1);
  const trip = tripOf(paths);
  seeTypes(trip);
  assert(hookedOf(trip).dstType == 0);
}

function typed6(paths: Paths, dst0: u32, dst3: u32): Trip {
  changetype<Wall>(side6(paths).wall).asksTypes = 1;
  sending(paths, 6, dst0, dst3);
  const trip = tripOf(paths);
  seeTypes(trip);
  return trip;
}

export function an_ipv6_address_has_the_type_that_a_lookup_tells(): void {
  const router = newRouter();
  const fib = fib6(router);
  plainRules(fib);
  own6(router, WAN_DEVICE, NET_V6, 1);
  const one = addPrefix(fib, 128, NET_V6, 0, 0, 1);
  const net = addPrefix(fib, 32, NET_V6);
  const closed = addPrefix(fib, 8, 0xfd000000);
  hop(fib, typed(fib, one, LOCAL_SLOT, RouteType.LOCAL), LO);
  way(fib, net, MAIN_SLOT, WAN_DEVICE);
  hop(fib, typed(fib, closed, MAIN_SLOT, RouteType.PROHIBIT), LO);
  const paths = newPaths(ready(router));
  assert(dstIs(typed6(paths, NET_V6, 1), RouteType.LOCAL) && dstIs(typed6(paths, NET_V6, 2), RouteType.UNICAST) && dstIs(typed6(paths, 0xff020000, 1), RouteType.MULTICAST));
  assert(dstIs(typed6(paths, 0xfd000000, 1), RouteType.PROHIBIT) && dstIs(typed6(paths, 0x30000000, 1), RouteType.UNREACHABLE));
  assert(hookedOf(typed6(paths, 0, 0)).dstType == 1, "the unspecified address");
}
