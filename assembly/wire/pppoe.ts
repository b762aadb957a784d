import { be16 } from "./bytes";

const HEADER = 6;
const PROTOCOL = 2;

export enum PppProtocol { IPV4 = 0x0021, IPV6 = 0x0057 }

/** PPPoE session header (RFC 2516) with the PPP protocol number behind it (RFC 1661). */
@unmanaged @final export class Pppoe {
  static fits(at: usize, end: usize): bool { return at + HEADER + PROTOCOL <= end; }

  /** Code 0: a session's data. Version and type have one value each and no receiver looks at them. */
  get wellFormed(): bool { return load<u8>(changetype<usize>(this), 1) == 0; }
  get protocol(): u32 { return be16(changetype<usize>(this) + HEADER); }
  get payload(): usize { return changetype<usize>(this) + HEADER + PROTOCOL; }
}
