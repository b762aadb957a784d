import { reserve } from "../../assembly/arena";
import { expireHeld, freeHeld, settleFirst, settleLater } from "../../assembly/fragments";
import { Class, Direction, FindingKind, Fragment, Judgement, Limit, NONE, Packet, Reason, Run, Settled } from "../../assembly/layout";
import { findingOf, newFrame } from "./support/findings";
import { LATER, classCount, newImage, newPacket, newRun, totalsOf } from "./support/images";

const UDP: u32 = 17, TCP: u32 = 6;
const FASTD: u32 = 1;
const LEAK: u32 = <u32>Class.LEAK, HELD: u32 = <u32>Class.HELD, UNDETERMINED: u32 = <u32>Class.UNDETERMINED;

function fragment(kind: u32, id: u32, family: u32 = 4, proto: u32 = UDP): Packet {
  const packet = newPacket(family, proto, Direction.OUT, 0, 0);
  packet.fragment = kind;
  packet.fragmentId = id;
  return packet;
}

function later(run: Run, id: u32, frame: u64 = 1, family: u32 = 4, proto: u32 = UDP): Judgement {
  return settle(run, fragment(Fragment.LATER, id, family, proto), frame, 0);
}

function settle(run: Run, packet: Packet, frame: u64, foreign: u32): Judgement {
  const judgement = changetype<Judgement>(reserve(offsetof<Judgement>()));
  judgement.foreign = <u8>foreign;
  settleLater(run, packet, judgement, frame, newFrame(run.now));
  return judgement;
}

function first(run: Run, id: u32, verdict: u32, reason: u32 = 0, family: u32 = 4, proto: u32 = UDP): void {
  const packet = fragment(Fragment.FIRST, id, family, proto);
  packet.sport = 40000;
  packet.dport = 123;
  settleFirst(run, packet, verdict, reason);
}

function settled(run: Run, index: u32): Settled {
  return changetype<Settled>(run.settled + index * <u32>offsetof<Settled>());
}

export function a_later_fragment_takes_the_class_of_the_first_one_before_it(): void {
  const run = newRun(newImage());
  first(run, 7, LEAK, 3);
  const judgement = later(run, 7);
  assert(judgement.verdict == LEAK && judgement.reason == 3 && run.heldCount == 0);
}

export function a_later_fragment_takes_the_ports_of_the_first_one(): void {
  const run = newRun(newImage());
  const packet = fragment(Fragment.FIRST, 7);
  packet.sport = 40000;
  packet.dport = 123;
  packet.rule = 4;
  packet.route = 5;
  packet.explained = 1;
  packet.flow = 2;
  settleFirst(run, packet, FASTD, 0);
  const next = fragment(Fragment.LATER, 7);
  settle(run, next, 1, 0);
  assert(next.sport == 40000 && next.dport == 123 && next.rule == 4 && next.route == 5 && next.explained == 1 && next.flow == 2);
}

export function a_later_fragment_before_the_first_is_held_and_settled_with_it(): void {
  const run = newRun(newImage());
  assert(later(run, 7, 11).verdict == HELD && later(run, 7, 12).verdict == HELD && run.heldCount == 2);
  assert(totalsOf(run).settledCount == 0 && classCount(run, FASTD) == 0);
  first(run, 7, FASTD, 2);
  assert(totalsOf(run).settledCount == 2 && classCount(run, FASTD) == 2 && run.heldCount == 0);
  assert(settled(run, 0).frame + settled(run, 1).frame == 23 && settled(run, 0).frame != settled(run, 1).frame, "frames");
  assert(settled(run, 0).verdict == FASTD && settled(run, 1).verdict == FASTD && settled(run, 1).reason == 2, "classes");
}

export function a_held_fragment_says_that_its_first_was_never_seen(): void {
  const run = newRun(newImage());
  assert(later(run, 7).reason == Reason.FRAGMENT);
}

export function fragments_of_another_id_or_address_are_of_another_packet(): void {
  const run = newRun(newImage());
  first(run, 7, FASTD);
  assert(later(run, 8).verdict == HELD, "id");
  const other = fragment(Fragment.LATER, 7);
  other.dst0++;
  assert(settle(run, other, 1, 0).verdict == HELD, "destination");
}

export function ipv4_tells_fragments_apart_by_protocol(): void {
  const run = newRun(newImage());
  first(run, 7, FASTD, 0, 4, UDP);
  assert(later(run, 7, 1, 4, TCP).verdict == HELD);
}

export function ipv6_tells_fragments_apart_by_id_and_addresses_alone(): void {
  const run = newRun(newImage());
  first(run, 7, FASTD, 0, 6, UDP);
  const next = fragment(Fragment.LATER, 7, 6, 60);
  assert(settle(run, next, 1, 0).verdict == FASTD);
  assert(next.proto == UDP, "the protocol is the first one's");
}

export function the_first_fragment_is_remembered_for_60_seconds(): void {
  const run = newRun(newImage());
  first(run, 7, FASTD);
  run.now += 60;
  assert(later(run, 7).verdict == FASTD);
  run.now++;
  assert(later(run, 7).verdict == HELD);
}

