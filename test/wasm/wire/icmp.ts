import { Icmp, quotes4, quotes6, request4, request6 } from "../../../assembly/wire/icmp";
import { begin, bytes } from "../support/bytes";

export function icmp_fits_in_8_bytes_and_its_type_in_2(): void {
  const at = begin();
  assert(Icmp.fits(at, at + 8) && !Icmp.fits(at, at + 7));
  assert(Icmp.typeFits(at, at + 2) && !Icmp.typeFits(at, at + 1));
}

export function icmp_tells_type_code_identifier_and_sequence(): void {
  const at = bytes("03 04 0000 abcd ef01");
  const header = changetype<Icmp>(at);
  assert(header.type == 3 && header.code == 4, "type and code");
  assert(header.identifier == 0xabcd && header.sequence == 0xef01, "identifier and sequence");
  assert(header.quoted == at + 8, "the quoted packet");
}

export function each_icmp_request_and_its_reply_are_named_by_the_request(): void {
  assert(request4(8) == 8 && request4(0) == 8, "echo");
  assert(request4(13) == 13 && request4(14) == 13, "timestamp");
  assert(request4(15) == 15 && request4(16) == 15, "information");
  assert(request4(17) == 17 && request4(18) == 17, "address mask");
}

export function no_other_icmp_type_is_a_request_or_a_reply(): void {
  let pairs = 0;
  for (let type: u32 = 0; type < 256; type++) pairs += i32(request4(type) != 0);
  assert(pairs == 8);
}

export function icmpv6_pairs_are_echo_and_node_information(): void {
  assert(request6(128) == 128 && request6(129) == 128, "echo");
  assert(request6(139) == 139 && request6(140) == 139, "node information");
  let pairs = 0;
  for (let type: u32 = 0; type < 256; type++) pairs += i32(request6(type) != 0);
  assert(pairs == 4, "and no others");
}

export function icmp_errors_that_quote_are_3_4_5_11_and_12(): void {
  let errors = 0;
  for (let type: u32 = 0; type < 256; type++) errors += i32(quotes4(type));
  assert(quotes4(3) && quotes4(4) && quotes4(5) && quotes4(11) && quotes4(12));
  assert(errors == 5);
}

export function icmpv6_errors_are_the_types_below_128(): void {
  assert(quotes6(1) && quotes6(2) && quotes6(3) && quotes6(4) && quotes6(127));
  assert(!quotes6(128) && !quotes6(137) && !quotes6(255));
}

export function no_icmp_type_both_asks_and_quotes(): void {
  for (let type: u32 = 0; type < 256; type++) {
    assert(request4(type) == 0 || !quotes4(type));
    assert(request6(type) == 0 || !quotes6(type));
  }
}
