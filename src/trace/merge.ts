/** Several captures as one, in the order of their frames' times: rotated files, one file for each device, or both. */
import { stat } from "node:fs/promises";
import { type CaptureEnd, FRAME_WORDS, type FrameArea } from "../model/capture.js";
import { type Diagnostic, refuse } from "../model/diagnostic.js";
import { Feed, isBefore } from "./feed.js";
import { openCapture } from "./open.js";
import { AREA_BYTES_MIN, type CaptureFacts, type CaptureReader, ROW } from "./reader.js";
import { STDIN } from "./source.js";

/** One reader for all captures. Bits 8 and up of a row's `flags` are the place of its capture in `captures`, from 0. */
export interface CaptureSet extends CaptureReader {
  /** Each capture by itself, in the order they were given. Counts are of frames that `next` has handed out. */
  readonly captures: readonly CaptureFacts[];
  /** The ends of `captures`. */
  readonly ends: readonly CaptureEnd[];
}

/** Captures that may be open at the same time because their times overlap; each has an area of its own. */
export const OVERLAP_MAX = 256;

/**
 * Opens captures as one. Each is opened at once, so what cannot be read is refused before anything is judged; a file is closed again
 * until its first frame is due. `-` stands alone. Throws InputError WP2001, WP2002, WP2003, WP2103 or WP9001.
 */
export async function openAll(paths: readonly string[]): Promise<CaptureSet> {
  const [first] = paths;
  if (first === undefined) refuse("WP9001", "CAPTURE", "no capture was named", "name one, or - for standard input");
  if (paths.length === 1) return new Single(await openCapture(first));
  if (paths.includes(STDIN)) refuse("WP9001", "CAPTURE", "- stands among other captures", "standard input cannot be sorted among files; give it alone");
  const merged = new Merged(paths.map((path, number) => new Feed(path, number)));
  try {
    await merged.begin();
    return merged;
  } catch (error) {
    await merged.close();
    throw error;
  }
}

/** A capture alone: nothing is copied, and its number is 0. */
class Single implements CaptureSet {
  readonly captures: readonly CaptureFacts[];
  readonly path: string;

  constructor(private readonly reader: CaptureReader) {
    this.captures = [reader];
    this.path = reader.path;
  }

  get linkType(): number { return this.reader.linkType; }
  get devices(): readonly string[] { return this.reader.devices; }
  get end(): CaptureEnd { return this.reader.end; }
  get ends(): readonly CaptureEnd[] { return [this.reader.end]; }
  get diagnostics(): readonly Diagnostic[] { return this.reader.diagnostics; }

  next(area: FrameArea): Promise<number> {
    return this.reader.next(area);
  }

  close(): Promise<void> {
    return this.reader.close();
  }
}

/** Whichever capture has the earliest next frame goes on, until another one has; what it has till then is copied in one piece. */
class Merged implements CaptureSet {
  readonly captures: readonly CaptureFacts[];
  readonly path: string;
  readonly devices: string[] = [];
  /** Captures whose turn has not come, the earliest last. */
  #waiting: Feed[] = [];
  /** Captures that are being read. */
  readonly #active = new Set<Feed>();
  /** Areas that a capture has done with. */
  readonly #spare: FrameArea[] = [];
  #closed = false;

  constructor(private readonly feeds: readonly Feed[]) {
    this.captures = feeds;
    this.path = `${feeds.length} captures`;
  }

  get linkType(): number { return this.feeds[0]?.linkType ?? -1; }
  get ends(): readonly CaptureEnd[] { return this.feeds.map((feed) => feed.end); }
  get diagnostics(): readonly Diagnostic[] { return this.feeds.flatMap((feed) => feed.diagnostics); }

  get end(): CaptureEnd {
    const { ends } = this;
    return {
      frames: ends.reduce((sum, end) => sum + end.frames, 0),
      bytes: ends.reduce((sum, end) => sum + end.bytes, 0),
      truncated: ends.some((end) => end.truncated),
    };
  }

  /** Learns when each capture begins. A pipe is read once only, so it keeps what was read. */
  async begin(): Promise<void> {
    const scratch = newArea(1);
    for (const feed of this.feeds) {
      await feed.open();
      const isFile = await stat(feed.path).then((kind) => kind.isFile(), () => false);
      const found = await feed.read(isFile ? scratch : this.#lend(feed));
      if (isFile || !found) await feed.close();
      if (!found) this.#active.delete(feed);
      else if (isFile) this.#waiting.push(feed);
    }
    this.#waiting.sort((a, b) => (isBefore(a, b) ? 1 : -1));
  }

  async next(area: FrameArea): Promise<number> {
    const rowsMax = Math.floor(area.index.length / ROW);
    let rows = 0;
    let at = 0;
    while (rows < rowsMax && !this.#closed) {
      const behind = this.#empty();
      // What is there is not held back by a capture that has to be read first.
      if (behind !== null && rows > 0) break;
      if (behind !== null) {
        await this.#refill(behind);
        continue;
      }
      const [feed, rival] = this.#earliest();
      if (feed === null) break;
      const count = feed.run(rival, rowsMax - rows, area.bytes.length - at);
      if (count === 0) break;
      at += feed.give(count, area, rows, at, (name) => this.#device(name));
      rows += count;
    }
    return rows;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const feed of this.feeds) await feed.close();
  }

  /** A capture that must be read before it is known whose turn it is. */
  #empty(): Feed | null {
    for (const feed of this.#active) if (feed.left === 0) return feed;
    const next = this.#waiting.at(-1);
    if (next === undefined) return null;
    for (const feed of this.#active) if (isBefore(feed, next)) return null;
    return next;
  }

  async #refill(feed: Feed): Promise<void> {
    if (this.#waiting.at(-1) === feed) {
      this.#waiting.pop();
      await feed.open();
    }
    if ((await feed.read(this.#lend(feed))) && !this.#closed) return;
    this.#active.delete(feed);
    const spare = await feed.close();
    if (spare !== null) this.#spare.push(spare);
  }

  /** The area of a capture that is being read, or one for a capture that begins. */
  #lend(feed: Feed): FrameArea {
    if (!this.#active.has(feed) && this.#active.size >= OVERLAP_MAX) {
      refuse("WP9001", feed.path, `more than ${OVERLAP_MAX} captures overlap in time`, "nothing was judged; join them with mergecap first");
    }
    this.#active.add(feed);
    return feed.area ?? this.#spare.pop() ?? newArea(OWN_ROWS);
  }

  /** The capture whose next frame is the earliest, and the one that comes after it. */
  #earliest(): [feed: Feed | null, rival: Feed | null] {
    let feed: Feed | null = null;
    let rival = this.#waiting.at(-1) ?? null;
    for (const other of this.#active) {
      if (feed === null || isBefore(other, feed)) {
        if (feed !== null && (rival === null || isBefore(feed, rival))) rival = feed;
        feed = other;
      } else if (rival === null || isBefore(other, rival)) rival = other;
    }
    return [feed, rival];
  }

  #device(name: string): number {
    const known = this.devices.indexOf(name);
    return known >= 0 ? known + 1 : this.devices.push(name);
  }
}

/** Rows of a capture's own area. */
const OWN_ROWS = 1_024;

function newArea(rows: number): FrameArea {
  return { bytes: new Uint8Array(AREA_BYTES_MIN), index: new Uint32Array(rows * FRAME_WORDS.length) };
}
