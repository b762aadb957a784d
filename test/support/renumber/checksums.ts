/** Checksums after a change: computed anew where every byte they cover is there, else by the difference (RFC 1624). */
import { internetChecksum } from "../packets.js";

/** What a checksum covers before its own bytes, before and after the change: the pseudo header. */
export interface Covered {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** False: there are covered bytes that were not captured or that stand in other fragments. */
  readonly whole: boolean;
}

export const NOTHING = new Uint8Array(0);

/** Mends the checksum at `at` of `bytes`, which was `old`. What did not change keeps its checksum, right or wrong. */
export function mend(bytes: Uint8Array, old: Uint8Array, at: number, { before, after, whole }: Covered): void {
  if (at + 2 > bytes.length || same(bytes, old) && same(before, after)) return;
  const stated = read16(bytes, at);
  write16(bytes, at, 0);
  const blank = old.slice();
  write16(blank, at, 0);
  const fresh = internetChecksum(after, bytes);
  write16(bytes, at, whole ? fresh : shifted(stated, internetChecksum(before, blank), fresh));
}

/** Like `mend`, for UDP: 0 says that there is no checksum, so a sum of 0 is written as all ones. */
export function mendUdp(bytes: Uint8Array, old: Uint8Array, at: number, covered: Covered): void {
  if (at + 2 > bytes.length || read16(bytes, at) === 0) return;
  mend(bytes, old, at, covered);
  if (read16(bytes, at) === 0) write16(bytes, at, 0xffff);
}

/** What `stated` becomes when the sum of the bytes at hand goes from `old` to `fresh`; all three are complements. */
function shifted(stated: number, old: number, fresh: number): number {
  let sum = (~stated & 0xffff) + old + (~fresh & 0xffff);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** 0 beyond the end. */
export function read16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 255;
}
