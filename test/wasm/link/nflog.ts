// Log records: direction, device, mark and owner of the packet they carry.
import { Condition, Direction, NONE, Visible } from "../../../assembly/layout";
import { LinkType } from "../../../assembly/link";
import { begin, here, hex } from "../support/bytes";
import { datagram, dissectedAs, isDatagram, logged } from "../support/links";

/** What every record of what leaves shows. */
const LOGGED: u32 = <u32>Visible.MARK | <u32>Visible.BEFORE_NAT;

export function a_record_of_postrouting_leaves_on_its_output_device_with_its_mark_and_owner(): void {
  const packet = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0200 00000001 0800 0b00 00000000 0800 0e00 00000320 0800 0500 00000029"), here());
  assert(isDatagram(packet) && packet.direction == Direction.OUT && packet.device == 1);
  assert(packet.mark == 1 && packet.uid == 0 && packet.gid == 800);
  assert(packet.visible == (LOGGED | <u32>Visible.UID | <u32>Visible.GID));
}

export function a_record_of_a_big_endian_machine_says_the_same(): void {
  const at = begin();
  hex("02 00 0005 0008 0001 0800 0400 0008 0002 00000001 0008 000b 00000000 0008 000e 00000320 0008 0005 00000029 0020 0009");
  datagram();
  const packet = dissectedAs(LinkType.NFLOG, at, here());
  assert(isDatagram(packet) && packet.direction == Direction.OUT && packet.device == 1);
  assert(packet.mark == 1 && packet.uid == 0 && packet.gid == 800);
  assert(packet.visible == (LOGGED | <u32>Visible.UID | <u32>Visible.GID));
}

export function a_mark_that_is_left_out_is_zero_and_visible(): void {
  const packet = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0500 00000029"), here());
  assert(packet.mark == 0 && packet.visible == LOGGED);
}

export function a_record_shows_the_uid_or_the_gid_it_has_and_not_the_other(): void {
  const uid = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0b00 00000007"), here());
  assert(uid.visible == (LOGGED | <u32>Visible.UID) && uid.uid == 7 && uid.gid == 0);
  const gid = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0e00 00000009"), here());
  assert(gid.visible == (LOGGED | <u32>Visible.GID) && gid.gid == 9 && gid.uid == 0);
}

export function a_record_without_an_owner_from_another_input_device_was_forwarded(): void {
  const forwarded = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0400 0000002a 0800 0500 00000029"), here());
  assert((forwarded.visible & Visible.FORWARDED) != 0);
  const same = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0400 00000029 0800 0500 00000029"), here());
  assert((same.visible & Visible.FORWARDED) == 0, "the kernel's own neighbour discovery");
  const none = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0500 00000029"), here());
  assert((none.visible & Visible.FORWARDED) == 0, "no input device");
  const owned = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0b00 00000000 0800 0400 0000002a 0800 0500 00000029"), here());
  assert((owned.visible & Visible.FORWARDED) == 0, "a socket's packet");
}

export function a_record_of_the_forward_hook_was_forwarded_and_leaves(): void {
  const packet = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0200 0800 0400 0000002a 0800 0500 00000029"), here());
  assert(packet.direction == Direction.OUT && packet.device == 1 && packet.visible == (LOGGED | <u32>Visible.FORWARDED));
}

export function records_of_prerouting_and_input_arrive_on_their_input_device(): void {
  const routing = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0000 0800 0400 0000002a 0800 0500 00000029"), here());
  assert(routing.direction == Direction.IN && routing.device == 2 && (routing.visible & Visible.FORWARDED) == 0);
  const input = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0100 0800 0400 00000029"), here());
  assert(input.direction == Direction.IN && input.device == 1);
}

export function a_record_of_output_may_still_be_rerouted(): void {
  const packet = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0300 0800 0500 00000029"), here());
  assert((packet.visible & Visible.EARLY) != 0 && packet.direction == Direction.OUT && packet.device == 1);
}

export function a_record_of_a_device_the_node_does_not_have_is_of_none(): void {
  assert(dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0400 0800 0500 00000063"), here()).device == NONE);
  assert(dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0400"), here()).device == 0, "said by no attribute");
}

export function a_record_that_arrives_tells_whose_hardware_address_sent_it(): void {
  const other = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0100 1000 0800 0006 0000 020000000099 0000"), here());
  assert(isDatagram(other) && other.station == 1);
  const own = dissectedAs(LinkType.NFLOG, logged("0800 0100 0800 0100 1000 0800 0006 0000 020000000001 0000"), here());
  assert(own.station == 0);
}

export function a_record_without_a_payload_is_malformed(): void {
  const at = begin();
  hex("02 00 0005 0800 0200 00000001");
  assert(dissectedAs(LinkType.NFLOG, at, here()).condition == Condition.MALFORMED);
}

export function an_attribute_below_four_bytes_ends_the_record_without_a_trap(): void {
  for (let length: u32 = 0; length < 4; length++) {
    const at = logged("0000 0200 00000001");
    store<u8>(at + 4, <u8>length);
    const packet = dissectedAs(LinkType.NFLOG, at, here());
    assert(packet.condition == Condition.CUT || packet.condition == Condition.MALFORMED);
    assert(packet.family == 0 && packet.direction == Direction.UNKNOWN);
  }
}

export function an_attribute_beyond_the_record_ends_it_without_a_trap(): void {
  const at = begin();
  hex("02 00 0005 ffff 0200 00000001 2000 0900");
  datagram();
  const packet = dissectedAs(LinkType.NFLOG, at, here());
  assert(packet.condition == Condition.CUT || packet.condition == Condition.MALFORMED);
  assert(packet.family == 0 && packet.mark == 0);
}

export function attributes_behind_the_payload_count_too(): void {
  const at = logged("0800 0100 0800 0400");
  hex("0800 0200 00000003");
  const packet = dissectedAs(LinkType.NFLOG, at, here());
  assert(isDatagram(packet) && packet.mark == 3);
}
