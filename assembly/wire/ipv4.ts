import { be16, be32 } from "./bytes";

const TOS = 1;
const TOTAL_LENGTH = 2;
const ID = 4;
const FRAGMENT = 6;
const TTL = 8;
const PROTOCOL = 9;
const SOURCE = 12;
const DESTINATION = 16;
const HEADER: u32 = 20;
const MORE_FRAGMENTS: u32 = 0x2000;
const OFFSET: u32 = 0x1fff;

/** IPv4 header (RFC 791). The bytes stay in the frame. */
@unmanaged @final export class Ipv4 {
  /** The fixed part; options are covered by `header`. */
  static fits(at: usize, end: usize): bool { return at + HEADER <= end; }

  get wellFormed(): bool { return load<u8>(changetype<usize>(this)) >> 4 == 4 && this.header >= HEADER; }
  /** Header length in bytes, options included. */
  get header(): u32 { return (load<u8>(changetype<usize>(this)) & 15) << 2; }
  get tos(): u32 { return load<u8>(changetype<usize>(this), TOS); }
  get totalLength(): u32 { return be16(changetype<usize>(this) + TOTAL_LENGTH); }
  get id(): u32 { return be16(changetype<usize>(this) + ID); }
  get moreFragments(): bool { return (be16(changetype<usize>(this) + FRAGMENT) & MORE_FRAGMENTS) != 0; }
  get fragmentOffset(): u32 { return be16(changetype<usize>(this) + FRAGMENT) & OFFSET; }
  get ttl(): u32 { return load<u8>(changetype<usize>(this), TTL); }
  get protocol(): u32 { return load<u8>(changetype<usize>(this), PROTOCOL); }
  get source(): u32 { return be32(changetype<usize>(this) + SOURCE); }
  get destination(): u32 { return be32(changetype<usize>(this) + DESTINATION); }
}
