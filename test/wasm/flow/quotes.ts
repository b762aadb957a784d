// ICMP errors: answers when the packet they quote arrived on the WAN, whoever opened its flow.
import { Condition, Direction, Flow, Image, Packet, Run } from "../../../assembly/layout";
import { begin, here, skip } from "../support/bytes";
import { NODE4, NODE6, REMOTE4, REMOTE6, STRANGER4, extension, fragmentHeader, icmp, ipv4, ipv6, tcp, udp } from "../support/frames";
import { STARTED, addListener, flowOf, newImage, newPacket, newRun } from "../support/images";

const ICMP: u32 = 1, TCP: u32 = 6, UDP: u32 = 17, ICMPV6: u32 = 58;
const SYN: u32 = 2, ACK: u32 = 16;

/** The error that leaves, about what stands from `quote` to the pen. */
function errorAbout(quote: usize, family: u32, type: u32 = 0, code: u32 = 0): Packet {
  const packet = newPacket(family, family == 4 ? ICMP : ICMPV6, Direction.OUT, 0, 0);
  packet.icmpType = type != 0 ? type : family == 4 ? 3 : 1;
  packet.icmpCode = code;
  packet.payload = <u32>quote;
  packet.payloadEnd = <u32>here();
  packet.wholeEnd = <u32>here();
  return packet;
}

/** A quote of UDP from the remote host to the node. */
function quotedUdp(from: u32, to: u32): usize {
  const at = begin();
  ipv4(UDP, 8, 0, REMOTE4, NODE4);
  udp(from, to);
  return at;
}

/** What an error about that UDP packet is. */
function aboutUdp(run: Run, image: Image, from: u32, to: u32): u32 {
  return flowOf(run, image, errorAbout(quotedUdp(from, to), 4));
}

export function an_error_about_a_packet_that_arrived_is_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, newPacket(4, UDP, Direction.IN, 5000, 123));
  assert(aboutUdp(run, image, 5000, 123) == Flow.WAN);
  assert(aboutUdp(run, image, 5000, 124) == Flow.NONE, "another port");
  assert(aboutUdp(run, image, 123, 5000) == Flow.NONE, "the other way round");
}

export function an_error_about_a_packet_that_arrived_is_an_answer_whoever_opened_the_flow(): void {
  const image = newImage();
  const run = newRun(image);
  assert(flowOf(run, image, newPacket(4, UDP, Direction.OUT, 40000, 53)) == Flow.HERE);
  assert(aboutUdp(run, image, 53, 40000) == Flow.NONE, "nothing arrived yet");
  flowOf(run, image, newPacket(4, UDP, Direction.IN, 53, 40000));
  assert(aboutUdp(run, image, 53, 40000) == Flow.WAN);
}

export function an_error_about_a_flow_under_way_is_an_answer_once_a_packet_arrived(): void {
  const image = newImage();
  addListener(image, 4, UDP, 53);
  const run = newRun(image);
  flowOf(run, image, newPacket(4, UDP, Direction.IN, 53, 40000));
  assert(aboutUdp(run, image, 53, 40000) == Flow.WAN);
}

export function an_error_to_somebody_else_than_the_quoted_source_is_no_answer(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, newPacket(4, UDP, Direction.IN, 5000, 123));
  const error = errorAbout(quotedUdp(5000, 123), 4);
  error.dst0 = STRANGER4;
  assert(flowOf(run, image, error) == Flow.NONE);
  run.now = STARTED;
  assert(flowOf(run, image, error) == Flow.NONE, "not even at the start of a capture");
}

export function each_kind_of_icmp_error_may_be_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, newPacket(4, UDP, Direction.IN, 5000, 123));
  assert(flowOf(run, image, errorAbout(quotedUdp(5000, 123), 4, 11)) == Flow.WAN, "time exceeded");
  assert(flowOf(run, image, errorAbout(quotedUdp(5000, 123), 4, 5)) == Flow.WAN, "redirect");
  assert(flowOf(run, image, errorAbout(quotedUdp(5000, 123), 4, 12)) == Flow.WAN, "parameter problem");
}

export function eight_quoted_bytes_of_tcp_are_enough(): void {
  const image = newImage();
  const run = newRun(image);
  const opening = newPacket(4, TCP, Direction.IN, 50000, 443);
  opening.tcpFlags = SYN;
  flowOf(run, image, opening);
  const at = begin();
  ipv4(TCP, 1000, 0, REMOTE4, NODE4);
  udp(50000, 443); // the ports stand in the same place
  assert(flowOf(run, image, errorAbout(at, 4)) == Flow.WAN);
}

export function an_error_about_a_tcp_segment_that_arrived_is_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  const opening = newPacket(4, TCP, Direction.OUT, 50000, 443);
  opening.tcpFlags = SYN;
  flowOf(run, image, opening);
  const answer = newPacket(4, TCP, Direction.IN, 443, 50000);
  answer.tcpFlags = SYN | ACK;
  flowOf(run, image, answer);
  const at = begin();
  ipv4(TCP, 20, 0, REMOTE4, NODE4);
  tcp(443, 50000, SYN | ACK);
  assert(flowOf(run, image, errorAbout(at, 4)) == Flow.WAN);
}

export function an_error_about_a_ping_that_arrived_is_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  const request = newPacket(4, ICMP, Direction.IN, 0x1111, 7);
  request.icmpType = 8;
  flowOf(run, image, request);
  const at = begin();
  ipv4(ICMP, 8, 0, REMOTE4, NODE4);
  icmp(8, 0, 0x1111, 7);
  assert(flowOf(run, image, errorAbout(at, 4)) == Flow.WAN);
}

