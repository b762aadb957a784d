/** Reads a node's files: the only file of this room that touches the disk. Nothing is ever written. */
import { constants } from "node:fs";
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { stdin } from "node:process";
import { type Diagnostic, diagnostic, refuse } from "../model/diagnostic.js";
import { FILE_BYTES_MAX, isKnownFile, NODE_BYTES_MAX, parseState, type Snapshot, type SourceFile, tooLarge } from "./parts.js";

export type { Snapshot, SourceFile } from "./parts.js";

/** Reads NODE: a folder, one text file, or `-` for that text on standard input. Throws InputError WP1001 or WP1006. */
export async function readSnapshot(path: string): Promise<Snapshot> {
  if (path === "-") return fromState(decode(await readStream(stdin)), path, "stdin");
  const found = await stat(path).catch((error: unknown) => cannotOpen(path, error));
  const name = nameOf(resolve(path));
  if (found.isDirectory()) return readFolder(path, name);
  if (!found.isFile()) refuse("WP1001", path, "is neither a folder nor a regular file", "nothing was read; give - to read the state from a pipe");
  const text = await readText(path, NODE_BYTES_MAX).catch((error: unknown) => cannotOpen(path, error));
  return fromState(text ?? "", path, name.replace(/\.state$/, ""));
}

/** The last part of the path; every node's folder may be called `state`, so then the one above. */
function nameOf(path: string): string {
  const name = basename(path);
  return (name === "state" ? basename(dirname(path)) : name) || name;
}

function fromState(text: string, path: string, name: string): Snapshot {
  const { value, diagnostics } = parseState(text, path);
  return { path, name, files: value, diagnostics };
}

/** Known names only: whatever else lies in the folder, captures above all, is left alone. */
async function readFolder(path: string, name: string): Promise<Snapshot> {
  const names = (await readdir(path).catch((error: unknown) => cannotOpen(path, error))).filter(isKnownFile).sort();
  const files = new Map<string, SourceFile>();
  const diagnostics: Diagnostic[] = [];
  let left = NODE_BYTES_MAX;
  for (const file of names) {
    const text = await readText(join(path, file), Math.min(FILE_BYTES_MAX, left)).catch((error: unknown) => {
      if (error instanceof TooLarge) return tooLarge(left < FILE_BYTES_MAX ? path : join(path, file), left < FILE_BYTES_MAX ? NODE_BYTES_MAX : FILE_BYTES_MAX);
      diagnostics.push(diagnostic("WP1005", file, reasonOf(error), "it is treated as missing"));
      return undefined;
    });
    if (text === null) diagnostics.push(diagnostic("WP1005", file, "is not a regular file", "it is treated as missing"));
    if (typeof text !== "string") continue;
    left -= text.length;
    files.set(file, { name: file, text, exit: null });
  }
  return { path, name, files, diagnostics };
}

class TooLarge extends Error {}

/** The text of a regular file; null when it is none. A pipe would be waited for, a device might never end. */
async function readText(path: string, max: number): Promise<string | null> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await handle.stat();
    return found.isFile() ? decode(await readBytes(handle, found.size, max)) : null;
  } finally {
    await handle.close();
  }
}

/** Asks for one byte more than is allowed: a file may grow, and /proc says 0 of all of its files. A file that stays as it was is read into one piece. */
async function readBytes(handle: FileHandle, size: number, max: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const wanted = total === 0 ? Math.max(size + 1, CHUNK_BYTES) : CHUNK_BYTES;
    const { bytesRead, buffer } = await handle.read(new Uint8Array(Math.min(wanted, max + 1 - total)));
    total += bytesRead;
    if (total > max) throw new TooLarge();
    if (bytesRead === 0) return chunks.length === 1 ? (chunks[0] ?? buffer) : Buffer.concat(chunks, total);
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

const CHUNK_BYTES = 256 * 1024;

async function readStream(stream: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    total += bytes.length;
    if (total > NODE_BYTES_MAX) tooLarge("-", NODE_BYTES_MAX);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, total);
}

/** Bytes that are no UTF-8 become U+FFFD; parsers then say what they could not read. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8").decode(bytes);
}

function cannotOpen(path: string, error: unknown): never {
  if (error instanceof TooLarge) return tooLarge(path, NODE_BYTES_MAX);
  return refuse("WP1001", path, reasonOf(error), "nothing was read; give the node's folder, its .state file, or -");
}

const REASONS = new Map([["ENOENT", "does not exist"], ["ENOTDIR", "does not exist"], ["EACCES", "may not be read"], ["EPERM", "may not be read"]]);

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return REASONS.get(code) ?? `cannot be read (${code})`;
}
