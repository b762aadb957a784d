/** One packet in the words of both walks at a hook: on its way through the readable one, and as a member of the prover's sets. */
import type { Choices } from "../../src/explain/choices.js";
import { isOpenField, type OpenField } from "../../src/explain/classes.js";
import type { Ground } from "../../src/explain/fib.js";
import { Entry } from "../../src/explain/netfilter/entry.js";
import { fieldOf } from "../../src/explain/netfilter/fields.js";
import type { Wall } from "../../src/explain/netfilter/stages.js";
import { Transit } from "../../src/explain/netfilter/transit.js";
import type { Packet } from "../../src/explain/packet.js";
import { Reader } from "../../src/explain/question.js";
import { Trail } from "../../src/explain/trail.js";
import { type Family, formatAddress, type Words } from "../../src/model/address.js";
import { CT_STATE, type Firewall, type Hook, type HookMatch, OWNER } from "../../src/model/netfilter.js";
import { equals, type HookField } from "../../src/model/packet.js";
import { Bdd, type Edge, TRUE } from "../../src/proof/bdd.js";
import type { ChainEnd, End } from "../../src/proof/chains.js";
import type { Surroundings } from "../../src/proof/conditions.js";
import { beginning, type State } from "../../src/proof/flow.js";
import { mentionsOf } from "../../src/proof/mentions.js";
import { needsOf } from "../../src/proof/needs.js";
import { holds } from "../../src/proof/pick.js";
import { Space } from "../../src/proof/space.js";
import type { Draw } from "../support/rulesets.js";

export const ENTRIES = ["none", "some", "untracked"] as const;
type Entries = (typeof ENTRIES)[number];

/** A packet that tells everything, where it stands, and its conntrack entry. */
export interface Passing {
  readonly packet: Packet;
  readonly hook: Hook;
  /** 1-based numbers of the node's links; 0: none. */
  readonly iif: number;
  readonly oif: number;
  readonly entry: { readonly kind: Entries; readonly state: number; readonly direction: number; readonly status: number; readonly mark: number };
}

/** Nodes that one hook may take: rules that nobody would write may need any number. */
const NODES = 1 << 17;

/** One more choice tells whether a packet has an entry. */
export function spaceFor(firewall: Firewall, family: Family, devices: number): Space {
  const [mentions, needs] = [mentionsOf({ rules: { 4: [], 6: [] }, firewall }, family, null), needsOf(firewall, family)];
  const unknown = [...new Set([...mentions.unknown, ...needs.unknown])];
  return new Space({ family, matches: [...mentions.matches, ...needs.matches, equals<HookField>("owner", OWNER.process)], unknown, choices: new Map([["entry", ENTRIES]]), facts: [], devices }, new Bdd(NODES));
}

/** A space for these matches, of three devices, and what a walk asks besides: no device has an address. */
export function aroundFor(matches: readonly HookMatch[], unknown: readonly string[] = [], parts: Partial<Surroundings> = {}, family: Family = 4): Surroundings {
  const space = new Space({ family, matches, unknown, choices: new Map([["entry", ENTRIES]]), facts: [], devices: 3 });
  return { space, typeOf: () => "open", masquerade: () => [{ when: TRUE, to: "drop" }], addressesOf: () => [], ...parts };
}

export function stateAt(space: Space, { hook, iif, oif }: Pick<Passing, "hook" | "iif" | "oif">): State {
  const begun = beginning(space, { hook, iif, oif });
  return { ...begun, words: { ...begun.words, tracked: space.optionSet("entry", "some"), untracked: space.optionSet("entry", "untracked") } };
}

