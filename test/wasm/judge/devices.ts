// What the device, the mark and the owner of a frame tell besides its class: confinement, marks, forwarding, devices nobody knows.
import { reserve } from "../../../assembly/arena";
import { Class, Direction, FindingKind, Image, NONE, Reason, Run, Source } from "../../../assembly/layout";
import { LinkType } from "../../../assembly/link";
import { ANSWER, FASTD, LEAK, UDP, UNDETERMINED, add, frameAt, judge, judged, leaving, newBatch, policy, udpFrame } from "../support/batches";
import { begin, hex } from "../support/bytes";
import { findingOf } from "../support/findings";
import { NODE4, OTHER_MAC, OWN_MAC, REMOTE4, STRANGER4, ipv4, udp } from "../support/frames";
import { classCount, totalsOf } from "../support/images";

const VPN: u32 = 10000, STRANGE: u32 = 53;
const ELSEWHERE: u32 = 2;
const POSTROUTING_ON_1: string = "0800 0100 0800 0400 0800 0500 00000029";
const POSTROUTING_ON_2: string = "0800 0100 0800 0400 0800 0500 0000002a";
const FORWARDED_TO_1: string = "0800 0100 0800 0400 0800 0400 0000002a 0800 0500 00000029";
const INPUT_ON_1: string = "0800 0100 0800 0100 0800 0400 00000029";
const MARKED: string = "0800 0200 00000001", OTHERWISE: string = "0800 0200 00000002";

/** The VPN's mark is 1. */
function marking(): Image {
  const image = policy();
  image.mark = 1;
  return image;
}

/** The next frame: a log record with these attributes around UDP. */
function log(run: Run, attributes: string, mark: string, from: u32, to: u32, src: u32 = NODE4, dst: u32 = REMOTE4): u32 {
  const at = begin();
  hex("02 00 0005");
  hex(attributes);
  hex(mark);
  hex("2000 0900");
  ipv4(UDP, 8, 0, src, dst);
  udp(from, to);
  const index = add(run, at);
  frameAt(run, index).linkType = LinkType.NFLOG;
  return index;
}

function only(run: Run, index: u32, kind: FindingKind): bool {
  return judged(run, index).kinds == <u8>1 << <u8>kind && totalsOf(run).findingCount == 1;
}

/** What is told of one frame to the VPN's port that leaves on device 2. */
function leavesElsewhere(image: Image, from: u64 = OWN_MAC, src: u32 = NODE4, to: u32 = VPN): Run {
  const run = newBatch(image);
  add(run, udpFrame(from, 40000, to, 0, src), 100, ELSEWHERE);
  judge(run);
  return run;
}

export function the_missions_traffic_on_another_device_is_unconfined(): void {
  const run = leavesElsewhere(marking());
  assert(only(run, 0, FindingKind.CONFINEMENT) && judged(run, 0).verdict == Class.NONE);
  const finding = findingOf(run, FASTD);
  assert(finding.kind == FindingKind.CONFINEMENT && finding.device == ELSEWHERE && finding.frame == 1 && finding.reason == Reason.NONE);
  assert(totalsOf(run).egress == 0 && classCount(run, FASTD) == 0, "it is in no class");
}

export function the_missions_traffic_is_unconfined_from_any_address_of_the_node(): void {
  const image = marking();
  image.own = <u32>reserve(offsetof<Source>());
  image.ownCount = 1;
  changetype<Source>(image.own).family = 4;
  changetype<Source>(image.own).word0 = STRANGER4;
  assert(only(leavesElsewhere(image, OWN_MAC, STRANGER4), 0, FindingKind.CONFINEMENT));
  assert(totalsOf(leavesElsewhere(image)).findingCount == 0, "the WAN's own list does not count here");
}

export function other_traffic_on_another_device_is_nobodys_business(): void {
  assert(totalsOf(leavesElsewhere(marking(), OWN_MAC, NODE4, STRANGE)).findingCount == 0);
}

export function the_missions_traffic_of_another_host_is_not_unconfined(): void {
  const run = leavesElsewhere(marking(), OWN_MAC, STRANGER4);
  assert(totalsOf(run).findingCount == 0 && judged(run, 0).kinds == 0);
}

export function the_missions_traffic_on_lo_is_not_unconfined(): void {
  const image = marking();
  image.loopback = ELSEWHERE;
  assert(totalsOf(leavesElsewhere(image)).findingCount == 0);
}

export function what_arrives_on_another_device_is_not_unconfined(): void {
  assert(totalsOf(leavesElsewhere(marking(), OTHER_MAC)).findingCount == 0);
}

export function a_marked_packet_on_another_device_is_unconfined(): void {
  const run = newBatch(marking());
  log(run, POSTROUTING_ON_2, MARKED, 40000, STRANGE);
  judge(run);
  assert(only(run, 0, FindingKind.CONFINEMENT) && findingOf(run, Class.NONE).mark == 1 && findingOf(run, Class.NONE).device == ELSEWHERE);
}

export function another_bit_of_the_mark_is_not_the_vpns(): void {
  const run = newBatch(marking());
  log(run, POSTROUTING_ON_2, OTHERWISE, 40000, STRANGE);
  judge(run);
  assert(totalsOf(run).findingCount == 0);
}

