/** `wanproof explain`: one packet through a node, for every value of what was not given. */
import type { Node } from "../model/node.js";
import type { Policy } from "../model/policy.js";
import { type Case, CASES_MAX, type Ending, type FlowView, type Station, type Walk } from "../model/walk.js";
import { type Cased, mergeCases, type Merged, whenOf } from "./cases.js";
import { everyRun } from "./choices.js";
import { type Ground, groundOf } from "./fib.js";
import { flowOf } from "./netfilter/entry.js";
import { travel } from "./netfilter/journey.js";
import { openMatches, type Walls, wallsOf } from "./netfilter/stages.js";
import type { Transit } from "./netfilter/transit.js";
import { viewOfFlow } from "./flow.js";
import { type NoteId, NOTES, notesOf, unseenNotes } from "./notes.js";
import type { Packet } from "./packet.js";
import { Reader } from "./question.js";
import { Trail, viewOf } from "./trail.js";
import { judge } from "./verdict.js";

/** What stays the same for all packets of one node and policy. Building it costs more than a walk. */
export interface Explainer {
  readonly explain: (packet: Packet) => Walk;
  /** Why a packet makes no sense on this node; null: it does. */
  readonly objection: (packet: Packet) => string | null;
}

export function explainer(node: Node, policy: Policy): Explainer {
  const { firewall } = node;
  const ground = groundOf(node, [...policy.rows.flatMap((row) => row.matches), ...openMatches(firewall)]);
  const walls = wallsOf(firewall);
  return {
    explain: (packet) => explain(packet, ground, walls, policy),
    objection: ({ iif, oif }) => {
      const strange = [iif, oif].find((dev) => dev !== null && !ground.links.has(dev));
      return strange === undefined ? null : `the node has no device ${JSON.stringify(strange)}`;
    },
  };
}

interface Run extends Cased {
  readonly ending: Ending;
  readonly stations: readonly Station[];
  readonly notes: readonly NoteId[];
  readonly flow: FlowView | null;
}

function explain(packet: Packet, ground: Ground, walls: Walls, policy: Policy): Walk {
  const { runs, complete } = everyRun((choices): Run => {
    const reader = new Reader(ground, known(packet), packet.family, choices);
    return once(packet, reader, walls, policy);
  }, CASES_MAX);
  const first = runs[0]?.value;
  if (first === undefined) throw new Error("a walk has at least one run");
  const notes = [...new Set(runs.flatMap((run) => run.value.notes))];
  const merged = mergeCases(runs);
  const single = merged.length < 2 && complete;
  return {
    schema: "wanproof/explain@1",
    node: { name: ground.node.name, path: ground.node.path },
    policy: { name: policy.name, wan: policy.wan },
    origin: packet.origin,
    packet: viewOf(packet, packet),
    stations: single ? first.stations : shared(runs.map((run) => run.value.stations)),
    ...(single ? first.ending : together(merged.map((one) => one.value), complete)),
    ...(single ? entryOf(first, runs) : { cases: merged.map((one) => caseOf(one, runs)) }),
    ...(complete ? {} : { truncated: true as const }),
    notes: notes.map((id) => ({ id, text: NOTES[id] })),
  };
}

/** Neighbour discovery of the kernel has a hop limit that nothing else may change (RFC 4861). */
function known(packet: Packet): Packet["open"] {
  if (packet.origin !== "kernel" || packet.family === 4 || packet.open.has("hopLimit")) return packet.open;
  return new Map([...packet.open, ["hopLimit", 255]]);
}

function once(packet: Packet, reader: Reader, walls: Walls, policy: Policy): Run {
  const { node } = reader.ground;
  const trail = new Trail(packet);
  const { ending: partial, transit } = travel(packet, reader, trail, walls);
  const { egress } = partial;
  const unseen = transit === null ? [] : unseenNotes(node, packet.family);
  if (partial.disposition === "undetermined") return finish({ ...partial, verdict: "undetermined" }, trail, unseen, transit);
  if (egress === null || transit === null) return finish({ ...partial, verdict: null }, trail, unseen, transit);
  const src = transit.told();
  if (!policy.wan.includes(egress.dev)) {
    trail.tell({ station: "policy", text: `${egress.dev} is not the WAN`, why: "the policy has no say" });
    return finish({ ...partial, verdict: null }, trail, [...notesOf(packet, egress, null, src, policy), ...unseen], transit);
  }
  const verdict = judge({ packet, src, dst: transit.dst, mark: transit.mark, dev: egress.dev }, node, policy, transit.reader);
  trail.tell({ station: "policy", text: verdict.text, at: verdict.at, why: verdict.why, decides: true });
  const ending: Ending = { ...partial, verdict: verdict.class, ...(verdict.reason === null ? {} : { reason: verdict.reason }) };
  return finish(ending, trail, [...notesOf(packet, egress, verdict, src, policy), ...unseen], transit);
}

function finish(ending: Ending, trail: Trail, notes: readonly NoteId[], transit: Transit | null): Run {
  const flow = transit === null ? null : flowOf(transit);
  return { ending, stations: trail.stations(), notes, flow: flow === null ? null : viewOfFlow(flow) };
}

/** The entry that every run with this ending leaves behind. */
function entryOf({ ending }: Run, runs: readonly { readonly value: Run }[]): { readonly entry?: FlowView } {
  const same = runs.filter(({ value }) => JSON.stringify(value.ending) === JSON.stringify(ending)).map(({ value }) => value.flow);
  const [first = null] = same;
  return first !== null && new Set(same.map((flow) => JSON.stringify(flow))).size === 1 ? { entry: first } : {};
}

function caseOf(merged: Merged<Run>, runs: readonly { readonly value: Run }[]): Case {
  const { ending, stations } = merged.value;
  const because = stations.filter((station) => station.decides).map(({ station, text, at }) => ({ station, text, at }));
  return { when: whenOf(merged), ...ending, ...entryOf(merged.value, runs), because };
}

/** What all cases have in common: where only the source address differs, the first case's answer holds; else it depends. */
function together(runs: readonly Run[], complete: boolean): Ending {
  const first = runs[0]?.ending;
  if (first !== undefined && complete && runs.every((run) => fateKey(run.ending) === fateKey(first))) return first;
  const verdicts = new Set(runs.map((run) => run.ending.verdict));
  const one = runs[0]?.ending.verdict ?? null;
  return { disposition: "depends", egress: null, verdict: complete && verdicts.size === 1 ? one : "undetermined" };
}

/** Everything about an ending but the source address. */
function fateKey({ disposition, egress, error, verdict, reason }: Ending): string {
  return JSON.stringify([disposition, egress === null ? null : [egress.dev, egress.table, egress.via ?? null], error ?? null, verdict, reason ?? null]);
}

/** The stations with which every run begins. */
function shared(all: readonly (readonly Station[])[]): readonly Station[] {
  const [first = [], ...others] = all;
  const same = (a: Station, b: Station | undefined): boolean => b !== undefined && a.station === b.station && a.text === b.text && a.why === b.why;
  const end = first.findIndex((station, i) => !others.every((stations) => same(station, stations[i])));
  return end < 0 ? first : first.slice(0, end);
}
