import { reserve } from "../../../assembly/arena";
import { be16, be32, copyWords } from "../../../assembly/wire/bytes";
import { bytes } from "../support/bytes";

export function two_bytes_are_read_most_significant_first(): void {
  assert(be16(bytes("12 34")) == 0x1234);
  assert(be16(bytes("ff fe")) == 0xfffe, "no sign is extended");
}

export function four_bytes_are_read_most_significant_first(): void {
  assert(be32(bytes("12 34 56 78")) == 0x12345678);
  assert(be32(bytes("ff 00 00 01")) == 0xff000001);
}

export function a_read_needs_no_alignment(): void {
  const at = bytes("00 12 34 56 78");
  assert(be16(at + 1) == 0x1234 && be32(at + 1) == 0x12345678);
}

export function sixteen_bytes_are_copied_as_four_words(): void {
  const at = bytes("00 00010203 04050607 fcfdfeff 80000000 55");
  const to = reserve(32);
  copyWords(to, at + 1);
  assert(load<u32>(to) == 0x00010203 && load<u32>(to, 4) == 0x04050607 && load<u32>(to, 8) == 0xfcfdfeff && load<u32>(to, 12) == 0x80000000);
  assert(load<u64>(to, 16) == 0, "and no more than sixteen");
}
