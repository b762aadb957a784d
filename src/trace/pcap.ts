/** Classic pcap (draft-ietf-opsawg-pcap): file bytes go straight into the caller's area, the index says where the frames are. */
import { FRAME_BYTES_MAX, type FrameArea, LINK_TYPES } from "../model/capture.js";
import { refuse } from "../model/diagnostic.js";
import { foreignFormat, linkTypeName } from "./formats.js";
import { BatchReader, type CaptureReader, ROW } from "./reader.js";
import { type ByteSource, openSource, readFully } from "./source.js";

export { AREA_BYTES_MIN, type CaptureReader } from "./reader.js";

/** Bytes that tell the format of a capture. */
export const MAGIC_BYTES = 4;
const HEADER_BYTES = 24;
const RECORD_BYTES = 16;

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

/** Opens a file that is a classic pcap capture and not packed. Throws InputError WP2001, WP2002, WP2003 or WP2103. */
export async function openPcap(path: string): Promise<CaptureReader> {
  const source = await openSource(path);
  try {
    const magic = new Uint8Array(MAGIC_BYTES);
    return await readPcap(path, source, magic.subarray(0, await readFully(source, magic)));
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** A reader of classic pcap; `magic` is what was read of the source to know its format. Throws InputError WP2002, WP2003 or WP2103. */
export async function readPcap(path: string, source: ByteSource, magic: Uint8Array): Promise<CaptureReader> {
  const layout = readMagic(path, magic);
  const header = new Uint8Array(HEADER_BYTES);
  header.set(magic);
  const length = magic.length + (layout === null ? 0 : await readFully(source, header.subarray(magic.length)));
  if (layout === null || length < HEADER_BYTES) {
    refuse("WP2103", path, `ends after ${length} of the ${HEADER_BYTES} bytes of its file header`, "it holds no frame to judge");
  }
  return new PcapReader(path, source, layout, readLinkType(path, header, layout));
}

class PcapReader extends BatchReader {
  readonly devices = [];

  constructor(path: string, source: ByteSource, private readonly layout: Layout, readonly linkType: number) {
    super(path, source, new Uint8Array(0), HEADER_BYTES);
  }

  protected override fill({ bytes, index }: FrameArea): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { little, unit } = this.layout;
    const linkType = this.linkType;
    const top = this.top;
    const rowsEnd = index.length - (index.length % ROW);
    let at = this.at;
    let row = 0;
    let sum = 0;
    let impossible = 0;
    while (row < rowsEnd && at + RECORD_BYTES <= top) {
      const captured = view.getUint32(at + 8, little);
      if (captured > FRAME_BYTES_MAX) {
        impossible = captured;
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
    this.at = at;
    this.frames += row / ROW;
    this.bytes += sum;
    if (impossible > 0) {
      this.stop("WP2102", `frame ${this.frames + 1} at byte ${this.base + at} claims ${impossible} bytes, more than the ${FRAME_BYTES_MAX} a capture can hold`);
    }
    return row / ROW;
  }

  protected override pieceAt(offset: number): string {
    return `frame ${this.frames + 1}, which begins at byte ${offset}`;
  }
}

/** Null when too few bytes are there to know. */
function readMagic(path: string, magic: Uint8Array): Layout | null {
  const hex = Buffer.from(magic).toString("hex");
  const layout = MAGICS[hex];
  const foreign = foreignFormat(hex);
  if (foreign !== null) refuse("WP2002", path, `this is ${foreign.name}, not a classic pcap capture`, foreign.remedy);
  if (layout === undefined && magic.length >= MAGIC_BYTES) {
    refuse("WP2002", path, `begins with ${hex}, which is no capture format known here`, "nothing was read; give a pcap file as tcpdump -w writes it");
  }
  return layout ?? null;
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
