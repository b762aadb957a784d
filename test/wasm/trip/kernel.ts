import { Place } from "../../../assembly/layout";
import { isDiscovery, isError } from "../../../assembly/trip/kernel";
import { Ending, Missing, Paths, Sent } from "../../../assembly/trip/packets";
import { Origin } from "../../../assembly/netfilter/wall";
import { MESH_DEVICE, NET_MESH, NET_WAN, ready, simpleRouter, WAN_DEVICE } from "../support/routers";
import { fateOf, newPaths, sending } from "../support/trips";

function made(paths: Paths, dst0: u32, proto: u32): Sent {
  const sent = sending(paths, 4, dst0);
  sent.origin = Origin.KERNEL;
  sent.proto = proto;
  sent.hasSource = 1;
  sent.src0 = NET_WAN + 1;
  return sent;
}

export function group_reports_go_straight_out_and_no_table_is_asked(): void {
  const paths = newPaths(ready(simpleRouter()));
  made(paths, 0xe0000016, 2).oif = MESH_DEVICE;
  const fate = fateOf(paths);
  assert(fate.ending == Ending.EGRESS && fate.device == MESH_DEVICE && fate.table == 0);
}

export function a_group_report_whose_device_nobody_gave_is_left_open(): void {
  const paths = newPaths(ready(simpleRouter()));
  made(paths, 0xe0000016, 2);
  const fate = fateOf(paths);
  assert(fate.ending == Ending.UNDETERMINED && fate.place == Place.FIELD && fate.number == Missing.OIF);
}

export function a_reset_in_the_name_of_somebody_else_leaves_by_the_route_to_its_receiver(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = made(paths, NET_MESH + 9, 6);
  sent.src0 = 0x08080808;
  sent.tcpFlags = 20;
  const fate = fateOf(paths);
  assert(fate.ending == Ending.EGRESS && fate.device == MESH_DEVICE && fate.src0 == 0x08080808);
}

export function the_kernel_is_not_told_of_errors(): void {
  const paths = newPaths(ready(simpleRouter()));
  made(paths, 0x08080808, 1).icmpType = 0;
  assert(fateOf(paths).device == WAN_DEVICE);
  made(paths, 0x08080808, 1).src0 = 0;
  assert(fateOf(paths).ending == Ending.REJECTED && fateOf(paths).error == 0);
}

export function errors_are_told_from_what_asks_and_answers(): void {
  assert(isError(4, 1, 3) && isError(4, 1, 11) && !isError(4, 1, 8) && !isError(4, 17, 3));
  assert(isError(6, 58, 1) && !isError(6, 58, 128) && !isError(6, 58, 0));
}

export function discovery_and_listener_reports_have_numbers_of_their_own(): void {
  assert(isDiscovery(130) && isDiscovery(137) && isDiscovery(143) && !isDiscovery(128) && !isDiscovery(129) && !isDiscovery(138));
}
