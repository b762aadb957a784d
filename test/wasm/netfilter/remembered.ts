import { Known, originalOf, replyOf, Sent, Tracked } from "../../../assembly/trip/packets";
import { track } from "../../../assembly/netfilter/entry";
import { Packet } from "../../../assembly/layout";
import { apply, giveBack, isAnswer, isDestinationHook } from "../../../assembly/netfilter/remembered";
import { Hook, hookedOf, NatKind, Trip } from "../../../assembly/netfilter/wall";
import { walkOf } from "../../../assembly/trip/ways";
import { NET_WAN, ready, simpleRouter } from "../support/routers";
import { addNat, newNat, newPaths, sending, tripOf } from "../support/trips";
import { Paths } from "../../../assembly/trip/packets";

/** A flow to 8.8.8.8:53 whose destination became 127.0.0.1:54. */
function redirected(sent: Sent): void {
  sent.hasFlow = 1;
  const original = originalOf(sent);
  const reply = replyOf(sent);
  original.src0 = reply.dst0 = NET_WAN + 1;
  original.sport = reply.dport = 40000;
  original.dst0 = 0x08080808;
  original.dport = 53;
  reply.src0 = 0x7f000001;
  reply.sport = 54;
  original.known = reply.known = <u32>Known.SRC | Known.DST | Known.SPORT | Known.DPORT;
}

function at(paths: Paths, hook: u32): Trip {
  const trip = tripOf(paths);
  track(trip);
  trip.hook = hook;
  return trip;
}

function packetOf(trip: Trip): Packet {
  return changetype<Packet>(trip.packet);
}

export function a_later_packet_gets_the_destination_that_the_first_one_got(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = sending(paths, 4, 0x08080808);
  sent.ct = Tracked.ESTABLISHED;
  redirected(sent);
  const trip = at(paths, Hook.OUTPUT);
  apply(trip);
  assert(packetOf(trip).dst0 == 0x7f000001 && packetOf(trip).dport == 54);
}

export function an_answer_gets_its_source_back_in_the_mirrored_hook(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = sending(paths, 4, NET_WAN + 1);
  sent.ct = Tracked.REPLY;
  sent.hasSource = 1;
  sent.src0 = 0x7f000001;
  sent.sport = 54;
  redirected(sent);
  const early = at(paths, Hook.OUTPUT);
  apply(early);
  assert(packetOf(early).src0 == 0x7f000001, "not in OUTPUT");
  const trip = at(paths, Hook.POSTROUTING);
  apply(trip);
  assert(packetOf(trip).src0 == 0x08080808 && packetOf(trip).sport == 53);
}

export function what_was_not_translated_stays_as_it_is(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = sending(paths, 4, 0x01010101);
  sent.ct = Tracked.ESTABLISHED;
  redirected(sent);
  const trip = at(paths, Hook.POSTROUTING);
  apply(trip);
  assert(packetOf(trip).src0 == 0);
}

export function an_answer_without_a_known_flow_is_open_where_a_rule_may_have_translated_it(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = sending(paths, 4, 0x08080808);
  sent.ct = Tracked.REPLY;
  sent.hasSource = 1;
  sent.src0 = NET_WAN + 1;
  assert(giveBack(at(paths, Hook.POSTROUTING)) && walkOf(at(paths, Hook.POSTROUTING)).asked == 0);
  addNat(paths, 4, Hook.OUTPUT, newNat(NatKind.DNAT, 0x09090909));
  const other = at(paths, Hook.POSTROUTING);
  assert(giveBack(other) && walkOf(other).asked == 0, "not to this address");
  addNat(paths, 4, Hook.OUTPUT, newNat(NatKind.DNAT, NET_WAN + 1));
  const trip = at(paths, Hook.POSTROUTING);
  walkOf(trip).path = 1;
  assert(giveBack(trip) && trip.sourceKnown == 0 && trip.portKept == 0);
}

export function a_destination_that_may_have_been_another_one_leads_nowhere_known(): void {
  const paths = newPaths(ready(simpleRouter()));
  sending(paths, 4, NET_WAN + 1).ct = Tracked.REPLY;
  addNat(paths, 4, Hook.POSTROUTING, newNat(NatKind.MASQUERADE));
  const trip = at(paths, Hook.OUTPUT);
  walkOf(trip).path = 1;
  assert(!giveBack(trip), "an address of the node may stand for another one");
  assert(giveBack(at(paths, Hook.OUTPUT)), "or not");
}

export function what_runs_the_other_way_or_may_do_so_is_an_answer(): void {
  const paths = newPaths(ready(simpleRouter()));
  sending(paths, 4, 0x08080808);
  const trip = at(paths, Hook.OUTPUT);
  assert(!isAnswer(trip));
  trip.directionKnown = 0;
  assert(isAnswer(trip));
  trip.directionKnown = 1;
  hookedOf(trip).ctDirection = 1;
  assert(isAnswer(trip));
  assert(isDestinationHook(Hook.OUTPUT) && isDestinationHook(Hook.PREROUTING) && !isDestinationHook(Hook.INPUT));
}
