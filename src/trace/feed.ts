/** One capture among several: its reader, the batch that waits in its own area, and what of it was handed out. */
import type { CaptureEnd, FrameArea } from "../model/capture.js";
import type { Diagnostic } from "../model/diagnostic.js";
import { openCapture } from "./open.js";
import { type CaptureFacts, type CaptureReader, ROW } from "./reader.js";

/** Words of a row. */
const CAPTURED = 1, ORIGINAL = 2, SECONDS = 3, NANOS = 4, DEVICE = 5, FLAGS = 7;
/** Bits of `flags` that tell the direction; the number of the capture stands from bit NUMBER_SHIFT on. */
const DIRECTION_BITS = 0xff;
const NUMBER_SHIFT = 8;

/** `seconds` and `nanos` are those of the next frame that was not handed out. */
export class Feed implements CaptureFacts {
  seconds = 0;
  nanos = 0;
  /** Where the batch stands; null before the first one and after the last. */
  area: FrameArea | null = null;
  #reader: CaptureReader | null = null;
  #row = 0;
  #count = 0;
  #frames = 0;
  #bytes = 0;
  /** The set's numbers of this capture's devices; place 0 is "not said". */
  readonly #devices = [0];

  /** `number`: its place among the captures. */
  constructor(readonly path: string, readonly number: number) {}

  get linkType(): number { return this.#reader?.linkType ?? -1; }
  get devices(): readonly string[] { return this.#reader?.devices ?? []; }
  get diagnostics(): readonly Diagnostic[] { return this.#reader?.diagnostics ?? []; }
  get end(): CaptureEnd { return { frames: this.#frames, bytes: this.#bytes, truncated: this.#reader?.end.truncated ?? false }; }

  /** Frames of the batch that were not handed out. */
  get left(): number {
    return this.#count - this.#row;
  }

  /** Opens the capture, from its beginning. Throws InputError. */
  async open(): Promise<void> {
    this.#reader = await openCapture(this.path);
  }

  /** Reads the next batch into `area`, the same one as before; false at the end. */
  async read(area: FrameArea): Promise<boolean> {
    this.area = area;
    this.#row = 0;
    this.#count = (await this.#reader?.next(area)) ?? 0;
    this.#look();
    return this.#count > 0;
  }

  /** Closes the capture, forgets its batch and gives back its area. What is known of it stays. */
  async close(): Promise<FrameArea | null> {
    const { area } = this;
    this.area = null;
    this.#row = 0;
    this.#count = 0;
    await this.#reader?.close();
    return area;
  }

  /** How many frames may be handed out before `rival` has its turn, within so many rows and bytes. */
  run(rival: Feed | null, rows: number, room: number): number {
    const index = this.#index;
    const end = Math.min(this.#row + rows, this.#count);
    const start = index[this.#row * ROW] ?? 0;
    let row = this.#row;
    for (; row < end; row++) {
      const word = row * ROW;
      if ((index[word] ?? 0) + (index[word + CAPTURED] ?? 0) - start > room) break;
      if (rival !== null && !comesFirst(index[word + SECONDS] ?? 0, index[word + NANOS] ?? 0, this.number, rival)) break;
    }
    return row - this.#row;
  }

  /** Copies frames, as one piece from the first to the last, to byte `at` of `area`, and their rows to `row`. Returns the bytes used. */
  give(count: number, area: FrameArea, row: number, at: number, numberOf: (name: string) => number): number {
    const from = this.#index;
    const to = area.index;
    const first = this.#row * ROW;
    const last = (this.#row + count - 1) * ROW;
    const start = from[first] ?? 0;
    const end = (from[last] ?? 0) + (from[last + CAPTURED] ?? 0);
    if (this.area !== null) area.bytes.set(this.area.bytes.subarray(start, end), at);
    to.set(from.subarray(first, last + ROW), row * ROW);
    const shift = at - start;
    const number = this.number << NUMBER_SHIFT;
    for (let word = row * ROW; word < (row + count) * ROW; word += ROW) {
      to[word] = (to[word] ?? 0) + shift;
      to[word + DEVICE] = this.#deviceOf(to[word + DEVICE] ?? 0, numberOf);
      to[word + FLAGS] = ((to[word + FLAGS] ?? 0) & DIRECTION_BITS) | number;
      this.#bytes += to[word + ORIGINAL] ?? 0;
    }
    this.#frames += count;
    this.#row += count;
    this.#look();
    return end - start;
  }

  get #index(): Uint32Array {
    return this.area?.index ?? new Uint32Array(0);
  }

  /** Notes the time of the next frame, if there is one. */
  #look(): void {
    if (this.left === 0) return;
    this.seconds = this.#index[this.#row * ROW + SECONDS] ?? 0;
    this.nanos = this.#index[this.#row * ROW + NANOS] ?? 0;
  }

  #deviceOf(device: number, numberOf: (name: string) => number): number {
    return (this.#devices[device] ??= numberOf(this.devices[device - 1] ?? ""));
  }
}

/** Whether the next frame of `a` is handed out before that of `b`: the earlier one, and of equal ones that of the capture named first. */
export function isBefore(a: Feed, b: Feed): boolean {
  return comesFirst(a.seconds, a.nanos, a.number, b);
}

function comesFirst(seconds: number, nanos: number, number: number, rival: Feed): boolean {
  if (seconds !== rival.seconds) return seconds < rival.seconds;
  if (nanos !== rival.nanos) return nanos < rival.nanos;
  return number < rival.number;
}
