import { reserve } from "../../../assembly/arena";
import { Extension, Ipv6, isExtension } from "../../../assembly/wire/ipv6";
import { begin, bytes } from "../support/bytes";

const FIXED = "6b812345 0102 11 ff 20010db8 00000001 00000002 00000003 fe800000 00000004 00000005 00000006";

export function ipv6_fits_in_40_bytes_and_not_in_39(): void {
  const at = begin();
  assert(Ipv6.fits(at, at + 40));
  assert(!Ipv6.fits(at, at + 39));
}

export function ipv6_traffic_class_lies_across_two_bytes(): void {
  assert(changetype<Ipv6>(bytes(FIXED)).trafficClass == 0xb8);
}

export function ipv6_tells_length_next_header_and_hop_limit(): void {
  const at = bytes(FIXED);
  const ip = changetype<Ipv6>(at);
  assert(ip.payloadLength == 0x102 && ip.nextHeader == 17 && ip.hopLimit == 255);
  assert(ip.payload == at + 40);
}

export function ipv6_addresses_are_copied_as_eight_words_source_first(): void {
  const ip = changetype<Ipv6>(bytes(FIXED));
  const to = reserve(48);
  ip.copyAddresses(to);
  assert(load<u32>(to) == 0x20010db8 && load<u32>(to, 4) == 1 && load<u32>(to, 8) == 2 && load<u32>(to, 12) == 3, "source");
  assert(load<u32>(to, 16) == 0xfe800000 && load<u32>(to, 20) == 4 && load<u32>(to, 24) == 5 && load<u32>(to, 28) == 6, "destination");
  assert(load<u64>(to, 32) == 0, "nothing behind them");
}

export function ipv6_is_well_formed_as_version_6_only(): void {
  assert(changetype<Ipv6>(bytes("60")).wellFormed && changetype<Ipv6>(bytes("6f")).wellFormed);
  assert(!changetype<Ipv6>(bytes("45")).wellFormed && !changetype<Ipv6>(bytes("70")).wellFormed);
}

export function eight_headers_may_stand_before_the_transport(): void {
  assert(isExtension(0) && isExtension(43) && isExtension(44) && isExtension(51) && isExtension(60));
  assert(isExtension(135) && isExtension(139) && isExtension(140));
  let count = 0;
  for (let header: u32 = 0; header < 256; header++) count += i32(isExtension(header));
  assert(count == 8, "ESP, no next header and the transports are none");
}

export function an_extension_fits_in_8_bytes_and_not_in_7(): void {
  const at = begin();
  assert(Extension.fits(at, at + 8));
  assert(!Extension.fits(at, at + 7));
}

export function extension_length_counts_units_of_8_bytes_beyond_the_first(): void {
  const header = changetype<Extension>(bytes("3a 02"));
  assert(header.nextHeader == 58);
  assert(header.length(0) == 24 && header.length(60) == 24 && header.length(43) == 24);
  assert(changetype<Extension>(bytes("3a ff")).length(0) == 2048);
}

export function authentication_header_length_counts_units_of_4_bytes_less_two(): void {
  assert(changetype<Extension>(bytes("3a 04")).length(51) == 24);
  assert(changetype<Extension>(bytes("3a 01")).length(51) == 12);
}

export function a_fragment_header_is_8_bytes_whatever_its_second_byte_says(): void {
  assert(changetype<Extension>(bytes("3a ff")).length(44) == 8);
}

export function a_fragment_header_tells_offset_more_and_id(): void {
  const first = changetype<Extension>(bytes("11 00 0001 deadbeef"));
  assert(first.fragmentOffset == 0 && first.moreFragments && first.id == 0xdeadbeef, "first");
  const last = changetype<Extension>(bytes("11 00 05a8 00000001"));
  assert(last.fragmentOffset == 0xb5 && !last.moreFragments && last.id == 1, "last");
  const reserved = changetype<Extension>(bytes("11 00 0006 00000000"));
  assert(reserved.fragmentOffset == 0 && !reserved.moreFragments, "the two reserved bits say nothing");
}
