import { Packet, Place } from "../../../assembly/layout";
import { inRange, translate } from "../../../assembly/netfilter/translate";
import { CtStatus, Hook, hookedOf, Nat, NatKind, Translation, Trip } from "../../../assembly/netfilter/wall";
import { walkOf } from "../../../assembly/trip/ways";
import { LO, MESH_DEVICE, NET_MESH, NET_WAN, own6, ready, simpleRouter, WAN_DEVICE } from "../support/routers";
import { newNat, newPaths, sending, tripOf } from "../support/trips";

/** A packet that has an entry, at a hook, to 8.8.8.8 by the WAN. */
function tracked(hook: u32): Trip {
  const paths = newPaths(ready(simpleRouter()));
  sending(paths, 4, 0x08080808);
  const trip = tripOf(paths);
  trip.entry = 1;
  trip.hook = hook;
  packetOf(trip).src0 = NET_MESH + 1;
  packetOf(trip).oif = WAN_DEVICE;
  return trip;
}

function packetOf(trip: Trip): Packet {
  return changetype<Packet>(trip.packet);
}

function ranged(kind: u32, first: u32, last: u32): Nat {
  const nat = newNat(kind, first);
  nat.last0 = last;
  return nat;
}

export function without_an_entry_a_rule_does_not_apply(): void {
  const trip = tracked(Hook.OUTPUT);
  trip.entry = 0;
  assert(translate(trip, newNat(NatKind.DNAT, 1)) == Translation.LEFT && packetOf(trip).dst0 == 0x08080808);
}

export function a_destination_becomes_the_one_that_is_named(): void {
  const trip = tracked(Hook.OUTPUT);
  assert(translate(trip, newNat(NatKind.DNAT, NET_MESH + 9)) == Translation.DONE);
  assert(packetOf(trip).dst0 == NET_MESH + 9 && trip.settledDestination == 1 && trip.settledSource == 0 && (hookedOf(trip).ctStatus & CtStatus.DNAT) != 0);
}

export function an_address_in_the_range_stays_and_one_of_two_is_tried_after_the_other(): void {
  const trip = tracked(Hook.OUTPUT);
  assert(translate(trip, ranged(NatKind.DNAT, 0x08080800, 0x080808ff)) == Translation.DONE && packetOf(trip).dst0 == 0x08080808 && hookedOf(trip).ctStatus == 0);
  assert(translate(trip, ranged(NatKind.DNAT, 16, 17)) == Translation.DONE && packetOf(trip).dst0 == 16);
  const other = tracked(Hook.OUTPUT);
  walkOf(other).path = 1;
  assert(translate(other, ranged(NatKind.DNAT, 16, 17)) == Translation.DONE && packetOf(other).dst0 == 17);
}

export function which_one_of_many_addresses_is_taken_stays_open(): void {
  const trip = tracked(Hook.OUTPUT);
  assert(translate(trip, ranged(NatKind.SNAT, 16, 18)) == Translation.UNKNOWN && walkOf(trip).place == Place.RANGE);
}

export function a_destination_takes_the_lowest_port_and_a_source_any(): void {
  const nat = newNat(NatKind.DNAT);
  nat.hasPorts = 1;
  nat.portFirst = 60;
  nat.portLast = 70;
  const trip = tracked(Hook.OUTPUT);
  assert(translate(trip, nat) == Translation.DONE && packetOf(trip).dport == 60 && packetOf(trip).dst0 == 0x08080808);
  nat.kind = NatKind.SNAT;
  assert(translate(trip, nat) == Translation.DONE && trip.portKept == 0);
  nat.portLast = 60;
  assert(translate(trip, nat) == Translation.DONE && trip.portKept == 1 && packetOf(trip).sport == 60);
}

export function a_source_that_changes_may_change_its_port(): void {
  const trip = tracked(Hook.POSTROUTING);
  assert(translate(trip, newNat(NatKind.SNAT, NET_MESH + 1)) == Translation.DONE && trip.portKept == 1 && hookedOf(trip).ctStatus == 0);
  assert(translate(trip, newNat(NatKind.SNAT, 16)) == Translation.DONE && trip.portKept == 0 && hookedOf(trip).ctStatus == CtStatus.SNAT);
}

export function redirect_leads_to_the_loopback_in_output_and_else_to_the_device(): void {
  const trip = tracked(Hook.OUTPUT);
  assert(translate(trip, newNat(NatKind.REDIRECT)) == Translation.DONE && packetOf(trip).dst0 == 0x7f000001);
  const outside = tracked(Hook.PREROUTING);
  packetOf(outside).iif = MESH_DEVICE;
  assert(translate(outside, newNat(NatKind.REDIRECT)) == Translation.DONE && packetOf(outside).dst0 == NET_MESH + 1);
  packetOf(outside).iif = LO;
  assert(translate(outside, newNat(NatKind.REDIRECT)) == Translation.DROP, "lo has no address here");
}

export function masquerade_takes_an_address_of_the_output_device(): void {
  const trip = tracked(Hook.POSTROUTING);
  assert(translate(trip, newNat(NatKind.MASQUERADE)) == Translation.DONE && packetOf(trip).src0 == NET_WAN + 1 && trip.sourceKnown == 1);
}

export function masquerade_without_any_address_drops(): void {
  const router = simpleRouter();
  const paths = newPaths(ready(router));
  sending(paths, 6, 0x20010db8, 9);
  const trip = tripOf(paths);
  trip.entry = 1;
  packetOf(trip).oif = WAN_DEVICE;
  assert(translate(trip, newNat(NatKind.MASQUERADE)) == Translation.DROP);
  own6(router, WAN_DEVICE, 0x20010db8, 1);
  assert(translate(trip, newNat(NatKind.MASQUERADE)) == Translation.DONE && packetOf(trip).src3 == 1);
}

export function a_range_holds_both_its_ends(): void {
  const nat = ranged(NatKind.DNAT, 16, 18);
  assert(inRange(nat, 16, 0, 0, 0) && inRange(nat, 18, 0, 0, 0) && !inRange(nat, 15, 0, 0, 0) && !inRange(nat, 19, 0, 0, 0) && !inRange(nat, 18, 1, 0, 0));
}
