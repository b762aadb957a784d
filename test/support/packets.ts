/** Frames for tests, built from words: every builder takes addresses as text and fills in lengths and checksums. */
import { parseAddress, toBytes } from "../../src/model/address.js";

/** Bytes of hexadecimal text; blanks and colons are ignored, so a hardware address is one. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/[\s:]/g, ""), "hex"));
}

export function join(...parts: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Big endian, as all of the Internet. */
export const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255];
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)];
const EMPTY = new Uint8Array(0);

/** 4 or 16 bytes of an address. */
export function ip(text: string): Uint8Array {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return toBytes(address);
}

/** RFC 1071; 0 over bytes that hold their own right checksum. */
export function internetChecksum(...parts: readonly ArrayLike<number>[]): number {
  const bytes = join(...parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

// ---- link layer

export const ETHER_TYPE = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd, qinq: 0x88a8, batman: 0x4305 } as const;
const GUESS: Readonly<Record<number, number>> = { 0: ETHER_TYPE.arp, 4: ETHER_TYPE.ipv4, 6: ETHER_TYPE.ipv6 };

export interface Ethernet {
  readonly src: string;
  readonly dst: string;
  /** Told by the payload's first nibble when left out. */
  readonly type?: number;
  /** Tags, outermost first: a VLAN number for 802.1Q, or the tag protocol and the number. */
  readonly tags?: readonly (number | readonly [tpid: number, vlan: number])[];
  readonly payload: Uint8Array;
  /** Zero bytes are appended up to this length (60 on a real wire). */
  readonly pad?: number;
}

export function ethernet({ src, dst, type, tags = [], payload, pad = 0 }: Ethernet): Uint8Array {
  const tagBytes = tags.flatMap((tag) => (typeof tag === "number" ? [...u16(ETHER_TYPE.vlan), ...u16(tag)] : [...u16(tag[0]), ...u16(tag[1])]));
  const frame = join(hex(dst), hex(src), tagBytes, u16(type ?? GUESS[(payload[0] ?? 0) >>> 4] ?? 0), payload);
  return join(frame, new Uint8Array(Math.max(0, pad - frame.length)));
}

export interface Arp {
  /** 1 request, 2 reply. */
  readonly operation?: number;
  readonly sender: readonly [mac: string, address: string];
  readonly target: readonly [mac: string, address: string];
}

export function arp({ operation = 1, sender, target }: Arp): Uint8Array {
  return join(u16(1), u16(ETHER_TYPE.ipv4), [6, 4], u16(operation), hex(sender[0]), ip(sender[1]), hex(target[0]), ip(target[1]));
}

// ---- internet layer

/** What stands in an IP packet. Its checksum may cover the addresses, so it is packed once those are known. */
export interface Upper {
  readonly proto: number;
  pack(src: string, dst: string): Uint8Array;
}

/** Bytes as they are, for fragments and broken packets. */
export function raw(proto: number, bytes: ArrayLike<number>): Upper {
  return { proto, pack: () => join(bytes) };
}

export interface Ipv4 {
  readonly src: string;
  readonly dst: string;
  readonly payload: Upper;
  readonly ttl?: number;
  readonly tos?: number;
  readonly id?: number;
  /** Fragment offset in bytes, a multiple of 8. */
  readonly offset?: number;
  readonly more?: boolean;
  readonly dontFragment?: boolean;
  /** Padded with end-of-options to whole words. */
  readonly options?: ArrayLike<number>;
}

export function ipv4({ src, dst, payload, ttl = 64, tos = 0, id = 0, offset = 0, more = false, dontFragment = false, options = EMPTY }: Ipv4): Uint8Array {
  const body = payload.pack(src, dst);
  const padded = join(options, new Uint8Array((4 - (options.length % 4)) % 4));
  const length = 20 + padded.length;
  const fragment = (offset >>> 3) | (more ? 0x2000 : 0) | (dontFragment ? 0x4000 : 0);
  const before = join([0x40 | (length >>> 2), tos], u16(length + body.length), u16(id), u16(fragment), [ttl, payload.proto]);
  const after = join(ip(src), ip(dst), padded);
  return join(before, u16(internetChecksum(before, after)), after, body);
}

/** An IPv6 extension header: its number, and its bytes once the next header is known. */
export interface Extension {
  readonly header: number;
  pack(next: number): Uint8Array;
}

const optionsHeader = (header: number, options: ArrayLike<number>): Extension => ({
  header,
  // PadN (or nothing) up to a multiple of eight bytes.
  pack: (next) => {
    const missing = (8 - ((2 + options.length) % 8)) % 8;
    const padding = missing === 0 ? [] : missing === 1 ? [0] : [1, missing - 2, ...new Uint8Array(missing - 2)];
    return join([next, (2 + options.length + missing) / 8 - 1], options, padding);
  },
});

/** The router alert of MLD (RFC 2711) stands in it as `[5, 2, 0, 0]`. */
export const hopByHop = (options: ArrayLike<number> = EMPTY): Extension => optionsHeader(0, options);
export const destination = (options: ArrayLike<number> = EMPTY): Extension => optionsHeader(60, options);

export function routing({ type = 4, left = 0, addresses = [] }: { readonly type?: number; readonly left?: number; readonly addresses?: readonly string[] } = {}): Extension {
  return { header: 43, pack: (next) => join([next, 2 * addresses.length, type, left, Math.max(0, addresses.length - 1), 0, 0, 0], ...addresses.map(ip)) };
}

export function fragment({ id, offset = 0, more = false }: { readonly id: number; readonly offset?: number; readonly more?: boolean }): Extension {
  return { header: 44, pack: (next) => join([next, 0], u16((offset & 0xfff8) | (more ? 1 : 0)), u32(id)) };
}

export interface Ipv6 {
  readonly src: string;
  readonly dst: string;
  readonly payload: Upper;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  readonly flowLabel?: number;
  readonly extensions?: readonly Extension[];
}

export function ipv6({ src, dst, payload, hopLimit = 64, trafficClass = 0, flowLabel = 0, extensions = [] }: Ipv6): Uint8Array {
  const chain = extensions.map((extension, i) => extension.pack(extensions[i + 1]?.header ?? payload.proto));
  const body = join(...chain, payload.pack(src, dst));
  const first = ((6 << 28) | (trafficClass << 20) | flowLabel) >>> 0;
  return join(u32(first), u16(body.length), [extensions[0]?.header ?? payload.proto, hopLimit], ip(src), ip(dst), body);
}

// ---- transport layer

/** RFC 768, RFC 8200 section 8.1: what a checksum covers besides the segment. */
export function pseudoHeader(proto: number, length: number, src: string, dst: string): Uint8Array {
  return src.includes(":") ? join(ip(src), ip(dst), u32(length), u32(proto)) : join(ip(src), ip(dst), [0, proto], u16(length));
}

export interface Udp {
  readonly sport: number;
  readonly dport: number;
  readonly payload?: ArrayLike<number>;
}

export function udp({ sport, dport, payload = EMPTY }: Udp): Upper {
  const length = 8 + payload.length;
  const before = join(u16(sport), u16(dport), u16(length));
  // A sum of zero would say that there is none.
  const pack = (src: string, dst: string): Uint8Array => join(before, u16(internetChecksum(pseudoHeader(17, length, src, dst), before, [0, 0], payload) || 0xffff), payload);
  return { proto: 17, pack };
}

export interface Tcp {
  readonly sport: number;
  readonly dport: number;
  /** Letters of F S R P A U, in any order. */
  readonly flags: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly window?: number;
  readonly payload?: ArrayLike<number>;
}

export function tcp({ sport, dport, flags, seq = 1, ack = 0, window = 64240, payload = EMPTY }: Tcp): Upper {
  const bits = Array.from("FSRPAU").reduce((sum, letter, bit) => (flags.includes(letter) ? sum | (1 << bit) : sum), 0);
  const before = join(u16(sport), u16(dport), u32(seq), u32(ack), [0x50, bits], u16(window));
  const pack = (src: string, dst: string): Uint8Array => {
    const checksum = internetChecksum(pseudoHeader(6, 20 + payload.length, src, dst), before, [0, 0, 0, 0], payload);
    return join(before, u16(checksum), u16(0), payload);
  };
  return { proto: 6, pack };
}

export interface Icmp {
  readonly type: number;
  readonly code?: number;
  /** Bytes 4 to 7: identifier and sequence number, MTU, ... */
  readonly rest?: ArrayLike<number>;
  readonly payload?: ArrayLike<number>;
}

export function icmp4({ type, code = 0, rest = [0, 0, 0, 0], payload = EMPTY }: Icmp): Upper {
  return raw(1, join([type, code], u16(internetChecksum([type, code, 0, 0], rest, payload)), rest, payload));
}

export function icmp6({ type, code = 0, rest = [0, 0, 0, 0], payload = EMPTY }: Icmp): Upper {
  const length = 8 + payload.length;
  const pack = (src: string, dst: string): Uint8Array =>
    join([type, code], u16(internetChecksum(pseudoHeader(58, length, src, dst), [type, code, 0, 0], rest, payload)), rest, payload);
  return { proto: 58, pack };
}
