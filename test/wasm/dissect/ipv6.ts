import { Condition, Fragment, Packet } from "../../../assembly/layout";
import { begin, here, hex } from "../support/bytes";
import { DOC6, NODE6, REMOTE6, cut, dissected, ethernet, extension, fragmentHeader, ipv6, tcp, udp } from "../support/frames";
import { newImage } from "../support/images";

/** Ethernet and the fixed header of a packet with this payload. */
function start(next: u32, length: u32): usize {
  const at = begin();
  ethernet(0x86dd);
  ipv6(next, length);
  return at;
}

export function an_ipv6_packet_fills_its_row(): void {
  const at = start(17, 8);
  udp(40000, 53);
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.WHOLE && packet.family == 6 && packet.proto == 17);
  assert(packet.src0 == DOC6 && packet.src1 == 0 && packet.src2 == 0 && packet.src3 == NODE6, "source");
  assert(packet.dst0 == DOC6 && packet.dst1 == 0 && packet.dst2 == 0 && packet.dst3 == REMOTE6, "destination");
  assert(packet.tos == 0xb8 && packet.hopLimit == 255 && packet.sport == 40000 && packet.dport == 53);
  assert(packet.payload == <u32>here() && packet.wholeEnd == <u32>here());
}

/** UDP behind every kind of extension header in turn. */
function chain(): usize {
  const at = start(0, 8 + 24 + 16 + 8);
  extension(43); // hop-by-hop
  hex("33 02 000000000000 0000000000000000 0000000000000000"); // routing, 24 bytes
  hex("3c 02 000000000000 0000000000000000"); // authentication, 16 bytes
  extension(17); // destination options
  udp(40000, 53);
  store<u16>(at + 18, bswap<u16>(<u16>(here() - at - 54)));
  return at;
}

export function a_chain_of_extension_headers_leads_to_the_transport(): void {
  const packet = dissected(newImage(), chain());
  assert(packet.condition == Condition.WHOLE && packet.proto == 17 && packet.sport == 40000 && packet.dport == 53);
}

export function a_chain_cut_at_any_byte_is_cut_until_the_ports_are_there(): void {
  const at = chain();
  const size = here() - at;
  for (let captured: usize = 14; captured < size; captured++) {
    const packet = cut(newImage(), at, captured, size);
    const ports = captured >= size - 4;
    assert(packet.condition == (ports ? <u32>Condition.WHOLE : <u32>Condition.CUT), "condition");
    assert(packet.sport == (ports ? 40000 : 0) && packet.dport == (ports ? 53 : 0), "ports");
  }
}

export function a_chain_that_ends_with_the_frame_is_malformed_at_any_byte(): void {
  const at = chain();
  const size = here() - at;
  for (let short: usize = 14; short < size; short++) {
    const packet = cut(newImage(), at, short, short);
    assert(packet.condition == Condition.MALFORMED && packet.sport == 0 && packet.dport == 0);
  }
}

export function a_chain_that_ends_with_the_payload_length_is_malformed_at_any_byte(): void {
  const at = chain();
  const length = here() - at - 54;
  for (let short: usize = 1; short < length; short++) {
    store<u16>(at + 18, bswap<u16>(<u16>short));
    const packet = dissected(newImage(), at);
    assert(packet.condition == Condition.MALFORMED && packet.sport == 0 && packet.dport == 0);
  }
}

/** UDP behind this many extension headers. */
function behind(count: u32): Packet {
  const at = start(count == 0 ? 17 : 60, 8 * count + 8);
  for (let i: u32 = 1; i <= count; i++) extension(i == count ? 17 : 60);
  udp(40000, 53);
  return dissected(newImage(), at);
}

export function eight_extension_headers_are_walked_and_a_ninth_is_malformed(): void {
  for (let count: u32 = 0; count <= 8; count++) assert(behind(count).dport == 53);
  const ninth = behind(9);
  assert(ninth.condition == Condition.MALFORMED && ninth.dport == 0);
}

export function an_extension_header_longer_than_its_packet_is_malformed(): void {
  const at = start(60, 8);
  hex("3b ff 000000000000");
  assert(dissected(newImage(), at).condition == Condition.MALFORMED);
}

export function an_atomic_fragment_is_an_ordinary_packet(): void {
  const at = start(44, 16);
  fragmentHeader(17, 0, 0, 77);
  udp(40000, 53);
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.WHOLE && packet.fragment == Fragment.NONE && packet.proto == 17 && packet.dport == 53);
}

export function a_first_ipv6_fragment_has_ports_and_an_id(): void {
  const at = start(44, 16);
  fragmentHeader(17, 0, 1, 0xdeadbeef);
  udp(40000, 53);
  const packet = dissected(newImage(), at);
  assert(packet.fragment == Fragment.FIRST && packet.fragmentId == 0xdeadbeef && packet.sport == 40000 && packet.dport == 53);
}

export function a_later_ipv6_fragment_has_an_id_and_no_ports(): void {
  for (let more: u32 = 0; more < 2; more++) {
    const at = start(44, 16);
    fragmentHeader(17, 1, more, 78);
    udp(40000, 53);
    const packet = dissected(newImage(), at);
    assert(packet.condition == Condition.WHOLE && packet.fragment == Fragment.LATER && packet.fragmentId == 78);
    assert(packet.sport == 0 && packet.dport == 0 && packet.payload == 0);
  }
}

export function what_follows_a_later_fragments_header_is_data_and_not_an_extension(): void {
  const at = start(44, 16);
  fragmentHeader(60, 5, 1, 79);
  hex("06 00 000000000000");
  const packet = dissected(newImage(), at);
  assert(packet.fragment == Fragment.LATER && packet.proto == 60 && packet.condition == Condition.WHOLE);
}

export function extensions_before_and_behind_a_fragment_header_are_walked(): void {
  const at = start(0, 32);
  extension(44);
  fragmentHeader(60, 0, 1, 80);
  extension(17);
  udp(40000, 53);
  const packet = dissected(newImage(), at);
  assert(packet.fragment == Fragment.FIRST && packet.proto == 17 && packet.dport == 53);
}

export function a_payload_length_of_0_reaches_to_the_end_of_the_frame(): void {
  const at = start(6, 0);
  tcp(40000, 443, 0x10);
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.WHOLE && packet.dport == 443 && packet.wholeEnd == <u32>here());
}

export function a_payload_length_beyond_the_frame_is_malformed(): void {
  const at = start(17, 9);
  udp(40000, 53);
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.MALFORMED && packet.dport == 0 && packet.dst3 == REMOTE6);
}

export function another_version_in_an_ipv6_frame_is_malformed(): void {
  const at = start(17, 8);
  udp(40000, 53);
  store<u8>(at + 14, 0x45);
  assert(dissected(newImage(), at).condition == Condition.MALFORMED);
}

export function esp_hides_what_follows(): void {
  const at = start(50, 8);
  udp(40000, 53);
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.WHOLE && packet.proto == 50 && packet.dport == 0);
}

export function the_icmp_of_the_other_family_is_not_dissected(): void {
  const at = start(1, 8);
  hex("08 00 0000 1234 0001");
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.WHOLE && packet.icmpType == 0 && packet.sport == 0);
}
