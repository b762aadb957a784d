/** Odd captures for the dissection oracle: every header the core knows, in the orders and with the faults that the wild has. */
import { FIRST_SECOND, pcap, type Recorded } from "../support/pcapfile.js";
import { join, u16, u32 } from "../support/packets.js";
import { random } from "../support/random.js";
import { ipPacket, network, type Pick } from "./network.js";

export interface Generated {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A kind of capture: its link type, its byte order, and how one of its frames is made. */
interface Kind {
  readonly linkType: number;
  readonly bigEndian?: boolean;
  readonly frame: (pick: Pick) => Uint8Array;
}

/** Both orders of NFLOG's attributes: tshark reads them in the order of the file. */
const KINDS: Readonly<Record<string, Kind>> = {
  EN10MB: { linkType: 1, frame: ethernetFrame },
  SLL: { linkType: 113, frame: cooked },
  SLL2: { linkType: 276, frame: cooked2 },
  RAW: { linkType: 101, frame: (pick) => ipPacket(pick).bytes },
  NULL: { linkType: 0, frame: loopback },
  "NFLOG-little": { linkType: 239, frame: (pick) => nflog(pick, false) },
  "NFLOG-big": { linkType: 239, bigEndian: true, frame: (pick) => nflog(pick, true) },
};
/** Ethernet has more to get wrong than the others. */
const SHARES = ["EN10MB", "EN10MB", "EN10MB", "SLL", "SLL2", "RAW", "NULL", "NFLOG-little", "NFLOG-big"];
/** Frames of one file, so that a file stays small and a disagreement is found soon. */
const FILE_FRAMES = 20_000;

/** Captures with `frames` frames in all, one after another. The same seed gives the same bytes. */
export function* generate(seed: number, frames: number): Generator<Generated> {
  const pick = random(seed);
  const each = Math.ceil(frames / SHARES.length);
  for (const [share, name] of SHARES.entries()) {
    const kind = KINDS[name];
    if (kind === undefined) continue;
    for (let left = Math.min(each, frames - share * each), part = 1; left > 0; left -= FILE_FRAMES, part++) {
      const records = Array.from({ length: Math.min(left, FILE_FRAMES) }, (_, i) => recorded(kind.frame(pick), i, pick));
      yield { name: `${name}-${share}-${part}`, bytes: pcap(records, { linkType: kind.linkType, bigEndian: kind.bigEndian ?? false, nano: pick(2) === 0 }) };
    }
  }
}

/** One in eight is cut by the capture, anywhere. */
function recorded(bytes: Uint8Array, i: number, pick: Pick): Recorded {
  const kept = pick(8) === 0 ? bytes.subarray(0, pick(bytes.length + 1)) : bytes;
  return { bytes: kept, original: bytes.length, seconds: FIRST_SECOND + (i >> 4), nanos: pick(1_000_000_000) };
}

const MACS = ["020000000021", "0200000000fe", "020000000021", "16419540f7dc", "000000000000"];
const hardware = (pick: Pick): Uint8Array => Buffer.from(MACS[pick(MACS.length)] ?? "", "hex");
const TAGS = [0x8100, 0x8100, 0x88a8, 0x9100];

function ethernetFrame(pick: Pick): Uint8Array {
  const { type, bytes } = network(pick);
  const destination = pick(6) === 0 ? Buffer.from("333300000001", "hex") : hardware(pick);
  // Up to four tags, as many as the core follows.
  const tags = Array.from({ length: Math.max(0, pick(9) - 4) }, () => [...u16(TAGS[pick(TAGS.length)] ?? 0), ...u16(pick(65_536))]);
  const frame = join(destination, hardware(pick), ...tags, ...typed(type, bytes, pick));
  if (pick(40) === 0) return frame.subarray(0, pick(frame.length));
  return pick(2) === 0 ? frame : join(frame, new Uint8Array(Math.max(0, 60 - frame.length)));
}

/** The type and what follows: as it is, or IP within a PPPoE session. */
function typed(type: number, bytes: Uint8Array, pick: Pick): ArrayLike<number>[] {
  if (pick(8) > 0) return [u16(type), bytes];
  const protocol = [type === 0x86dd ? 0x57 : 0x21, 0xc021][Number(pick(10) === 0)] ?? 0;
  const header = [pick(30) === 0 ? pick(256) : 0x11, pick(30) === 0 ? pick(256) : 0];
  return [u16(0x8864), header, u16(pick(65_536)), u16(bytes.length + 2), u16(protocol), bytes];
}

const HARDWARE_TYPES = [1, 1, 772, 512, 65_534];

/** A tag that libpcap put back stands where the type was, the type behind it. */
function tagged(type: number, pick: Pick): { first: number[]; rest: number[] } {
  const tags = Array.from({ length: Math.max(0, pick(9) - 6) }, () => [...u16(TAGS[pick(TAGS.length)] ?? 0), ...u16(pick(4096))]).flat();
  const all = [...tags, ...u16(type)];
  return { first: all.slice(0, 2), rest: all.slice(2) };
}

function cooked(pick: Pick): Uint8Array {
  const { type, bytes } = network(pick);
  const { first, rest } = tagged(type, pick);
  const address = join(hardware(pick), [0, 0]);
  return join(u16(pick(5)), u16(HARDWARE_TYPES[pick(HARDWARE_TYPES.length)] ?? 1), u16(pick(3) === 0 ? pick(9) : 6), address, first, rest, bytes);
}

function cooked2(pick: Pick): Uint8Array {
  const { type, bytes } = network(pick);
  const { first, rest } = tagged(type, pick);
  const kind = [pick(5), pick(3) === 0 ? pick(9) : 6];
  return join(first, [0, 0], u32(pick(9)), u16(HARDWARE_TYPES[pick(HARDWARE_TYPES.length)] ?? 1), kind, hardware(pick), [0, 0], rest, bytes);
}

/** Address families of IPv6: NetBSD and OpenBSD, FreeBSD, Darwin. */
const SIX = [24, 28, 30];

function loopback(pick: Pick): Uint8Array {
  const { family, bytes } = ipPacket(pick);
  return join([family === 6 ? (SIX[pick(3)] ?? 30) : 2, 0, 0, 0], bytes);
}

/** Attributes in the machine's order, their values in that of the network. */
function nflog(pick: Pick, bigEndian: boolean): Uint8Array {
  const { family, bytes } = ipPacket(pick);
  const half = (value: number): number[] => (bigEndian ? u16(value) : u16(value).reverse());
  const attribute = (type: number, value: ArrayLike<number>): Uint8Array => join(half(value.length + 4), half(type), value, new Uint8Array(-value.length & 3));
  const some = [
    attribute(10, [0x57, 0x41, 0x4e, 0]), attribute(2, u32(pick(2) === 0 ? pick(4) : pick(0x7fffffff))), attribute(4, u32(pick(9))), attribute(5, u32(pick(9))),
    attribute(8, [0, 6, 0, 0, ...hardware(pick), 0, 0]), attribute(11, u32(pick(1000))), attribute(14, u32(pick(1000))),
  ].filter(() => pick(3) > 0);
  const header = attribute(1, [...u16(family === 6 ? 0x86dd : 0x0800), pick(5), 0]);
  return join([family === 6 ? 10 : 2, 0, ...u16(pick(100))], header, ...some, attribute(9, bytes));
}
