// What can be said of a frame before its class: its number in its capture, its direction, whether it can be read at all.
import { startCaptures } from "../../../assembly/judge";
import { CAPTURE_SHIFT, Direction, FrameFlag, Reason, Run, Settled } from "../../../assembly/layout";
import { LinkType } from "../../../assembly/link";
import { FASTD, LEAK, UDP, UNDETERMINED, add, frameAt, judge, judged, leaving, newBatch, policy, udpFrame } from "../support/batches";
import { begin, hex } from "../support/bytes";
import { findingOf } from "../support/findings";
import { NODE4, OWN_MAC, REMOTE4, STRANGER4, ipv4, udp } from "../support/frames";
import { totalsOf } from "../support/images";

/** The next frame, of this capture. */
function captured(run: Run, capture: u32, at: usize, seconds: u32 = 100): void {
  frameAt(run, add(run, at, seconds)).flags = capture << CAPTURE_SHIFT;
}

function framesOf(run: Run, capture: u32): u64 {
  return load<u64>(run.numbers + (capture << 4));
}

function unreadOf(run: Run, capture: u32): u64 {
  return load<u64>(run.numbers + (capture << 4), 8);
}

export function frames_are_numbered_in_each_capture_from_1(): void {
  const run = newBatch(policy());
  captured(run, 0, leaving(40000, 10000));
  captured(run, 1, leaving(40000, 10000));
  captured(run, 0, leaving(40000, 10000));
  captured(run, 1, leaving(40000, 53));
  judge(run);
  assert(framesOf(run, 0) == 2 && framesOf(run, 1) == 2 && framesOf(run, 2) == 0 && totalsOf(run).frames == 4);
  assert(findingOf(run, LEAK).frame == 2 && findingOf(run, LEAK).capture == 1);
}

export function the_captures_number_leaves_the_direction_alone(): void {
  const run = newBatch(policy());
  frameAt(run, add(run, leaving(40000, 53))).flags = 3 << CAPTURE_SHIFT | FrameFlag.IN;
  judge(run);
  assert(judged(run, 0).direction == Direction.IN && framesOf(run, 3) == 1);
}

export function frames_that_cannot_be_read_are_counted_in_each_capture(): void {
  const run = newBatch(policy());
  captured(run, 0, leaving(40000, 53));
  const at = leaving(40000, 53);
  store<u8>(at + 14, 0x41);
  captured(run, 1, at);
  judge(run);
  assert(unreadOf(run, 0) == 0 && unreadOf(run, 1) == 1 && totalsOf(run).undecodable == 1);
}

export function the_first_frame_of_each_capture_starts_its_grace(): void {
  const run = newBatch(policy());
  captured(run, 0, leaving(40000, 53), 100);
  captured(run, 1, leaving(40000, 53), 500);
  captured(run, 1, leaving(40000, 53), 501);
  judge(run);
  assert(run.started == 500 && run.now == 501);
}

export function new_captures_are_numbered_from_1_again(): void {
  const run = newBatch(policy());
  captured(run, 0, leaving(40000, 53));
  captured(run, 1, leaving(40000, 53));
  judge(run);
  startCaptures(run);
  assert(framesOf(run, 0) == 0 && framesOf(run, 1) == 0 && run.arrivals == 0);
}

export function a_held_fragment_is_settled_by_its_capture_and_its_number_there(): void {
  const run = newBatch(policy());
  captured(run, 0, leaving(40000, 53));
  captured(run, 2, udpFrame(OWN_MAC, 0, 0, 0x0001));
  captured(run, 0, udpFrame(OWN_MAC, 40000, 10000, 0x2000));
  judge(run);
  const settled = changetype<Settled>(run.settled);
  assert(totalsOf(run).settledCount == 1 && settled.frame == 1 && settled.capture == 2 && settled.verdict == FASTD);
}

/** The direction of raw IPv4 between these two. */
function rawDirection(src: u32, dst: u32): u32 {
  const run = newBatch(policy());
  const at = begin();
  ipv4(UDP, 8, 0, src, dst);
  udp(40000, 10000);
  frameAt(run, add(run, at)).linkType = LinkType.RAW;
  judge(run);
  return judged(run, 0).direction;
}

export function addresses_tell_the_direction_of_raw_ip(): void {
  assert(rawDirection(NODE4, REMOTE4) == Direction.OUT, "from the node");
  assert(rawDirection(REMOTE4, NODE4) == Direction.IN, "to the node");
  assert(rawDirection(STRANGER4, REMOTE4) == Direction.UNKNOWN, "neither");
}

export function raw_ip_to_a_group_came_in_unless_it_is_from_here(): void {
  assert(rawDirection(NODE4, 0xe00000fb) == Direction.OUT);
  assert(rawDirection(REMOTE4, 0xe00000fb) == Direction.IN && rawDirection(REMOTE4, 0xffffffff) == Direction.IN);
}

export function what_the_capture_says_wins_over_the_addresses_of_raw_ip(): void {
  const run = newBatch(policy());
  const at = begin();
  ipv4(UDP, 8, 0, STRANGER4, REMOTE4);
  udp(40000, 10000);
  const frame = frameAt(run, add(run, at));
  frame.linkType = LinkType.RAW;
  frame.flags = FrameFlag.OUT;
  judge(run);
  assert(judged(run, 0).direction == Direction.OUT && judged(run, 0).verdict == FASTD && judged(run, 0).foreign == 1);
}

export function raw_ip_of_unknown_direction_is_undetermined(): void {
  const run = newBatch(policy());
  const at = begin();
  ipv4(UDP, 8, 0, STRANGER4, REMOTE4);
  udp(40000, 10000);
  frameAt(run, add(run, at)).linkType = LinkType.RAW;
  judge(run);
  assert(judged(run, 0).verdict == UNDETERMINED && judged(run, 0).reason == Reason.DIRECTION && judged(run, 0).foreign == 0);
}

export function a_frame_with_a_switchs_tag_is_undetermined_and_counted(): void {
  const run = newBatch(policy());
  const at = begin();
  hex("020000000099 020000000001 00040000 0800");
  ipv4(UDP, 8);
  udp(40000, 10000);
  add(run, at);
  judge(run);
  assert(judged(run, 0).verdict == UNDETERMINED && judged(run, 0).reason == Reason.TAG);
  assert(totalsOf(run).tagged == 1 && totalsOf(run).undecodable == 1);
}

export function a_frame_of_a_link_type_nobody_reads_is_undetermined(): void {
  const run = newBatch(policy());
  frameAt(run, add(run, leaving(40000, 10000))).linkType = 147;
  judge(run);
  assert(judged(run, 0).verdict == UNDETERMINED && judged(run, 0).reason == Reason.LINK && totalsOf(run).undecodable == 1);
}
