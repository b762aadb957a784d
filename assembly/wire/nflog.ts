import { be32 } from "./bytes";

const HEADER: usize = 4;
const ATTRIBUTE: usize = 4;

/** Types of attributes (linux/netfilter/nfnetlink_log.h). */
export enum NflogAttribute { PACKET_HEADER = 1, MARK = 2, IN_DEVICE = 4, OUT_DEVICE = 5, HARDWARE = 8, PAYLOAD = 9, UID = 11, GID = 14 }

/** Netfilter hooks, numbered alike in both families (linux/netfilter.h). */
export enum Hook { PRE_ROUTING = 0, LOCAL_IN = 1, FORWARD = 2, LOCAL_OUT = 3, POST_ROUTING = 4 }

/** What a log record says of its packet (LINKTYPE_NFLOG). The header is big-endian, the attributes are in the byte order of the machine that captured. */
@unmanaged @final export class NflogRecord {
  family: u32; // AF_INET 2, AF_INET6 10
  hook: u32;
  mark: u32;
  uid: u32;
  gid: u32;
  seen: u32; // one bit for each attribute type below 32
  inDevice: u32; // interface indexes
  outDevice: u32;
  payload: u32; // address
  payloadLength: u32;
  hardware: u32; // address of the sender's hardware address, 0 = none
  hardwareLength: u32;

  has(attribute: NflogAttribute): bool { return (this.seen & (1 << <u32>attribute)) != 0; }
}

/** Reads the attributes of the record at `at`; false when one of them reaches beyond `end`. What was read before stays. */
export function readNflog(at: usize, end: usize, record: NflogRecord): bool {
  if (at + HEADER > end) return false;
  record.family = load<u8>(at);
  at += HEADER;
  while (at + ATTRIBUTE <= end) {
    const swapped = isSwapped(at);
    const length = <usize>half(at, swapped);
    const type = half(at + 2, swapped) & 0x7fff;
    if (length < ATTRIBUTE) return false;
    const value = at + ATTRIBUTE;
    // A payload that the capture cut is still a payload: its own headers tell how long it was.
    if (type == NflogAttribute.PAYLOAD) {
      record.seen |= 1 << type;
      record.payload = <u32>value;
      record.payloadLength = <u32>(length - ATTRIBUTE);
    } else if (at + length > end) return false;
    else readAttribute(record, type, value, length - ATTRIBUTE);
    at += (length + 3) & ~3;
  }
  return true;
}

/** Attribute types are small numbers, so the byte that is not zero tells the order. */
function isSwapped(at: usize): bool {
  return load<u8>(at, 2) == 0 && (load<u8>(at, 3) & 0x7f) != 0;
}

function half(at: usize, swapped: bool): u32 {
  const value = load<u16>(at);
  return swapped ? bswap<u16>(value) : value;
}

function readAttribute(record: NflogRecord, type: u32, value: usize, length: usize): void {
  if (type == NflogAttribute.HARDWARE && length >= 4) {
    record.hardwareLength = bswap<u16>(load<u16>(value));
    record.hardware = length >= 4 + 6 ? <u32>value + 4 : 0;
  } else if (length < 4) return;
  else if (type == NflogAttribute.PACKET_HEADER) record.hook = load<u8>(value, 2);
  else if (type == NflogAttribute.MARK) record.mark = be32(value);
  else if (type == NflogAttribute.UID) record.uid = be32(value);
  else if (type == NflogAttribute.GID) record.gid = be32(value);
  else if (type == NflogAttribute.IN_DEVICE) record.inDevice = be32(value);
  else if (type == NflogAttribute.OUT_DEVICE) record.outDevice = be32(value);
  if (type < 32) record.seen |= 1 << type;
}
