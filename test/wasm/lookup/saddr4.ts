import { DeviceTrait, OwnTrait, RouteType } from "../../../assembly/layout";
import { SCOPE_HOST, SCOPE_LINK, findOwn4, selectSource4 } from "../../../assembly/lookup/saddr4";
import { addPrefix } from "../support/fibs";
import { answered, deviceAt, fib4, hop, LO, LOCAL_SLOT, MESH_DEVICE, NET_MESH, NET_WAN, newRouter, own4, plainRules, question, ready, typed, WAN_DEVICE } from "../support/routers";

export function the_first_primary_address_of_the_device_is_chosen(): void {
  const router = newRouter();
  own4(router, WAN_DEVICE, NET_WAN + 1).traits = OwnTrait.SECONDARY;
  own4(router, WAN_DEVICE, NET_WAN + 2);
  own4(router, WAN_DEVICE, NET_WAN + 3);
  assert(selectSource4(router, WAN_DEVICE, 0, 0) == 2);
}

export function an_address_in_whose_network_the_gateway_lies_is_better(): void {
  const router = newRouter();
  own4(router, WAN_DEVICE, NET_MESH + 1);
  own4(router, WAN_DEVICE, NET_WAN + 1);
  assert(selectSource4(router, WAN_DEVICE, NET_WAN + 254, 0) == 2);
  assert(selectSource4(router, WAN_DEVICE, 0x08080808, 0) == 1);
}

export function an_address_of_a_nearer_scope_does_not_reach_far(): void {
  const router = newRouter();
  own4(router, WAN_DEVICE, NET_WAN + 1, SCOPE_LINK);
  assert(selectSource4(router, WAN_DEVICE, 0, 0) == 0);
  assert(selectSource4(router, WAN_DEVICE, 0, SCOPE_LINK) == 1);
}

export function a_device_without_an_address_borrows_one_that_is_not_of_link_scope(): void {
  const router = newRouter();
  own4(router, LO, 0x7f000001, SCOPE_HOST);
  own4(router, MESH_DEVICE, NET_MESH + 1, SCOPE_LINK);
  own4(router, MESH_DEVICE, NET_MESH + 2);
  assert(selectSource4(router, WAN_DEVICE, 0, SCOPE_LINK) == 3);
}

export function route_localnet_lets_host_addresses_out_on_the_link(): void {
  const router = newRouter();
  own4(router, WAN_DEVICE, NET_WAN + 1, SCOPE_HOST);
  assert(selectSource4(router, WAN_DEVICE, 0, SCOPE_LINK) == 0);
  deviceAt(router, WAN_DEVICE).traits |= DeviceTrait.ROUTE_LOCALNET;
  assert(selectSource4(router, WAN_DEVICE, 0, SCOPE_LINK) == 1);
}

export function an_address_of_length_0_has_every_gateway_in_its_network(): void {
  const router = newRouter();
  own4(router, WAN_DEVICE, NET_MESH + 1);
  own4(router, WAN_DEVICE, NET_WAN + 1).length = 0;
  assert(selectSource4(router, WAN_DEVICE, 0x08080808, 0) == 2);
  assert(findOwn4(router, NET_WAN + 1) == 2 && findOwn4(router, NET_WAN + 9) == 0);
}

export function a_source_in_a_local_route_is_the_nodes_own(): void {
  const router = newRouter();
  plainRules(fib4(router));
  hop(fib4(router), typed(fib4(router), addPrefix(fib4(router), 8, 0x7f000000), LOCAL_SLOT, RouteType.LOCAL), LO);
  ready(router);
  const asked = question(router, 4, 0x7f000009);
  asked.src0 = 0x7f000002;
  assert(answered(router).type == RouteType.LOCAL);
  question(router, 4, 0x7f000009).src0 = NET_WAN;
  assert(answered(router).type == 0);
}
