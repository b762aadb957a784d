/** One packet's walk for a person: the answer in one sentence, then every station with the line that spoke there. */
import { type Case, type Ending, type Egress, type Fate, type Station, type StationName, type Walk } from "../model/walk.js";
import type { Class } from "../model/verdict.js";
import { REASONS } from "../model/verdict.js";
import { renderDocument, harmless } from "./json.js";
import { type Line, type Paint, type Span, type Style, plain, renderLines } from "./lines.js";
import { CLASS_WORDS, formatFlow, listing } from "./words.js";

/** The shape of `wanproof/explain@1` (docs/schema/explain.schema.json), for a person's eyes. */
export function renderWalkJson(walk: Walk): string {
  return renderDocument(walk);
}

/** The same document on one line, for scripts. */
export function renderWalkLine(walk: Walk): string {
  return `${harmless(JSON.stringify(walk))}\n`;
}

/** The answer, ended by a full stop. Nothing in it is escaped yet. */
export function walkSentence(walk: Walk): string {
  if (walk.disposition !== "depends") return `${endingSentence(walk, walk)}.`;
  const names = listing([...new Set((walk.cases ?? []).flatMap((one) => Object.keys(one.when)))].map(unknownName));
  const also = walk.verdict === null || walk.verdict === "undetermined" ? "" : `; in every case it is ${classPhrase(walk.verdict)}`;
  return `It depends on ${names}${also}.`;
}

/** A person gave no value, or the state does not tell. */
function unknownName(name: string): string {
  return UNKNOWN_NAMES[name] ?? name;
}

const UNKNOWN_NAMES: Readonly<Record<string, string>> = {
  api: "how it is sent (api: connect or sendto)", markWhen: "when the mark is set (markWhen: create or connected)", uid: "who sends it (uid)", gid: "who sends it (gid)",
  proto: "its protocol (proto)", sport: "its source port (sport)", dport: "its destination port (dport)", iif: "where it came in (iif)", oif: "the device (oif)",
  src: "its source (src)", tos: "its TOS (tos)", icmpType: "its ICMP type (icmpType)", hopLimit: "its hop limit (hopLimit)", "what it answers came": "where the packet came from that it answers", socket: "how it is sent (socket: raw or ping)", tcpFlags: "its TCP flags (tcpFlags)", icmpCode: "its ICMP code (icmpCode)",
};

type Outcome = Pick<Ending, "disposition" | "egress" | "error" | "verdict" | "reason">;

function endingSentence(ending: Outcome, walk: Walk): string {
  const { egress, verdict } = ending;
  if (egress !== null) return egressSentence(egress, verdict, ending, walk);
  const error = ending.error === undefined ? "" : ` (${ending.error})`;
  return `${NOT_SENT[ending.disposition]}${error}`;
}

const NOT_SENT: Readonly<Record<Fate, string>> = {
  egress: "It leaves", local: "It stays on the node: the destination is the node itself", dropped: "It goes nowhere: it is dropped", depends: "It depends",
  rejected: "It goes nowhere: it is refused", noRoute: "It goes nowhere: there is no route", undetermined: "It cannot be told: a line of the node's own text is not modelled",
};

function egressSentence(egress: Egress, verdict: Class | null, ending: Outcome, walk: Walk): string {
  const wan = walk.policy.wan.includes(egress.dev);
  const marked = walk.notes.some(({ id }) => id === "confinement") ? ", although it carries the VPN's mark" : "";
  if (!wan) return `It leaves on ${egress.dev}, which is not the WAN${marked}`;
  if (verdict === "leak") return `It leaves on the WAN (${egress.dev}) and should not: a leak`;
  if (verdict === "undetermined") return `It leaves on the WAN (${egress.dev}); whether it may cannot be told: ${ending.reason === undefined ? "see below" : REASONS[ending.reason]}`;
  return `It leaves on the WAN (${egress.dev}) and may: ${verdict === null ? "" : classPhrase(verdict)}`;
}

function classPhrase(name: Class): string {
  return `${name}, ${CLASS_WORDS[name]}`;
}

