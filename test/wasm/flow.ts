// What belongs to no protocol in particular; TCP, UDP and ICMP stand in flow/.
import { Condition, Direction, Flow, Fragment } from "../../assembly/layout";
import { flowOf, newImage, newPacket, newRun } from "./support/images";

const UDP: u32 = 17, ESP: u32 = 50;

export function what_leaves_with_another_protocol_belongs_to_no_flow(): void {
  const image = newImage();
  const run = newRun(image);
  assert(flowOf(run, image, newPacket(4, ESP, Direction.IN, 0, 0)) == Flow.NONE);
  assert(flowOf(run, image, newPacket(4, ESP, Direction.OUT, 0, 0)) == Flow.NONE);
}

export function a_packet_of_unknown_direction_is_not_remembered(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, newPacket(4, UDP, Direction.UNKNOWN, 40000, 53));
  assert(flowOf(run, image, newPacket(4, UDP, Direction.OUT, 53, 40000)) == Flow.HERE);
}

export function a_later_fragment_is_not_remembered(): void {
  const image = newImage();
  const run = newRun(image);
  const packet = newPacket(4, UDP, Direction.IN, 40000, 53);
  packet.fragment = Fragment.LATER;
  flowOf(run, image, packet);
  assert(flowOf(run, image, newPacket(4, UDP, Direction.OUT, 53, 40000)) == Flow.HERE);
}

export function a_first_fragment_is_remembered(): void {
  const image = newImage();
  const run = newRun(image);
  const packet = newPacket(4, UDP, Direction.IN, 40000, 53);
  packet.fragment = Fragment.FIRST;
  flowOf(run, image, packet);
  assert(flowOf(run, image, newPacket(4, UDP, Direction.OUT, 53, 40000)) == Flow.WAN);
}

export function a_cut_or_malformed_packet_is_not_remembered(): void {
  const image = newImage();
  const run = newRun(image);
  for (let condition: u32 = <u32>Condition.CUT; condition <= <u32>Condition.MALFORMED; condition++) {
    const packet = newPacket(4, UDP, Direction.IN, 40000, 53);
    packet.condition = condition;
    flowOf(run, image, packet);
  }
  assert(flowOf(run, image, newPacket(4, UDP, Direction.OUT, 53, 40000)) == Flow.HERE);
}

export function a_frame_of_no_family_belongs_to_no_flow(): void {
  const image = newImage();
  const packet = newPacket(4, UDP, Direction.OUT, 40000, 53);
  packet.family = 0;
  assert(flowOf(newRun(image), image, packet) == Flow.NONE);
}

export function families_do_not_share_flows(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, newPacket(4, UDP, Direction.IN, 40000, 53));
  assert(flowOf(run, image, newPacket(6, UDP, Direction.OUT, 53, 40000)) == Flow.HERE);
}
