/** Reads captures to their end the way the core does: batch by batch, through a lent area. */
import { FRAME_WORDS, type FrameArea, type FrameWord } from "../../src/model/capture.js";
import { InputError } from "../../src/model/diagnostic.js";
import { AREA_BYTES_MIN, type CaptureReader } from "../../src/trace/reader.js";

export interface Read {
  readonly row: Readonly<Record<FrameWord, number>>;
  readonly bytes: Uint8Array;
}

export function area(rows = 1024, bytes = AREA_BYTES_MIN): FrameArea {
  return { bytes: new Uint8Array(bytes), index: new Uint32Array(rows * FRAME_WORDS.length) };
}

/** One batch, copied out of the area. */
export function copied({ bytes, index }: FrameArea, count: number): Read[] {
  return Array.from({ length: count }, (_, i) => {
    const word = (name: FrameWord): number => index[i * FRAME_WORDS.length + FRAME_WORDS.indexOf(name)] ?? -1;
    const row = { at: word("at"), captured: word("captured"), original: word("original"), seconds: word("seconds"), nanos: word("nanos"), device: word("device"), linkType: word("linkType"), flags: word("flags") };
    return { row, bytes: bytes.slice(row.at, row.at + row.captured) };
  });
}

/** Every frame that is left. */
export async function readAll(reader: Pick<CaptureReader, "next">, room = area()): Promise<Read[]> {
  const all: Read[] = [];
  // Views are made anew for every batch, as they are when wasm memory grows.
  for (;;) {
    const lent = { bytes: new Uint8Array(room.bytes.buffer), index: new Uint32Array(room.index.buffer) };
    lent.index.fill(0xdeadbeef);
    const count = await reader.next(lent);
    if (count === 0) return all;
    all.push(...copied(lent, count));
  }
}

/** What a reader gave, without where it stood in the area. */
export function withoutPlaces(all: readonly Read[]): unknown[] {
  return all.map(({ row, bytes }) => [row.captured, row.original, row.seconds, row.nanos, row.device, row.linkType, row.flags, Buffer.from(bytes).toString("hex")]);
}

/** The refusal of what cannot be opened. */
export async function refusalOf(opening: Promise<{ close(): Promise<void> }>): Promise<InputError> {
  try {
    await (await opening).close();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("it was opened");
}

/** Bytes that look like a frame's, different for each seed. */
export function frame(length: number, seed = length): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 255);
}