export function transitOf({ packet, hook, iif, oif, entry }: Passing, ground: Ground, wall: Wall, choices: Choices): Transit {
  const transit = new Transit(packet, wall, new Trail(packet), new Reader(ground, packet.open, packet.family, choices), { src: packet.src, dst: packet.dst, mark: packet.mark });
  const device = (number: number): string | null => ground.node.links[number - 1]?.name ?? null;
  transit.hook = hook;
  transit.iif = device(iif);
  transit.oif = device(oif);
  transit.untracked = entry.kind === "untracked";
  if (entry.kind !== "some") return transit;
  transit.entry = new Entry(entry.state, entry.direction, entry.mark);
  transit.entry.status = entry.status;
  return transit;
}

/** The packet, `fresh` before and `transit` behind a run, as a member of the space, as its owner and the texts that are not understood turn out in this run; those that it did not ask for are drawn. */
export function memberOf(space: Space, passing: Passing, { fresh, transit }: { readonly fresh: Transit; readonly transit: Transit }, choices: Choices, texts: readonly string[], draw: (limit: number) => number): Uint8Array {
  const { packet, entry } = passing;
  const words = (end: "src" | "dst", { 0: a, 1: b, 2: c, 3: d }: Words): [HookField, number][] => [[`${end}0`, a], [`${end}1`, b], [`${end}2`, c], [`${end}3`, d]];
  const values = new Map<HookField, number>([
    ...words("src", packet.src?.words ?? [0, 0, 0, 0]), ...words("dst", packet.dst.words), ...packet.open, ["uid", transit.reader.read("uid")], ["gid", transit.reader.read("gid")], ["mark", packet.mark], ["owner", transit.owner()], ["ctState", entry.state],
    ["ctDirection", entry.direction], ["ctStatus", entry.status], ["ctMark", entry.mark], ["srcType", fieldOf(fresh, "srcType") ?? 0], ["dstType", fieldOf(fresh, "dstType") ?? 0], ["packetType", 0], ["fragment", 0],
  ]);
  const member = space.preference(Object.fromEntries(values), 0);
  ENTRIES.forEach((option) => { if (option === entry.kind) setLiterals(space, member, space.optionLiterals("entry", option)); });
  for (const text of texts) {
    const asked = choices.conditions().get(text);
    const index = asked === undefined ? draw(2) : ([...asked.chosen][0] ?? 0);
    // What a statement does is asked the other way round than whether a match holds.
    const isStatement = asked?.options[1]?.text === "does something";
    member[space.bdd.level(space.unknown(text))] = isStatement ? index : 1 - index;
  }
  return member;
}

function setLiterals({ bdd }: Space, member: Uint8Array, literals: Edge): void {
  for (let rest = literals; rest > 1;) {
    const isOne = bdd.low(rest) === 0;
    member[bdd.level(rest)] = isOne ? 1 : 0;
    rest = isOne ? bdd.high(rest) : bdd.low(rest);
  }
}

const CONNTRACK = { new: [CT_STATE.new, 0], established: [CT_STATE.established, 0], reply: [CT_STATE.established, 1], related: [CT_STATE.related, 0], invalid: [CT_STATE.invalid, 0], untracked: [CT_STATE.invalid, 0] } as const;

/** The largest uid and gid that somebody may have. */
const ID_MAX = 0xfffffffe;

/** A packet of a node's own text, at a hook. */
export function placed(packet: Packet, place: Pick<Passing, "hook" | "iif" | "oif">, draw: Draw): Passing {
  const [state, direction] = CONNTRACK[packet.ct];
  const kind = packet.ct === "untracked" ? "untracked" : packet.ct === "invalid" ? "none" : "some";
  const status = state === CT_STATE.new ? 0 : 10;
  const open = new Map([...packet.open].map(([field, value]) => [field, field === "uid" || field === "gid" ? Math.min(value, ID_MAX) : value] as const));
  return { packet: { ...packet, src: packet.src ?? packet.dst, open }, ...place, entry: { kind, state, direction, status, mark: draw.pick([0, 0, 1, 2, 3, 0x10, 0x101]) } };
}

