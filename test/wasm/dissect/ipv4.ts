import { Condition, Fragment, Packet } from "../../../assembly/layout";
import { begin, here, hex, skip } from "../support/bytes";
import { NODE4, REMOTE4, cut, dissected, ethernet, ipv4, tcp, udp } from "../support/frames";
import { newImage } from "../support/images";

const IP: usize = 14;

function udpFrame(fragment: u32 = 0): usize {
  const at = begin();
  ethernet(0x0800);
  ipv4(17, 8, fragment);
  udp(40000, 53);
  return at;
}

function setTotalLength(at: usize, length: u32): void {
  store<u16>(at + IP + 2, bswap<u16>(<u16>length));
}

export function an_ipv4_packet_fills_its_row(): void {
  const at = udpFrame();
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.WHOLE && packet.family == 4 && packet.etherType == 0x0800 && packet.proto == 17);
  assert(packet.src0 == NODE4 && packet.dst0 == REMOTE4 && packet.src1 == 0 && packet.dst3 == 0, "addresses");
  assert(packet.tos == 0xb8 && packet.hopLimit == 64, "tos and ttl");
  assert(packet.sport == 40000 && packet.dport == 53, "ports");
  assert(packet.fragment == Fragment.NONE, "fragment");
  assert(packet.payload == <u32>here() && packet.payloadEnd == <u32>here() && packet.wholeEnd == <u32>here(), "ends");
}

/** UDP behind `words` words of options. */
function withOptions(words: u32): usize {
  const at = begin();
  ethernet(0x0800);
  ipv4(17, 8 + 4 * words);
  store<u8>(at + IP, <u8>(0x45 + words));
  skip(4 * words);
  udp(40000, 53);
  return at;
}

export function options_stand_before_the_ports(): void {
  for (let words: u32 = 0; words <= 10; words++) {
    const packet = dissected(newImage(), withOptions(words));
    assert(packet.condition == Condition.WHOLE && packet.sport == 40000 && packet.dport == 53);
  }
}

export function options_cut_by_the_capture_leave_no_ports(): void {
  const at = withOptions(10);
  for (let size: usize = 34; size < 78; size++) {
    const packet = cut(newImage(), at, size, 82);
    assert(packet.condition == Condition.CUT && packet.proto == 17 && packet.sport == 0 && packet.dport == 0);
  }
}

export function a_header_of_less_than_20_bytes_is_malformed(): void {
  for (let words: u32 = 0; words < 5; words++) {
    const at = udpFrame();
    store<u8>(at + IP, <u8>(0x40 + words));
    const packet = dissected(newImage(), at);
    assert(packet.condition == Condition.MALFORMED && packet.sport == 0 && packet.dport == 0);
  }
}

export function a_header_longer_than_the_packet_is_malformed(): void {
  const at = udpFrame();
  store<u8>(at + IP, 0x4f);
  assert(dissected(newImage(), at).condition == Condition.MALFORMED);
}

export function another_version_in_an_ipv4_frame_is_malformed(): void {
  const at = udpFrame();
  store<u8>(at + IP, 0x65);
  assert(dissected(newImage(), at).condition == Condition.MALFORMED);
}

export function a_total_length_of_0_reaches_to_the_end_of_the_frame(): void {
  const at = udpFrame();
  hex("aabbcc");
  setTotalLength(at, 0);
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.WHOLE && packet.dport == 53 && packet.wholeEnd == <u32>here());
}

export function a_total_length_beyond_the_frame_is_malformed(): void {
  const at = udpFrame();
  setTotalLength(at, 29);
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.MALFORMED && packet.sport == 0 && packet.dport == 0);
  assert(packet.src0 == NODE4 && packet.dst0 == REMOTE4, "the addresses are told");
}

export function a_total_length_below_the_header_is_malformed(): void {
  for (let length: u32 = 1; length < 20; length++) {
    const at = udpFrame();
    setTotalLength(at, length);
    assert(dissected(newImage(), at).condition == Condition.MALFORMED);
  }
}

export function bytes_beyond_the_total_length_are_not_ports(): void {
  for (let length: u32 = 20; length < 28; length++) {
    const at = udpFrame();
    setTotalLength(at, length);
    const packet = dissected(newImage(), at);
    assert(packet.condition == Condition.MALFORMED && packet.sport == 0 && packet.dport == 0);
  }
}

export function the_padding_behind_the_total_length_is_not_payload(): void {
  const at = udpFrame();
  hex("ffffffffffff");
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.WHOLE && packet.payloadEnd == <u32>here() - 6 && packet.wholeEnd == <u32>here() - 6);
}

