import { reserve } from "../../assembly/arena";
import { Condition, Direction, Frame, Image, NONE, Packet, Visible } from "../../assembly/layout";
import { LinkType, deviceOf, dissectFrame } from "../../assembly/link";
import { NflogRecord } from "../../assembly/wire/nflog";
import { begin, here, hex } from "./support/bytes";
import { NODE4, OWN_MAC, REMOTE4, ethernet, ipv4, ipv6, udp } from "./support/frames";
import { newImage } from "./support/images";

const UDP: u32 = 17;

/** What stands from `start` to `end`, as a frame of this link type; `cut` bytes were not captured. */
function dissected(type: u32, start: usize, end: usize, cut: u32 = 0, flags: u32 = 0, image: Image = newImage()): Packet {
  const frame = changetype<Frame>(reserve(offsetof<Frame>()));
  frame.captured = <u32>(end - start) - cut;
  frame.original = <u32>(end - start);
  frame.linkType = type;
  frame.flags = flags;
  const packet = changetype<Packet>(reserve(offsetof<Packet>()));
  dissectFrame(frame, start, image, changetype<NflogRecord>(reserve(offsetof<NflogRecord>())), packet);
  return packet;
}

function datagram(): void {
  ipv4(UDP, 8);
  udp(40000, 53);
}

function isDatagram(packet: Packet): bool {
  return packet.condition == Condition.WHOLE && packet.family == 4 && packet.src0 == NODE4 && packet.dst0 == REMOTE4 && packet.dport == 53;
}

/** A cooked frame of this packet type from the node's own or another hardware address. */
function cooked(type: u32, own: bool): usize {
  const at = begin();
  if (type == 4) hex("0004 0001 0006");
  else if (type == 3) hex("0003 0001 0006");
  else hex("0002 0001 0006");
  if (own) hex("020000000001 0000 0800");
  else hex("020000000099 0000 0800");
  datagram();
  return at;
}

export function cooked_frames_tell_the_direction(): void {
  const out = dissected(LinkType.COOKED, cooked(4, true), here());
  assert(isDatagram(out) && out.direction == Direction.OUT && out.station == 0 && out.device == 0);
  assert(dissected(LinkType.COOKED, cooked(3, false), here()).direction == Direction.IN, "for somebody else");
  const group = dissected(LinkType.COOKED, cooked(2, false), here());
  assert(group.direction == Direction.IN && group.group == 1 && group.station == 1);
}

function cooked2(): usize {
  const at = begin();
  hex("0800 0000 0000002a 0001 04 06 020000000001 0000");
  datagram();
  return at;
}

export function the_second_cooked_version_tells_the_device(): void {
  const packet = dissected(LinkType.COOKED2, cooked2(), here());
  assert(isDatagram(packet) && packet.direction == Direction.OUT && packet.device == 2);
}

export function an_interface_index_is_a_device_number_or_none(): void {
  const image = newImage();
  assert(deviceOf(image, 41) == 1 && deviceOf(image, 42) == 2);
  assert(deviceOf(image, 0) == 0, "not said");
  assert(deviceOf(image, 43) == NONE, "unknown");
}

function rawPacket(): usize {
  const at = begin();
  datagram();
  return at;
}

export function raw_ip_is_told_by_its_version_under_every_number(): void {
  const at = rawPacket();
  const end = here();
  assert(isDatagram(dissected(LinkType.RAW, at, end)) && isDatagram(dissected(LinkType.RAW_BSD, at, end)) && isDatagram(dissected(LinkType.IPV4, at, end)));
  const six = begin();
  ipv6(UDP, 8);
  udp(40000, 53);
  const packet = dissected(LinkType.IPV6, six, here());
  assert(packet.family == 6 && packet.dport == 53 && packet.etherType == 0x86dd && packet.direction == Direction.UNKNOWN);
}

export function a_loopback_header_has_four_bytes_in_either_order(): void {
  const at = begin();
  hex("02000000");
  datagram();
  assert(isDatagram(dissected(LinkType.NULL, at, here())));
  const big = begin();
  hex("00000002");
  datagram();
  assert(isDatagram(dissected(LinkType.LOOP, big, here())));
}

/** A log record with these attributes before the payload. */
function logged(attributes: string): usize {
  const at = begin();
  hex("02 00 0005");
  hex(attributes);
  hex("2000 0900");
  datagram();
  return at;
}

