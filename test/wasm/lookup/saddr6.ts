import { DeviceTrait, Own, OwnTrait, Packet, Router } from "../../../assembly/layout";
import { reserve } from "../../../assembly/arena";
import { labelOwn, selectSource6 } from "../../../assembly/lookup/saddr6";
import { deviceAt, MESH_DEVICE, NET_V6, newRouter, own6, WAN_DEVICE } from "../support/routers";

const LINK_LOCAL: u32 = 0xfe800000;
const UNIQUE_LOCAL: u32 = 0xfd000000;

function chosen(router: Router, device: u32, dst0: u32, dst3: u32 = 9): u32 {
  labelOwn(router);
  const packet = changetype<Packet>(reserve(offsetof<Packet>()));
  packet.family = 6;
  packet.dst0 = dst0;
  packet.dst3 = dst3;
  return selectSource6(router, packet, device);
}

function preferred(own: Own): Own {
  own.traits |= OwnTrait.FAVOURED;
  return own;
}

export function rule_1_takes_the_destination_itself(): void {
  const router = newRouter();
  own6(router, WAN_DEVICE, NET_V6, 1);
  own6(router, MESH_DEVICE, NET_V6, 9);
  assert(chosen(router, WAN_DEVICE, NET_V6, 9) == 2);
}

export function rule_2_takes_the_smallest_scope_that_reaches(): void {
  const router = newRouter();
  own6(router, WAN_DEVICE, LINK_LOCAL, 1);
  own6(router, MESH_DEVICE, NET_V6, 1);
  assert(chosen(router, WAN_DEVICE, NET_V6) == 2, "a link-local one does not reach");
  assert(chosen(router, WAN_DEVICE, LINK_LOCAL) == 1);
}

export function rule_3_avoids_deprecated_addresses(): void {
  const router = newRouter();
  own6(router, WAN_DEVICE, NET_V6, 1).traits = OwnTrait.AVOIDED;
  own6(router, MESH_DEVICE, NET_V6, 2);
  assert(chosen(router, WAN_DEVICE, NET_V6) == 2);
}

export function rule_5_prefers_the_outgoing_device(): void {
  const router = newRouter();
  own6(router, MESH_DEVICE, NET_V6, 1);
  own6(router, WAN_DEVICE, UNIQUE_LOCAL, 1);
  assert(chosen(router, WAN_DEVICE, NET_V6) == 2, "before the label");
  assert(chosen(router, 0, NET_V6) == 1, "no device is known: the label decides");
}

export function rule_6_prefers_the_destinations_label(): void {
  const router = newRouter();
  own6(router, WAN_DEVICE, NET_V6, 1);
  own6(router, WAN_DEVICE, UNIQUE_LOCAL, 1);
  assert(chosen(router, WAN_DEVICE, UNIQUE_LOCAL) == 2);
  assert(chosen(router, WAN_DEVICE, 0x20020000) == 1);
}

export function rule_7_prefers_what_the_device_wants_of_temporary_addresses(): void {
  const router = newRouter();
  own6(router, WAN_DEVICE, NET_V6, 1);
  preferred(own6(router, WAN_DEVICE, NET_V6, 2));
  assert(chosen(router, WAN_DEVICE, NET_V6) == 2);
}

export function rule_8_prefers_the_longest_common_prefix_within_the_addresss_own(): void {
  const router = newRouter();
  own6(router, WAN_DEVICE, 0x2a000000, 1);
  own6(router, WAN_DEVICE, NET_V6, 1);
  assert(chosen(router, WAN_DEVICE, NET_V6) == 2);
  const clipped = newRouter();
  own6(clipped, WAN_DEVICE, NET_V6, 1);
  own6(clipped, WAN_DEVICE, NET_V6, 8);
  assert(chosen(clipped, WAN_DEVICE, NET_V6) == 1, "bits behind the prefix do not count");
}

export function only_addresses_of_the_device_reach_a_multicast_destination(): void {
  const router = newRouter();
  own6(router, MESH_DEVICE, NET_V6, 1);
  assert(chosen(router, WAN_DEVICE, 0xff0e0000) == 0);
  assert(chosen(router, MESH_DEVICE, 0xff0e0000) == 1);
}

export function use_oif_addrs_only_asks_no_other_device(): void {
  const router = newRouter();
  own6(router, MESH_DEVICE, NET_V6, 1);
  assert(chosen(router, WAN_DEVICE, NET_V6) == 1);
  deviceAt(router, WAN_DEVICE).traits |= DeviceTrait.OIF_ADDRESSES_ONLY;
  assert(chosen(router, WAN_DEVICE, NET_V6) == 0);
}

export function optimistic_addresses_lose_a_tie(): void {
  const router = newRouter();
  own6(router, WAN_DEVICE, NET_V6, 1).traits = OwnTrait.OPTIMISTIC;
  own6(router, WAN_DEVICE, NET_V6, 2);
  assert(chosen(router, WAN_DEVICE, NET_V6) == 2);
}
