/** One case of the campaign: a capture file of mutated frames, in a container that is sometimes mutated itself. Seed and number give the same bytes again. */
import { gzipSync } from "node:zlib";
import { pcap } from "../support/pcapfile.js";
import { Blocks, FIRST_TICKS, joined } from "../support/pcapngfile.js";
import { random } from "../support/random.js";
import { LINKS, PACKETS } from "./corpus.js";
import { mutate, type Pick } from "./mutate.js";

export interface Case {
  /** `pcap`, `pcapng`, with what was done to it; for the eye. */
  readonly kind: string;
  readonly bytes: Uint8Array;
}

/** Frames of a capture: enough that a case costs more in frames than in opening a file. */
const FRAMES_MAX = 48;
const LINK_NUMBERS = Object.keys(LINKS).map(Number);
const NAMES = ["br-wan", "eth1", "any", "wlan7", ""];
const NONE = new Uint8Array(0);

/** Case `number` of the campaign with this seed. Some cases are captures of the corpus, mutated. */
export function caseOf(seed: number, number: number, files: readonly Uint8Array[]): Case {
  const pick = random((seed ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0);
  const file = pick(8) === 0 ? (files[pick(files.length)] ?? NONE) : null;
  const modern = pick(3) === 0;
  let bytes = file ?? (modern ? modernFile(pick) : classicFile(pick));
  let kind = file !== null ? "file" : modern ? "pcapng" : "pcap";
  // Frames are always damaged; the container in every second case, so that most frames are reached.
  for (let rounds = file !== null || pick(2) === 0 ? 1 + pick(3) : 0; rounds > 0; rounds--) {
    bytes = mutate(bytes, pick, files[pick(files.length)] ?? NONE);
    kind += "+";
  }
  if (pick(5) > 0) return { kind, bytes };
  const packed = new Uint8Array(gzipSync(bytes, { level: 1 }));
  return pick(3) === 0 ? { kind: `${kind} gzip+`, bytes: mutate(packed, pick, packed) } : { kind: `${kind} gzip`, bytes: packed };
}

function classicFile(pick: Pick): Uint8Array {
  const linkType = LINK_NUMBERS[pick(LINK_NUMBERS.length)] ?? 1;
  const frames = Array.from({ length: 1 + pick(FRAMES_MAX) }, () => frame(linkType, pick));
  const cut = pick(4) === 0 ? { snaplen: 16 + pick(96) } : {};
  return pcap(frames, { linkType, bigEndian: pick(2) === 0, nano: pick(2) === 0, ...cut });
}

function modernFile(pick: Pick): Uint8Array {
  const blocks = new Blocks(pick(2) === 0);
  const types = Array.from({ length: 1 + pick(3) }, () => LINK_NUMBERS[pick(LINK_NUMBERS.length)] ?? 1);
  const head = [blocks.section(), ...types.map((linkType) => blocks.interface({ linkType, name: NAMES[pick(NAMES.length)] ?? "", resolution: [6, 9, 0x80 | 20][pick(3)] ?? 6 }))];
  const body = Array.from({ length: 1 + pick(FRAMES_MAX) }, (_, i) => {
    const device = pick(types.length);
    const bytes = frame(types[device] ?? 1, pick);
    if (pick(16) === 0) return blocks.simple(frame(types[0] ?? 1, pick));
    if (pick(16) === 0) return blocks.obsolete(bytes, { device });
    const block = blocks.enhanced(bytes, { device, ticks: FIRST_TICKS + BigInt(i) * 1000n, ...(pick(2) === 0 ? {} : { flags: pick(4) }) });
    return pick(24) === 0 ? mutate(block, pick, head[0] ?? NONE) : block;
  });
  if (pick(4) === 0) body.push(...body.slice(0, pick(body.length)));
  return joined(...head, ...body);
}

/** A frame of the link type; three of four are damaged. */
function frame(linkType: number, pick: Pick): Uint8Array {
  const draw = (): Uint8Array => PACKETS[pick(PACKETS.length)] ?? NONE;
  const wrap = LINKS[linkType] ?? ((packet: Uint8Array): Uint8Array => packet);
  const damage = pick(8);
  if (damage < 2) return wrap(draw(), pick);
  // Below the link header or including it: a damaged link header often hides what follows.
  if (damage < 5) return wrap(mutate(draw(), pick, draw()), pick);
  const framed = wrap(draw(), pick);
  const once = mutate(framed, pick, wrap(draw(), pick));
  return damage === 5 ? once : mutate(once, pick, framed);
}
