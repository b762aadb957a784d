import { Direction, Flow, Image, Packet, Run } from "../../../assembly/layout";
import { addListener, flowOf, newImage, newPacket, newRun } from "../support/images";

const TCP: u32 = 6;
const FIN: u32 = 1, SYN: u32 = 2, RST: u32 = 4, ACK: u32 = 16;
const LOCAL: u32 = 443, REMOTE: u32 = 50000;

function segment(direction: u32, flags: u32, sequence: u32 = 0, acknowledged: u32 = 0, length: u32 = 0): Packet {
  const out = direction == Direction.OUT;
  const packet = newPacket(4, TCP, direction, out ? LOCAL : REMOTE, out ? REMOTE : LOCAL);
  packet.tcpFlags = flags;
  packet.sequence = sequence;
  packet.acknowledged = acknowledged;
  packet.segment = length + u32((flags & SYN) != 0) + u32((flags & FIN) != 0);
  return packet;
}

function arrives(run: Run, image: Image, flags: u32, sequence: u32 = 0, acknowledged: u32 = 0, length: u32 = 0): void {
  flowOf(run, image, segment(Direction.IN, flags, sequence, acknowledged, length));
}

function leaves(run: Run, image: Image, flags: u32, sequence: u32 = 0, acknowledged: u32 = 0): u32 {
  return flowOf(run, image, segment(Direction.OUT, flags, sequence, acknowledged));
}

export function a_syn_that_leaves_opens_here(): void {
  const image = newImage();
  const run = newRun(image);
  assert(leaves(run, image, SYN) == Flow.HERE);
  arrives(run, image, SYN | ACK);
  assert(leaves(run, image, ACK) == Flow.HERE);
}

export function a_syn_that_arrives_opens_on_the_wan(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, SYN);
  assert(leaves(run, image, SYN | ACK) == Flow.WAN);
  arrives(run, image, ACK);
  assert(leaves(run, image, ACK) == Flow.WAN);
}

export function a_syn_with_ack_opens_nothing(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, SYN | ACK);
  assert(leaves(run, image, ACK) == Flow.UNDER_WAY, "arriving");
  const other = newRun(image);
  assert(leaves(other, image, SYN | ACK) == Flow.UNDER_WAY, "leaving");
}

export function a_syn_with_fin_or_rst_opens_nothing(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, SYN | FIN);
  arrives(run, image, SYN | RST);
  assert(leaves(run, image, ACK) == Flow.UNDER_WAY);
}

export function a_flow_without_a_syn_is_under_way(): void {
  const image = newImage();
  assert(leaves(newRun(image), image, ACK) == Flow.UNDER_WAY);
}

export function a_flow_under_way_from_a_listener_is_told(): void {
  const image = newImage();
  addListener(image, 4, TCP, LOCAL);
  assert(leaves(newRun(image), image, ACK) == Flow.LISTENER);
}

export function a_second_syn_that_arrives_in_an_open_flow_changes_nothing(): void {
  const image = newImage();
  const run = newRun(image);
  leaves(run, image, SYN);
  arrives(run, image, SYN | ACK);
  leaves(run, image, ACK);
  arrives(run, image, SYN, 77);
  assert(leaves(run, image, ACK) == Flow.HERE);
}

export function a_syn_that_arrives_opens_a_flow_in_which_nothing_has_left(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, ACK);
  arrives(run, image, SYN);
  assert(leaves(run, image, SYN | ACK) == Flow.WAN);
}

export function a_syn_after_an_rst_that_arrived_opens_anew(): void {
  const image = newImage();
  const run = newRun(image);
  leaves(run, image, SYN);
  arrives(run, image, RST | ACK);
  arrives(run, image, SYN);
  assert(leaves(run, image, SYN | ACK) == Flow.WAN);
}

export function a_syn_after_an_rst_that_left_opens_anew(): void {
  const image = newImage();
  const run = newRun(image);
  leaves(run, image, SYN);
  leaves(run, image, RST);
  arrives(run, image, SYN);
  assert(leaves(run, image, SYN | ACK) == Flow.WAN);
}

export function a_syn_after_a_fin_each_way_opens_anew(): void {
  const image = newImage();
  const run = newRun(image);
  leaves(run, image, SYN);
  leaves(run, image, FIN | ACK);
  arrives(run, image, SYN);
  assert(leaves(run, image, ACK) == Flow.HERE, "one FIN closes nothing");
  arrives(run, image, FIN | ACK);
  arrives(run, image, SYN);
  assert(leaves(run, image, SYN | ACK) == Flow.WAN);
}

export function a_flow_opened_anew_is_open(): void {
  const image = newImage();
  const run = newRun(image);
  leaves(run, image, SYN);
  arrives(run, image, RST);
  arrives(run, image, SYN);
  leaves(run, image, SYN | ACK);
  arrives(run, image, SYN);
  assert(leaves(run, image, ACK) == Flow.WAN);
}

export function a_syn_that_leaves_opens_here_whatever_came_before(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, SYN);
  leaves(run, image, RST | ACK);
  assert(leaves(run, image, SYN) == Flow.HERE);
}

export function an_rst_to_a_syn_that_arrived_is_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, SYN, 1000);
  assert(leaves(run, image, RST | ACK, 0, 1001) == Flow.WAN);
}

export function an_rst_with_the_sequence_that_was_acknowledged_answers_a_segment_with_ack(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, ACK, 1000, 7777, 10);
  assert(leaves(run, image, RST, 7777) == Flow.WAN);
}

export function an_rst_with_another_sequence_answers_nothing(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, ACK, 1000, 7777, 10);
  assert(leaves(run, image, RST, 7778) == Flow.UNDER_WAY);
}

export function an_rst_that_acknowledges_a_segment_without_ack_answers_it(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, FIN, 1000, 0, 10);
  assert(leaves(run, image, RST | ACK, 0, 1011) == Flow.WAN);
}

export function an_rst_that_acknowledges_something_else_answers_nothing(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, FIN, 1000, 0, 10);
  assert(leaves(run, image, RST | ACK, 0, 1010) == Flow.UNDER_WAY);
}

export function an_rst_with_ack_to_a_segment_with_ack_answers_nothing(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, ACK, 1000, 7777, 10);
  assert(leaves(run, image, RST | ACK, 7777, 1010) == Flow.UNDER_WAY);
}

export function an_rst_to_nothing_that_arrived_is_under_way(): void {
  const image = newImage();
  assert(leaves(newRun(image), image, RST, 0) == Flow.UNDER_WAY);
}

export function an_rst_of_a_flow_opened_on_the_wan_is_an_answer_whatever_its_numbers(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, SYN, 1000);
  leaves(run, image, SYN | ACK);
  assert(leaves(run, image, RST, 1) == Flow.WAN);
}

export function a_socket_that_gives_up_a_flow_opened_here_sends_no_answer(): void {
  const image = newImage();
  const run = newRun(image);
  leaves(run, image, SYN);
  assert(leaves(run, image, RST, 1) == Flow.HERE);
}

export function a_tcp_flow_ends_after_7440_idle_seconds(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, SYN);
  run.now += 7440;
  assert(leaves(run, image, ACK) == Flow.WAN);
  run.now += 7441;
  assert(leaves(run, image, ACK) == Flow.UNDER_WAY);
}

export function a_forgotten_tcp_flow_is_under_way(): void {
  const image = newImage();
  const run = newRun(image);
  run.forgottenUntil = run.now;
  assert(leaves(run, image, ACK) == Flow.UNDER_WAY);
}
