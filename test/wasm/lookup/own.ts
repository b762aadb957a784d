import { RouteType } from "../../../assembly/layout";
import { deviceOfOwn, ownSource } from "../../../assembly/lookup/own";
import { ask } from "../../../assembly/trip/ways";
import { addPrefix } from "../support/fibs";
import { fib6, hop, LO, LOCAL_SLOT, MAIN_SLOT, MESH_DEVICE, NET_MESH, NET_V6, newRouter, own6, plainRules, ready, simpleRouter, typed, WAN_DEVICE, way } from "../support/routers";
import { newPaths, sending, tripOf } from "../support/trips";

export function an_ipv4_address_is_its_devices(): void {
  const paths = newPaths(ready(simpleRouter()));
  sending(paths, 4, 0);
  const trip = tripOf(paths);
  assert(deviceOfOwn(trip, 4, NET_MESH + 1, 0, 0, 0) == MESH_DEVICE && deviceOfOwn(trip, 4, NET_MESH + 2, 0, 0, 0) == 0);
}

export function an_ipv6_address_is_its_devices_or_that_of_the_local_route_it_lies_in(): void {
  const router = newRouter();
  const fib = fib6(router);
  plainRules(fib);
  own6(router, WAN_DEVICE, NET_V6, 1);
  const one = addPrefix(fib, 128, 0xfd000000, 0, 0, 7);
  const net = addPrefix(fib, 64, 0xfd000000);
  const any = addPrefix(fib, 0);
  hop(fib, typed(fib, one, LOCAL_SLOT, RouteType.LOCAL), LO);
  way(fib, net, MAIN_SLOT, MESH_DEVICE);
  way(fib, any, MAIN_SLOT, MESH_DEVICE);
  const paths = newPaths(ready(router));
  sending(paths, 6, NET_V6);
  const trip = tripOf(paths);
  assert(deviceOfOwn(trip, 6, NET_V6, 0, 0, 1) == WAN_DEVICE);
  assert(deviceOfOwn(trip, 6, 0xfd000000, 0, 0, 7) == LO);
  assert(deviceOfOwn(trip, 6, 0xfd000000, 0, 0, 8) == 0, "a route of main is no address");
}

export function an_own_address_is_known_by_its_number(): void {
  const paths = newPaths(ready(simpleRouter()));
  sending(paths, 4, 0);
  const trip = tripOf(paths);
  ask(trip);
  assert(ownSource(trip, 2).word0 == NET_MESH + 1);
}
