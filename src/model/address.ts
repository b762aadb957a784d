/** IP addresses and prefixes as words, the form both the core and the policies compare. */
import { Address4, Address6 } from "ip-address";

export type Family = 4 | 6;
export const FAMILIES = [4, 6] as const satisfies readonly Family[];

/** Four unsigned 32-bit words, most significant first. IPv4 stands in the first word, so prefix lengths mean the same in both families. */
export type Words = readonly [number, number, number, number];

export interface Address {
  readonly family: Family;
  readonly words: Words;
}

/** `length` bits of `address` count; the address keeps its host bits, as netifd's rules do (`to 2001:db8::1/64`). */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

export const WIDTH = { 4: 32, 6: 128 } as const;
export const ZERO: Words = [0, 0, 0, 0];

/** Strict text form of either family, without zone; null when it is anything else (`010.0.0.1`, `1.2.3`). */
export function parseAddress(text: string): Address | null {
  if (text.length > 45 || text.includes("/") || text.includes("%")) return null;
  if (!text.includes(":")) {
    if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text) || !Address4.isValid(text)) return null;
    return fromBytes(Uint8Array.from(new Address4(text).toArray()));
  }
  if (!Address6.isValid(text)) return null;
  return fromBytes(Uint8Array.from(new Address6(text).toUnsignedByteArray()));
}

/** `address`, `address/length`, or `default` and `all` of the given family (iproute2's words for length 0). */
export function parsePrefix(text: string, family: Family): Prefix | null {
  if (text === "default" || text === "all" || text === "any") return { address: { family, words: ZERO }, length: 0 };
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null || address.family !== family) return null;
  if (slash < 0) return { address, length: WIDTH[family] };
  const digits = text.slice(slash + 1);
  const length = /^\d{1,3}$/.test(digits) ? Number(digits) : NaN;
  return length <= WIDTH[family] ? { address, length } : null;
}

/** 4 or 16 bytes in network order. */
export function fromBytes(bytes: Uint8Array): Address {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return { family: 4, words: [view.getUint32(0), 0, 0, 0] };
  // The library drops leading zero bytes of an IPv6 address.
  if (bytes.length < 16) {
    const padded = new Uint8Array(16);
    padded.set(bytes, 16 - bytes.length);
    return fromBytes(padded);
  }
  return { family: 6, words: [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)] };
}

export function toBytes(address: Address): Uint8Array {
  const bytes = new Uint8Array(address.family === 4 ? 4 : 16);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += 4) view.setUint32(at, address.words[at >> 2] ?? 0);
  return bytes;
}

/** Dotted quad, or RFC 5952 text. */
export function formatAddress(address: Address): string {
  const bytes = toBytes(address);
  if (address.family === 4) return bytes.join(".");
  return Address6.fromByteArray([...bytes]).correctForm();
}

export function formatPrefix(prefix: Prefix): string {
  if (prefix.length === 0) return "default";
  const text = formatAddress(prefix.address);
  return prefix.length === WIDTH[prefix.address.family] ? text : `${text}/${prefix.length}`;
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.family === b.family && a.words.every((word, i) => word === b.words[i]);
}

/** The netmask of a prefix length, word by word. */
export function maskWords(length: number): Words {
  const word = (i: number): number => {
    const bits = Math.min(32, Math.max(0, length - 32 * i));
    return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  };
  return [word(0), word(1), word(2), word(3)];
}

/** The address with its host bits cleared. */
export function networkWords(prefix: Prefix): Words {
  const mask = maskWords(prefix.length);
  const [a, b, c, d] = prefix.address.words;
  return [(a & mask[0]) >>> 0, (b & mask[1]) >>> 0, (c & mask[2]) >>> 0, (d & mask[3]) >>> 0];
}

export function covers(prefix: Prefix, address: Address): boolean {
  if (prefix.address.family !== address.family) return false;
  const mask = maskWords(prefix.length);
  return address.words.every((word, i) => ((word ^ (prefix.address.words[i] ?? 0)) & (mask[i] ?? 0)) === 0);
}

/** 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291). */
export function isLinkLocal(address: Address): boolean {
  const top = address.words[0];
  return address.family === 4 ? top >>> 16 === 0xa9fe : top >>> 22 === 0x3fa;
}

/** 224.0.0.0/4 or ff00::/8. */
export function isMulticast(address: Address): boolean {
  const top = address.words[0];
  return address.family === 4 ? top >>> 28 === 0xe : top >>> 24 === 0xff;
}

export function isUnspecified(address: Address): boolean {
  return address.words.every((word) => word === 0);
}
