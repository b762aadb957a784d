import { be16, be32 } from "./bytes";

/** Packet types of both cooked headers (linux/if_packet.h): who the frame is for, or that it leaves. */
export enum CookedType { HOST = 0, BROADCAST = 1, MULTICAST = 2, OTHERHOST = 3, OUTGOING = 4 }

const SLL = 16;

/** Linux cooked capture (LINKTYPE_LINUX_SLL). */
@unmanaged @final export class Cooked {
  static fits(at: usize, end: usize): bool { return at + SLL <= end; }

  get type(): u32 { return be16(changetype<usize>(this)); }
  get addressLength(): u32 { return be16(changetype<usize>(this) + 4); }
  /** Where the sender's link-layer address stands. */
  get address(): usize { return changetype<usize>(this) + 6; }
  get protocol(): u32 { return be16(changetype<usize>(this) + 14); }
  get payload(): usize { return changetype<usize>(this) + SLL; }
}

const SLL2 = 20;

/** Linux cooked capture, version 2 (LINKTYPE_LINUX_SLL2): it names the interface. */
@unmanaged @final export class Cooked2 {
  static fits(at: usize, end: usize): bool { return at + SLL2 <= end; }

  get protocol(): u32 { return be16(changetype<usize>(this)); }
  get interfaceIndex(): u32 { return be32(changetype<usize>(this) + 4); }
  get type(): u32 { return load<u8>(changetype<usize>(this), 10); }
  get addressLength(): u32 { return load<u8>(changetype<usize>(this), 11); }
  get address(): usize { return changetype<usize>(this) + 12; }
  get payload(): usize { return changetype<usize>(this) + SLL2; }
}
