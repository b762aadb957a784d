import { Class, Image, Run } from "../../assembly/layout";
import { add, judge, leaving, newBatch, policy } from "./support/batches";
import { classCount, totalsOf } from "./support/images";

const LEAK: u32 = <u32>Class.LEAK;
/** Device 1 is the bridge, device 2 its port; both belong to the WAN. */
const BRIDGE: u32 = 1, PORT: u32 = 2;

function bridged(): Image {
  const image = policy();
  store<u8>(image.devices + 2, 1);
  store<u16>(image.bridges + 2, <u16>BRIDGE);
  store<u16>(image.bridges + 4, <u16>BRIDGE);
  return image;
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
  assert(leaks(run, BRIDGE, PORT) == 1 && totalsOf(run).paired == 1);
}

export function the_port_may_come_first(): void {
  assert(leaks(newBatch(bridged()), PORT, BRIDGE) == 1);
}

export function two_frames_on_one_device_are_two(): void {
  assert(leaks(newBatch(bridged()), BRIDGE, BRIDGE) == 2);
  assert(leaks(newBatch(bridged()), PORT, PORT) == 2);
}

export function each_frame_meets_at_most_one(): void {
  assert(leaks(newBatch(bridged()), BRIDGE, PORT, PORT) == 2, "the second port frame has no bridge frame left");
  assert(leaks(newBatch(bridged()), BRIDGE, BRIDGE, PORT, PORT) == 2);
  assert(leaks(newBatch(bridged()), PORT, PORT, BRIDGE, BRIDGE) == 2);
}

export function frames_a_second_apart_are_two(): void {
  const run = newBatch(bridged());
  add(run, leaving(40000, 53), 100, BRIDGE);
  add(run, leaving(40000, 53), 101, PORT);
  judge(run);
  assert(classCount(run, LEAK) == 2);
}

export function another_packet_is_no_twin(): void {
  const run = newBatch(bridged());
  add(run, leaving(40000, 53), 100, BRIDGE);
  add(run, leaving(40001, 53), 100, PORT);
  judge(run);
  assert(classCount(run, LEAK) == 2);
}

export function devices_of_no_bridge_never_pair(): void {
  const image = policy();
  store<u8>(image.devices + 2, 1);
  assert(leaks(newBatch(image), BRIDGE, PORT) == 2);
}
