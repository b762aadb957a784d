/** New translations: what a nat statement makes of the first packets of flows (nf_nat_setup_info, net/netfilter/nf_nat_core.c). */
import { type Address, isLinkLocal, type Prefix, sameAddress, WIDTH, type Words } from "../model/address.js";
import { type AddressRange, CT_STATUS, type Nat, type PortRange } from "../model/netfilter.js";
import { equals, within } from "../model/packet.js";
import { type Edge, FALSE, TRUE } from "./bdd.js";
import type { Given, Surroundings } from "./conditions.js";
import type { State, Value } from "./flow.js";
import type { Space } from "./space.js";
import { chooseWord, type Word } from "./word.js";

/** What becomes of some of the packets: where they are not accepted they stay as they are. */
export interface Translated {
  readonly when: Edge;
  readonly end: "accept" | "drop" | { readonly unknown: string };
  readonly state: State;
}

interface Port {
  readonly when: Edge;
  readonly value: Value;
}

/** For packets that have an entry. Together the sets are everything; they overlap where the kernel chooses one of several addresses. */
export function translate(around: Surroundings, nat: Nat, state: State): Translated[] {
  const { bdd } = around.space;
  const end = nat.kind === "dnat" || nat.kind === "redirect" ? "dst" : "src";
  const parts = addressesOf(around, nat, state).flatMap((choice): Translated[] => {
    if (choice.kind === "end") return [{ when: choice.when, end: choice.end, state }];
    return choice.to.flatMap((to) => writtenBy(around, nat, state, end, to)).map((written): Translated => ({ when: bdd.and(choice.when, written.when), end: "accept", state: written.state }));
  });
  return parts.filter(({ when }) => when !== FALSE);
}

interface Written {
  readonly when: Edge;
  readonly state: State;
}

/** The states that come of one address; null: the address stays. */
function writtenBy({ space }: Surroundings, nat: Nat, state: State, end: "src" | "dst", to: Address | null): Written[] {
  const { bdd } = space;
  const field = end === "src" ? "sport" : "dport";
  const sameAddresses = to === null ? TRUE : sameSet(space, end, state[end], to);
  const settled = { ...state.settled, [end]: true };
  return portsOf(space, nat, state, end).flatMap(({ when, value }) => {
    const same = bdd.and(sameAddresses, samePort(space, state, field, value));
    const ctStatus = chooseWord(bdd, bdd.not(same), withBit(state.words.ctStatus, end === "dst" ? CT_STATUS.dnat : CT_STATUS.snat), state.words.ctStatus);
    const written: State = { ...state, [end]: to ?? state[end], [field]: value, settled, words: { ...state.words, ctStatus } };
    // A source that changes keeps its port where no other flow has it, which nobody knows.
    if (end === "dst" || nat.ports !== null || same === TRUE) return [{ when, state: written }];
    const parts: readonly Written[] = [{ when: bdd.and(when, same), state: written }, { when: bdd.minus(when, same), state: { ...written, sport: "open" } }];
    return parts.filter((one) => one.when !== FALSE);
  });
}

function withBit(word: Word, bits: number): Word {
  return word.map((set, bit) => (((bits >>> bit) & 1) === 1 ? TRUE : set));
}

function sameSet(space: Space, end: "src" | "dst", before: Address | null, to: Address): Edge {
  if (before !== null) return sameAddress(before, to) ? TRUE : FALSE;
  return space.prefixSet(end, { address: to, length: WIDTH[to.family] });
}

function samePort(space: Space, state: State, field: "sport" | "dport", value: Value): Edge {
  const before = state[field];
  if (value === before) return value === "open" ? FALSE : TRUE;
  return before === "initial" && typeof value === "number" ? space.matchSet(equals(field, value)) : FALSE;
}

/** A port in the range stays; a destination takes the lowest one, a source any. */
function portsOf(space: Space, { ports, flags }: Nat, state: State, end: "src" | "dst"): Port[] {
  const field = end === "src" ? "sport" : "dport";
  const isRandom = end === "src" && flags.some((flag) => flag.includes("random"));
  if (ports === null) return [{ when: TRUE, value: isRandom ? "open" : state[field] }];
  const { first, last }: PortRange = ports;
  if (first === last) return [{ when: TRUE, value: first }];
  if (isRandom) return [{ when: TRUE, value: "open" }];
  const before = state[field];
  const inside = before === "initial" ? space.matchSet(within(field, first, last)) : before !== "open" && before >= first && before <= last ? TRUE : FALSE;
  const parts: readonly Port[] = [{ when: inside, value: before }, { when: space.bdd.not(inside), value: end === "dst" ? first : "open" }];
  return parts.filter(({ when }) => when !== FALSE);
}

