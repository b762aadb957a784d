import { reserve } from "../../assembly/arena";
import { startCaptures } from "../../assembly/judge";
import { CAPTURE_SHIFT, Class, FrameFlag, Image, Run } from "../../assembly/layout";
import { UDP, add, frameAt, judge, judged, leaving, newBatch, policy } from "./support/batches";
import { begin, skip } from "./support/bytes";
import { ethernet, ipv4, tag, udp } from "./support/frames";
import { classCount, totalsOf } from "./support/images";

const LEAK: u32 = <u32>Class.LEAK;
/** Device 1 is the bridge, 2 and 3 are its ports, 34 is one more; 4 belongs to no bridge; 5 is another bridge. */
const BRIDGE: u32 = 1, PORT: u32 = 2, SECOND: u32 = 3, ALONE: u32 = 4, OTHER: u32 = 5, FAR: u32 = 34;
const DEVICES: u32 = 35;

/** All devices belong to the WAN. */
function bridged(): Image {
  const image = policy();
  image.deviceCount = DEVICES;
  image.devices = <u32>reserve(DEVICES);
  memory.fill(image.devices, 1, DEVICES);
  image.bridges = <u32>reserve(DEVICES * 2);
  setBridge(image, BRIDGE, BRIDGE);
  setBridge(image, PORT, BRIDGE);
  setBridge(image, SECOND, BRIDGE);
  setBridge(image, FAR, BRIDGE);
  setBridge(image, OTHER, OTHER);
  return image;
}

function setBridge(image: Image, device: u32, bridge: u32): void {
  store<u16>(image.bridges + (device << 1), <u16>bridge);
}

/** Judges one leak on each of these devices, in the same second. */
function leaks(run: Run, first: u32, second: u32, third: u32 = 0, fourth: u32 = 0): u64 {
  add(run, leaving(40000, 53), 100, first);
  add(run, leaving(40000, 53), 100, second);
  if (third != 0) add(run, leaving(40000, 53), 100, third);
  if (fourth != 0) add(run, leaving(40000, 53), 100, fourth);
  judge(run);
  return classCount(run, LEAK);
}

export function a_frame_on_the_bridge_and_on_its_port_counts_once(): void {
  const run = newBatch(bridged());
  assert(leaks(run, BRIDGE, PORT) == 1 && totalsOf(run).paired == 1 && totalsOf(run).egress == 1);
  assert(judged(run, 0).verdict == LEAK && judged(run, 1).verdict == 0, "the second sight has no class");
}

export function the_port_may_come_first(): void {
  const run = newBatch(bridged());
  assert(leaks(run, PORT, BRIDGE) == 1 && totalsOf(run).paired == 1);
  assert(judged(run, 0).verdict == LEAK && judged(run, 1).verdict == 0);
}

export function two_frames_on_one_device_are_two(): void {
  assert(leaks(newBatch(bridged()), BRIDGE, BRIDGE) == 2);
  assert(leaks(newBatch(bridged()), PORT, PORT) == 2);
}

export function each_frame_meets_at_most_one(): void {
  assert(leaks(newBatch(bridged()), BRIDGE, PORT, PORT) == 2, "the second port frame has no bridge frame left");
  assert(leaks(newBatch(bridged()), BRIDGE, BRIDGE, PORT) == 2, "the second bridge frame meets nobody");
  assert(leaks(newBatch(bridged()), BRIDGE, BRIDGE, PORT, PORT) == 2);
  assert(leaks(newBatch(bridged()), PORT, PORT, BRIDGE, BRIDGE) == 2);
  assert(leaks(newBatch(bridged()), PORT, BRIDGE, BRIDGE, PORT) == 2);
}

export function a_frame_that_the_bridge_sends_to_two_ports_is_one(): void {
  assert(leaks(newBatch(bridged()), BRIDGE, PORT, SECOND) == 1, "bridge first");
  assert(leaks(newBatch(bridged()), PORT, BRIDGE, SECOND) == 1, "between its ports");
}

export function two_ports_of_one_bridge_do_not_pair_with_each_other(): void {
  const run = newBatch(bridged());
  assert(leaks(run, PORT, SECOND) == 2 && totalsOf(run).paired == 0);
}

/** A frame that a bridge sends to many ports is one egress, whatever the numbers of the ports are. */
export function ports_whose_numbers_are_32_apart_are_two_ports(): void {
  assert(leaks(newBatch(bridged()), BRIDGE, PORT, FAR) == 1);
}

export function a_port_does_not_pair_with_another_bridge(): void {
  assert(leaks(newBatch(bridged()), OTHER, PORT) == 2);
}

/** Judges a leak on the bridge at 100 s and `first` ns and one on its port at `seconds` and `second` ns. */
function apart(first: u32, seconds: u32, second: u32, bridge: u32 = BRIDGE, port: u32 = PORT): u64 {
  const run = newBatch(bridged());
  frameAt(run, add(run, leaving(40000, 53), 100, bridge)).nanos = first;
  frameAt(run, add(run, leaving(40000, 53), seconds, port)).nanos = second;
  judge(run);
  return classCount(run, LEAK);
}

