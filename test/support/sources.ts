/** Sources of bytes that tests make up. */
import type { ByteSource, Fault } from "../../src/trace/source.js";

/** Gives at most `step` bytes at a time, now and then only after a turn of the event loop, and ends with `fault`. */
export function bytesSource(bytes: Uint8Array, step = Infinity, fault: Fault | null = null): ByteSource & { readonly closed: boolean } {
  let from = 0;
  let reads = 0;
  let closed = false;
  return {
    get fault() { return from === bytes.length ? fault : null; },
    get closed() { return closed; },
    read(into, at, length) {
      const part = closed ? new Uint8Array(0) : bytes.subarray(from, from + Math.min(length, step));
      into.set(part, at);
      from += part.length;
      return reads++ % 2 === 0 ? part.length : new Promise((resolve) => setImmediate(() => { resolve(part.length); }));
    },
    close() {
      closed = true;
      return Promise.resolve();
    },
  };
}

/** Everything a source gives, asked for in portions of `length`. */
export async function drain(source: ByteSource, length = 65_536): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const portion = new Uint8Array(length + 8);
  for (;;) {
    const got = await source.read(portion, 4, length);
    if (got === 0) return new Uint8Array(Buffer.concat(parts));
    parts.push(portion.slice(4, 4 + got));
  }
}

/** How many bytes a source gives, without keeping them. */
export async function measure(source: ByteSource): Promise<number> {
  const portion = new Uint8Array(262_144);
  let sum = 0;
  for (let got = await source.read(portion, 0, portion.length); got > 0; got = await source.read(portion, 0, portion.length)) sum += got;
  return sum;
}
