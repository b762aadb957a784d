import { be16, be32 } from "./bytes";

const SEQUENCE = 4;
const ACKNOWLEDGEMENT = 8;
const OFFSET = 12;
const FLAGS = 13;
const HEADER: u32 = 20;
/** Up to and including the flags: what a verdict needs, and what a short capture may still hold. */
const FLAGS_END = 14;

export enum TcpFlag { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32 }

/** TCP header (RFC 9293). */
@unmanaged @final export class Tcp {
  static fits(at: usize, end: usize): bool { return at + HEADER <= end; }
  static flagsFit(at: usize, end: usize): bool { return at + FLAGS_END <= end; }

  get source(): u32 { return be16(changetype<usize>(this)); }
  get destination(): u32 { return be16(changetype<usize>(this) + 2); }
  get sequence(): u32 { return be32(changetype<usize>(this) + SEQUENCE); }
  get acknowledgement(): u32 { return be32(changetype<usize>(this) + ACKNOWLEDGEMENT); }
  /** Header length in bytes, options included. */
  get header(): u32 { return (load<u8>(changetype<usize>(this), OFFSET) >> 4) << 2; }
  get flags(): u32 { return load<u8>(changetype<usize>(this), FLAGS); }
  get wellFormed(): bool { return this.header >= HEADER; }
}
