/** Classic pcap (draft-ietf-opsawg-pcap): file bytes go straight into the caller's area, the index says where the frames are. */
import { strict as assert } from "node:assert";
import { readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { type CaptureEnd, FRAME_BYTES_MAX, FRAME_WORDS, type FrameArea, LINK_TYPES } from "../model/capture.js";
import { type Diagnostic, diagnostic, refuse } from "../model/diagnostic.js";
import { foreignFormat, linkTypeName } from "./formats.js";

/** A capture being read, batch by batch, whatever its file format. It is never written to. */
export interface CaptureReader {
  readonly path: string;
  /** Number of tcpdump.org/linktypes, one of LINK_TYPES. */
  readonly linkType: number;
  /**
   * Fills the area with the next frames and returns how many rows of the index are valid; 0 is the end of the capture.
   * The reader keeps unread bytes in the area between calls, so every call must lend the same memory, unchanged.
   */
  next(area: FrameArea): Promise<number>;
  /** What has been read so far; final once `next` returned 0. `bytes` sums original lengths. */
  readonly end: CaptureEnd;
  readonly diagnostics: readonly Diagnostic[];
  close(): Promise<void>;
}

/** Bytes asked of the file at once. */
export const CHUNK_BYTES = 256 * 1024;
const HEADER_BYTES = 24;
const RECORD_BYTES = 16;
/** A chunk must fit behind the largest unfinished record. */
export const AREA_BYTES_MIN = CHUNK_BYTES + RECORD_BYTES + FRAME_BYTES_MAX;
const ROW = FRAME_WORDS.length;

interface Layout {
  readonly little: boolean;
  /** Nanoseconds to one unit of a record's second time word. */
  readonly unit: 1 | 1000;
}

/** The first four bytes as they stand in the file. */
const MAGICS: Readonly<Record<string, Layout>> = {
  a1b2c3d4: { little: false, unit: 1000 },
  d4c3b2a1: { little: true, unit: 1000 },
  a1b23c4d: { little: false, unit: 1 },
  "4d3cb2a1": { little: true, unit: 1 },
};

/** Opens a capture read-only and reads its header. Throws InputError WP2001, WP2002, WP2003 or WP2103. */
export async function openPcap(path: string): Promise<CaptureReader> {
  const handle = await open(path, "r").catch((error: unknown) => unreadable(path, error));
  try {
    const header = new Uint8Array(HEADER_BYTES);
    let length = 0;
    for (let got = 1; got > 0 && length < HEADER_BYTES; length += got) got = await read(path, handle, header, length, HEADER_BYTES - length);
    const regular = (await handle.stat()).isFile();
    const layout = readMagic(path, header.subarray(0, length));
    return new PcapReader(path, handle, layout, readLinkType(path, header, layout), regular);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

class PcapReader implements CaptureReader {
  readonly diagnostics: Diagnostic[] = [];
  // Unread bytes stand at #at..#top of the area; byte 0 of the area is byte #base of the file.
  #at = 0;
  #top = 0;
  #base = HEADER_BYTES;
  #frames = 0;
  #bytes = 0;
  #truncated = false;
  #ended = false;
  #closed = false;

  constructor(
    readonly path: string, private readonly handle: FileHandle, private readonly layout: Layout, readonly linkType: number,
    private readonly regular: boolean,
  ) {}

  get end(): CaptureEnd {
    return { frames: this.#frames, bytes: this.#bytes, truncated: this.#truncated };
  }

  async next(area: FrameArea): Promise<number> {
    assert.ok(area.bytes.length >= AREA_BYTES_MIN, `a frame area has at least ${AREA_BYTES_MIN} bytes`);
    assert.ok(area.index.length >= ROW, "a frame index has at least one row");
    let count = this.#ended ? 0 : this.#fill(area);
    // Ends: every round without a frame adds bytes, and the largest record fits into the area.
    while (count === 0 && (await this.#more(area.bytes))) count = this.#fill(area);
    return count;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#ended = true;
    await this.handle.close();
  }

  /** One index row, in the order of FRAME_WORDS, for each whole record that is already in the area. */
  #fill({ bytes, index }: FrameArea): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { little, unit } = this.layout;
    const linkType = this.linkType;
    const top = this.#top;
    const rowsEnd = index.length - (index.length % ROW);
    let at = this.#at;
    let row = 0;
    let sum = 0;
    while (row < rowsEnd && at + RECORD_BYTES <= top) {
      const captured = view.getUint32(at + 8, little);
      if (captured > FRAME_BYTES_MAX) {
        this.#impossible(this.#frames + row / ROW, this.#base + at, captured);
        break;
      }
      const end = at + RECORD_BYTES + captured;
      if (end > top) break;
      const original = view.getUint32(at + 12, little);
      index[row] = at + RECORD_BYTES;
      index[row + 1] = captured;
      index[row + 2] = original;
      index[row + 3] = view.getUint32(at, little);
      index[row + 4] = view.getUint32(at + 4, little) * unit;
      index[row + 5] = 0;
      index[row + 6] = linkType;
      index[row + 7] = 0;
      sum += original;
      row += ROW;
      at = end;
    }
    this.#at = at;
    this.#frames += row / ROW;
    this.#bytes += sum;
    return row / ROW;
  }

  /** Moves the unfinished record to the front of the area and reads a chunk behind it; false at the end. */
  async #more(bytes: Uint8Array): Promise<boolean> {
    if (this.#ended) return false;
    bytes.copyWithin(0, this.#at, this.#top);
    this.#base += this.#at;
    this.#top -= this.#at;
    this.#at = 0;
    const got = this.regular
      ? readNow(this.path, this.handle, bytes, this.#top, CHUNK_BYTES)
      : await read(this.path, this.handle, bytes, this.#top, CHUNK_BYTES);
    this.#top += got;
    if (got > 0) return true;
    this.#ended = true;
    if (this.#top === 0) return false;
    this.#truncated = true;
    const fact = `ends inside frame ${this.#frames + 1}, which begins at byte ${this.#base} of ${this.#base + this.#top}`;
    this.diagnostics.push(diagnostic("WP2101", this.path, fact, upTo(this.#frames)));
    return false;
  }

  #impossible(frames: number, offset: number, length: number): void {
    this.#ended = true;
    this.#truncated = true;
    const fact = `frame ${frames + 1} at byte ${offset} claims ${length} bytes, more than the ${FRAME_BYTES_MAX} a capture can hold`;
    this.diagnostics.push(diagnostic("WP2102", this.path, fact, upTo(frames)));
  }
}

function upTo(frames: number): string {
  return frames === 0 ? "no frame could be judged" : `verdicts hold up to frame ${frames}`;
}

function readMagic(path: string, start: Uint8Array): Layout {
  const hex = Buffer.from(start.subarray(0, 4)).toString("hex");
  const layout = MAGICS[hex];
  const foreign = foreignFormat(hex);
  if (foreign !== null) refuse("WP2002", path, `this is ${foreign.name}, not a classic pcap capture`, foreign.remedy);
  if (layout === undefined && start.length >= 4) {
    refuse("WP2002", path, `begins with ${hex}, which is no capture format known here`, "nothing was read; give a pcap file as tcpdump -w writes it");
  }
  if (layout === undefined || start.length < HEADER_BYTES) {
    refuse("WP2103", path, `ends after ${start.length} of the ${HEADER_BYTES} bytes of its file header`, "it holds no frame to judge");
  }
  return layout;
}

/** The low 16 bits of the last header word; the high bits tell the length of a frame check sequence. */
function readLinkType(path: string, header: Uint8Array, layout: Layout): number {
  const linkType = new DataView(header.buffer).getUint32(20, layout.little) & 0xffff;
  if (!Object.hasOwn(LINK_TYPES, linkType)) {
    const read = Object.entries(LINK_TYPES).map(([number, name]) => `${number} (${name})`).join(", ");
    refuse("WP2003", path, `link type ${linkType} (${linkTypeName(linkType)}) is not supported`, `no frame can be judged; supported: ${read}`);
  }
  return linkType;
}

async function read(path: string, handle: FileHandle, bytes: Uint8Array, offset: number, length: number): Promise<number> {
  const { bytesRead } = await handle.read(bytes, offset, length, null).catch((error: unknown) => unreadable(path, error));
  return bytesRead;
}

/** A regular file answers at once, and handing each chunk to another thread costs more than copying it. */
function readNow(path: string, handle: FileHandle, bytes: Uint8Array, offset: number, length: number): number {
  try {
    return readSync(handle.fd, bytes, offset, length, null);
  } catch (error) {
    return unreadable(path, error);
  }
}

const ERRORS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EISDIR: "is a directory, not a capture file",
  EACCES: "cannot be opened: permission denied",
};

function unreadable(path: string, error: unknown): never {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  refuse("WP2001", path, ERRORS[code] ?? `cannot be read: ${code}`, "it was not judged");
}
