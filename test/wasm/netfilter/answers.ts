import { Answered, isAnswered } from "../../../assembly/netfilter/answers";
import { NONE } from "../../../assembly/layout";
import { Paths, Sent } from "../../../assembly/trip/packets";
import { Hook, Origin, Trip } from "../../../assembly/netfilter/wall";
import { walkOf } from "../../../assembly/trip/ways";
import { MESH_DEVICE, NET_MESH, newRouter, ready, simpleRouter, WAN_DEVICE } from "../support/routers";
import { newPaths, sending, side4, tripOf } from "../support/trips";

/** From the mesh to the far end, forwarded. */
function passing(paths: Paths): Sent {
  const sent = sending(paths, 4, 0x08080808);
  sent.origin = Origin.FORWARD;
  sent.hasSource = 1;
  sent.src0 = NET_MESH + 9;
  return sent;
}

function answered(paths: Paths, reset: bool): u32 {
  const trip = leaving(paths);
  return isAnswered(trip, reset);
}

function leaving(paths: Paths): Trip {
  const trip = tripOf(paths);
  trip.hook = Hook.FORWARD;
  trip.device = WAN_DEVICE;
  return trip;
}

export function a_packet_is_answered_unless_nothing_leads_back(): void {
  const paths = newPaths(ready(simpleRouter()));
  passing(paths);
  assert(answered(paths, false) == Answered.YES);
  const nowhere = newPaths(ready(newRouter()));
  passing(nowhere);
  assert(answered(nowhere, false) == Answered.NO);
}

export function errors_are_not_answered_with_errors_nor_resets_with_resets(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = passing(paths);
  sent.proto = 1;
  sent.icmpType = 8;
  assert(answered(paths, false) == Answered.YES);
  sent.icmpType = 3;
  assert(answered(paths, false) == Answered.NO);
  sent.proto = 6;
  sent.tcpFlags = 2;
  assert(answered(paths, true) == Answered.YES);
  sent.tcpFlags = 4;
  assert(answered(paths, true) == Answered.NO);
}

export function what_went_to_many_or_came_from_nobody_is_not_answered(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = passing(paths);
  sent.dst0 = 0xe0000005;
  assert(answered(paths, false) == Answered.NO);
  sent.dst0 = 0x08080808;
  sent.src0 = 0;
  assert(answered(paths, false) == Answered.NO);
  sent.src0 = 0xe0000001;
  assert(answered(paths, false) == Answered.NO);
}

export function a_source_that_nobody_knows_is_reached(): void {
  const paths = newPaths(ready(newRouter()));
  passing(paths).hasSource = 0;
  assert(answered(paths, false) == Answered.YES);
}

export function the_kernels_own_icmp_is_not_answered_where_it_leaves(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = passing(paths);
  sent.origin = Origin.KERNEL;
  sent.proto = 1;
  sent.icmpType = 0;
  const trip = leaving(paths);
  trip.hook = Hook.OUTPUT;
  assert(isAnswered(trip, false) == Answered.NO);
}

export function whether_the_answer_carries_the_mark_is_asked_where_nothing_tells(): void {
  const paths = newPaths(ready(simpleRouter()));
  passing(paths).mark = 1;
  const trip = leaving(paths);
  assert(isAnswered(trip, false) == Answered.YES && walkOf(trip).asked == 0);
  side4(paths).reflects = NONE;
  const asked = leaving(paths);
  assert(isAnswered(asked, false) == Answered.YES && walkOf(asked).asked == 1);
}

export function the_reset_of_a_bound_socket_goes_by_its_device(): void {
  const paths = newPaths(ready(newRouter()));
  const sent = passing(paths);
  sent.origin = Origin.LOCAL;
  sent.proto = 6;
  sent.oif = MESH_DEVICE;
  const trip = leaving(paths);
  trip.hook = Hook.OUTPUT;
  assert(isAnswered(trip, true) == Answered.YES, "IPv4 takes everything to be on the link of a device");
}
