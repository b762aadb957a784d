/** Captures, renumbered frame by frame, and the question whether a frame's checksums are right. */
import { internetChecksum } from "../packets.js";
import { recordsOf } from "../slice.js";
import { renumberFrame } from "./frame.js";
import type { Renumbering } from "./plan.js";

/** A new capture with the same headers, times and lengths. */
export function renumberCapture(file: Uint8Array, renumbering: Renumbering): Uint8Array {
  const renumbered = file.slice();
  for (const { at, captured } of recordsOf(file)) renumbered.set(renumberFrame(file.subarray(at, at + captured), renumbering), at);
  return renumbered;
}

/** The frames of a capture, as views of it. */
export function framesOf(file: Uint8Array): Uint8Array[] {
  return recordsOf(file).map(({ at, captured }) => file.subarray(at, at + captured));
}

const ETHERNET = 14;
const CHECKED = [1, 6, 17, 58];

/** Names of the checksums that are wrong in a whole, untagged, unfragmented frame: a second opinion, which shares no code with the mending. */
export function wrongChecksums(frame: Uint8Array): string[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const type = view.getUint16(12);
  const packet = frame.subarray(ETHERNET);
  if (type === 0x0800) {
    const length = 4 * (view.getUint8(ETHERNET) & 15), proto = view.getUint8(ETHERNET + 9);
    const segment = packet.subarray(length, view.getUint16(ETHERNET + 2));
    const header = internetChecksum(packet.subarray(0, length)) === 0 ? [] : ["ip"];
    const pseudo = proto === 1 ? [] : [...packet.subarray(12, 20), 0, proto, segment.length >>> 8, segment.length & 255];
    return [...header, ...wrongUpper(proto, pseudo, segment)];
  }
  if (type !== 0x86dd) return [];
  // Of extension headers, the captures hold hop-by-hop ones only.
  const hopByHop = packet[6] === 0;
  const proto = (hopByHop ? packet[40] : packet[6]) ?? 0;
  const at = hopByHop ? 48 + 8 * (packet[41] ?? 0) : 40;
  const segment = packet.subarray(at, 40 + view.getUint16(ETHERNET + 4));
  return wrongUpper(proto, [...packet.subarray(8, 40), 0, 0, segment.length >>> 8, segment.length & 255, 0, 0, 0, proto], segment);
}

function wrongUpper(proto: number, pseudo: readonly number[], segment: Uint8Array): string[] {
  if (!CHECKED.includes(proto) || (proto === 17 && segment[6] === 0 && segment[7] === 0)) return [];
  return internetChecksum(pseudo, segment) === 0 ? [] : [String(proto)];
}
