/** Opens a capture as people have it: classic pcap or pcapng, plain, gzip or zstd, a file or a pipe. First bytes decide, never names. */
import { refuse } from "../model/diagnostic.js";
import { gunzip, GZIP_MAGIC } from "./gzip.js";
import { MAGIC_BYTES, readPcap } from "./pcap.js";
import { readPcapng, SECTION_MAGIC } from "./pcapng.js";
import type { CaptureReader } from "./reader.js";
import { type ByteSource, ChunkSource, openSource, readFully } from "./source.js";
import { unzstd, ZSTD_MAGIC } from "./zstd.js";

/** Opens a capture read-only; `-` is standard input. Throws InputError WP2001, WP2002, WP2003 or WP2103. */
export async function openCapture(path: string): Promise<CaptureReader> {
  let source = await openSource(path);
  try {
    let magic = await magicOf(source);
    const packed = await unpack(source, magic);
    if (packed !== null) {
      source = packed.source;
      magic = await magicOf(source);
    }
    return await readContainer(path, source, magic).catch((error: unknown) => refuseFault(path, source, packed?.name ?? "", error));
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function magicOf(source: ByteSource): Promise<Uint8Array> {
  const magic = new Uint8Array(MAGIC_BYTES);
  return magic.subarray(0, await readFully(source, magic));
}

async function readContainer(path: string, source: ByteSource, magic: Uint8Array): Promise<CaptureReader> {
  return hexOf(magic) === SECTION_MAGIC ? readPcapng(path, source, magic) : readPcap(path, source, magic);
}

/** Null for data that is not packed. */
async function unpack(source: ByteSource, magic: Uint8Array): Promise<{ source: ByteSource; name: string } | null> {
  const hex = hexOf(magic);
  if (hex.startsWith(GZIP_MAGIC)) return { source: gunzip(again(magic, source)), name: "gzip" };
  const zstd = hex === ZSTD_MAGIC || /^5.2a4d18$/.test(hex);
  return zstd ? { source: await unzstd(again(magic, source), source), name: "zstd" } : null;
}

/** Where packed data failed inside the first header, that is the reason to tell. */
function refuseFault(path: string, { fault }: ByteSource, name: string, error: unknown): never {
  if (fault === null) throw error;
  const held = "it holds no frame to judge";
  if (fault.kind === "cut") refuse("WP2103", path, `its ${name} data ends too early, inside the capture's file header`, held);
  refuse("WP2002", path, `its ${name} data is damaged inside the capture's file header (${fault.text})`, held);
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** The source with what was read of it put back. */
function again(begun: Uint8Array, source: ByteSource): ByteSource {
  return new ChunkSource(behind(begun, source), () => source.close());
}

const CHUNK_BYTES = 64 * 1024;

async function* behind(begun: Uint8Array, source: ByteSource): AsyncGenerator<Uint8Array> {
  yield begun;
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    // The chunk is used up before the next one is asked for.
    const got = await source.read(chunk, 0, chunk.length);
    if (got === 0) return;
    yield chunk.subarray(0, got);
  }
}
