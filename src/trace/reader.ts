/** What every capture reader is and does, whatever its format: file bytes into the caller's area, rows into the caller's index. */
import { strict as assert } from "node:assert";
import { type CaptureEnd, FRAME_BYTES_MAX, FRAME_WORDS, type FrameArea } from "../model/capture.js";
import { type Code, type Diagnostic, diagnostic } from "../model/diagnostic.js";
import type { ByteSource, Fault } from "./source.js";

/** What there is to say of a capture, beside its frames. */
export interface CaptureFacts {
  readonly path: string;
  /**
   * Number of tcpdump.org/linktypes: that of a pcap file's header, of a pcapng file's first interface, -1 while none has been seen.
   * A row's own link type may differ from it.
   */
  readonly linkType: number;
  /** Names of interfaces seen so far; `device` of a row is a place in it, counted from 1, or 0 where the capture does not say. */
  readonly devices: readonly string[];
  /** What has been read so far; final once `next` returned 0. `bytes` sums original lengths. */
  readonly end: CaptureEnd;
  readonly diagnostics: readonly Diagnostic[];
}

/** A capture being read, batch by batch, whatever its file format. It is never written to. */
export interface CaptureReader extends CaptureFacts {
  /**
   * Fills the area with the next frames and returns how many rows of the index are valid; 0 is the end of the capture.
   * The reader keeps unread bytes in the area between calls, so every call must lend the same memory, unchanged.
   */
  next(area: FrameArea): Promise<number>;
  /** Ends a `next` that waits for a pipe. */
  close(): Promise<void>;
}

/** Bytes asked of a source at once. */
export const CHUNK_BYTES = 256 * 1024;
const RECORD_BYTES = 16;
/** A chunk fits behind the largest unfinished record. No reader uses more of an area than this. */
export const AREA_BYTES_MIN = CHUNK_BYTES + RECORD_BYTES + FRAME_BYTES_MAX;
/** Words of a row of the index. */
export const ROW = FRAME_WORDS.length;

/** The part that formats share: unread bytes in the area, the end of the source, what is counted and said. */
export abstract class BatchReader implements CaptureReader {
  abstract readonly linkType: number;
  abstract readonly devices: readonly string[];
  readonly diagnostics: Diagnostic[] = [];
  // Unread bytes stand at #at..#top of the area; byte 0 of the area is byte #base of the capture.
  protected at = 0;
  protected top = 0;
  protected base = 0;
  protected frames = 0;
  protected bytes = 0;
  /** Bytes of an unfinished block that were dropped as they came and are not in the area. */
  protected dropped = 0;
  #begun: Uint8Array;
  #truncated = false;
  #ended = false;
  #closed = false;

  /** `begun`: bytes that were read of the source already, and stand before all others. */
  constructor(readonly path: string, private readonly source: ByteSource, begun: Uint8Array, base: number) {
    this.#begun = begun;
    this.base = base;
  }

  /** Rows for whole frames that are in the area, as many as there is room for; returns their number and moves `at`, `frames` and `bytes`. */
  protected abstract fill(area: FrameArea): number;

  /** What an unfinished piece of the file at byte `offset` is, for a sentence: `frame 7, which begins at byte 960`. */
  protected abstract pieceAt(offset: number): string;

  get end(): CaptureEnd {
    return { frames: this.frames, bytes: this.bytes, truncated: this.#truncated };
  }

  protected get ended(): boolean {
    return this.#ended;
  }

  async next(area: FrameArea): Promise<number> {
    assert.ok(area.bytes.length >= AREA_BYTES_MIN, `a frame area has at least ${AREA_BYTES_MIN} bytes`);
    assert.ok(area.index.length >= ROW, "a frame index has at least one row");
    let count = this.#ended ? 0 : this.fill(area);
    // Ends: every round without a frame adds bytes, and the largest record fits into the area.
    while (count === 0 && (await this.#more(area.bytes))) count = this.fill(area);
    return count;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#ended = true;
    await this.source.close();
  }

  /** The file cannot be understood from here on. */
  protected stop(code: Code, fact: string): void {
    this.#ended = true;
    this.#truncated = true;
    this.diagnostics.push(diagnostic(code, this.path, fact, upTo(this.frames)));
  }

  /** Moves the unfinished record to the front of the area and reads a chunk behind it; false at the end. */
  async #more(bytes: Uint8Array): Promise<boolean> {
    if (this.#ended) return false;
    bytes.copyWithin(0, this.at, this.top);
    this.base += this.at;
    this.top -= this.at;
    this.at = 0;
    let got = this.#begun.length;
    if (got > 0) {
      bytes.set(this.#begun, 0);
      this.#begun = this.#begun.subarray(0, 0);
    } else {
      got = await this.source.read(bytes, this.top, Math.min(CHUNK_BYTES, AREA_BYTES_MIN - this.top));
    }
    this.top += got;
    if (got > 0) return true;
    if (!this.#closed) this.#finish();
    return false;
  }

  #finish(): void {
    this.#ended = true;
    const { fault } = this.source;
    const end = this.base + this.top;
    if (fault !== null) this.stop(...faultFact(fault, this.frames));
    else if (this.top > 0 || this.dropped > 0) this.stop("WP2101", `ends inside ${this.pieceAt(this.base - this.dropped)} of ${end}`);
  }
}

/** Code and fact of packed data that ended too early, after `frames` whole frames. */
function faultFact(fault: Fault, frames: number): [code: Code, fact: string] {
  const where = frames === 0 ? "before the first whole frame" : `behind frame ${frames}`;
  return fault.kind === "cut" ? ["WP2101", `its compressed data ends too early, ${where}`] : ["WP2105", `its compressed data is damaged ${where} (${fault.text})`];
}

function upTo(frames: number): string {
  return frames === 0 ? "no frame could be judged" : `verdicts hold up to frame ${frames}`;
}
