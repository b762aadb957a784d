/** Classic pcap files in memory, right or wrong as a test wants them. */

/** A frame, and what its record says where that should differ from the bytes. */
export interface Recorded {
  readonly bytes: Uint8Array;
  readonly seconds?: number;
  /** Cut to microseconds in a file of that precision. */
  readonly nanos?: number;
  /** Claimed lengths; the bytes that follow stay as they are. */
  readonly captured?: number;
  readonly original?: number;
}

export interface PcapOptions {
  readonly nano?: boolean;
  readonly bigEndian?: boolean;
  /** Frames are cut to it. */
  readonly snaplen?: number;
  /** The whole last header word; upper bits may tell of a frame check sequence. */
  readonly linkType?: number;
  readonly version?: readonly [major: number, minor: number];
}

export const FIRST_SECOND = 1_700_000_000;

/** Frame n (from 0) is recorded n seconds and n microseconds after FIRST_SECOND unless it says otherwise. */
export function pcap(frames: readonly (Uint8Array | Recorded)[], options: PcapOptions = {}): Uint8Array {
  const { nano = false, bigEndian = false, snaplen = 262_144, linkType = 1, version = [2, 4] } = options;
  const little = !bigEndian;
  const records = frames.map((frame) => (frame instanceof Uint8Array ? { bytes: frame } : frame));
  const kept = records.map(({ bytes }) => bytes.subarray(0, snaplen));
  const file = new Uint8Array(kept.reduce((sum, bytes) => sum + 16 + bytes.length, 24));
  const view = new DataView(file.buffer);
  view.setUint32(0, nano ? 0xa1b23c4d : 0xa1b2c3d4, little);
  view.setUint16(4, version[0], little);
  view.setUint16(6, version[1], little);
  view.setUint32(16, snaplen, little);
  view.setUint32(20, linkType, little);
  let at = 24;
  records.forEach((record: Recorded, i) => {
    const bytes = kept[i] ?? record.bytes;
    const nanos = record.nanos ?? i * 1000;
    view.setUint32(at, record.seconds ?? FIRST_SECOND + i, little);
    view.setUint32(at + 4, nano ? nanos : Math.floor(nanos / 1000), little);
    view.setUint32(at + 8, record.captured ?? bytes.length, little);
    view.setUint32(at + 12, record.original ?? record.bytes.length, little);
    file.set(bytes, at + 16);
    at += 16 + bytes.length;
  });
  return file;
}
