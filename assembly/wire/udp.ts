import { be16 } from "./bytes";

const HEADER = 8;
/** The ports alone. */
const PORTS = 4;

/** UDP header (RFC 768). */
@unmanaged @final export class Udp {
  static fits(at: usize, end: usize): bool { return at + HEADER <= end; }
  static portsFit(at: usize, end: usize): bool { return at + PORTS <= end; }

  get source(): u32 { return be16(changetype<usize>(this)); }
  get destination(): u32 { return be16(changetype<usize>(this) + 2); }
  get payload(): usize { return changetype<usize>(this) + HEADER; }
}
