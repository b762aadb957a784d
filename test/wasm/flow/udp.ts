import { Direction, Flow, Image, Run } from "../../../assembly/layout";
import { LATER, STARTED, addListener, flowOf, newImage, newPacket, newRun } from "../support/images";
import { NODE4, STRANGER4 } from "../support/frames";

const UDP: u32 = 17, TCP: u32 = 6;

function arrives(run: Run, image: Image, from: u32, to: u32): void {
  flowOf(run, image, newPacket(4, UDP, Direction.IN, from, to));
}

function leaves(run: Run, image: Image, from: u32, to: u32): u32 {
  return flowOf(run, image, newPacket(4, UDP, Direction.OUT, from, to));
}

export function udp_that_leaves_first_was_opened_here(): void {
  const image = newImage();
  assert(leaves(newRun(image), image, 40000, 53) == Flow.HERE);
}

export function udp_opened_here_stays_so_when_a_reply_arrives(): void {
  const image = newImage();
  const run = newRun(image);
  leaves(run, image, 1234, 53);
  arrives(run, image, 53, 1234);
  assert(leaves(run, image, 1234, 53) == Flow.HERE);
}

export function udp_to_a_listener_was_opened_on_the_wan(): void {
  const image = newImage();
  addListener(image, 4, UDP, 40123);
  const run = newRun(image);
  arrives(run, image, 5000, 40123);
  assert(leaves(run, image, 40123, 5000) == Flow.WAN);
}

export function udp_to_a_port_that_does_not_listen_is_under_way(): void {
  const image = newImage();
  addListener(image, 4, UDP, 53);
  const run = newRun(image);
  arrives(run, image, 5000, 123);
  assert(leaves(run, image, 123, 5000) == Flow.UNDER_WAY, "ss.txt is there: the port range does not count");
}

export function a_listener_counts_for_its_protocol_family_and_port_only(): void {
  const image = newImage();
  addListener(image, 4, TCP, 123);
  addListener(image, 6, UDP, 123);
  addListener(image, 4, UDP, 124);
  const run = newRun(image);
  arrives(run, image, 5000, 123);
  assert(leaves(run, image, 123, 5000) == Flow.UNDER_WAY);
}

export function a_listener_at_one_address_counts_for_that_address_only(): void {
  const image = newImage();
  const listener = addListener(image, 4, UDP, 123);
  listener.anyAddress = 0;
  listener.word0 = STRANGER4;
  const run = newRun(image);
  arrives(run, image, 5000, 123);
  assert(leaves(run, image, 123, 5000) == Flow.UNDER_WAY);
  listener.word0 = NODE4;
  arrives(run, image, 5001, 123);
  assert(leaves(run, image, 123, 5001) == Flow.WAN);
}

/** Without ss.txt: who opened a flow whose first packet arrived at this port. */
function openedByPort(port: u32): u32 {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, 5000, port);
  return leaves(run, image, port, 5000);
}

export function without_listeners_a_port_outside_the_local_range_was_opened_on_the_wan(): void {
  assert(openedByPort(53) == Flow.WAN && openedByPort(32767) == Flow.WAN && openedByPort(61000) == Flow.WAN);
}

export function without_listeners_a_port_inside_the_local_range_is_under_way(): void {
  assert(openedByPort(32768) == Flow.UNDER_WAY && openedByPort(60999) == Flow.UNDER_WAY);
}

export function a_flow_of_another_port_or_host_is_another_flow(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, 5000, 53);
  assert(leaves(run, image, 53, 5001) == Flow.HERE, "remote port");
  assert(leaves(run, image, 54, 5000) == Flow.HERE, "local port");
  const packet = newPacket(4, UDP, Direction.OUT, 53, 5000);
  packet.dst0 = STRANGER4;
  assert(flowOf(run, image, packet) == Flow.HERE, "remote address");
}

