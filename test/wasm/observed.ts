import { Condition, Direction, Flow, Fragment, Limit, Observed, Packet, Run, Visible } from "../../assembly/layout";
import { startRun } from "../../assembly/judge";
import { observe } from "../../assembly/observed";
import { newFrame } from "./support/findings";
import { LATER, newImage, newPacket, newRun, totalsOf } from "./support/images";

const UDP: u32 = 17, TCP: u32 = 6, ICMP: u32 = 1, IGMP: u32 = 2, ICMPV6: u32 = 58;

/** A packet as NFLOG shows it in POSTROUTING, sent by a process. */
function logged(family: u32, proto: u32, sport: u32 = 40000, dport: u32 = 123): Packet {
  const packet = newPacket(family, proto, Direction.OUT, sport, dport);
  packet.visible = Visible.MARK | Visible.UID | Visible.GID | Visible.BEFORE_NAT;
  packet.device = 1;
  return packet;
}

function record(run: Run, index: u32): Observed {
  return changetype<Observed>(run.observed + index * <u32>offsetof<Observed>());
}

/** How many records two packets make. */
function records(one: Packet, other: Packet): u32 {
  const run = newRun(newImage());
  observe(run, one, newFrame(LATER), 1);
  observe(run, other, newFrame(LATER), 2);
  return run.observedCount;
}

/** How many records one packet makes. */
function held(packet: Packet): u32 {
  const run = newRun(newImage());
  observe(run, packet, newFrame(LATER), 1);
  return run.observedCount;
}

export function an_observed_packet_tells_of_its_first_frame(): void {
  const run = newRun(newImage());
  run.capture = 3;
  const packet = logged(6, UDP);
  packet.mark = 1;
  packet.uid = 5;
  packet.gid = 800;
  packet.flow = Flow.HERE;
  observe(run, packet, newFrame(LATER), 41);
  run.capture = 4;
  observe(run, packet, newFrame(LATER + 1), 7);
  const seen = record(run, 0);
  assert(run.observedCount == 1 && seen.frames == 2 && seen.bytes == 200, "counted");
  assert(seen.frame == 41 && seen.capture == 3 && seen.seconds == LATER && seen.nanos == 5, "where");
  assert(seen.src0 == packet.src0 && seen.src3 == packet.src3 && seen.dst0 == packet.dst0 && seen.dst3 == packet.dst3, "addresses");
  assert(seen.family == 6 && seen.proto == UDP && seen.sport == 40000 && seen.dport == 123, "what");
  assert(seen.mark == 1 && seen.uid == 5 && seen.gid == 800 && seen.device == 1 && seen.flow == Flow.HERE && seen.visible == packet.visible, "how");
}

export function observed_packets_differ_by_everything_their_way_depends_on(): void {
  const plain = logged(4, UDP);
  assert(records(plain, logged(4, UDP)) == 1, "the same");
  assert(records(plain, logged(4, UDP, 40001)) == 2 && records(plain, logged(4, UDP, 40000, 124)) == 2, "ports");
  const marked = logged(4, UDP), owned = logged(4, UDP), elsewhere = logged(4, UDP), early = logged(4, UDP), answer = logged(4, UDP), far = logged(4, UDP);
  marked.mark = 1;
  owned.uid = 1;
  elsewhere.device = 2;
  early.visible |= Visible.EARLY;
  answer.flow = Flow.WAN;
  far.dst0++;
  assert(records(plain, marked) == 2 && records(plain, owned) == 2, "mark and owner");
  assert(records(plain, elsewhere) == 2 && records(plain, early) == 2, "device and hook");
  assert(records(plain, answer) == 2 && records(plain, far) == 2, "flow and destination");
}

export function segments_differ_by_the_flags_that_conntrack_looks_at(): void {
  const syn = logged(4, TCP), ack = logged(4, TCP), push = logged(4, TCP);
  syn.tcpFlags = 2;
  ack.tcpFlags = 16;
  push.tcpFlags = 24;
  assert(records(syn, ack) == 2, "SYN and ACK");
  assert(records(ack, push) == 1, "PSH tells nothing");
}

export function the_sequence_of_a_ping_makes_no_new_observation(): void {
  const first = logged(4, ICMP, 77, 1), second = logged(4, ICMP, 77, 2), other = logged(4, ICMP, 78, 1);
  first.icmpType = second.icmpType = other.icmpType = 8;
  assert(records(first, second) == 1, "sequence");
  assert(records(first, other) == 2, "identifier");
}

export function what_is_forwarded_cut_or_a_fragment_is_not_observed(): void {
  const forwarded = logged(4, UDP), cut = logged(4, UDP), later = logged(4, UDP), first = logged(4, UDP);
  forwarded.visible |= Visible.FORWARDED;
  cut.condition = Condition.CUT;
  later.fragment = Fragment.LATER;
  first.fragment = Fragment.FIRST;
  assert(held(logged(4, UDP)) == 1, "whole");
  assert(held(forwarded) == 0 && held(cut) == 0 && held(later) == 0 && held(first) == 0);
}

export function link_housekeeping_of_the_kernel_is_not_observed_and_a_router_solicitation_of_a_process_is(): void {
  const igmp = logged(4, IGMP), report = logged(6, ICMPV6), solicitation = logged(6, ICMPV6), echo = logged(6, ICMPV6);
  igmp.visible = report.visible = echo.visible = Visible.MARK | Visible.BEFORE_NAT;
  report.icmpType = 143;
  solicitation.icmpType = 133;
  echo.icmpType = 129;
  assert(held(igmp) == 0 && held(report) == 0, "the kernel's");
  assert(held(solicitation) == 1 && held(echo) == 1, "what asks the tables");
}

export function a_full_table_of_observations_counts_what_it_knows_and_forgets_the_rest(): void {
  const run = newRun(newImage());
  for (let i: u32 = 0; i < <u32>Limit.OBSERVED + 8; i++) observe(run, logged(4, UDP, 1000 + i), newFrame(LATER), i + 1);
  const forgotten = totalsOf(run).observedForgotten;
  assert(<u64>run.observedCount + forgotten == <u64>Limit.OBSERVED + 8 && run.observedCount > <u32>Limit.OBSERVED - 64, "nothing is lost unseen");
  observe(run, logged(4, UDP, 1000), newFrame(LATER), 9000);
  assert(record(run, 0).frames == 2 && totalsOf(run).observedForgotten == forgotten, "a known one still counts");
}

export function a_new_run_forgets_what_was_observed(): void {
  const image = newImage();
  const run = newRun(image);
  observe(run, logged(4, UDP), newFrame(LATER), 1);
  startRun(run, changetype<usize>(image));
  assert(run.observedCount == 0, "empty");
  observe(run, logged(4, UDP), newFrame(LATER), 1);
  assert(run.observedCount == 1 && record(run, 0).frames == 1, "from the start");
}
