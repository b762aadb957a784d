import { Direction, Flow, Image, Packet, Run } from "../../../assembly/layout";
import { STARTED, flowOf, newImage, newPacket, newRun } from "../support/images";

const ICMP: u32 = 1, ICMPV6: u32 = 58;
const ID: u32 = 0x1111, SEQUENCE: u32 = 7;

function message(family: u32, direction: u32, type: u32, id: u32 = ID, sequence: u32 = SEQUENCE): Packet {
  const packet = newPacket(family, family == 4 ? ICMP : ICMPV6, direction, id, sequence);
  packet.icmpType = type;
  return packet;
}

/** What an echo reply is, seen after a request arrived. */
function reply(run: Run, image: Image, id: u32, sequence: u32): u32 {
  return flowOf(run, image, message(4, Direction.OUT, 0, id, sequence));
}

export function an_echo_reply_answers_the_request_with_its_id_and_sequence(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, message(4, Direction.IN, 8));
  assert(reply(run, image, ID, SEQUENCE) == Flow.WAN);
  assert(reply(run, image, ID + 1, SEQUENCE) == Flow.NONE, "another id");
  assert(reply(run, image, ID, SEQUENCE + 1) == Flow.NONE, "another sequence");
  assert(reply(run, image, SEQUENCE, ID) == Flow.NONE, "the other way round");
}

export function an_icmpv6_echo_reply_answers_its_request(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, message(6, Direction.IN, 128));
  assert(flowOf(run, image, message(6, Direction.OUT, 129)) == Flow.WAN);
  assert(flowOf(run, image, message(6, Direction.OUT, 140)) == Flow.NONE, "another kind of reply");
}

export function a_timestamp_reply_does_not_answer_an_echo_request(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, message(4, Direction.IN, 8));
  assert(flowOf(run, image, message(4, Direction.OUT, 14)) == Flow.NONE);
  flowOf(run, image, message(4, Direction.IN, 13));
  assert(flowOf(run, image, message(4, Direction.OUT, 14)) == Flow.WAN);
}

export function an_echo_request_that_leaves_was_opened_here(): void {
  const image = newImage();
  const run = newRun(image);
  assert(flowOf(run, image, message(4, Direction.OUT, 8)) == Flow.HERE);
  flowOf(run, image, message(4, Direction.IN, 8));
  assert(flowOf(run, image, message(4, Direction.OUT, 8)) == Flow.HERE, "even with the numbers of one that arrived");
}

export function a_reply_that_arrived_makes_no_reply_that_leaves_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, message(4, Direction.OUT, 8));
  flowOf(run, image, message(4, Direction.IN, 0));
  assert(reply(run, image, ID, SEQUENCE) == Flow.NONE);
}

export function a_ping_to_a_group_is_answered_from_a_unicast_address(): void {
  const image = newImage();
  const run = newRun(image);
  const request = message(6, Direction.IN, 128);
  request.group = 1;
  request.dst0 = 0xff020000;
  request.dst3 = 1;
  flowOf(run, image, request);
  assert(flowOf(run, image, message(6, Direction.OUT, 129)) == Flow.WAN);
}

export function an_echo_request_is_forgotten_after_180_seconds(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, message(4, Direction.IN, 8));
  run.now += 180;
  assert(reply(run, image, ID, SEQUENCE) == Flow.WAN);
  run.now++;
  assert(reply(run, image, ID, SEQUENCE) == Flow.NONE);
}

export function a_reply_within_5_seconds_may_answer_what_came_before_the_capture(): void {
  const image = newImage();
  const run = newRun(image);
  run.now = STARTED;
  assert(reply(run, image, ID, SEQUENCE) == Flow.TRIGGER);
  run.now = STARTED + 5;
  assert(reply(run, image, ID, SEQUENCE) == Flow.TRIGGER);
  run.now = STARTED + 6;
  assert(reply(run, image, ID, SEQUENCE) == Flow.NONE);
}

export function while_flows_may_be_forgotten_a_reply_may_be_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  run.forgottenUntil = run.now;
  assert(reply(run, image, ID, SEQUENCE) == Flow.FORGOTTEN);
  run.now++;
  assert(reply(run, image, ID, SEQUENCE) == Flow.NONE);
}

export function neighbour_discovery_belongs_to_no_flow(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, message(6, Direction.IN, 135, 0, 0));
  assert(flowOf(run, image, message(6, Direction.OUT, 136, 0, 0)) == Flow.NONE);
}