export function a_udp_flow_ends_after_180_idle_seconds(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, 5000, 53);
  run.now += 180;
  assert(leaves(run, image, 53, 5000) == Flow.WAN);
  run.now += 180;
  assert(leaves(run, image, 53, 5000) == Flow.WAN, "what leaves keeps it alive");
  run.now += 181;
  assert(leaves(run, image, 53, 5000) == Flow.HERE);
}

export function after_180_idle_seconds_a_packet_that_arrives_opens_a_new_flow(): void {
  const image = newImage();
  const run = newRun(image);
  leaves(run, image, 123, 123);
  run.now += 181;
  arrives(run, image, 123, 123);
  assert(leaves(run, image, 123, 123) == Flow.WAN);
}

export function a_multicast_query_is_answered_from_a_unicast_address(): void {
  const image = newImage();
  const run = newRun(image);
  const query = newPacket(4, UDP, Direction.IN, 5353, 5353);
  query.dst0 = 0xe00000fb;
  query.group = 1;
  flowOf(run, image, query);
  assert(leaves(run, image, 5353, 5353) == Flow.WAN);
}

export function a_multicast_query_is_answered_to_its_sender_only(): void {
  const image = newImage();
  const run = newRun(image);
  const query = newPacket(4, UDP, Direction.IN, 5353, 5353);
  query.dst0 = 0xe00000fb;
  query.group = 1;
  flowOf(run, image, query);
  const answer = newPacket(4, UDP, Direction.OUT, 5353, 5353);
  answer.dst0 = 0xe00000fb;
  assert(flowOf(run, image, answer) == Flow.HERE);
}

export function a_query_sent_to_a_unicast_address_is_answered_from_that_address_only(): void {
  const image = newImage();
  const run = newRun(image);
  arrives(run, image, 5000, 53);
  const answer = newPacket(4, UDP, Direction.OUT, 53, 5000);
  answer.src0 = NODE4 + 1;
  assert(flowOf(run, image, answer) == Flow.HERE);
}

export function a_listener_at_one_address_hears_multicast_too(): void {
  const image = newImage();
  const listener = addListener(image, 4, UDP, 5353);
  listener.anyAddress = 0;
  listener.word0 = NODE4;
  const run = newRun(image);
  const query = newPacket(4, UDP, Direction.IN, 5353, 5353);
  query.dst0 = 0xe00000fb;
  query.group = 1;
  flowOf(run, image, query);
  assert(leaves(run, image, 5353, 5353) == Flow.WAN);
}

/** What leaves `seconds` after the capture's start, from a listener or not. */
function early(seconds: u32, from: u32, to: u32): u32 {
  const image = newImage();
  addListener(image, 4, UDP, 53);
  const run = newRun(image);
  run.now = STARTED + seconds;
  return leaves(run, image, from, to);
}

export function what_looks_like_an_answer_may_have_been_asked_for_before_the_capture(): void {
  assert(early(0, 53, 40000) == Flow.TRIGGER && early(5, 53, 40000) == Flow.TRIGGER);
  assert(early(6, 53, 40000) == Flow.HERE, "but not later than 5 seconds");
}

export function what_does_not_look_like_an_answer_was_opened_here_from_the_first_second(): void {
  assert(early(0, 54, 40000) == Flow.HERE, "no listener");
  assert(early(0, 53, 123) == Flow.HERE, "not to a client's port");
}

export function while_flows_may_be_forgotten_a_first_packet_may_be_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  run.forgottenUntil = LATER;
  assert(leaves(run, image, 40000, 53) == Flow.FORGOTTEN);
  run.now++;
  assert(leaves(run, image, 40001, 53) == Flow.HERE);
}

export function ipv6_flows_are_told_apart_by_all_words_of_the_address(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, newPacket(6, UDP, Direction.IN, 5000, 53));
  const other = newPacket(6, UDP, Direction.OUT, 53, 5000);
  other.dst3++;
  assert(flowOf(run, image, other) == Flow.HERE);
  assert(flowOf(run, image, newPacket(6, UDP, Direction.OUT, 53, 5000)) == Flow.WAN);
}