export function a_record_of_postrouting_leaves_on_its_output_device_with_its_mark_and_owner(): void {
  const packet = dissected(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0200 00000001 0800 0b00 00000000 0800 0e00 00000320 0800 0500 00000029"), here());
  assert(isDatagram(packet) && packet.direction == Direction.OUT && packet.device == 1);
  assert(packet.mark == 1 && packet.uid == 0 && packet.gid == 800);
  assert(packet.visible == (<u32>Visible.MARK | <u32>Visible.UID | <u32>Visible.GID));
}

export function a_mark_that_is_left_out_is_zero_and_visible(): void {
  const packet = dissected(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0500 00000029"), here());
  assert(packet.mark == 0 && packet.visible == <u32>Visible.MARK);
}

export function without_an_owner_another_input_device_means_forwarded(): void {
  const forwarded = dissected(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0400 0000002a 0800 0500 00000029"), here());
  assert((forwarded.visible & Visible.FORWARDED) != 0);
  const same = dissected(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0400 00000029 0800 0500 00000029"), here());
  assert((same.visible & Visible.FORWARDED) == 0, "the kernel's own neighbour discovery");
  const owned = dissected(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0b00 00000000 0800 0400 0000002a 0800 0500 00000029"), here());
  assert((owned.visible & Visible.FORWARDED) == 0, "a socket's packet");
}

export function a_record_of_input_arrives_on_its_input_device(): void {
  const packet = dissected(LinkType.NFLOG, logged("0800 0100 0800 0100 0800 0400 00000029"), here());
  assert(packet.direction == Direction.IN && packet.device == 1);
}

export function a_record_of_output_may_still_be_rerouted(): void {
  const packet = dissected(LinkType.NFLOG, logged("0800 0100 0800 0300 0800 0500 00000029"), here());
  assert((packet.visible & Visible.EARLY) != 0 && packet.direction == Direction.OUT);
}

export function a_record_without_a_payload_is_malformed(): void {
  const at = begin();
  hex("02 00 0005 0800 0200 00000001");
  assert(dissected(LinkType.NFLOG, at, here()).condition == Condition.MALFORMED);
}

export function a_link_type_nobody_reads_is_said_to_be_so(): void {
  assert(dissected(147, rawPacket(), here()).condition == Condition.UNREAD);
}

export function frames_cut_at_any_byte_are_a_condition_and_never_a_trap(): void {
  const cookedAt = cooked(4, true);
  const cookedEnd = here();
  for (let cut: u32 = 1; cut < 44; cut++) dissected(LinkType.COOKED, cookedAt, cookedEnd, cut);
  const cooked2At = cooked2();
  const cooked2End = here();
  for (let cut: u32 = 1; cut < 48; cut++) assert(dissected(LinkType.COOKED2, cooked2At, cooked2End, cut).condition != Condition.WHOLE || cut <= 4);
  const rawAt = rawPacket();
  const rawEnd = here();
  for (let cut: u32 = 5; cut <= 28; cut++) assert(dissected(LinkType.RAW, rawAt, rawEnd, cut).condition == Condition.CUT);
}

/** A session frame of PPPoE over Ethernet with this PPP protocol. */
function session(protocol: string): usize {
  const at = begin();
  ethernet(0x8864, OWN_MAC);
  hex("11 00 0001 001e");
  hex(protocol);
  datagram();
  return at;
}

export function a_pppoe_session_carries_ip(): void {
  assert(isDatagram(dissected(LinkType.ETHERNET, session("0021"), here())));
  const control = dissected(LinkType.ETHERNET, session("c021"), here());
  assert(control.family == 0 && control.condition == Condition.WHOLE && control.etherType == 0x8864);
}

/** A switch's tag of this many bytes between the addresses and the type. */
function switched(tag: string): Packet {
  const at = begin();
  hex("020000000099 020000000001");
  hex(tag);
  hex("0800");
  datagram();
  return dissected(LinkType.ETHERNET, at, here());
}

export function a_switchs_tag_of_two_four_or_eight_bytes_is_detected(): void {
  assert(switched("9000").condition == Condition.TAGGED, "two");
  assert(switched("00040000").condition == Condition.TAGGED, "four");
  assert(switched("dada000040080000").condition == Condition.TAGGED, "eight");
}

export function what_merely_is_not_ip_has_no_switchs_tag(): void {
  const at = begin();
  hex("0180c200000e 020000000001 88cc 0207 04 020000000001 0403");
  assert(dissected(LinkType.ETHERNET, at, here()).condition == Condition.WHOLE);
}
