import { be16, be32 } from "./bytes";
import { hardware } from "./ethernet";

const HARDWARE_TYPE = 0;
const PROTOCOL_TYPE = 2;
const LENGTHS = 4;
const OPERATION = 6;
const SENDER_HARDWARE = 8;
const SENDER_PROTOCOL = 14;
const TARGET_PROTOCOL = 24;
const PACKET = 28;

/** ARP for IPv4 over Ethernet (RFC 826). */
@unmanaged @final export class Arp {
  static fits(at: usize, end: usize): bool { return at + PACKET <= end; }

  /** Ethernet and IPv4: the only pair this node speaks. */
  get known(): bool {
    const at = changetype<usize>(this);
    return be16(at + HARDWARE_TYPE) == 1 && be16(at + PROTOCOL_TYPE) == 0x0800 && be16(at + LENGTHS) == 0x0604;
  }
  get operation(): u32 { return be16(changetype<usize>(this) + OPERATION); }
  get senderHardware(): u64 { return hardware(changetype<usize>(this) + SENDER_HARDWARE); }
  get sender(): u32 { return be32(changetype<usize>(this) + SENDER_PROTOCOL); }
  get target(): u32 { return be32(changetype<usize>(this) + TARGET_PROTOCOL); }
}