/** The walk for a person. `quiet`: the sentence alone. */
export function renderWalk(walk: Walk, paint: Paint = plain): string {
  const lines: Line[] = [
    [{ style: styleOf(walk), text: walkSentence(walk) }],
    ["  ", packetText(walk)],
    [],
    ...walk.stations.flatMap(stationLines),
    ...egressLines(walk),
    ...alike(walk.cases ?? [], walk).flatMap((cases): Line[] => [[], ...caseLines(cases, walk)]),
    ...(walk.truncated === true ? [["  more combinations than these were not walked"]] : []),
    ...(walk.notes.length === 0 ? [] : [[], ...walk.notes.map(({ id, text }): Line => ["  ", { style: "unsure", text: id }, `: ${text}`])]),
  ];
  return renderLines(lines, paint);
}

function styleOf({ disposition, verdict }: Outcome): Style {
  if (verdict === "leak") return "bad";
  if (verdict === "undetermined" || disposition === "depends" || disposition === "undetermined") return "unsure";
  return verdict === null ? "strong" : "good";
}

const ORIGIN_WORDS = { local: "from the node", forward: "passed on by the node", kernel: "made by the kernel" } as const;

function packetText({ packet, origin, egress }: Walk): string {
  const src = packet.src ?? egress?.src ?? "?";
  const flow = packet.proto === undefined ? `${src} -> ${packet.dst}, any protocol`
    : formatFlow({ family: packet.family, src, dst: packet.dst, proto: packet.proto, sport: packet.sport ?? null, dport: packet.dport ?? null });
  const owner = [...(packet.uid === undefined ? [] : [`uid ${packet.uid}`]), ...(packet.gid === undefined ? [] : [`gid ${packet.gid}`])];
  return [`${flow}, ${ORIGIN_WORDS[origin]}`, `mark ${packet.mark === 0 ? "0" : `0x${packet.mark.toString(16)}`}`, ...owner].join(", ");
}

const WIDTH = "netfilter".length + 2;

/** What spoke, with its place; below it what came of it. */
function stationLines({ station, text, at, why: came, decides, hook, chain }: Station): Line[] {
  const where = [...(hook === undefined ? [] : [hook]), ...(chain === undefined ? [] : [chain])].join(", ");
  const why = [where, came].filter((part) => part !== "").join(": ");
  const label = stationLabel(station);
  const head: Span[] = ["  ", label, decides ? { style: "strong", text } : text, ...(at === null ? [] : [{ style: "faint", text: `  [${at}]` } as const])];
  return why === "" ? [head] : [head, ["  ", " ".repeat(WIDTH), { style: decides ? "strong" : "faint", text: why }]];
}

function stationLabel(station: StationName): string {
  return station.padEnd(WIDTH);
}

function egressLines({ egress }: Walk): Line[] {
  return egress === null ? [] : [["  ", "leaves".padEnd(WIDTH), { style: "strong", text: egressText(egress) }]];
}

function egressText({ dev, via, src, dst }: Egress): string {
  return [`dev ${dev}`, ...(via === undefined ? [] : [`via ${via}`]), ...(src === null ? [] : [`from ${src}`]), `to ${dst}`].join(" ");
}

/** Cases that read alike but for what leads to them. */
function alike(cases: readonly Case[], walk: Walk): Case[][] {
  const groups = new Map<string, Case[]>();
  for (const one of cases) {
    const key = JSON.stringify([endingSentence(one, walk), one.egress === null ? null : egressText(one.egress), one.because]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

function caseLines(cases: readonly Case[], walk: Walk): Line[] {
  const [one] = cases;
  if (one === undefined) return [];
  return [
    ...cases.map(({ when }, i): Line => [i === 0 ? "  if  " : "  or  ", { style: "strong", text: Object.entries(when).map(([name, value]) => `${name} ${value}`).join(", ") }]),
    ["      ", { style: styleOf(one), text: `${endingSentence(one, walk)}.` }],
    ...(one.egress === null ? [] : [["      ", "leaves".padEnd(WIDTH), egressText(one.egress)]]),
    ...one.because.map(({ station, text, at }): Line => ["      ", stationLabel(station), text, ...(at === null ? [] : [{ style: "faint", text: `  [${at}]` } as const])]),
  ];
}