export function a_first_fragment_has_ports(): void {
  const packet = dissected(newImage(), udpFrame(0x2000));
  assert(packet.fragment == Fragment.FIRST && packet.fragmentId == 0x1234 && packet.dport == 53);
}

export function a_later_fragment_has_no_ports(): void {
  for (let more: u32 = 0; more < 2; more++) {
    const packet = dissected(newImage(), udpFrame((more << 13) | 1));
    assert(packet.condition == Condition.WHOLE && packet.fragment == Fragment.LATER && packet.fragmentId == 0x1234);
    assert(packet.sport == 0 && packet.dport == 0 && packet.payload == 0 && packet.proto == 17);
  }
}

export function do_not_fragment_is_no_fragment(): void {
  const packet = dissected(newImage(), udpFrame(0x4000));
  assert(packet.fragment == Fragment.NONE && packet.dport == 53);
}

/** TCP, cut at every byte: ports from 4 bytes on, flags from 14 on, nothing from beyond the end. */
export function tcp_cut_at_any_byte_shows_what_lies_before_the_cut(): void {
  const at = begin();
  ethernet(0x0800);
  ipv4(6, 20);
  tcp(40000, 443, 0x12, 7, 9);
  for (let size: usize = 14; size < 54; size++) {
    const packet = cut(newImage(), at, size, 54);
    const ports = size >= 38;
    const flags = size >= 48;
    assert(packet.condition == (flags ? <u32>Condition.WHOLE : <u32>Condition.CUT), "condition");
    assert(packet.sport == (ports ? 40000 : 0) && packet.dport == (ports ? 443 : 0), "ports");
    assert(packet.tcpFlags == (flags ? 0x12 : 0) && packet.sequence == (flags ? 7 : 0) && packet.acknowledged == (flags ? 9 : 0), "flags");
  }
}

export function udp_cut_at_any_byte_shows_its_ports_from_the_fourth_on(): void {
  const at = udpFrame();
  for (let size: usize = 14; size < 42; size++) {
    const packet = cut(newImage(), at, size, 42);
    const ports = size >= 38;
    assert(packet.condition == (ports ? <u32>Condition.WHOLE : <u32>Condition.CUT), "condition");
    assert(packet.sport == (ports ? 40000 : 0) && packet.dport == (ports ? 53 : 0), "ports");
  }
}

export function a_frame_that_ends_inside_its_headers_is_malformed_at_any_byte(): void {
  const at = udpFrame();
  for (let size: usize = 14; size < 42; size++) {
    const packet: Packet = cut(newImage(), at, size, size);
    assert(packet.condition == Condition.MALFORMED && packet.sport == 0 && packet.dport == 0);
  }
}

export function a_tcp_header_of_less_than_20_bytes_is_malformed(): void {
  const at = begin();
  ethernet(0x0800);
  ipv4(6, 20);
  tcp(40000, 443, 2);
  store<u8>(at + 46, 0x40);
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.MALFORMED && packet.tcpFlags == 0 && packet.dport == 443);
}

export function a_tcp_header_longer_than_its_packet_is_malformed(): void {
  const at = begin();
  ethernet(0x0800);
  ipv4(6, 20);
  tcp(40000, 443, 2);
  store<u8>(at + 46, 0x60);
  assert(dissected(newImage(), at).condition == Condition.MALFORMED);
}

/** Sequence space of a segment with these flags and `payload` bytes. */
function segmentOf(flags: u32, payload: u32): u32 {
  const at = begin();
  ethernet(0x0800);
  ipv4(6, 20 + payload);
  tcp(40000, 443, flags);
  skip(payload);
  return dissected(newImage(), at).segment;
}

export function a_segment_is_as_long_as_its_payload_and_one_each_for_syn_and_fin(): void {
  assert(segmentOf(0x10, 0) == 0 && segmentOf(0x10, 100) == 100);
  assert(segmentOf(0x02, 0) == 1 && segmentOf(0x11, 5) == 6 && segmentOf(0x03, 5) == 7);
}

export function a_segment_cut_by_the_capture_is_as_long_as_its_packet(): void {
  const at = begin();
  ethernet(0x0800);
  ipv4(6, 120);
  tcp(40000, 443, 0x10);
  assert(cut(newImage(), at, 54, 154).segment == 100);
}

export function a_protocol_without_ports_is_whole(): void {
  const at = begin();
  ethernet(0x0800);
  ipv4(47, 4);
  hex("ffffffff");
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.WHOLE && packet.proto == 47 && packet.sport == 0 && packet.dport == 0);
}
