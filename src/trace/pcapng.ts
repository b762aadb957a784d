/** pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, interfaces, packet blocks; every other block is passed over. */
import { FRAME_BYTES_MAX, FRAME_FLAGS, type FrameArea, LINK_TYPES } from "../model/capture.js";
import { diagnostic, refuse } from "../model/diagnostic.js";
import { Clock } from "./clock.js";
import { linkTypeName } from "./formats.js";
import { AREA_BYTES_MIN, BatchReader, type CaptureReader, ROW } from "./reader.js";
import { type ByteSource, readFully } from "./source.js";

/** The first bytes of a section, alike in both byte orders. */
export const SECTION_MAGIC = "0a0d0d0a";
/** Interfaces of one section. */
export const INTERFACES_MAX = 4_096;
/** Names of interfaces in one file. */
export const DEVICES_MAX = 4_096;
/** A longer name is cut; Linux allows 15 bytes. */
const NAME_BYTES_MAX = 256;

const BLOCKS = { section: 0x0a0d0d0a, interface: 1, obsolete: 2, simple: 3, enhanced: 6 } as const;
/** Blocks that are looked into, with their fixed part: 8 bytes before the body, 4 behind it. */
const LEAST: ReadonlyMap<number, number> = new Map([
  [BLOCKS.section, 28], [BLOCKS.interface, 20], [BLOCKS.obsolete, 32], [BLOCKS.simple, 16], [BLOCKS.enhanced, 32],
]);
const BLOCK_BYTES_MIN = 12;
const SECTION_HEADER_BYTES = 28;
const BODY = 8;
const TRAILER_BYTES = 4;
const SIMPLE_DATA = 12;
const PACKET_DATA = 28;

const OPTIONS = { end: 0, name: 2, packetFlags: 2, resolution: 9, offset: 14 } as const;
/** Bits 0 and 1 of epb_flags: 1 inbound, 2 outbound. */
const DIRECTIONS = [0, FRAME_FLAGS.in, FRAME_FLAGS.out, 0] as const;

interface Interface {
  readonly linkType: number;
  /** 0: frames are not cut. */
  readonly snaplen: number;
  readonly device: number;
  readonly clock: Clock;
}

/** A reader of pcapng; `magic` is what was read of the source to know its format. Throws InputError WP2002 or WP2103. */
export async function readPcapng(path: string, source: ByteSource, magic: Uint8Array): Promise<CaptureReader> {
  const header = new Uint8Array(SECTION_HEADER_BYTES);
  header.set(magic);
  const length = magic.length + (await readFully(source, header.subarray(magic.length)));
  if (length < SECTION_HEADER_BYTES) {
    refuse("WP2103", path, `ends after ${length} of the ${SECTION_HEADER_BYTES} bytes of its section header`, "it holds no frame to judge");
  }
  const view = new DataView(header.buffer);
  const little = byteOrder(view, 0);
  if (little === null) refuse("WP2002", path, "its section header has no byte order", "nothing was read; give a capture as dumpcap or tcpdump writes it");
  const version = view.getUint16(12, little);
  if (version !== 1) refuse("WP2002", path, `is pcapng of version ${version}, and only version 1 is known`, "nothing was read; save it anew as pcapng or pcap");
  return new PcapngReader(path, source, header);
}

class PcapngReader extends BatchReader {
  readonly devices: string[] = [];
  linkType = -1;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #little = true;
  #interfaces: Interface[] = [];
  // The time of the frame before: a simple packet block has none of its own.
  #seconds = 0;
  #nanos = 0;
  /** Length of the block that is being passed over, 0 when there is none. */
  #passing = 0;
  #warned = false;

  constructor(path: string, source: ByteSource, header: Uint8Array) {
    super(path, source, header, 0);
  }

