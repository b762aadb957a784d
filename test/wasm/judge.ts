// Counters, classes, devices and directions of whole batches; the rest stands in judge/.
import { dissectBatch, giveUpHeld, startCaptures, startRun } from "../../assembly/judge";
import { Direction, Disposition, FindingKind, Limit, Reason } from "../../assembly/layout";
import { ANSWER, FASTD, LEAK, UDP, UNDETERMINED, add, arriving, judge, judged, leaving, newBatch, packetOf, policy, udpFrame } from "./support/batches";
import { begin, hex, skip } from "./support/bytes";
import { findingOf } from "./support/findings";
import { GROUP_MAC, NODE4, OTHER_MAC, OWN_MAC, REMOTE4, STRANGER4, ethernet, ipv4, udp } from "./support/frames";
import { addRow, classCount, newImage, totalsOf } from "./support/images";

export function a_batch_is_counted_by_direction_and_class(): void {
  const run = newBatch(policy());
  add(run, leaving(40000, 10000));
  add(run, arriving(5000, 123));
  add(run, leaving(123, 5000));
  add(run, leaving(40000, 53));
  judge(run);
  const totals = totalsOf(run);
  assert(totals.frames == 4 && totals.egress == 3 && totals.ingress == 1 && totals.undecodable == 0);
  assert(classCount(run, FASTD) == 1 && classCount(run, ANSWER) == 1 && classCount(run, LEAK) == 1);
  assert(judged(run, 0).verdict == FASTD && judged(run, 1).verdict == 0 && judged(run, 2).verdict == ANSWER && judged(run, 3).verdict == LEAK);
  assert(judged(run, 0).direction == Direction.OUT && judged(run, 1).direction == Direction.IN);
  assert(judged(run, 0).disposition == Disposition.EGRESS && judged(run, 1).disposition == Disposition.INGRESS);
}

export function classes_add_up_over_batches(): void {
  const run = newBatch(policy());
  for (let batch = 0; batch < 3; batch++) {
    add(run, leaving(40000, 10000));
    judge(run);
  }
  assert(totalsOf(run).frames == 3 && classCount(run, FASTD) == 3 && load<u64>(run.numbers) == 3);
}

export function an_empty_batch_changes_nothing(): void {
  const run = newBatch(policy());
  judge(run);
  assert(totalsOf(run).frames == 0 && load<u64>(run.numbers) == 0);
}

export function a_frame_that_a_row_takes_has_that_rows_reason(): void {
  const image = newImage();
  addRow(image, UNDETERMINED, 4);
  const run = newBatch(image);
  add(run, leaving(40000, 53));
  judge(run);
  assert(judged(run, 0).verdict == UNDETERMINED && judged(run, 0).reason == 4 && findingOf(run, UNDETERMINED).reason == 4);
}

export function leaks_and_undetermined_frames_are_told_and_others_not(): void {
  const run = newBatch(policy());
  add(run, leaving(40000, 10000));
  add(run, leaving(40000, 53));
  judge(run);
  assert(totalsOf(run).findingCount == 1 && findingOf(run, LEAK).frame == 2 && findingOf(run, LEAK).dport == 53);
}

export function frames_on_a_device_of_the_wan_are_judged_and_on_another_not(): void {
  const run = newBatch(policy());
  add(run, leaving(40000, 53), 100, 1);
  add(run, leaving(40000, 53), 100, 2);
  add(run, leaving(40000, 53), 100, 77);
  judge(run);
  assert(judged(run, 0).verdict == LEAK && judged(run, 1).verdict == 0 && judged(run, 2).verdict == 0);
  assert(judged(run, 1).disposition == Disposition.EGRESS && judged(run, 1).direction == Direction.OUT, "it left, elsewhere");
  assert(totalsOf(run).frames == 3 && totalsOf(run).egress == 1 && totalsOf(run).ingress == 0);
}

export function what_arrives_on_another_device_opens_no_flow(): void {
  const run = newBatch(policy());
  add(run, arriving(5000, 123), 100, 2);
  add(run, leaving(123, 5000), 100, 1);
  judge(run);
  assert(judged(run, 1).verdict == LEAK);
}

export function a_frame_of_unknown_direction_is_undetermined(): void {
  const image = policy();
  image.macCount = 0;
  image.sourceCount = 0;
  const run = newBatch(image);
  add(run, leaving(40000, 10000));
  judge(run);
  assert(judged(run, 0).verdict == UNDETERMINED && judged(run, 0).reason == Reason.DIRECTION);
  assert(judged(run, 0).disposition == Disposition.UNKNOWN && judged(run, 0).foreign == 0 && classCount(run, UNDETERMINED) == 1);
}