export function what_is_held_longer_than_60_seconds_is_not_settled_by_a_new_first_fragment(): void {
  const run = newRun(newImage());
  later(run, 7, 11);
  run.now += 61;
  first(run, 7, FASTD);
  assert(totalsOf(run).settledCount == 1 && settled(run, 0).verdict == UNDETERMINED && settled(run, 0).reason == Reason.FRAGMENT);
  assert(later(run, 7, 12).verdict == FASTD, "the new one counts from now on");
}

export function expiry_gives_up_what_was_held_since_before_then(): void {
  const run = newRun(newImage());
  later(run, 7, 11);
  run.now++;
  later(run, 8, 12);
  expireHeld(run, LATER);
  assert(totalsOf(run).settledCount == 0);
  expireHeld(run, LATER + 1);
  assert(totalsOf(run).settledCount == 1 && settled(run, 0).frame == 11 && run.heldCount == 1);
  assert(settled(run, 0).verdict == UNDETERMINED && classCount(run, UNDETERMINED) == 1);
  expireHeld(run, 0, true);
  assert(totalsOf(run).settledCount == 2 && settled(run, 1).frame == 12 && run.heldCount == 0);
}

export function a_packet_that_was_given_up_starts_anew(): void {
  const run = newRun(newImage());
  later(run, 7, 11);
  expireHeld(run, 0, true);
  assert(later(run, 7, 12).verdict == HELD);
  first(run, 7, FASTD);
  assert(totalsOf(run).settledCount == 2 && settled(run, 1).frame == 12 && settled(run, 1).verdict == FASTD);
}

export function when_the_held_pool_is_exhausted_a_fragment_is_undetermined_and_counted(): void {
  const run = newRun(newImage());
  for (let i: u32 = 0; i < <u32>Limit.HELD; i++) assert(later(run, 7, i).verdict == HELD);
  const judgement = later(run, 7, 9999);
  assert(judgement.verdict == UNDETERMINED && judgement.reason == Reason.FRAGMENT);
  assert(totalsOf(run).fragmentsForgotten == 1 && run.heldCount == <u32>Limit.HELD);
}

export function a_settled_pool_can_be_held_again(): void {
  const run = newRun(newImage());
  for (let i: u32 = 0; i < <u32>Limit.HELD; i++) later(run, 7, i);
  first(run, 7, FASTD);
  assert(totalsOf(run).settledCount == <u32>Limit.HELD && classCount(run, FASTD) == <u64>Limit.HELD);
  totalsOf(run).settledCount = 0;
  for (let i: u32 = 0; i < <u32>Limit.HELD; i++) assert(later(run, 8, i).verdict == HELD);
  assert(totalsOf(run).fragmentsForgotten == 0);
}

export function a_full_table_gives_up_an_older_packet_and_loses_no_frame(): void {
  const run = newRun(newImage());
  const count: u32 = 3 * <u32>Limit.FRAGMENTS;
  for (let id: u32 = 1; id <= count; id++) {
    run.now = LATER + id / 100;
    assert(later(run, id, id).verdict == HELD);
  }
  assert(totalsOf(run).settledCount >= 2 * <u32>Limit.FRAGMENTS, "the table holds no more packets than it has places");
  assert(totalsOf(run).settledCount + run.heldCount == count);
  assert(classCount(run, UNDETERMINED) == <u64>totalsOf(run).settledCount);
}

export function freeing_the_pool_forgets_what_was_held(): void {
  const run = newRun(newImage());
  later(run, 7);
  freeHeld(run);
  assert(run.heldCount == 0 && run.heldFree == 1);
}

export function a_held_fragment_that_turns_out_a_leak_is_told_with_its_first_ones_ports(): void {
  const run = newRun(newImage());
  later(run, 7, 11);
  first(run, 7, LEAK);
  const finding = findingOf(run, LEAK);
  assert(finding.kind == FindingKind.CONTAINMENT && finding.frames == 1 && finding.frame == 11 && finding.bytes == 100);
  assert(finding.family == 4 && finding.etherType == 0x0800 && finding.proto == UDP && finding.dport == 123 && finding.seconds == LATER);
}

export function a_held_fragment_of_an_allowed_class_is_not_told(): void {
  const run = newRun(newImage());
  later(run, 7, 11);
  first(run, 7, FASTD);
  assert(totalsOf(run).findingCount == 0);
}

export function a_held_fragment_with_a_foreign_source_is_told(): void {
  const run = newRun(newImage());
  settle(run, fragment(Fragment.LATER, 7), 11, 1);
  first(run, 7, FASTD);
  assert(totalsOf(run).findingCount == 1 && findingOf(run, FASTD).kind == FindingKind.SOURCE && findingOf(run, FASTD).frame == 11);
}

export function a_fragment_whose_first_was_never_seen_is_told_without_ports(): void {
  const run = newRun(newImage());
  later(run, 7, 11);
  expireHeld(run, 0, true);
  const finding = findingOf(run, UNDETERMINED);
  assert(finding.proto == UDP && finding.reason == Reason.FRAGMENT);
  assert(finding.sport == NONE && finding.dport == NONE, "NONE where a later fragment hides it (layout.ts)");
}
