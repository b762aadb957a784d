/** Damage to bytes, drawn from a seed. Each kind is one that captures are known to suffer, or that a parser is known to trip over. */

/** Draws whole numbers from 0 to below `limit`. */
export type Pick = (limit: number) => number;

type Mutation = (bytes: Uint8Array, pick: Pick, other: Uint8Array) => Uint8Array;

/** Values that lengths and counts go wrong at. */
const EDGES = [0, 1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 20, 28, 40, 127, 128, 255, 256, 65_535, 65_536, 262_144, 262_145, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

/** Kind of damage -> how to do it; the bytes are a copy and may be changed. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  bits: (bytes, pick) => {
    for (let flips = 1 + pick(4); flips > 0; flips--) poke(bytes, pick(bytes.length), (old) => old ^ (1 << pick(8)));
    return bytes;
  },
  early: (bytes, pick) => poke(bytes, pick(Math.min(64, bytes.length)), () => pick(256)),
  half: (bytes, pick) => number(bytes, pick(bytes.length), 2, pick),
  word: (bytes, pick) => number(bytes, pick(bytes.length), 4, pick),
  truncation: (bytes, pick) => bytes.subarray(0, pick(bytes.length + 1)),
  beheading: (bytes, pick) => bytes.subarray(pick(Math.min(bytes.length + 1, 48))),
  duplicate: (bytes, pick) => {
    const [from, to] = range(bytes, pick);
    return splice(bytes, to, 0, bytes.subarray(from, to));
  },
  removal: (bytes, pick) => {
    const [from, to] = range(bytes, pick);
    return splice(bytes, from, to - from, new Uint8Array(0));
  },
  noise: (bytes, pick) => {
    const [from, to] = range(bytes, pick);
    for (let at = from; at < to; at++) poke(bytes, at, () => pick(256));
    return bytes;
  },
  // The head of one, the tail of the other.
  crossing: (bytes, pick, other) => splice(bytes, pick(bytes.length + 1), bytes.length, other.subarray(pick(other.length + 1))),
  insertion: (bytes, pick) => splice(bytes, pick(bytes.length + 1), 0, Uint8Array.from({ length: 1 + pick(12) }, () => pick(256))),
};
const KINDS = Object.values(MUTATIONS);

/** The bytes with one kind of damage; `other` is what a crossing takes its tail from. */
export function mutate(bytes: Uint8Array, pick: Pick, other: Uint8Array): Uint8Array {
  const kind = KINDS[pick(KINDS.length)];
  return kind === undefined || bytes.length === 0 ? bytes : kind(bytes.slice(), pick, other);
}

function poke(bytes: Uint8Array, at: number, change: (old: number) => number): Uint8Array {
  const old = bytes[at];
  if (old !== undefined) bytes[at] = change(old);
  return bytes;
}

/** An edge value, or one next to what was there, in either byte order. */
function number(bytes: Uint8Array, at: number, width: 2 | 4, pick: Pick): Uint8Array {
  if (at + width > bytes.length) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const little = pick(2) === 0;
  const old = width === 2 ? view.getUint16(at, little) : view.getUint32(at, little);
  const value = pick(2) === 0 ? (EDGES[pick(EDGES.length)] ?? 0) : old + pick(17) - 8;
  if (width === 2) view.setUint16(at, value, little);
  else view.setUint32(at, value, little);
  return bytes;
}

function range(bytes: Uint8Array, pick: Pick): [from: number, to: number] {
  const from = pick(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + pick(64))];
}

function splice(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]));
}
