/** One datagram from the node to the remote host under every link type, and what the core dissects its frame into. */
import { reserve } from "../../../assembly/arena";
import { Condition, Frame, Image, Packet } from "../../../assembly/layout";
import { dissectFrame } from "../../../assembly/link";
import { NflogRecord } from "../../../assembly/wire/nflog";
import { begin, hex, put16, put32, put8 } from "./bytes";
import { NODE4, REMOTE4, ethernet, ipv4, udp } from "./frames";
import { newImage } from "./images";

const UDP: u32 = 17;
/** Bytes of the datagram that must be there for it to be whole: the IPv4 header and the ports. */
export const DATAGRAM_NEEDS: usize = 24;

/** What stands from `start` to `end`, as a frame of this link type; `cut` bytes were not captured. */
export function dissectedAs(type: u32, start: usize, end: usize, cut: u32 = 0, flags: u32 = 0, image: Image = newImage()): Packet {
  const packet = changetype<Packet>(reserve(offsetof<Packet>()));
  // What stood in the row before must not shine through.
  memory.fill(changetype<usize>(packet), 0xa5, offsetof<Packet>());
  const frame = changetype<Frame>(reserve(offsetof<Frame>()));
  frame.captured = <u32>(end - start) - cut;
  frame.original = <u32>(end - start);
  frame.linkType = type;
  frame.flags = flags;
  dissectFrame(frame, start, image, changetype<NflogRecord>(reserve(offsetof<NflogRecord>())), packet);
  return packet;
}

export function datagram(): void {
  ipv4(UDP, 8);
  udp(40000, 53);
}

export function isDatagram(packet: Packet): bool {
  return packet.condition == Condition.WHOLE && packet.family == 4 && packet.src0 == NODE4 && packet.dst0 == REMOTE4 && packet.dport == 53;
}

/** A log record with these attributes (little-endian) before the payload. */
export function logged(attributes: string): usize {
  const at = begin();
  hex("02 00 0005");
  hex(attributes);
  hex("2000 0900");
  datagram();
  return at;
}

/** A cooked frame of this packet type from the node's own or another hardware address. */
export function cooked(type: u32, own: bool): usize {
  const at = begin();
  put16(type);
  hex("0001 0006");
  if (own) hex("020000000001 0000 0800");
  else hex("020000000099 0000 0800");
  datagram();
  return at;
}

/** A cooked frame of the second version, on the device with this interface index. */
export function cooked2(type: u32, index: u32 = 42): usize {
  const at = begin();
  hex("0800 0000");
  put32(index);
  hex("0001");
  put8(type);
  hex("06 020000000001 0000");
  datagram();
  return at;
}

export function rawPacket(): usize {
  const at = begin();
  datagram();
  return at;
}

/** A session frame of PPPoE with this PPP protocol and nothing behind it yet. */
export function session(protocol: u32): usize {
  const at = begin();
  ethernet(0x8864);
  hex("11 00 0001 001e");
  put16(protocol);
  return at;
}
