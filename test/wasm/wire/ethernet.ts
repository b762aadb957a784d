import { Ethernet, hardware, isTag, untag } from "../../../assembly/wire/ethernet";
import { begin, bytes, here } from "../support/bytes";
import { ethernet, tag } from "../support/frames";

export function ethernet_fits_in_14_bytes_and_not_in_13(): void {
  const at = begin();
  assert(Ethernet.fits(at, at + 14));
  assert(!Ethernet.fits(at, at + 13));
}

export function ethernet_tells_source_and_type(): void {
  const at = bytes("ffffffffffff fedcba987654 86dd");
  const header = changetype<Ethernet>(at);
  assert(header.source == 0xfedcba987654, "source");
  assert(header.type == 0x86dd, "type");
  assert(header.payload == at + 14, "payload");
}

export function the_lowest_bit_of_the_first_byte_is_the_group_bit(): void {
  assert(changetype<Ethernet>(bytes("ff")).group, "broadcast");
  assert(changetype<Ethernet>(bytes("01 00 5e")).group, "IPv4 multicast");
  assert(changetype<Ethernet>(bytes("33 33")).group, "IPv6 multicast");
  assert(!changetype<Ethernet>(bytes("fe ff ff")).group, "unicast, whatever follows");
}

export function a_hardware_address_is_a_big_endian_number_of_48_bits(): void {
  assert(hardware(bytes("01 02 03 04 05 06 ff ff")) == 0x010203040506);
}

export function c_tags_s_tags_and_the_old_s_tags_are_tags(): void {
  assert(isTag(0x8100) && isTag(0x88a8) && isTag(0x9100));
  assert(!isTag(0x0800) && !isTag(0x86dd) && !isTag(0x8101) && !isTag(0));
}

/** Ethernet with this many tags around IPv4, and where the innermost payload was found. */
function untagged(tags: u32, missing: usize): usize {
  const at = begin();
  ethernet(tags == 0 ? 0x0800 : 0x88a8);
  for (let i: u32 = 1; i <= tags; i++) tag(i == tags ? 0x0800 : 0x8100);
  const header = changetype<Ethernet>(at);
  const found = untag(header.payload, header.type, here() - missing);
  return found == 0 ? 0 : found - at;
}

export function up_to_4_tags_are_skipped(): void {
  for (let tags: u32 = 0; tags <= 4; tags++) assert(untagged(tags, 0) == 14 + 4 * tags);
}

export function a_fifth_tag_is_too_many(): void {
  assert(untagged(5, 0) == 0);
}

export function a_tag_that_is_cut_by_one_byte_does_not_fit(): void {
  for (let tags: u32 = 1; tags <= 4; tags++) assert(untagged(tags, 1) == 0);
}
