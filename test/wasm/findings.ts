import { Class, Direction, Finding, FindingKind, Limit, NONE, Packet, Run } from "../../assembly/layout";
import { tell } from "../../assembly/findings";
import { findingOf, newFrame } from "./support/findings";
import { NODE4, REMOTE4 } from "./support/frames";
import { LATER, newImage, newPacket, newRun, totalsOf } from "./support/images";

const UDP: u32 = 17, TCP: u32 = 6, ICMP: u32 = 1, GRE: u32 = 47;
const LEAK: u32 = <u32>Class.LEAK;

function udp(sport: u32, dport: u32): Packet {
  return newPacket(4, UDP, Direction.OUT, sport, dport);
}

function leak(run: Run, packet: Packet, frame: u64 = 1): void {
  tell(run, FindingKind.CONTAINMENT, packet, LEAK, 0, frame, newFrame(LATER));
}

/** How many findings two packets make. */
function groups(one: Packet, other: Packet): u32 {
  const run = newRun(newImage());
  leak(run, one);
  leak(run, other);
  return totalsOf(run).findingCount;
}

export function a_finding_tells_of_its_first_frame(): void {
  const run = newRun(newImage());
  run.capture = 3;
  const packet = udp(40000, 123);
  packet.rule = 4;
  packet.route = 5;
  packet.explained = 1;
  packet.flow = 6;
  tell(run, FindingKind.CONTAINMENT, packet, LEAK, 7, 41, newFrame(LATER));
  const finding = findingOf(run, LEAK);
  assert(finding.frame == 41 && finding.capture == 3 && finding.seconds == LATER && finding.nanos == 5, "where");
  assert(finding.family == 4 && finding.proto == UDP && finding.etherType == 0x0800, "what");
  assert(finding.src0 == NODE4 && finding.dst0 == REMOTE4 && finding.dst3 == 0, "addresses");
  assert(finding.sport == 40000 && finding.dport == 123 && finding.icmpType == NONE, "ports");
  assert(finding.rule == 4 && finding.route == 5 && finding.explained == 1 && finding.flow == 6 && finding.reason == 7, "why");
}

export function frames_of_one_service_are_one_finding(): void {
  const run = newRun(newImage());
  leak(run, udp(40000, 123), 1);
  leak(run, udp(40001, 123), 2);
  leak(run, udp(40002, 123), 3);
  const finding = findingOf(run, LEAK);
  assert(totalsOf(run).findingCount == 1 && finding.frames == 3 && finding.bytes == 300);
  assert(finding.frame == 1 && finding.sport == 40000, "the first stays");
}

export function different_destination_ports_are_different_findings(): void {
  assert(groups(udp(40000, 123), udp(40000, 124)) == 2);
}

export function different_addresses_are_different_findings(): void {
  const other = udp(40000, 123);
  other.dst0++;
  assert(groups(udp(40000, 123), other) == 2, "destination");
  const six = newPacket(6, UDP, Direction.OUT, 40000, 123);
  six.src3++;
  assert(groups(newPacket(6, UDP, Direction.OUT, 40000, 123), six) == 2, "source");
}

export function different_protocols_are_different_findings(): void {
  assert(groups(udp(40000, 123), newPacket(4, TCP, Direction.OUT, 40000, 123)) == 2);
}

export function different_kinds_classes_and_reasons_are_different_findings(): void {
  const run = newRun(newImage());
  const packet = udp(40000, 123);
  tell(run, FindingKind.CONTAINMENT, packet, LEAK, 0, 1, newFrame(LATER));
  tell(run, FindingKind.SOURCE, packet, LEAK, 0, 1, newFrame(LATER));
  tell(run, FindingKind.CONTAINMENT, packet, Class.UNDETERMINED, 0, 1, newFrame(LATER));
  tell(run, FindingKind.CONTAINMENT, packet, Class.UNDETERMINED, 4, 1, newFrame(LATER));
  assert(totalsOf(run).findingCount == 4);
}

export function icmp_is_grouped_by_type_and_not_by_what_stands_for_ports(): void {
  const one = newPacket(4, ICMP, Direction.OUT, 1, 1);
  one.icmpType = 8;
  const other = newPacket(4, ICMP, Direction.OUT, 1, 2);
  other.icmpType = 8;
  assert(groups(one, other) == 1, "sequence");
  other.icmpType = 13;
  assert(groups(one, other) == 2, "type");
}

export function only_icmp_has_a_type_and_only_udp_and_tcp_have_ports(): void {
  const run = newRun(newImage());
  leak(run, newPacket(4, GRE, Direction.OUT, 1, 2));
  const gre = findingOf(run, LEAK);
  assert(gre.sport == NONE && gre.dport == NONE && gre.icmpType == NONE, "GRE");
  const other = newRun(newImage());
  const request = newPacket(4, ICMP, Direction.OUT, 1, 2);
  request.icmpType = 8;
  leak(other, request);
  const icmp = findingOf(other, LEAK);
  assert(icmp.sport == NONE && icmp.dport == NONE && icmp.icmpType == 8, "ICMP");
}

export function the_icmp_of_the_other_family_has_no_type(): void {
  const run = newRun(newImage());
  leak(run, newPacket(6, ICMP, Direction.OUT, 1, 2));
  assert(findingOf(run, LEAK).icmpType == NONE);
}

export function a_thousand_services_are_all_told(): void {
  const run = newRun(newImage());
  for (let port: u32 = 1; port <= 1000; port++) leak(run, udp(40000, port));
  assert(<u64>totalsOf(run).findingCount + totalsOf(run).findingsForgotten == 1000);
  assert(totalsOf(run).findingsForgotten == 0);
}

export function what_finds_no_place_is_counted(): void {
  const run = newRun(newImage());
  for (let i: u32 = 0; i < <u32>Limit.FINDINGS; i++) {
    const finding = changetype<Finding>(run.findings + i * <u32>offsetof<Finding>());
    finding.frames = 1;
    finding.kind = 99;
  }
  leak(run, udp(40000, 123));
  leak(run, udp(40000, 123));
  assert(totalsOf(run).findingCount == 0 && totalsOf(run).findingsForgotten == 2);
}
