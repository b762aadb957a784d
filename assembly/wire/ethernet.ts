import { be16 } from "./bytes";

const DESTINATION = 0;
const SOURCE = 6;
const TYPE = 12;
const HEADER = 14;
const TAG = 4;
/** More tags than this and the frame counts as malformed. */
const TAGS_MAX = 4;

export enum EtherType { IPV4 = 0x0800, ARP = 0x0806, CTAG = 0x8100, IPV6 = 0x86dd, PPPOE = 0x8864, STAG = 0x88a8, OLD_STAG = 0x9100 }

/** Ethernet II header (IEEE 802.3) with its 802.1Q and 802.1ad tags. */
@unmanaged @final export class Ethernet {
  /** Call before any getter: none of them looks at `end`. */
  static fits(at: usize, end: usize): bool { return at + HEADER <= end; }

  /** The six bytes as a big-endian number. */
  get source(): u64 { return hardware(changetype<usize>(this) + SOURCE); }
  /** True when sent to a multicast or broadcast address. */
  get group(): bool { return (load<u8>(changetype<usize>(this), DESTINATION) & 1) != 0; }
  get type(): u32 { return be16(changetype<usize>(this) + TYPE); }
  get payload(): usize { return changetype<usize>(this) + HEADER; }
}

/** Six bytes as a big-endian number. */
export function hardware(at: usize): u64 {
  return (<u64>be16(at) << 32) | <u64>bswap<u32>(load<u32>(at, 2));
}

export function isTag(type: u32): bool {
  return type == EtherType.CTAG || type == EtherType.STAG || type == EtherType.OLD_STAG;
}

/** Skips tags from `payload` on: the address of the innermost type's payload, or 0 when the tags do not fit or are too many. */
export function untag(payload: usize, type: u32, end: usize): usize {
  let at = payload;
  for (let i = 0; isTag(type); i++) {
    if (i == TAGS_MAX || at + TAG > end) return 0;
    type = be16(at + 2);
    at += TAG;
  }
  return at;
}
