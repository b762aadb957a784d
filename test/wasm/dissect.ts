// Ethernet, tags, direction and ARP; the rest stands in dissect/.
import { Condition, Direction, FrameFlag, Packet } from "../../assembly/layout";
import { dissectEthernet } from "../../assembly/dissect";
import { reserve } from "../../assembly/arena";
import { begin, here, hex, put16 } from "./support/bytes";
import { GROUP_MAC, OTHER_MAC, OWN_MAC, cut, dissected, ethernet, frameOf, ipv4, ipv6, tag, udp } from "./support/frames";
import { newImage } from "./support/images";

function udpFrame(source: u64, destination: u64 = OTHER_MAC): usize {
  const at = begin();
  ethernet(0x0800, source, destination);
  ipv4(17, 8);
  udp(1000, 53);
  return at;
}

/** The direction of a UDP frame from `source` with these frame flags. */
function directionOf(source: u64, flags: u32, macCount: u32): u32 {
  const image = newImage();
  image.macCount = macCount;
  const at = udpFrame(source);
  const frame = frameOf(at, here() - at, here() - at);
  frame.flags = flags;
  const packet = changetype<Packet>(reserve(offsetof<Packet>()));
  dissectEthernet(frame, 0, image, packet);
  return packet.direction;
}

export function a_frame_from_an_own_hardware_address_leaves(): void {
  assert(directionOf(OWN_MAC, 0, 1) == Direction.OUT);
}

export function a_frame_from_any_other_hardware_address_arrives(): void {
  assert(directionOf(OTHER_MAC, 0, 1) == Direction.IN);
  assert(directionOf(OWN_MAC | 0x010000000000, 0, 1) == Direction.IN, "all 48 bits count");
}

export function without_own_hardware_addresses_the_direction_is_unknown(): void {
  assert(directionOf(OWN_MAC, 0, 0) == Direction.UNKNOWN);
}

export function what_the_capture_says_of_the_direction_wins(): void {
  assert(directionOf(OTHER_MAC, FrameFlag.OUT, 1) == Direction.OUT);
  assert(directionOf(OWN_MAC, FrameFlag.IN, 1) == Direction.IN);
  assert(directionOf(OWN_MAC, FrameFlag.IN, 0) == Direction.IN);
}

export function a_multicast_or_broadcast_frame_is_sent_to_a_group(): void {
  const image = newImage();
  assert(dissected(image, udpFrame(OTHER_MAC, GROUP_MAC)).group == 1);
  assert(dissected(image, udpFrame(OTHER_MAC, 0xffffffffffff)).group == 1);
  assert(dissected(image, udpFrame(OTHER_MAC, OWN_MAC)).group == 0);
}

/** UDP over IPv4 inside this many tags. */
function tagged(tags: u32): Packet {
  const at = begin();
  ethernet(tags == 0 ? 0x0800 : 0x8100);
  for (let i: u32 = 1; i <= tags; i++) tag(i == tags ? 0x0800 : 0x8100);
  ipv4(17, 8);
  udp(1000, 53);
  return dissected(newImage(), at);
}

export function what_lies_inside_0_to_4_tags_is_dissected(): void {
  for (let tags: u32 = 0; tags <= 4; tags++) {
    const packet = tagged(tags);
    assert(packet.condition == Condition.WHOLE && packet.etherType == 0x0800 && packet.dport == 53);
  }
}

export function a_frame_with_5_tags_is_malformed(): void {
  const packet = tagged(5);
  assert(packet.condition == Condition.MALFORMED && packet.dport == 0);
}

export function a_frame_cut_inside_its_tags_is_cut(): void {
  const at = begin();
  ethernet(0x8100);
  tag(0x0800);
  for (let captured: usize = 14; captured < 18; captured++) {
    const packet = cut(newImage(), at, captured, 100);
    assert(packet.condition == Condition.CUT && packet.direction == Direction.OUT && packet.etherType == 0);
  }
}

export function a_frame_that_ends_inside_its_tags_is_malformed(): void {
  const at = begin();
  ethernet(0x8100);
  tag(0x0800);
  for (let size: usize = 14; size < 18; size++) assert(cut(newImage(), at, size, size).condition == Condition.MALFORMED);
}

export function a_frame_shorter_than_its_ethernet_header_is_malformed_or_cut(): void {
  const at = udpFrame(OWN_MAC);
  for (let size: usize = 0; size < 14; size++) {
    const short = cut(newImage(), at, size, size);
    assert(short.condition == Condition.MALFORMED && short.direction == Direction.UNKNOWN);
    assert(cut(newImage(), at, size, 60).condition == Condition.CUT);
  }
}

export function an_original_length_below_the_captured_one_does_not_shorten_the_frame(): void {
  const at = udpFrame(OWN_MAC);
  assert(cut(newImage(), at, here() - at, 0).condition == Condition.WHOLE);
}

export function an_unknown_ethertype_is_a_whole_frame_of_no_family(): void {
  const at = begin();
  ethernet(0x4305);
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.WHOLE && packet.etherType == 0x4305 && packet.family == 0 && packet.proto == 0);
}

export function a_dissected_row_keeps_nothing_of_the_one_before(): void {
  const packet = dissected(newImage(), udpFrame(OWN_MAC));
  assert(packet.mark == 0 && packet.uid == 0 && packet.flow == 0 && packet.explained == 0 && packet.rule == 0 && packet.icmpType == 0);
}

function arp(senderHardware: u64): usize {
  const at = begin();
  ethernet(0x0806);
  hex("0001 0800 06 04 0001");
  put16(<u32>(senderHardware >> 32));
  put16(<u32>(senderHardware >> 16));
  put16(<u32>senderHardware);
  hex("c0000202 000000000000 c0000201");
  return at;
}

export function arp_has_addresses_and_no_family(): void {
  const packet = dissected(newImage(), arp(OWN_MAC));
  assert(packet.condition == Condition.WHOLE && packet.etherType == 0x0806 && packet.family == 0);
  assert(packet.src0 == 0xc0000202 && packet.dst0 == 0xc0000201);
}

export function arp_tells_whether_its_sender_hardware_address_is_an_own_one(): void {
  assert(dissected(newImage(), arp(OWN_MAC)).ownHardware == 1);
  assert(dissected(newImage(), arp(OTHER_MAC)).ownHardware == 0);
}

export function arp_cut_at_any_byte_is_cut_and_shorter_arp_is_malformed(): void {
  const at = arp(OWN_MAC);
  for (let size: usize = 14; size < 42; size++) {
    const part = cut(newImage(), at, size, 42);
    assert(part.condition == Condition.CUT && part.src0 == 0 && part.dst0 == 0 && part.ownHardware == 0);
    assert(cut(newImage(), at, size, size).condition == Condition.MALFORMED);
  }
}

export function arp_for_something_else_than_ipv4_is_malformed(): void {
  const at = arp(OWN_MAC);
  store<u8>(at + 14 + 2, 0x86);
  assert(dissected(newImage(), at).condition == Condition.MALFORMED);
}

export function the_padding_of_a_short_frame_is_not_part_of_the_packet(): void {
  const at = begin();
  ethernet(0x86dd);
  ipv6(59, 0);
  hex("ffffffffffff");
  const packet = dissected(newImage(), at);
  assert(packet.condition == Condition.WHOLE && packet.proto == 59 && packet.wholeEnd == <u32>at + 54);
}