/** Devices as a hook has them, drawn. */
export function devicesAt(draw: Draw, hook: Hook, devices: number): Pick<Passing, "hook" | "iif" | "oif"> {
  const has = (end: "iif" | "oif"): boolean => (end === "iif" ? hook !== "output" && hook !== "postrouting" : hook !== "prerouting" && hook !== "input");
  return { hook, iif: has("iif") ? 1 + draw.below(devices) : 0, oif: has("oif") ? 1 + draw.below(devices) : 0 };
}

/** Ends that have the member. */
export function endsOf({ bdd }: Space, ends: readonly End[], member: Uint8Array): End[] {
  return ends.filter(({ flow }) => holds(bdd, flow.guard, member));
}

const KINDS = { accept: "accept", drop: "drop", unknown: "unknown" } as const;

export function endText(end: Pick<ChainEnd, "kind"> & { readonly reset?: boolean }): string {
  return end.kind === "reject" ? `reject ${end.reset === true ? "reset" : "error"}` : KINDS[end.kind];
}

/** Bits of a mark that the space knows. */
function mentioned(space: Space, field: "mark" | "ctMark" | "ctStatus"): number {
  return (space.bits(field) ?? []).reduce((bits, level, bit) => (level < 0 ? bits : (bits | (1 << bit)) >>> 0), 0);
}

/** What is left of the packet behind the readable walk. */
export function leftOf(space: Space, transit: Transit): string {
  const { src, dst, mark, entry, portKept, reader: { open } } = transit;
  const fields = (["tos", "hopLimit", "dport"] as const).map((field) => `${field} ${open.get(field) ?? 0}`);
  const ofEntry = entry === null ? "no entry" : `ctMark ${((entry.knownMark ?? 0) & mentioned(space, "ctMark")) >>> 0} status ${entry.status & mentioned(space, "ctStatus")} settled ${entry.settled.src} ${entry.settled.dst}`;
  return [src === null ? "?" : formatAddress(src), formatAddress(dst), `sport ${portKept ? (open.get("sport") ?? 0) : "?"}`, ...fields, `mark ${(mark & mentioned(space, "mark")) >>> 0}`, `untracked ${transit.untracked}`, ofEntry].join(", ");
}

/** The same of a member behind the prover's walk. */
export function leftIn(space: Space, { packet }: Passing, state: State, member: Uint8Array): string {
  const is = (set: Edge): boolean => holds(space.bdd, set, member);
  const word = (name: "mark" | "ctMark" | "ctStatus" | "tos" | "hopLimit"): number => state.words[name].reduce((value, set, bit) => (is(set) ? (value | (1 << bit)) >>> 0 : value), 0);
  const port = (field: "sport" | "dport"): number | string => (state[field] === "initial" ? (packet.open.get(field) ?? 0) : state[field] === "open" ? "?" : state[field]);
  const { src, dst, settled } = state;
  const [from, to] = [src ?? packet.src, dst ?? packet.dst];
  const ofEntry = is(state.words.tracked) ? `ctMark ${(word("ctMark") & mentioned(space, "ctMark")) >>> 0} status ${word("ctStatus") & mentioned(space, "ctStatus")} settled ${settled.src} ${settled.dst}` : "no entry";
  return [
    from === null ? "?" : formatAddress(from), formatAddress(to), `sport ${port("sport")}`, `tos ${word("tos")}`, `hopLimit ${word("hopLimit")}`, `dport ${port("dport")}`,
    `mark ${(word("mark") & mentioned(space, "mark")) >>> 0}`, `untracked ${is(state.words.untracked)}`, ofEntry,
  ].join(", ");
}

/** Fields of a drawn packet that the readable walk keeps as open ones. */
export function openOf(fields: ReadonlyMap<HookField, number>): Map<OpenField, number> {
  return new Map([...fields].flatMap(([field, value]) => (isOpenField(field) ? [[field, value] as const] : [])));
}
