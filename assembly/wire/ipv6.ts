import { be16, be32, copyWords } from "./bytes";

const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const HOP_LIMIT = 7;
const SOURCE = 8;
const DESTINATION = 24;
const HEADER = 40;

/** IPv6 fixed header (RFC 8200 section 3). The bytes stay in the frame. */
@unmanaged @final export class Ipv6 {
  static fits(at: usize, end: usize): bool { return at + HEADER <= end; }

  get wellFormed(): bool { return load<u8>(changetype<usize>(this)) >> 4 == 6; }
  get trafficClass(): u32 { return (be16(changetype<usize>(this)) >> 4) & 0xff; }
  get payloadLength(): u32 { return be16(changetype<usize>(this) + PAYLOAD_LENGTH); }
  get nextHeader(): u32 { return load<u8>(changetype<usize>(this), NEXT_HEADER); }
  get hopLimit(): u32 { return load<u8>(changetype<usize>(this), HOP_LIMIT); }
  /** Writes the source, then the destination, as eight words. */
  copyAddresses(to: usize): void {
    copyWords(to, changetype<usize>(this) + SOURCE);
    copyWords(to + 16, changetype<usize>(this) + DESTINATION);
  }
  get payload(): usize { return changetype<usize>(this) + HEADER; }
}

export enum NextHeader { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AUTHENTICATION = 51, DESTINATION = 60, MOBILITY = 135, HIP = 139, SHIM6 = 140 }

/** True for the headers that may stand between the fixed header and the transport (RFC 8200 section 4, IANA registry). ESP hides what follows and is none of them. */
export function isExtension(header: u32): bool {
  return header == NextHeader.HOP_BY_HOP || header == NextHeader.ROUTING || header == NextHeader.FRAGMENT ||
    header == NextHeader.DESTINATION || header == NextHeader.AUTHENTICATION || header == NextHeader.MOBILITY ||
    header == NextHeader.HIP || header == NextHeader.SHIM6;
}

const EXTENSION = 8;

/** Any extension header: at least eight bytes, the first of which names the next. */
@unmanaged @final export class Extension {
  static fits(at: usize, end: usize): bool { return at + EXTENSION <= end; }

  get nextHeader(): u32 { return load<u8>(changetype<usize>(this)); }
  /** Length in bytes; AH counts in four-byte units (RFC 4302), the fragment header has no length field. */
  length(kind: u32): u32 {
    if (kind == NextHeader.FRAGMENT) return EXTENSION;
    const units: u32 = load<u8>(changetype<usize>(this), 1);
    return kind == NextHeader.AUTHENTICATION ? (units + 2) << 2 : (units + 1) << 3;
  }
  /** Fragment header only: offset in eight-byte units. */
  get fragmentOffset(): u32 { return be16(changetype<usize>(this) + 2) >> 3; }
  get moreFragments(): bool { return (load<u8>(changetype<usize>(this), 3) & 1) != 0; }
  get id(): u32 { return be32(changetype<usize>(this) + 4); }
}