export function without_hardware_addresses_ip_addresses_tell_the_direction(): void {
  const image = policy();
  image.macCount = 0;
  const run = newBatch(image);
  add(run, udpFrame(1, 40000, 10000, 0, NODE4, REMOTE4));
  add(run, udpFrame(1, 5000, 123, 0, REMOTE4, NODE4));
  add(run, udpFrame(1, 5000, 123, 0, REMOTE4, STRANGER4));
  judge(run);
  assert(judged(run, 0).direction == Direction.OUT && judged(run, 1).direction == Direction.IN && judged(run, 2).direction == Direction.UNKNOWN);
}

export function a_malformed_frame_is_undecodable_and_leaves_all_the_same(): void {
  const run = newBatch(policy());
  const at = leaving(40000, 10000);
  store<u8>(at + 14, 0x41);
  add(run, at);
  judge(run);
  assert(totalsOf(run).undecodable == 1 && totalsOf(run).egress == 1 && judged(run, 0).disposition == Disposition.MALFORMED);
  assert(judged(run, 0).verdict == LEAK && judged(run, 0).foreign == 0);
}

export function a_source_that_is_none_of_the_wans_is_foreign(): void {
  const run = newBatch(policy());
  add(run, udpFrame(OWN_MAC, 40000, 10000, 0, STRANGER4));
  add(run, udpFrame(OWN_MAC, 68, 10000, 0, 0));
  judge(run);
  assert(judged(run, 0).foreign == 1 && judged(run, 1).foreign == 0, "an unset source is not foreign");
  const finding = findingOf(run, FASTD);
  assert(finding.kind == FindingKind.SOURCE && finding.src0 == STRANGER4 && totalsOf(run).findingCount == 1);
}

export function the_sender_address_of_arp_is_a_source_too(): void {
  const run = newBatch(policy());
  const at = begin();
  ethernet(0x0806);
  hex("0001 0800 06 04 0001 020000000001 cb007108 000000000000 c0000201");
  add(run, at);
  judge(run);
  assert(judged(run, 0).foreign == 1);
}

export function every_frame_that_leaves_is_in_one_class(): void {
  const run = newBatch(policy());
  add(run, leaving(40000, 10000));
  add(run, leaving(40000, 53));
  add(run, udpFrame(OWN_MAC, 0, 0, 0x0001));
  judge(run);
  giveUpHeld(run);
  let sum: u64 = 0;
  for (let verdict: u32 = 1; verdict < 16; verdict++) sum += classCount(run, verdict);
  assert(sum == 3 && totalsOf(run).egress == 3);
}

export function the_capture_starts_with_its_first_frame(): void {
  const run = newBatch(policy());
  add(run, leaving(40000, 53), 777);
  add(run, leaving(40000, 53), 778);
  judge(run);
  assert(run.started == 777 && run.now == 778);
}

export function a_new_run_forgets_everything(): void {
  const image = policy();
  const run = newBatch(image);
  add(run, arriving(5000, 123));
  add(run, leaving(40000, 53));
  judge(run);
  startRun(run, changetype<usize>(image));
  startCaptures(run);
  assert(totalsOf(run).frames == 0 && totalsOf(run).findingCount == 0 && classCount(run, LEAK) == 0);
  add(run, leaving(123, 5000));
  judge(run);
  assert(judged(run, 0).verdict == LEAK, "the flow is not remembered");
}

export function a_full_batch_is_dissected_to_its_last_frame(): void {
  const run = newBatch(policy());
  const at = leaving(40000, 53);
  for (let i = 0; i < <i32>Limit.BATCH_FRAMES; i++) add(run, at);
  dissectBatch(run, Limit.BATCH_FRAMES);
  assert(packetOf(run, Limit.BATCH_FRAMES - 1).dport == 53);
}

export function a_reply_to_a_multicast_query_is_an_answer(): void {
  const run = newBatch(policy());
  const at = begin();
  ethernet(0x0800, OTHER_MAC, GROUP_MAC);
  ipv4(UDP, 8, 0, REMOTE4, 0xe00000fb);
  udp(5353, 5353);
  skip(4);
  add(run, at);
  add(run, leaving(5353, 5353));
  judge(run);
  assert(judged(run, 1).verdict == ANSWER);
}
