import { Ipv4 } from "../../../assembly/wire/ipv4";
import { begin, bytes } from "../support/bytes";

function header(text: string): Ipv4 {
  return changetype<Ipv4>(bytes(text));
}

export function ipv4_fits_in_20_bytes_and_not_in_19(): void {
  const at = begin();
  assert(Ipv4.fits(at, at + 20));
  assert(!Ipv4.fits(at, at + 19));
}

export function ipv4_tells_its_fields(): void {
  const ip = header("45 b8 05dc beef 0000 40 11 0000 c0000202 cb007107");
  assert(ip.tos == 0xb8 && ip.totalLength == 0x5dc && ip.id == 0xbeef, "tos, total length, id");
  assert(ip.ttl == 64 && ip.protocol == 17, "ttl and protocol");
  assert(ip.source == 0xc0000202 && ip.destination == 0xcb007107, "addresses");
}

export function ipv4_header_length_counts_words_of_four_bytes(): void {
  assert(header("45").header == 20);
  assert(header("46").header == 24);
  assert(header("4f").header == 60);
}

export function ipv4_is_well_formed_from_five_words_on_and_as_version_4_only(): void {
  assert(header("45").wellFormed && header("4f").wellFormed);
  assert(!header("44").wellFormed && !header("40").wellFormed, "a header of less than 20 bytes");
  assert(!header("65").wellFormed && !header("05").wellFormed, "another version");
}

export function ipv4_fragment_offset_leaves_the_three_flags_out(): void {
  const first = header("45 00 0000 0000 2000");
  assert(first.moreFragments && first.fragmentOffset == 0, "first");
  const last = header("45 00 0000 0000 1fff");
  assert(!last.moreFragments && last.fragmentOffset == 0x1fff, "last");
  const whole = header("45 00 0000 0000 c000");
  assert(!whole.moreFragments && whole.fragmentOffset == 0, "do-not-fragment and the reserved bit say nothing");
}