/** Addresses, one of which some packets get, or how they end instead. */
type Choice =
  | { readonly kind: "to"; readonly when: Edge; readonly to: readonly (Address | null)[] }
  | { readonly kind: "end"; readonly when: Edge; readonly end: "drop" | { readonly unknown: string } };

function addressesOf(around: Surroundings, nat: Nat, state: State): Choice[] {
  switch (nat.kind) {
    case "dnat": return nat.to === null ? [{ kind: "to", when: TRUE, to: [null] }] : picked(around.space, "dst", state.dst, nat.to);
    case "snat": return nat.to === null ? [{ kind: "to", when: TRUE, to: [null] }] : picked(around.space, "src", state.src, nat.to);
    case "redirect": return redirected(around, state).map(choiceOf);
    case "masquerade": return around.masquerade(state).map(choiceOf);
  }
}

function choiceOf({ when, to }: Given): Choice {
  if (to === "drop") return { kind: "end", when, end: "drop" };
  return to !== null && "unknown" in to ? { kind: "end", when, end: to } : { kind: "to", when, to: [to] };
}

/** Addresses of a range that are tried one by one. */
const RANGE_MAX = 16;

/** An address in the range stays; else the kernel takes one by a hash of the flow. */
function picked(space: Space, end: "src" | "dst", before: Address | null, range: AddressRange): Choice[] {
  const { first, last } = range;
  if (sameAddress(first, last)) return [{ kind: "to", when: TRUE, to: [first] }];
  const { bdd } = space;
  const inside = before === null ? bdd.minus(atMost(space, end, last.words), below(space, end, first.words)) : compare(first.words, before.words) <= 0 && compare(before.words, last.words) <= 0 ? TRUE : FALSE;
  const all = [first];
  for (let next = following(first); all.length <= RANGE_MAX && compare(next.words, last.words) <= 0; next = following(next)) all.push(next);
  const outside = bdd.not(inside);
  const text = `one of more than ${RANGE_MAX} addresses of a translation`;
  const others: Choice = all.length > RANGE_MAX ? { kind: "end", when: outside, end: { unknown: text } } : { kind: "to", when: outside, to: all };
  const choices: readonly Choice[] = [{ kind: "to", when: inside, to: [null] }, others];
  return choices.filter(({ when }) => when !== FALSE);
}

/** Packets whose address, as it began, is smaller. */
function below(space: Space, end: "src" | "dst", words: Words): Edge {
  return space.bdd.minus(atMost(space, end, words), space.matchesSet(FIELDS[end].map((field, i) => equals(field, words[i] ?? 0))));
}

function atMost(space: Space, end: "src" | "dst", words: Words): Edge {
  const { bdd } = space;
  return FIELDS[end].reduceRight<Edge>((rest, field, i) => {
    const word = words[i] ?? 0;
    const smaller = word === 0 ? FALSE : space.matchSet(within(field, 0, word - 1));
    return bdd.or(smaller, bdd.and(space.matchSet(equals(field, word)), rest));
  }, TRUE);
}

const FIELDS = { src: ["src0", "src1", "src2", "src3"], dst: ["dst0", "dst1", "dst2", "dst3"] } as const;

function compare(a: Words, b: Words): number {
  const i = a.findIndex((word, at) => word !== b[at]);
  return i < 0 ? 0 : (a[i] ?? 0) - (b[i] ?? 0);
}

function following({ family, words }: Address): Address {
  const next: [number, number, number, number] = [...words];
  for (let i = family === 4 ? 0 : 3; i >= 0; i--) {
    const sum = ((next[i] ?? 0) + 1) >>> 0;
    next[i] = sum;
    if (sum !== 0) break;
  }
  return { family, words: next };
}

const LOOPBACKS: Readonly<Record<4 | 6, Address>> = { 4: { family: 4, words: [0x7f000001, 0, 0, 0] }, 6: { family: 6, words: [0, 0, 0, 1] } };
const LINK_LOCAL: Prefix = { address: { family: 6, words: [0xfe800000, 0, 0, 0] }, length: 10 };

/** nf_nat_redirect.c: the loopback in OUTPUT, else the first address of the device it came in on; a link-local destination takes one of its own scope. */
function redirected({ space, addressesOf: own }: Surroundings, { hook, iif, dst }: State): Given[] {
  if (hook === "output") return [{ when: TRUE, to: LOOPBACKS[space.family] }];
  const all = own(iif).filter(({ family }) => family === space.family);
  const near = all.find(isLinkLocal) ?? "drop", any = all[0] ?? "drop";
  if (space.family === 4) return [{ when: TRUE, to: any }];
  const isNear = dst === null ? space.prefixSet("dst", LINK_LOCAL) : isLinkLocal(dst) ? TRUE : FALSE;
  const parts: readonly Given[] = [{ when: isNear, to: near }, { when: space.bdd.not(isNear), to: any }];
  return parts.filter(({ when }) => when !== FALSE);
}
