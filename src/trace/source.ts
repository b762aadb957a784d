/** Where captured bytes come from: a regular file, a pipe, or another source that is being unpacked. All of them are read alike. */
import { close, createReadStream, fstatSync, open, readSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { refuse } from "../model/diagnostic.js";

/** Why bytes ended before their time. `cut`: more should have followed; `damaged`: what followed makes no sense. */
export interface Fault {
  readonly kind: "cut" | "damaged";
  readonly text: string;
}

/** Bytes in order, read once. */
export interface ByteSource {
  /**
   * Puts 1..length bytes into `into` from `at` on and returns how many; 0 is the end. A pipe returns what is there
   * and does not wait for more. Only one read at a time.
   */
  read(into: Uint8Array, at: number, length: number): number | Promise<number>;
  /** Set when the end, a read of 0, came too early; bytes before it are good. */
  readonly fault: Fault | null;
  /** Ends a read that waits, which then returns 0. May be called twice. */
  close(): Promise<void>;
}

/** What a failing iterator of chunks may throw to become a source's fault; anything else is thrown on. */
export class FaultError extends Error {
  override readonly name = "FaultError";
  constructor(readonly fault: Fault) {
    super(fault.text);
  }
}

/** Standard input, by the word that stands for it. */
export const STDIN = "-";
const STDIN_FD = 0;
const openFd = promisify(open);
const closeFd = promisify(close);

/** Opens a path, or standard input for `-`, read-only. Throws InputError WP2001. */
export async function openSource(path: string): Promise<ByteSource> {
  if (path === STDIN) return openStdin();
  const fd = await openFd(path, "r").catch((error: unknown) => unreadable(path, error));
  try {
    const kind = fstatSync(fd);
    if (kind.isDirectory()) refuse("WP2001", path, FACTS["EISDIR"] ?? "", NOT_JUDGED);
    if (kind.isFile()) return new FileSource(path, fd, 0);
    // A pipe is waited for by the event loop: a thread that is blocked in read(2) could not be called back.
    return streamSource(path, kind.isFIFO() ? new Socket({ fd, readable: true, writable: false }) : createReadStream(path, { fd }));
  } catch (error) {
    await closeFd(fd);
    throw error;
  }
}

function openStdin(): ByteSource {
  return fstatSync(STDIN_FD).isFile() ? new FileSource(STDIN, STDIN_FD, null) : streamSource(STDIN, process.stdin);
}

/** A regular file answers at once, and handing each chunk to another thread costs more than copying it. */
export class FileSource implements ByteSource {
  readonly fault = null;
  #closed = false;

  /** `position` null reads on from where the descriptor stands; such a descriptor is lent and stays open. */
  constructor(private readonly path: string, private readonly fd: number, private position: number | null) {}

  /** The open file, standing at its first byte, for a child process to read; null where it may stand elsewhere. */
  get whole(): number | null {
    return this.position === null || this.#closed ? null : this.fd;
  }

  read(into: Uint8Array, at: number, length: number): number {
    if (this.#closed) return 0;
    try {
      const got = readSync(this.fd, into, at, length, this.position);
      // An explicit position leaves the descriptor's own at the beginning, see `whole`.
      if (this.position !== null) this.position += got;
      return got;
    } catch (error) {
      return unreadable(this.path, error);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.position !== null) await closeFd(this.fd);
  }
}

/** Chunks as they come, handed out in the sizes that are asked for. */
export class ChunkSource implements ByteSource {
  fault: Fault | null = null;
  #rest: Uint8Array = new Uint8Array(0);
  #ended = false;
  #closed = false;

  /** `release` must make a `chunks.next()` that waits come back, by an end or an error. */
  constructor(private readonly chunks: AsyncIterator<Uint8Array>, private readonly release: () => Promise<void> | void) {}

  read(into: Uint8Array, at: number, length: number): number | Promise<number> {
    return this.#rest.length > 0 ? this.#take(into, at, length) : this.#wait(into, at, length);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#ended = true;
    this.#rest = this.#rest.subarray(0, 0);
    await this.release();
    await this.chunks.return?.();
  }

  #take(into: Uint8Array, at: number, length: number): number {
    const part = this.#rest.subarray(0, length);
    into.set(part, at);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  async #wait(into: Uint8Array, at: number, length: number): Promise<number> {
    while (this.#rest.length === 0 && !this.#ended) {
      try {
        const step = await this.chunks.next();
        if (step.done === true) this.#ended = true;
        // A source that was closed meanwhile gives nothing more.
        else if (!this.#closed) this.#rest = step.value;
      } catch (error) {
        this.#ended = true;
        if (this.#closed) break;
        if (!(error instanceof FaultError)) throw error;
        this.fault = error.fault;
      }
    }
    return this.#take(into, at, length);
  }
}

/** A source of what a stream gives; closing destroys the stream. */
export function streamSource(path: string, stream: Readable): ByteSource {
  return new ChunkSource(chunksOf(path, stream), () => {
    stream.destroy();
  });
}

async function* chunksOf(path: string, stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
  } catch (error) {
    unreadable(path, error);
  }
}

/** Fills `into` from the front as far as the source reaches; returns how many bytes there are. */
export async function readFully(source: ByteSource, into: Uint8Array): Promise<number> {
  let length = 0;
  while (length < into.length) {
    const got = await source.read(into, length, into.length - length);
    if (got === 0) break;
    length += got;
  }
  return length;
}

const NOT_JUDGED = "it was not judged";

const FACTS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EISDIR: "is a directory, not a capture file",
  EACCES: "cannot be opened: permission denied",
};

function unreadable(path: string, error: unknown): never {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  refuse("WP2001", path, FACTS[code] ?? `cannot be read: ${code}`, NOT_JUDGED);
}
