/** Zstandard (RFC 8878), any number of frames, unpacked as it is read: by Node itself, by the zstd command, or by a package. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { DECODER_OPTIONS, unpacked } from "./gzip.js";
import { type ByteSource, ChunkSource, FaultError, FileSource, readFully } from "./source.js";

/** The first bytes of a frame, and of a frame to be skipped (its last digit varies). */
export const ZSTD_MAGIC = "28b52ffd";
const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
/** What a decoder may be asked to remember; zstd(1) itself refuses more. */
export const WINDOW_BYTES_MAX = 128 * 1024 * 1024;
/** RFC 8878 section 3.1.1.2.4. */
const BLOCK_BYTES_MAX = 128 * 1024;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const RLE = 1;
const RESERVED = 3;

/** Turns the pieces of one frame into what they unpack to. */
type FrameDecoder = (pieces: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** What `input` holds when unpacked; `file` is the same where it is a regular file of which nothing else is read. Closing closes all. */
export async function unzstd(input: ByteSource, file: ByteSource): Promise<ByteSource> {
  const byNode = nodeDecoder();
  if (byNode !== null) return unzstdWith(byNode, input);
  return (file instanceof FileSource ? await unzstdByCommand(file) : null) ?? unzstdWith(packageDecoder, input);
}

/** Node's own decoder, which came with 22.15; null in an older one. It reads one frame and would pass over a second in silence. */
export function nodeDecoder(): FrameDecoder | null {
  const create: unknown = Reflect.get(zlib, "createZstdDecompress");
  if (typeof create !== "function") return null;
  return (pieces) => {
    const made: unknown = Reflect.apply(create, zlib, [DECODER_OPTIONS]);
    if (!isDecoder(made)) throw new Error("createZstdDecompress gave no stream");
    return unpacked(pieces, made);
  };
}

function isDecoder(value: unknown): value is Transform & { readonly bytesWritten: number } {
  return value instanceof Transform && "bytesWritten" in value;
}

/** The package's decoder; it does not look at checksums. */
export async function* packageDecoder(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = [];
  const decoder = new Decompress((chunk) => chunks.push(chunk));
  // It wants to know which piece is the last, so each waits for its successor.
  let waiting: Uint8Array | null = null;
  for await (const piece of pieces) {
    if (waiting !== null) push(decoder, waiting, false);
    waiting = piece;
    yield* chunks;
    chunks = [];
  }
  if (waiting !== null) push(decoder, waiting, true);
  yield* chunks;
}

function push(decoder: Decompress, piece: Uint8Array, last: boolean): void {
  try {
    decoder.push(piece, last);
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
}

/** Unpacks with a decoder of single frames. */
export function unzstdWith(decode: FrameDecoder, input: ByteSource): ByteSource {
  return new ChunkSource(frames(decode, input), () => input.close());
}

async function* frames(decode: FrameDecoder, input: ByteSource): AsyncGenerator<Uint8Array> {
  for (;;) {
    const head = new Uint8Array(4);
    const got = await readFully(input, head);
    if (got === 0) return;
    if (got < head.length) throw cut();
    const magic = viewOf(head).getUint32(0, true);
    if (magic === MAGIC) yield* decode(piecesOf(input, head));
    else if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) await skip(input);
    else throw damaged("other bytes follow its end");
  }
}

/** Header and blocks of a frame, each as one piece; the checksum goes with the last. A piece unpacks to 128 KB at most. */
async function* piecesOf(input: ByteSource, magic: Uint8Array): AsyncGenerator<Uint8Array> {
  const [descriptor = 0] = await exactly(input, 1);
  const single = (descriptor & 0x20) !== 0;
  const contentBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const rest = await exactly(input, (single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0) + contentBytes);
  const window = single ? contentOf(rest.subarray(rest.length - contentBytes)) : windowOf(rest[0] ?? 0);
  if (window > WINDOW_BYTES_MAX) throw damaged(`it asks for a window of ${window} bytes, more than the ${WINDOW_BYTES_MAX} that are read`);
  let before = joined(magic, [descriptor], rest);
  for (let last = false; !last; before = new Uint8Array(0)) {
    const head = await exactly(input, BLOCK_HEADER_BYTES);
    const word = (head[0] ?? 0) | ((head[1] ?? 0) << 8) | ((head[2] ?? 0) << 16);
    const type = (word >> 1) & 3;
    const size = word >> 3;
    if (type === RESERVED || size > BLOCK_BYTES_MAX) throw damaged("a block that cannot be");
    last = (word & 1) !== 0;
    const body = await exactly(input, (type === RLE ? 1 : size) + (last && (descriptor & 4) !== 0 ? CHECKSUM_BYTES : 0));
    yield joined(before, head, body);
  }
}

/** RFC 8878 section 3.1.1.1.2. */
function windowOf(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

/** Little endian; the form of two bytes counts from 256. */
function contentOf(bytes: Uint8Array): number {
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0) + (bytes.length === 2 ? 256 : 0);
}

async function skip(input: ByteSource): Promise<void> {
  const waste = new Uint8Array(BLOCK_BYTES_MAX);
  let left = viewOf(await exactly(input, 4)).getUint32(0, true);
  while (left > 0) {
    const got = await input.read(waste, 0, Math.min(left, waste.length));
    if (got === 0) throw cut();
    left -= got;
  }
}

async function exactly(input: ByteSource, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  if ((await readFully(input, bytes)) < length) throw cut();
  return bytes;
}

function joined(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function cut(): FaultError {
  return new FaultError({ kind: "cut", text: "it ends inside a frame" });
}

function damaged(text: string): FaultError {
  return new FaultError({ kind: "damaged", text });
}

/** `zstd -dc` reads the file itself, in parallel; null when there is no such command, or the file is not at its beginning. */
export async function unzstdByCommand(file: FileSource): Promise<ByteSource | null> {
  const fd = file.whole;
  if (fd === null) return null;
  const child = spawn("zstd", ["-dcq"], { stdio: [fd, "pipe", "pipe"] });
  const started = await new Promise<boolean>((resolve) => {
    child.once("spawn", () => { resolve(true); });
    child.on("error", () => { resolve(false); });
  });
  const { stdout, stderr } = child;
  if (!started || stdout === null || stderr === null) return null;
  return new ChunkSource(childChunks(child, stdout, stderr), async () => {
    child.kill();
    stdout.destroy();
    await file.close();
  });
}

const COMPLAINT_CHARACTERS_MAX = 2_000;

async function* childChunks(child: ChildProcess, stdout: Readable, stderr: Readable): AsyncGenerator<Uint8Array> {
  let complaint = "";
  stderr.setEncoding("utf8").on("data", (text: string) => {
    if (complaint.length < COMPLAINT_CHARACTERS_MAX) complaint += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  for await (const chunk of stdout) if (chunk instanceof Uint8Array) yield chunk;
  if ((await ended) === 0) return;
  if (/premature end|unexpected end|incomplete/i.test(complaint)) throw cut();
  throw damaged(complaint.trim().split("\n").at(-1)?.replace(/^.*\*\\? *: */, "") ?? "zstd failed");
}
