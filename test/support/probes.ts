/** Packets for base chains alone, written into the core and read back (assembly/netfilter/probes.ts). */
import type { Core } from "../../src/core/core.js";
import { fieldOffsets } from "../../src/core/matches.js";
import type { WallImage } from "../../src/core/wall.js";
import { writeWords } from "../../src/core/writer.js";
import type { HookField } from "../../src/model/packet.js";

/** What is known of a packet besides its fields, as in a Trip. */
export const KNOWN = ["sourceKnown", "entry", "entryMarkKnown", "statusKnown", "directionKnown", "untracked"] as const;
export type Known = Readonly<Record<(typeof KNOWN)[number], number>>;

/** Everything told, and an entry. */
export const ALL_KNOWN: Known = { sourceKnown: 1, entry: 1, entryMarkKnown: 1, statusKnown: 0xffffffff, directionKnown: 1, untracked: 0 };

export interface Probe {
  readonly fields: ReadonlyMap<HookField, number>;
  readonly known: Known;
}

/** Reserves and writes them. */
export function writeProbes(core: Core, probes: readonly Probe[]): number {
  const { ProbeAt } = core.layout;
  const at = core.reserve(probes.length * ProbeAt.SIZE);
  const offsets = fieldOffsets(core);
  const view = core.view();
  probes.forEach(({ fields, known }, i) => {
    const start = at + i * ProbeAt.SIZE;
    for (const name of KNOWN) view.setUint32(start + ProbeAt[name], known[name], true);
    for (const [field, value] of fields) view.setUint32(start + ProbeAt.packet + offsets[field], value, true);
  });
  return at;
}

export interface Walked {
  /** ACCEPT, DROP, REJECT_RESET, REJECT_ERROR or UNKNOWN. */
  readonly end: string;
  /** How many choices were open, and the rule of the first one. */
  readonly asked: number;
  readonly rule: number;
  /** The whole record, as it was left. */
  readonly bytes: string;
  readonly field: (name: HookField) => number;
}

/** Walks one packet through the base chains, choosing by the bits of `path`. */
export function walkProbe(core: Core, { address }: Pick<WallImage, "address">, bases: readonly number[], probe: Probe, path = 0): Walked {
  const { ProbeAt, End } = core.layout;
  const start = core.mark();
  const at = writeProbes(core, [probe]);
  core.view().setUint32(at + ProbeAt.path, path, true);
  core.walkProbes(address, 0, at, 1, writeWords(core, bases), bases.length);
  const record = core.bytes(at, ProbeAt.SIZE).slice();
  core.rewind(start);
  const view = new DataView(record.buffer);
  const offsets = fieldOffsets(core);
  const end = view.getUint32(ProbeAt.end, true);
  return {
    end: Object.entries(End).find(([, number]) => number === end)?.[0] ?? String(end),
    asked: view.getUint32(ProbeAt.asked, true),
    rule: view.getUint32(ProbeAt.number, true),
    bytes: Buffer.from(record).toString("hex"),
    field: (name) => view.getUint32(ProbeAt.packet + offsets[name], true),
  };
}

/** Every combination of open choices, at most `limit`. */
export function everyWalk(core: Core, wall: Pick<WallImage, "address">, bases: readonly number[], probe: Probe, limit = 64): { readonly walks: readonly Walked[]; readonly complete: boolean } {
  const walks: Walked[] = [];
  let path: number | null = 0;
  while (path !== null && walks.length < limit) {
    const walked: Walked = walkProbe(core, wall, bases, probe, path);
    walks.push(walked);
    path = turned(path, walked.asked);
  }
  return { walks, complete: path === null };
}

/** As turn() in assembly/lookup/walk.ts. */
function turned(path: number, asked: number): number | null {
  for (let step = Math.min(asked, 32); step > 0; step--) {
    const bit = (1 << (step - 1)) >>> 0;
    if ((path & bit) === 0) return ((path & (bit - 1)) | bit) >>> 0;
  }
  return null;
}