export function frames_up_to_50_ms_apart_pair(): void {
  assert(apart(0, 100, 50_000_000) == 1 && apart(0, 100, 50_000_001) == 2);
  assert(apart(0, 100, 50_000_000, PORT, BRIDGE) == 1 && apart(0, 100, 50_000_001, PORT, BRIDGE) == 2, "port first");
}

export function the_50_ms_run_over_the_end_of_a_second(): void {
  assert(apart(980_000_000, 101, 30_000_000) == 1 && apart(980_000_000, 101, 30_000_001) == 2);
  assert(apart(0, 101, 0) == 2, "a whole second");
}

export function the_50_ms_count_for_a_clock_that_goes_back_too(): void {
  assert(apart(30_000_000, 99, 980_000_000) == 1 && apart(30_000_001, 99, 980_000_000) == 2);
}

export function another_packet_is_no_twin(): void {
  const run = newBatch(bridged());
  add(run, leaving(40000, 53), 100, BRIDGE);
  add(run, leaving(40001, 53), 100, PORT);
  judge(run);
  assert(classCount(run, LEAK) == 2);
}

/** A leak of 8 bytes of payload with a byte of this value in it. */
function withPayload(value: u32): usize {
  const at = begin();
  ethernet(0x0800);
  ipv4(UDP, 16);
  udp(40000, 53, 8);
  skip(8);
  store<u8>(at + 49, <u8>value);
  return at;
}

export function the_last_byte_of_the_packet_counts(): void {
  const run = newBatch(bridged());
  add(run, withPayload(1), 100, BRIDGE);
  add(run, withPayload(2), 100, PORT);
  add(run, withPayload(2), 100, BRIDGE);
  judge(run);
  assert(classCount(run, LEAK) == 2 && totalsOf(run).paired == 1);
}

export function a_tag_and_padding_on_the_port_hide_no_twin(): void {
  const run = newBatch(bridged());
  add(run, leaving(40000, 53), 100, BRIDGE);
  const at = begin();
  ethernet(0x8100);
  tag(0x0800);
  ipv4(UDP, 8);
  udp(40000, 53);
  skip(18);
  add(run, at, 100, PORT);
  judge(run);
  assert(classCount(run, LEAK) == 1 && totalsOf(run).paired == 1);
}

export function what_arrives_and_what_leaves_do_not_pair(): void {
  const run = newBatch(bridged());
  frameAt(run, add(run, leaving(40000, 53), 100, BRIDGE)).flags = FrameFlag.OUT;
  frameAt(run, add(run, leaving(40000, 53), 100, PORT)).flags = FrameFlag.IN;
  judge(run);
  assert(totalsOf(run).paired == 0 && totalsOf(run).egress == 1 && totalsOf(run).ingress == 1);
}

export function what_arrives_on_the_port_and_the_bridge_arrives_once(): void {
  const run = newBatch(bridged());
  frameAt(run, add(run, leaving(40000, 53), 100, PORT)).flags = FrameFlag.IN;
  frameAt(run, add(run, leaving(40000, 53), 100, BRIDGE)).flags = FrameFlag.IN;
  judge(run);
  assert(totalsOf(run).paired == 1 && totalsOf(run).ingress == 1 && run.arrivals == 1);
}

export function frames_of_two_captures_do_not_pair(): void {
  const run = newBatch(bridged());
  add(run, leaving(40000, 53), 100, BRIDGE);
  frameAt(run, add(run, leaving(40000, 53), 100, PORT)).flags = 1 << CAPTURE_SHIFT;
  judge(run);
  assert(classCount(run, LEAK) == 2 && totalsOf(run).paired == 0);
}

export function frames_pair_over_batches_and_not_over_a_new_start(): void {
  const run = newBatch(bridged());
  add(run, leaving(40000, 53), 100, BRIDGE);
  judge(run);
  add(run, leaving(40000, 53), 100, PORT);
  judge(run);
  assert(classCount(run, LEAK) == 1);
  add(run, leaving(40000, 53), 100, BRIDGE);
  judge(run);
  startCaptures(run);
  add(run, leaving(40000, 53), 100, PORT);
  judge(run);
  assert(classCount(run, LEAK) == 3);
}

export function devices_of_no_bridge_never_pair(): void {
  assert(leaks(newBatch(bridged()), BRIDGE, ALONE) == 2 && leaks(newBatch(bridged()), ALONE, PORT) == 2 && leaks(newBatch(bridged()), ALONE, ALONE) == 2);
  const image = bridged();
  memory.fill(image.bridges, 0, DEVICES * 2);
  assert(leaks(newBatch(image), BRIDGE, PORT) == 2);
}

export function a_frame_that_names_no_device_never_pairs(): void {
  assert(leaks(newBatch(bridged()), 0, PORT) == 2 && leaks(newBatch(bridged()), 0, 0) == 2);
}
