/** `wanproof explain`: one packet through a node, for every value of what was not given. */
import type { Node } from "../model/node.js";
import type { Policy } from "../model/policy.js";
import { type Case, CASES_MAX, type Ending, type Station, type Walk } from "../model/walk.js";
import { type Cased, mergeCases, type Merged, whenOf } from "./cases.js";
import { everyRun } from "./choices.js";
import { type Ground, groundOf } from "./fib.js";
import { firewallStation } from "./firewall.js";
import { type NoteId, NOTES, notesOf } from "./notes.js";
import type { Packet } from "./packet.js";
import { Reader } from "./question.js";
import { Trail, viewOf } from "./trail.js";
import { judge } from "./verdict.js";
import { endingOf, route } from "./walk.js";

/** What stays the same for all packets of one node and policy. Building it costs more than a walk. */
export interface Explainer {
  readonly explain: (packet: Packet) => Walk;
  /** Why a packet makes no sense on this node; null: it does. */
  readonly objection: (packet: Packet) => string | null;
}

export function explainer(node: Node, policy: Policy): Explainer {
  const ground = groundOf(node, policy.rows.flatMap((row) => row.matches));
  return {
    explain: (packet) => explain(packet, ground, policy),
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
}

function explain(packet: Packet, ground: Ground, policy: Policy): Walk {
  const { runs, complete } = everyRun((choices): Run => {
    const reader = new Reader(ground, known(packet), packet.family, choices);
    return once(packet, reader, policy);
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
    ...(single ? {} : { cases: merged.map(caseOf) }),
    ...(complete ? {} : { truncated: true as const }),
    notes: notes.map((id) => ({ id, text: NOTES[id] })),
  };
}

/** Neighbour discovery of the kernel has a hop limit that nothing else may change (RFC 4861). */
function known(packet: Packet): Packet["open"] {
  if (packet.origin !== "kernel" || packet.family === 4 || packet.open.has("hopLimit")) return packet.open;
  return new Map([...packet.open, ["hopLimit", 255]]);
}

function once(packet: Packet, reader: Reader, policy: Policy): Run {
  const { node } = reader.ground;
  const trail = new Trail(packet);
  const routed = route(packet, reader, trail);
  const partial = endingOf(packet, routed, packet.mark);
  const { egress } = partial;
  if (partial.disposition === "undetermined") return finish({ ...partial, verdict: "undetermined" }, trail, []);
  const hooked = egress !== null || partial.disposition === "local" ? firewallStation(node, packet) : null;
  if (hooked !== null) trail.tell(hooked);
  if (egress === null) return finish({ ...partial, verdict: null }, trail, []);
  if (!policy.wan.includes(egress.dev)) {
    trail.tell({ station: "policy", text: `${egress.dev} is not the WAN`, why: "the policy has no say" });
    return finish({ ...partial, verdict: null }, trail, notesOf(packet, egress, null, routed.src, policy));
  }
  const verdict = judge({ packet, src: routed.src, mark: packet.mark, dev: egress.dev }, node, policy, reader);
  trail.tell({ station: "policy", text: verdict.text, at: verdict.at, why: verdict.why, decides: true });
  const ending: Ending = { ...partial, verdict: verdict.class, ...(verdict.reason === null ? {} : { reason: verdict.reason }) };
  return finish(ending, trail, notesOf(packet, egress, verdict, routed.src, policy));
}

function finish(ending: Ending, trail: Trail, notes: readonly NoteId[]): Run {
  return { ending, stations: trail.stations(), notes };
}

function caseOf(merged: Merged<Run>): Case {
  const { ending, stations } = merged.value;
  const because = stations.filter((station) => station.decides).map(({ station, text, at }) => ({ station, text, at }));
  return { when: whenOf(merged), ...ending, because };
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
