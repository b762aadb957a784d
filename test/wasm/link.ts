// Cooked captures, raw IP and loopback; log records, tags and cut frames stand in link/.
import { Condition, Direction, FrameFlag, NONE } from "../../assembly/layout";
import { LinkType, deviceOf } from "../../assembly/link";
import { begin, here, hex, put32, put8 } from "./support/bytes";
import { REMOTE4, ipv4, ipv6, udp } from "./support/frames";
import { newImage } from "./support/images";
import { cooked, cooked2, datagram, dissectedAs, isDatagram, rawPacket } from "./support/links";

const UDP: u32 = 17;
const HOST: u32 = 0, BROADCAST: u32 = 1, MULTICAST: u32 = 2, OTHERHOST: u32 = 3, OUTGOING: u32 = 4;

export function cooked_frames_tell_the_direction(): void {
  const out = dissectedAs(LinkType.COOKED, cooked(OUTGOING, true), here());
  assert(isDatagram(out) && out.direction == Direction.OUT && out.station == 0 && out.device == 0 && out.group == 0);
  for (let type: u32 = HOST; type <= OTHERHOST; type++) {
    const packet = dissectedAs(LinkType.COOKED, cooked(type, false), here());
    assert(isDatagram(packet) && packet.direction == Direction.IN && packet.station == 1, "OTHERHOST is inbound too");
    assert(packet.group == u32(type == BROADCAST || type == MULTICAST), "group");
  }
}

export function the_packet_type_of_a_cooked_frame_wins_over_the_captures_flags(): void {
  assert(dissectedAs(LinkType.COOKED, cooked(OTHERHOST, true), here(), 0, FrameFlag.OUT).direction == Direction.IN);
  assert(dissectedAs(LinkType.COOKED2, cooked2(OUTGOING), here(), 0, FrameFlag.IN).direction == Direction.OUT);
}

export function a_cooked_frame_without_a_hardware_address_comes_from_no_station(): void {
  const at = cooked(HOST, false);
  store<u16>(at + 4, 0);
  assert(dissectedAs(LinkType.COOKED, at, here()).station == 0);
}

export function the_second_cooked_version_tells_the_direction(): void {
  for (let type: u32 = HOST; type <= OTHERHOST; type++) {
    const packet = dissectedAs(LinkType.COOKED2, cooked2(type), here());
    assert(isDatagram(packet) && packet.direction == Direction.IN && packet.group == u32(type == BROADCAST || type == MULTICAST));
  }
}

export function the_second_cooked_version_tells_the_device(): void {
  const packet = dissectedAs(LinkType.COOKED2, cooked2(OUTGOING), here());
  assert(isDatagram(packet) && packet.direction == Direction.OUT && packet.device == 2);
}

export function the_second_cooked_version_with_an_index_the_node_does_not_have_is_of_no_device(): void {
  assert(dissectedAs(LinkType.COOKED2, cooked2(OUTGOING, 43), here()).device == NONE);
  assert(dissectedAs(LinkType.COOKED2, cooked2(OUTGOING, 0), here()).device == 0, "index 0 says nothing");
}

export function an_interface_index_is_a_device_number_or_none(): void {
  const image = newImage();
  assert(deviceOf(image, 41) == 1 && deviceOf(image, 42) == 2);
  assert(deviceOf(image, 0) == 0, "not said");
  assert(deviceOf(image, 43) == NONE, "unknown");
}

export function a_tag_behind_a_cooked_header_is_skipped(): void {
  const at = begin();
  hex("0004 0001 0006 020000000001 0000 8100 0007 0800");
  datagram();
  assert(isDatagram(dissectedAs(LinkType.COOKED, at, here())));
}

export function raw_ip_is_told_by_its_version_under_every_number(): void {
  const at = rawPacket();
  const end = here();
  assert(isDatagram(dissectedAs(LinkType.RAW, at, end)) && isDatagram(dissectedAs(LinkType.RAW_BSD, at, end)) && isDatagram(dissectedAs(LinkType.IPV4, at, end)));
  const six = begin();
  ipv6(UDP, 8);
  udp(40000, 53);
  const packet = dissectedAs(LinkType.IPV6, six, here());
  assert(packet.family == 6 && packet.dport == 53 && packet.etherType == 0x86dd && packet.direction == Direction.UNKNOWN);
}

/** Whether raw IPv4 to this destination was sent to a group. */
function isGroup(destination: u32): bool {
  const at = begin();
  ipv4(UDP, 8, 0, REMOTE4, destination);
  udp(40000, 53);
  return dissectedAs(LinkType.RAW, at, here()).group != 0;
}

export function the_destination_of_raw_ip_tells_a_group(): void {
  assert(isGroup(0xe00000fb) && isGroup(0xefffffff) && isGroup(0xffffffff), "multicast and the limited broadcast");
  assert(!isGroup(REMOTE4) && !isGroup(0xdfffffff) && !isGroup(0xf0000000), "neighbours of multicast");
}

export function raw_ipv6_to_ff00_is_sent_to_a_group(): void {
  const at = begin();
  put32(0x60000000);
  hex("0008 11 01 20010db8000000000000000000000002 ff0200000000000000000000000000fb");
  udp(5353, 5353);
  const end = here();
  assert(dissectedAs(LinkType.RAW, at, end).group == 1);
  store<u8>(at + 24, 0xfe);
  assert(dissectedAs(LinkType.RAW, at, end).group == 0);
}

export function raw_bytes_of_another_version_are_malformed(): void {
  for (let version: u32 = 0; version < 16; version++) {
    if (version == 4 || version == 6) continue;
    const at = begin();
    put8(version << 4 | 5);
    for (let i = 0; i < 60; i++) put8(0);
    assert(dissectedAs(LinkType.RAW, at, here()).condition == Condition.MALFORMED);
  }
}

export function a_loopback_header_has_four_bytes_in_either_order(): void {
  const at = begin();
  hex("02000000");
  datagram();
  assert(isDatagram(dissectedAs(LinkType.NULL, at, here())));
  const big = begin();
  hex("00000002");
  datagram();
  assert(isDatagram(dissectedAs(LinkType.LOOP, big, here())));
}

export function a_link_type_nobody_reads_is_said_to_be_so(): void {
  assert(dissectedAs(147, rawPacket(), here()).condition == Condition.UNREAD);
}
