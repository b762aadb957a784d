/** What the core reads of a frame, before it judges: the packet rows of a batch, by name. */
import { FRAME_WORDS, type FrameArea, type FrameWord } from "../../src/model/capture.js";
import { type Field, FIELDS } from "../../src/model/packet.js";
import type { Core } from "../../src/core/core.js";
import { openCapture } from "../../src/trace/open.js";

export interface Dissected {
  /** What the capture says of the frame: lengths in bytes, time, link type. */
  readonly row: Readonly<Record<FrameWord, number>>;
  readonly bytes: Uint8Array;
  readonly fields: Readonly<Record<Field, number>>;
  /** A place in DIRECTIONS. */
  readonly direction: number;
  /** Device number; 0 = not said, 0xffffffff = one the node does not have. */
  readonly device: number;
  /** Visible bits of the core. */
  readonly visible: number;
  /** IPv4 identification or that of the IPv6 fragment header. */
  readonly fragmentId: number;
  /** Where the network header begins in `bytes`; negative where none was found. */
  readonly network: number;
}

/** The rows of a batch of `count` frames: surveys it, so an image must have been started. */
export function dissect(core: Core, area: FrameArea, count: number): Dissected[] {
  core.survey(count);
  const { Field: at, PacketAt } = core.layout;
  const view = core.view();
  const packets = core.area("packets");
  const start = core.area("bytes");
  return Array.from({ length: count }, (_, i): Dissected => {
    const packet = packets + i * PacketAt.SIZE;
    const word = (offset: number): number => view.getUint32(packet + offset, true);
    const row = numbers(FRAME_WORDS, (name) => area.index[i * FRAME_WORDS.length + FRAME_WORDS.indexOf(name)] ?? 0);
    return {
      row,
      bytes: area.bytes.slice(row.at, row.at + row.captured),
      fields: numbers(FIELDS, (name) => word(at[name])),
      direction: word(PacketAt.direction),
      device: word(PacketAt.device),
      visible: word(PacketAt.visible),
      // Not published: the host has no use for it. The word before `payload` (assembly/layout.ts).
      fragmentId: word(PacketAt.payload - 4),
      network: word(PacketAt.network) - start - row.at,
    };
  });
}

/** Every frame of a capture, in its order. */
export async function* dissectCapture(core: Core, path: string): AsyncGenerator<Dissected> {
  const reader = await openCapture(path);
  try {
    for (;;) {
      const area = core.frameArea();
      const count = await reader.next(area);
      if (count === 0) return;
      yield* dissect(core, area, count);
    }
  } finally {
    await reader.close();
  }
}

function numbers<Name extends string>(names: readonly Name[], of: (name: Name) => number): Record<Name, number> {
  const record: Partial<Record<Name, number>> = {};
  for (const name of names) record[name] = of(name);
  return complete(names, record) ? record : unreachable();
}

function complete<Name extends string>(names: readonly Name[], record: Partial<Record<Name, number>>): record is Record<Name, number> {
  return names.every((name) => name in record);
}

function unreachable(): never {
  throw new Error("every name has a number");
}
