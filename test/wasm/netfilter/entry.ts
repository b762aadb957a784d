import { attach, hasPorts, track, translations } from "../../../assembly/netfilter/entry";
import { Known, originalOf, Paths, replyOf, Sent, Tracked } from "../../../assembly/trip/packets";
import { StepKind } from "../../../assembly/netfilter/statements";
import { ChainType, CtState, CtStatus, Hook, hookedOf, Origin, Trip } from "../../../assembly/netfilter/wall";
import { ready, simpleRouter } from "../support/routers";
import { addChain, newPaths, sending, side4, tripOf } from "../support/trips";

const TCP: u32 = 6;

function tracked(paths: Paths): Trip {
  const trip = tripOf(paths);
  track(trip);
  return trip;
}

function segment(paths: Paths, flags: u32): bool {
  const sent = sending(paths, 4, 0x08080808);
  sent.proto = TCP;
  sent.tcpFlags = flags;
  return tracked(paths).entry != 0;
}

export function a_first_packet_is_new_and_its_ends_are_noted(): void {
  const paths = newPaths(ready(simpleRouter()));
  sending(paths, 4, 0x08080808);
  const trip = tracked(paths);
  assert(trip.entry == 1 && hookedOf(trip).ctState == CtState.NEW && trip.hadFirst == 1 && trip.entryMarkKnown == 1);
}

export function only_some_segments_begin_a_flow(): void {
  const paths = newPaths(ready(simpleRouter()));
  assert(segment(paths, 2) && segment(paths, 16) && segment(paths, 24), "S, A and PA");
  assert(!segment(paths, 18) && !segment(paths, 4) && !segment(paths, 20) && !segment(paths, 17), "not SA, R, RA and FA");
  paths.loose = 0;
  assert(segment(paths, 2) && !segment(paths, 16));
}

export function an_icmp_error_or_answer_begins_none(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = sending(paths, 4, 0x08080808);
  sent.proto = 1;
  sent.icmpType = 8;
  assert(tracked(paths).entry == 1);
  sent.icmpType = 0;
  const trip = tracked(paths);
  assert(trip.entry == 0 && hookedOf(trip).ctState == CtState.INVALID);
}

export function neighbour_discovery_is_left_out(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = sending(paths, 6, 0xff020000, 1);
  sent.proto = 58;
  sent.icmpType = 135;
  const trip = tracked(paths);
  assert(trip.untracked == 1 && hookedOf(trip).ctState == CtState.UNTRACKED);
}

export function an_entry_that_stood_before_has_a_mark_only_rules_can_have_given_it(): void {
  const paths = newPaths(ready(simpleRouter()));
  sending(paths, 4, 0x08080808).ct = Tracked.REPLY;
  const trip = tracked(paths);
  assert(hookedOf(trip).ctState == CtState.ESTABLISHED && hookedOf(trip).ctDirection == 1 && trip.entryMarkKnown == 1);
  assert((trip.statusKnown & CtStatus.SNAT) == 0, "what was translated is not told");
  side4(paths).setsEntryMark = 1;
  assert(tracked(paths).entryMarkKnown == 0);
}

export function what_is_related_to_a_flow_goes_either_way_where_nobody_tells(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = sending(paths, 4, 0x08080808);
  sent.ct = Tracked.RELATED;
  assert(tracked(paths).directionKnown == 0);
  flow(sent);
  assert(tracked(paths).directionKnown == 1 && hookedOf(tracked(paths)).ctDirection == 0);
  replyOf(sent).dst0 = 0x08080808;
  assert(hookedOf(tracked(paths)).ctDirection == 1);
}

export function where_answers_have_one_address_on_both_ends_the_sender_of_an_error_tells_its_way(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = sending(paths, 4, 0x0a000002);
  sent.ct = Tracked.RELATED;
  flow(sent);
  replyOf(sent).dst0 = 0x0a000002;
  sent.hasSource = 1;
  sent.src0 = 0x0a000001;
  assert(hookedOf(tracked(paths)).ctDirection == 0);
  sent.src0 = 0x0a000002;
  assert(hookedOf(tracked(paths)).ctDirection == 1);
}

/** 10.0.0.1:1 to 10.0.0.2:2, and back. */
function flow(sent: Sent): void {
  sent.hasFlow = 1;
  const original = originalOf(sent);
  const reply = replyOf(sent);
  original.src0 = 0x0a000001;
  original.dst0 = 0x0a000002;
  original.sport = 1;
  original.dport = 2;
  original.known = <u32>Known.SRC | Known.DST | Known.SPORT | Known.DPORT;
  reply.src0 = 0x0a000002;
  reply.dst0 = 0x0a000001;
  reply.sport = 2;
  reply.dport = 1;
  reply.known = original.known;
}

export function a_flow_tells_which_of_its_ends_were_translated(): void {
  const sent = sending(newPaths(ready(simpleRouter())), 4, 0x08080808);
  flow(sent);
  assert(translations(sent) == 0);
  replyOf(sent).dport = 9;
  assert(translations(sent) == CtStatus.SNAT);
  replyOf(sent).src0 = 0x0a000003;
  assert(translations(sent) == (<u32>CtStatus.SNAT | CtStatus.DNAT));
  replyOf(sent).known &= ~(<u32>Known.DPORT);
  assert(translations(sent) == (<u32>CtStatus.SNAT | CtStatus.DNAT), "a port that one side alone tells is another one");
}

export function a_reset_of_a_reject_has_the_entry_of_what_it_answers_before_conntrack(): void {
  const paths = newPaths(ready(simpleRouter()));
  const sent = sending(paths, 4, 0x08080808);
  sent.origin = Origin.KERNEL;
  sent.ct = Tracked.RELATED;
  sent.proto = TCP;
  const trip = tripOf(paths);
  attach(trip);
  assert(trip.entry == 1 && hookedOf(trip).ctState == CtState.RELATED);
  sent.proto = 17;
  const other = tripOf(paths);
  attach(other);
  assert(other.entry == 0);
  addChain(paths, 4, Hook.OUTPUT, ChainType.FILTER, StepKind.ACCEPT);
}

export function protocols_have_ports_or_not(): void {
  assert(hasPorts(6) && hasPorts(17) && hasPorts(132) && !hasPorts(1) && !hasPorts(58) && !hasPorts(47));
}
