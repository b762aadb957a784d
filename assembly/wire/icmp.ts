import { be16 } from "./bytes";

const IDENTIFIER = 4;
const SEQUENCE = 6;
const HEADER = 8;
/** Type and code alone. */
const TYPE_END = 2;

/** The eight bytes that ICMP (RFC 792) and ICMPv6 (RFC 4443) share. */
@unmanaged @final export class Icmp {
  static fits(at: usize, end: usize): bool { return at + HEADER <= end; }
  static typeFits(at: usize, end: usize): bool { return at + TYPE_END <= end; }

  get type(): u32 { return load<u8>(changetype<usize>(this)); }
  get code(): u32 { return load<u8>(changetype<usize>(this), 1); }
  get identifier(): u32 { return be16(changetype<usize>(this) + IDENTIFIER); }
  get sequence(): u32 { return be16(changetype<usize>(this) + SEQUENCE); }
  /** Of an error message: the packet that caused it. */
  get quoted(): usize { return changetype<usize>(this) + HEADER; }
}

/** The request that a message of this type answers, itself if it is a request, 0 if it is neither (never a request's number). */
export function request4(type: u32): u32 {
  // Echo, timestamp, information, address mask (RFC 792, RFC 950).
  if (type == 0 || type == 8) return 8;
  if (type == 13 || type == 14) return 13;
  if (type == 15 || type == 16) return 15;
  if (type == 17 || type == 18) return 17;
  return 0;
}

/** The same for ICMPv6: echo (RFC 4443) and node information (RFC 4620). */
export function request6(type: u32): u32 {
  if (type == 128 || type == 129) return 128;
  if (type == 139 || type == 140) return 139;
  return 0;
}

/** Messages that quote the packet that caused them: unreachable, source quench, redirect, time exceeded, parameter problem. */
export function quotes4(type: u32): bool {
  return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/** ICMPv6 errors are the types below 128 (RFC 4443 section 2.1). A redirect quotes in an option: see redirect.ts. */
export function quotes6(type: u32): bool {
  return type < 128;
}