export function a_packet_that_may_still_be_rerouted_is_not_unconfined(): void {
  const run = newBatch(marking());
  log(run, "0800 0100 0800 0300 0800 0500 0000002a", MARKED, 40000, VPN);
  judge(run);
  assert(totalsOf(run).findingCount == 0);
}

export function the_missions_packet_without_its_mark_keeps_its_class_and_is_told(): void {
  const run = newBatch(marking());
  log(run, POSTROUTING_ON_1, "", 40000, VPN);
  judge(run);
  assert(judged(run, 0).verdict == FASTD && only(run, 0, FindingKind.MARK_MISSING) && totalsOf(run).marks == 1);
  assert(findingOf(run, FASTD).device == 1 && findingOf(run, FASTD).reason == Reason.NONE);
}

export function the_missions_packet_with_its_mark_is_not_told(): void {
  const run = newBatch(marking());
  log(run, POSTROUTING_ON_1, MARKED, 40000, VPN);
  judge(run);
  assert(judged(run, 0).verdict == FASTD && totalsOf(run).findingCount == 0 && totalsOf(run).marks == 1);
}

export function where_marks_are_not_visible_none_is_missing(): void {
  const run = newBatch(marking());
  add(run, leaving(40000, VPN));
  judge(run);
  assert(judged(run, 0).verdict == FASTD && totalsOf(run).findingCount == 0 && totalsOf(run).marks == 0);
}

export function a_leak_with_the_vpns_mark_is_a_stranger(): void {
  const run = newBatch(marking());
  log(run, POSTROUTING_ON_1, MARKED, 40000, STRANGE);
  judge(run);
  assert(judged(run, 0).verdict == LEAK && only(run, 0, FindingKind.STRANGER));
}

export function a_leak_without_the_vpns_mark_is_no_stranger(): void {
  const run = newBatch(marking());
  log(run, POSTROUTING_ON_1, OTHERWISE, 40000, STRANGE);
  judge(run);
  assert(judged(run, 0).verdict == LEAK && only(run, 0, FindingKind.CONTAINMENT));
}

export function the_missions_packet_that_was_forwarded_is_a_leak(): void {
  const run = newBatch(marking());
  log(run, FORWARDED_TO_1, "", 40000, VPN);
  judge(run);
  assert(judged(run, 0).verdict == LEAK && only(run, 0, FindingKind.CONTAINMENT) && classCount(run, FASTD) == 0);
}

export function a_forwarded_answer_is_an_answer_and_is_told(): void {
  const run = newBatch(marking());
  log(run, INPUT_ON_1, "", 5000, 123, REMOTE4, NODE4);
  log(run, FORWARDED_TO_1, "", 123, 5000);
  judge(run);
  assert(judged(run, 1).verdict == ANSWER && only(run, 1, FindingKind.FORWARDED) && classCount(run, ANSWER) == 1);
  assert(findingOf(run, ANSWER).device == 1 && judged(run, 0).kinds == 0);
}

export function the_nodes_own_answer_is_not_told(): void {
  const run = newBatch(marking());
  log(run, INPUT_ON_1, "", 5000, 123, REMOTE4, NODE4);
  log(run, POSTROUTING_ON_1, "", 123, 5000);
  judge(run);
  assert(judged(run, 1).verdict == ANSWER && totalsOf(run).findingCount == 0);
}

/** The next frame: cooked, on the device with this interface index, from the node or from the remote host. */
function cooked(run: Run, index: string, out: bool, from: u32, to: u32): u32 {
  const at = begin();
  hex("0800 0000");
  hex(index);
  if (out) hex("0001 04 06 020000000001 0000");
  else hex("0001 00 06 020000000099 0000");
  ipv4(UDP, 8, 0, out ? NODE4 : REMOTE4, out ? REMOTE4 : NODE4);
  udp(from, to);
  const number = add(run, at);
  frameAt(run, number).linkType = LinkType.COOKED2;
  return number;
}

export function what_leaves_on_a_device_nobody_knows_is_undetermined(): void {
  const run = newBatch(marking());
  cooked(run, "00000063", true, 40000, VPN);
  judge(run);
  assert(judged(run, 0).verdict == UNDETERMINED && judged(run, 0).reason == Reason.DEVICE && judged(run, 0).foreign == 0);
  assert(totalsOf(run).egress == 1 && only(run, 0, FindingKind.CONTAINMENT) && findingOf(run, UNDETERMINED).device == NONE);
  assert(findingOf(run, UNDETERMINED).reason == Reason.DEVICE && judged(run, 0).device == 0xffff);
}

export function what_arrives_on_a_device_nobody_knows_opens_no_flow(): void {
  const run = newBatch(marking());
  cooked(run, "00000063", false, 5000, 123);
  cooked(run, "00000029", true, 123, 5000);
  judge(run);
  assert(judged(run, 0).direction == Direction.IN && totalsOf(run).ingress == 0 && run.arrivals == 0);
  assert(judged(run, 1).verdict == LEAK, "no answer to what may have come from the mesh");
}

export function what_arrives_on_a_device_of_the_wan_opens_a_flow(): void {
  const run = newBatch(marking());
  cooked(run, "00000029", false, 5000, 123);
  cooked(run, "00000029", true, 123, 5000);
  judge(run);
  assert(totalsOf(run).ingress == 1 && judged(run, 1).verdict == ANSWER && judged(run, 1).device == 1);
}
