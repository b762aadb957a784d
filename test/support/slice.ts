/** Pieces of a classic pcap file, byte for byte: captures that begin too late or end too early. */

/** Where a record's frame stands in its file. */
export interface RecordAt {
  readonly at: number;
  /** Bytes that were captured. */
  readonly captured: number;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const LITTLE = [0xa1b2c3d4, 0xa1b23c4d];

/** Every whole record of a capture in either byte order. */
export function recordsOf(file: Uint8Array): RecordAt[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const little = LITTLE.includes(view.getUint32(0, true));
  const found: RecordAt[] = [];
  for (let at = FILE_HEADER; at + RECORD_HEADER <= file.length;) {
    const captured = view.getUint32(at + 8, little);
    if (at + RECORD_HEADER + captured > file.length) break;
    found.push({ at: at + RECORD_HEADER, captured });
    at += RECORD_HEADER + captured;
  }
  return found;
}

/** The capture with the frames from `from` up to, not including, `to`; both count from 0. */
export function slice(file: Uint8Array, from: number, to: number): Uint8Array {
  const chosen = recordsOf(file).slice(from, to);
  const first = chosen[0], last = chosen.at(-1);
  if (first === undefined || last === undefined) return file.slice(0, FILE_HEADER);
  return Uint8Array.from(Buffer.concat([file.subarray(0, FILE_HEADER), file.subarray(first.at - RECORD_HEADER, last.at + last.captured)]));
}
