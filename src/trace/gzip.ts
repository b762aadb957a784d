/** gzip (RFC 1952), one member or several, unpacked as it is read. */
import type { Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { type ByteSource, ChunkSource, FaultError } from "./source.js";

/** The first bytes of a member. */
export const GZIP_MAGIC = "1f8b";

const PIECE_BYTES = 64 * 1024;
// A decoder that fails keeps what it had unpacked of the piece it failed in, so small files are fed in small pieces.
const SMALL_PIECE_BYTES = 512;
const SMALL_PIECES = 128;
/** Bytes unpacked at once; a decoder holds one such chunk until it is asked for more. */
export const UNPACKED_BYTES = 256 * 1024;

/** What a decoder is made with: a chunk that nobody has taken stops it. */
export const DECODER_OPTIONS = { chunkSize: UNPACKED_BYTES, readableHighWaterMark: 1 } as const;

/** What `input` holds when unpacked. Closing closes both. */
export function gunzip(input: ByteSource): ByteSource {
  const decoder = createGunzip(DECODER_OPTIONS);
  return new ChunkSource(unpacked(pieces(input), decoder), async () => {
    decoder.destroy();
    await input.close();
  });
}

async function* pieces(input: ByteSource): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(PIECE_BYTES);
  for (let count = 0; ; count++) {
    const got = await input.read(piece, 0, count < SMALL_PIECES ? SMALL_PIECE_BYTES : PIECE_BYTES);
    if (got === 0) return;
    yield piece.subarray(0, got);
  }
}

/**
 * Sends pieces through one of zlib's decoders. Lockstep: a piece goes in when all of the one before has come out and was taken,
 * so memory is one piece and one chunk, however much a piece unpacks to, and an error never takes good chunks with it.
 */
export async function* unpacked(input: AsyncIterable<Uint8Array>, decoder: Transform & { readonly bytesWritten: number }): AsyncGenerator<Uint8Array> {
  const progress = new Progress(decoder);
  let given = 0;
  let over = false;
  for await (const piece of input) {
    if (over) {
      mustBePadding(piece);
      continue;
    }
    let taken = false;
    decoder.write(piece, () => {
      taken = true;
      progress.wake();
    });
    yield* progress.chunksUntil(() => taken);
    given += piece.length;
    // A decoder ends by itself before zeros behind the last member, and leaves the rest of the piece.
    over = decoder.bytesWritten < given;
    if (over) mustBePadding(piece.subarray(piece.length - (given - decoder.bytesWritten)));
  }
  if (given === 0) return;
  // Only now, with an empty last piece: the error of data that was cut must not cost what was unpacked of it.
  decoder.end();
  yield* progress.chunksUntil(() => decoder.readableEnded);
}

/** Chunks of a decoder, and when to look for more. */
class Progress {
  #wake: () => void = () => undefined;

  constructor(private readonly decoder: Transform) {
    for (const event of ["readable", "end", "error", "close"]) decoder.on(event, () => { this.wake(); });
  }

  wake(): void {
    this.#wake();
  }

  async *chunksUntil(done: () => boolean): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk: unknown = this.decoder.read();
      if (chunk instanceof Uint8Array) {
        yield chunk;
        continue;
      }
      // Set before any callback runs; the event of an error comes later.
      const { errored } = this.decoder;
      if (errored !== null) throw faultOf(errored);
      if (done() || this.decoder.destroyed) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function faultOf(error: Error): FaultError {
  const cut = "code" in error && error.code === "Z_BUF_ERROR";
  return new FaultError({ kind: cut ? "cut" : "damaged", text: error.message });
}

/** gzip(1) pads with zeros on tapes; anything else behind the data could be frames, and is not passed over in silence. */
function mustBePadding(bytes: Uint8Array): void {
  if (bytes.some((byte) => byte !== 0)) throw new FaultError({ kind: "damaged", text: "other bytes follow its end" });
}