  protected override fill({ bytes, index }: FrameArea): number {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const rowsEnd = index.length - (index.length % ROW);
    const before = this.frames;
    let row = 0;
    // Each round consumes bytes, or ends the loop.
    while (row < rowsEnd && !this.ended) {
      if (this.#passing > 0 && !this.#pass()) break;
      const total = this.#wholeBlock();
      if (this.#passing > 0) continue;
      if (total === 0) break;
      this.#block(total, index, row);
      this.at += total;
      row = (this.frames - before) * ROW;
    }
    return this.frames - before;
  }

  protected override pieceAt(offset: number): string {
    return `the block behind frame ${this.frames}, which begins at byte ${offset}`;
  }

  /** The length of the block at `at`; 0 when it is not here as a whole, is passed over, or makes no sense. */
  #wholeBlock(): number {
    const { at, top } = this;
    const view = this.#view;
    if (at + BLOCK_BYTES_MIN > top) return 0;
    const type = view.getUint32(at, this.#little);
    if (type === BLOCKS.section) {
      const order = byteOrder(view, at);
      if (order === null) return this.#damaged("is a section header without a byte order");
      this.#little = order;
    }
    const total = view.getUint32(at + 4, this.#little);
    const least = LEAST.get(type);
    if (total < (least ?? BLOCK_BYTES_MIN) || total % 4 !== 0) return this.#damaged(`claims a length of ${total} bytes, which no block of type ${type} has`);
    if (least === undefined) {
      this.#passing = total;
      return 0;
    }
    if (total > AREA_BYTES_MIN) return this.#damaged(`claims a length of ${total} bytes, more than a frame and its options have`);
    if (at + total > top) return 0;
    return this.#closes(at + total - TRAILER_BYTES, total) ? total : 0;
  }

  /** Drops what is here of a block that is not looked into; true when it is behind us. Its size does not matter. */
  #pass(): boolean {
    const step = Math.min(this.#passing - this.dropped - TRAILER_BYTES, this.top - this.at);
    this.at += step;
    this.dropped += step;
    if (this.dropped < this.#passing - TRAILER_BYTES || this.at + TRAILER_BYTES > this.top) return false;
    if (!this.#closes(this.at, this.#passing)) return false;
    this.at += TRAILER_BYTES;
    this.dropped = 0;
    this.#passing = 0;
    return true;
  }

  /** A block repeats its length at its end. */
  #closes(at: number, total: number): boolean {
    const again = this.#view.getUint32(at, this.#little);
    if (again !== total) this.#damaged(`begins with the length ${total} and ends with ${again}`);
    return again === total;
  }

  #damaged(fact: string): 0 {
    this.stop("WP2102", `the block at byte ${this.base + this.at - this.dropped} ${fact}`);
    return 0;
  }

  #block(total: number, index: Uint32Array, row: number): void {
    const { at } = this;
    const type = this.#view.getUint32(at, this.#little);
    if (type === BLOCKS.section) this.#section();
    else if (type === BLOCKS.interface) this.#interface(total);
    else if (type === BLOCKS.simple) this.#simple(total, index, row);
    else this.#packet(total, type === BLOCKS.obsolete ? this.#view.getUint16(at + BODY, this.#little) : this.#view.getUint32(at + BODY, this.#little), index, row);
  }

  #section(): void {
    const version = this.#view.getUint16(this.at + BODY + 4, this.#little);
    if (version !== 1) this.#damaged(`begins a section of version ${version}`);
    this.#interfaces = [];
  }

  #interface(total: number): void {
    if (this.#interfaces.length >= INTERFACES_MAX) {
      this.#damaged(`describes one interface more than the ${INTERFACES_MAX} that a section may have`);
      return;
    }
    const start = this.at + BODY;
    const end = this.at + total - TRAILER_BYTES;
    const view = this.#view;
    const little = this.#little;
    const linkType = view.getUint16(start, little);
    const name = option(view, start + 8, end, little, OPTIONS.name);
    const resolution = option(view, start + 8, end, little, OPTIONS.resolution);
    const offset = option(view, start + 8, end, little, OPTIONS.offset);
    if (this.#interfaces.length === 0 && this.linkType === -1) this.linkType = linkType;
    this.#interfaces.push({
      linkType,
      snaplen: view.getUint32(start + 4, little),
      device: this.#device(name === null ? "" : textOf(name)),
      clock: new Clock(
        resolution === null || resolution.byteLength !== 1 ? undefined : resolution.getUint8(0),
        offset === null || offset.byteLength !== 8 ? 0 : Number(offset.getBigInt64(0, little)),
      ),
    });
  }

  /** The number of a device's name, 0 for none. */
  #device(name: string): number {
    if (name === "") return 0;
    const known = this.devices.indexOf(name);
    if (known >= 0) return known + 1;
    if (this.devices.length < DEVICES_MAX) return this.devices.push(name);
    this.#damaged(`names one device more than the ${DEVICES_MAX} that a capture may have`);
    return 0;
  }

  #simple(total: number, index: Uint32Array, row: number): void {
    const from = this.#known(0);
    if (from === null) return;
    const room = total - SIMPLE_DATA - TRAILER_BYTES;
    const original = this.#view.getUint32(this.at + BODY, this.#little);
    const captured = from.snaplen === 0 ? original : Math.min(original, from.snaplen);
    if (this.#fits(captured, room)) this.#row(index, row, from, this.at + SIMPLE_DATA, captured, original, 0);
  }

  /** Enhanced and obsolete packet blocks differ in the width of the interface's number only. */
  #packet(total: number, number: number, index: Uint32Array, row: number): void {
    const from = this.#known(number);
    if (from === null) return;
    const { at } = this;
    const view = this.#view;
    const little = this.#little;
    const captured = view.getUint32(at + 20, little);
    if (!this.#fits(captured, total - PACKET_DATA - TRAILER_BYTES)) return;
    from.clock.set(view.getUint32(at + 12, little), view.getUint32(at + 16, little));
    this.#seconds = from.clock.seconds;
    this.#nanos = from.clock.nanos;
    const flags = option(view, at + PACKET_DATA + padded(captured), at + total - TRAILER_BYTES, little, OPTIONS.packetFlags);
    const direction = flags?.byteLength === 4 ? (DIRECTIONS[flags.getUint32(0, little) & 3] ?? 0) : 0;
    this.#row(index, row, from, at + PACKET_DATA, captured, view.getUint32(at + 24, little), direction);
  }

  /** The interface of this number; null, and the end, when the section has none. */
  #known(number: number): Interface | null {
    const found = this.#interfaces[number];
    if (found === undefined) this.#damaged(`holds a frame of interface ${number}, and its section describes ${this.#interfaces.length}`);
    return found ?? null;
  }

  #fits(captured: number, room: number): boolean {
    const fits = captured <= room && captured <= FRAME_BYTES_MAX;
    if (!fits) this.#damaged(`claims a frame of ${captured} bytes, more than the ${Math.min(room, FRAME_BYTES_MAX)} it can hold`);
    return fits;
  }

  #row(index: Uint32Array, row: number, from: Interface, at: number, captured: number, original: number, flags: number): void {
    index[row] = at;
    index[row + 1] = captured;
    index[row + 2] = original;
    index[row + 3] = this.#seconds;
    index[row + 4] = this.#nanos;
    index[row + 5] = from.device;
    index[row + 6] = from.linkType;
    index[row + 7] = flags;
    this.frames += 1;
    this.bytes += original;
    if (!this.#warned && !Object.hasOwn(LINK_TYPES, from.linkType)) this.#warn(from);
  }

  #warn({ linkType, device }: Interface): void {
    this.#warned = true;
    const name = device === 0 ? "an interface without a name" : `interface ${this.devices[device - 1] ?? ""}`;
    const fact = `frame ${this.frames} is of ${name}, whose link type ${linkType} (${linkTypeName(linkType)}) is not supported`;
    this.diagnostics.push(diagnostic("WP2004", this.path, fact, "its frames, and those of other link types that are not supported, are undetermined"));
  }
}

/** True for a section that is little endian, null when its byte-order magic is neither. */
function byteOrder(view: DataView, at: number): boolean | null {
  const magic = view.getUint32(at + BODY, true);
  if (magic === 0x1a2b3c4d) return true;
  return magic === 0x4d3c2b1a ? false : null;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

/** The value of the first option with this code; options that run over the block's end are as good as absent. */
function option(view: DataView, start: number, end: number, little: boolean, wanted: number): DataView | null {
  for (let at = start; at + 4 <= end; ) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === OPTIONS.end || at + 4 + length > end) return null;
    if (code === wanted) return new DataView(view.buffer, view.byteOffset + at + 4, length);
    at += 4 + padded(length);
  }
  return null;
}

/** A name may be padded with zeros, although it should not. */
function textOf({ buffer, byteOffset, byteLength }: DataView): string {
  const bytes = new Uint8Array(buffer, byteOffset, Math.min(byteLength, NAME_BYTES_MAX));
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
