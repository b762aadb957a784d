/** Packets that hang together, walked one after another: what conntrack remembers of one is told with the next. */
import type { Explainer } from "../../src/explain/explain.js";
import { packetOfJson } from "../../src/explain/packet.js";
import type { Case, Ending, FlowEnds, FlowView, Walk } from "../../src/model/walk.js";
import { differences } from "../lab/path/compare.js";
import type { Observed, PathPacket, Sighting } from "../lab/path/words.js";

/** A flow, and whether something came back. */
interface Kept {
  readonly flow: FlowView;
  answered: boolean;
}

export type Told = readonly (Ending & { readonly entry?: FlowView })[];

/** For each sighting all that the walk holds for possible; null where it refuses the packet. */
export function conversation(explainer: Explainer, sightings: readonly Sighting[]): readonly (Told | null)[] {
  const told: (Told | null)[] = [];
  for (const { packet } of sightings) told.push(packet.answerTo === undefined ? sent(explainer, packet) : answered(explainer, packet, sightings[packet.answerTo], told[packet.answerTo] ?? []));
  return told;
}

function sent(explainer: Explainer, { before = [], ...packet }: PathPacket): Told | null {
  const kept: Kept[] = [];
  for (const one of before) {
    const [first] = ask(explainer, known(one, kept)) ?? [];
    const isNew = !kept.some(({ flow }) => fits(one, flow.original) || fits(one, flow.reply));
    if (isNew && first?.entry !== undefined && (first.disposition === "egress" || first.disposition === "local")) kept.push({ flow: first.entry, answered: false });
  }
  return ask(explainer, known(packet, kept));
}

/** A packet with what is remembered of its flow. */
function known(packet: PathPacket, kept: readonly Kept[]): object {
  for (const one of kept) {
    if (fits(packet, one.flow.reply)) {
      one.answered = true;
      return { ...packet, ct: "reply", entry: one.flow };
    }
    if (fits(packet, one.flow.original)) return { ...packet, ct: one.answered ? "established" : "new", entry: one.flow };
  }
  return packet;
}

function fits({ src, dst, sport, dport }: PathPacket, ends: FlowEnds): boolean {
  // A port that the kernel may have changed is left out.
  const same = (port: number | undefined, known: number | undefined): boolean => known === undefined || port === known;
  return (src ?? ends.src) === ends.src && dst === ends.dst && same(sport, ends.sport) && same(dport, ends.dport);
}

/** An answer of the kernel: its flow is that of the packet it answers, in each way that one may have gone. */
function answered(explainer: Explainer, packet: PathPacket, cause: Sighting | undefined, told: Told): Told | null {
  const possible = told.filter((one) => cause === undefined || differences(cause.observed, one).length === 0);
  const flows = new Map(possible.flatMap(({ entry }) => (entry === undefined ? [] : [[JSON.stringify(entry), entry] as const])));
  const all = flows.size === 0 ? [ask(explainer, packet)] : [...flows.values()].map((entry) => ask(explainer, { ...packet, entry }));
  return all.includes(null) ? null : all.flatMap((one) => one ?? []);
}

function ask(explainer: Explainer, packet: object): readonly (Walk | Case)[] | null {
  const asked = packetOfJson(JSON.stringify(packet), "packet");
  if ("error" in asked) return null;
  const walk = explainer.explain(asked.packet);
  return walk.cases ?? [walk];
}

/** Whether a REJECT of the kernel's own packet was told: the lab does not see whom its answer belongs to. */
export function isKept({ origin }: PathPacket, { disposition }: Observed, told: Told): boolean {
  return origin === "kernel" && disposition === "dropped" && told.some((one) => one.disposition === "rejected");
}
