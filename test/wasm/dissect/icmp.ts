import { Condition, Packet } from "../../../assembly/layout";
import { begin, here, hex, skip } from "../support/bytes";
import { NODE4, REMOTE4, cut, dissected, ethernet, icmp, ipv4, ipv6, udp } from "../support/frames";
import { newImage } from "../support/images";

function start4(length: u32): usize {
  const at = begin();
  ethernet(0x0800);
  ipv4(1, length);
  return at;
}

function start6(length: u32): usize {
  const at = begin();
  ethernet(0x86dd);
  ipv6(58, length);
  return at;
}

export function an_echo_request_has_identifier_and_sequence_for_ports(): void {
  const at = start4(8);
  icmp(8, 0, 0x1111, 0x2222);
  const packet = dissected(newImage(), at);
  assert(packet.icmpType == 8 && packet.icmpCode == 0 && packet.sport == 0x1111 && packet.dport == 0x2222);
}

export function an_echo_reply_keeps_their_places(): void {
  const four = start4(8);
  icmp(0, 0, 0x1111, 0x2222);
  const reply4 = dissected(newImage(), four);
  assert(reply4.icmpType == 0 && reply4.sport == 0x1111 && reply4.dport == 0x2222);
  const six = start6(8);
  icmp(129, 0, 0x1111, 0x2222);
  const reply6 = dissected(newImage(), six);
  assert(reply6.icmpType == 129 && reply6.sport == 0x1111 && reply6.dport == 0x2222);
}

export function an_icmp_error_points_at_the_packet_it_quotes(): void {
  const at = start4(36);
  icmp(3, 3);
  const quote = here();
  ipv4(17, 8, 0, REMOTE4, NODE4);
  udp(40000, 53);
  const packet = dissected(newImage(), at);
  assert(packet.icmpType == 3 && packet.icmpCode == 3 && packet.sport == 0 && packet.dport == 0);
  assert(packet.payload == <u32>quote && packet.payloadEnd == <u32>here());
}

export function an_icmpv6_error_points_at_the_packet_it_quotes(): void {
  const at = start6(56);
  icmp(1, 4);
  const quote = here();
  ipv6(17, 8);
  udp(40000, 53);
  const packet = dissected(newImage(), at);
  assert(packet.icmpType == 1 && packet.icmpCode == 4 && packet.payload == <u32>quote && packet.sport == 0);
}

export function an_icmpv6_redirect_points_at_the_packet_in_its_option(): void {
  const at = start6(40 + 8 + 8 + 48);
  icmp(137, 0);
  skip(32);
  hex("02 01 020000000099");
  hex("04 07 000000000000");
  const quote = here();
  ipv6(17, 8);
  udp(40000, 53);
  assert(dissected(newImage(), at).payload == <u32>quote);
}

export function a_redirect_that_quotes_nothing_points_at_nothing(): void {
  const at = start6(40);
  icmp(137, 0);
  skip(32);
  const packet: Packet = dissected(newImage(), at);
  assert(packet.condition == Condition.WHOLE && packet.icmpType == 137 && packet.payload == 0);
}

export function neighbour_discovery_has_type_and_no_ports(): void {
  const at = start6(24);
  icmp(135, 0, 0xffff, 0xffff);
  hex("20010db8 00000000 00000000 00000007");
  const packet = dissected(newImage(), at);
  assert(packet.icmpType == 135 && packet.sport == 0 && packet.dport == 0 && packet.payload == 0 && packet.hopLimit == 255);
}

export function icmp_cut_at_any_byte_shows_its_type_from_the_second_on(): void {
  const at = start4(8);
  icmp(8, 1, 0x1111, 0x2222);
  for (let size: usize = 34; size < 42; size++) {
    const packet = cut(newImage(), at, size, 42);
    assert(packet.condition == Condition.CUT && packet.sport == 0 && packet.dport == 0);
    assert(packet.icmpType == (size >= 36 ? 8 : 0) && packet.icmpCode == (size >= 36 ? 1 : 0));
  }
}

export function an_icmp_message_of_less_than_2_bytes_is_malformed(): void {
  for (let length: u32 = 0; length < 2; length++) {
    const at = start4(length);
    skip(length);
    assert(dissected(newImage(), at).condition == Condition.MALFORMED);
  }
}

export function an_echo_of_less_than_8_bytes_is_malformed_and_not_cut(): void {
  for (let length: u32 = 2; length < 8; length++) {
    const at = start4(length);
    icmp(8, 0, 0x1111, 0x2222);
    const packet = cut(newImage(), at, 34 + length, 34 + length);
    assert(packet.condition == Condition.MALFORMED && packet.sport == 0 && packet.dport == 0);
  }
}