export function an_error_about_an_echo_reply_that_arrived_is_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  const request = newPacket(4, ICMP, Direction.OUT, 0x1111, 7);
  request.icmpType = 8;
  flowOf(run, image, request);
  flowOf(run, image, newPacket(4, ICMP, Direction.IN, 0x1111, 7));
  const at = begin();
  ipv4(ICMP, 8, 0, REMOTE4, NODE4);
  icmp(0, 0, 0x1111, 7);
  assert(flowOf(run, image, errorAbout(at, 4)) == Flow.WAN);
}

export function an_error_about_another_protocol_that_arrived_is_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  const at = begin();
  ipv4(47, 8, 0, REMOTE4, NODE4);
  skip(8);
  const error = errorAbout(at, 4);
  assert(flowOf(run, image, error) == Flow.NONE);
  flowOf(run, image, newPacket(4, 47, Direction.IN, 0, 0));
  assert(flowOf(run, image, error) == Flow.WAN);
}

export function an_icmpv6_error_about_a_packet_behind_extension_headers_is_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  flowOf(run, image, newPacket(6, UDP, Direction.IN, 5000, 123));
  const at = begin();
  ipv6(60, 16, REMOTE6, NODE6);
  extension(UDP);
  udp(5000, 123);
  assert(flowOf(run, image, errorAbout(at, 6, 1, 4)) == Flow.WAN);
}

export function an_error_about_a_packet_to_a_group_is_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  const query = newPacket(4, UDP, Direction.IN, 5000, 123);
  query.group = 1;
  query.dst0 = 0xe00000fb;
  flowOf(run, image, query);
  const at = begin();
  ipv4(UDP, 8, 0, REMOTE4, 0xe00000fb);
  udp(5000, 123);
  assert(flowOf(run, image, errorAbout(at, 4)) == Flow.WAN);
}

export function an_error_within_5_seconds_may_be_about_what_came_before_the_capture(): void {
  const image = newImage();
  const run = newRun(image);
  run.now = STARTED + 5;
  assert(aboutUdp(run, image, 5000, 123) == Flow.TRIGGER);
  run.now = STARTED + 6;
  assert(aboutUdp(run, image, 5000, 123) == Flow.NONE);
}

/** Reassembly time exceeded, about the first fragment of a UDP packet. */
function reassembly(run: Run, image: Image): u32 {
  const at = begin();
  ipv6(44, 16, REMOTE6, NODE6);
  fragmentHeader(UDP, 0, 1, 9);
  udp(5000, 123);
  return flowOf(run, image, errorAbout(at, 6, 3, 1));
}

export function reassembly_may_have_begun_61_seconds_before(): void {
  const image = newImage();
  const run = newRun(image);
  run.now = STARTED + 61;
  assert(reassembly(run, image) == Flow.TRIGGER);
  run.now = STARTED + 62;
  assert(reassembly(run, image) == Flow.NONE);
}

export function an_error_about_a_later_fragment_cannot_be_judged(): void {
  const image = newImage();
  const run = newRun(image);
  const at = begin();
  ipv4(UDP, 8, 5, REMOTE4, NODE4);
  skip(8);
  assert(flowOf(run, image, errorAbout(at, 4)) == Flow.TRIGGER);
}

export function while_flows_may_be_forgotten_an_error_may_be_an_answer(): void {
  const image = newImage();
  const run = newRun(image);
  run.forgottenUntil = run.now;
  assert(aboutUdp(run, image, 5000, 123) == Flow.FORGOTTEN);
}

export function an_error_that_quotes_nothing_well_formed_is_no_answer(): void {
  const image = newImage();
  const run = newRun(image);
  const quote = quotedUdp(5000, 123);
  store<u8>(quote, 0x41);
  assert(flowOf(run, image, errorAbout(quote, 4)) == Flow.NONE);
}

export function an_error_whose_quoted_ports_were_cut_is_cut(): void {
  const image = newImage();
  const run = newRun(image);
  for (let missing: u32 = 5; missing <= 8; missing++) {
    const error = errorAbout(quotedUdp(5000, 123), 4);
    error.payloadEnd -= missing;
    assert(flowOf(run, image, error) == Flow.NONE && error.condition == Condition.CUT);
  }
}

export function an_error_whose_quoted_addresses_were_cut_is_cut(): void {
  const image = newImage();
  const run = newRun(image);
  for (let missing: u32 = 9; missing <= 28; missing++) {
    const error = errorAbout(quotedUdp(5000, 123), 4);
    error.payloadEnd -= missing;
    assert(flowOf(run, image, error) == Flow.NONE && error.condition == Condition.CUT);
  }
}

export function an_icmp_message_that_quotes_nothing_belongs_to_no_flow(): void {
  const image = newImage();
  const packet = newPacket(6, ICMPV6, Direction.OUT, 0, 0);
  packet.icmpType = 137;
  assert(flowOf(newRun(image), image, packet) == Flow.NONE);
}

export function an_error_that_arrives_is_not_looked_into(): void {
  const image = newImage();
  const run = newRun(image);
  const error = errorAbout(quotedUdp(5000, 123), 4);
  error.direction = Direction.IN;
  assert(flowOf(run, image, error) == Flow.NONE);
  assert(aboutUdp(run, image, 5000, 123) == Flow.NONE, "what it quotes has not arrived");
}
