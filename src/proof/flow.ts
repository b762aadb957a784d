/** A set of packets at one place of their way: which ones, as they began, and what has been rewritten since. */
import type { Address } from "../model/address.js";
import type { Hook } from "../model/netfilter.js";
import { type Bdd, type Edge, FALSE } from "./bdd.js";
import type { Space } from "./space.js";
import { chooseWord, type Word, wordOf } from "./word.js";

/** A constant, what the packet began with, or anything: `open`. */
export type Value = number | "initial" | "open";

/** What the packets of a flow are by now. Sets are functions of the packets as they began, and outside of the flow's guard they may be anything. */
export interface State {
  readonly hook: Hook;
  /** Devices of the hook, by number; 0: none. */
  readonly iif: number;
  readonly oif: number;
  /** null: the one it began with. */
  readonly src: Address | null;
  readonly dst: Address | null;
  readonly sport: Value;
  readonly dport: Value;
  readonly owner: Value;
  /** Of the conntrack entry, and only where there is one. */
  readonly ctState: Value;
  readonly ctDirection: Value;
  /** Ends whose translation is settled: nat chains are not asked again. */
  readonly settled: { readonly src: boolean; readonly dst: boolean };
  readonly words: Words;
}

/** What statements change bit by bit, packet by packet. */
export interface Words {
  readonly mark: Word;
  readonly tos: Word;
  readonly hopLimit: Word;
  /** Of the conntrack entry, and only where there is one. */
  readonly ctMark: Word;
  readonly ctStatus: Word;
  /** Where the packet has a conntrack entry. */
  readonly tracked: Edge;
  /** Where it was told to get none. */
  readonly untracked: Edge;
}

export interface Flow {
  readonly guard: Edge;
  readonly state: State;
}

/** Packets as they begin, at a hook: nothing is rewritten, and conntrack has not looked yet. */
export function beginning(space: Space, place: Pick<State, "hook" | "iif" | "oif">): State {
  const words = { mark: wordOf(space, "mark"), tos: wordOf(space, "tos"), hopLimit: wordOf(space, "hopLimit"), ctMark: wordOf(space, "ctMark"), ctStatus: wordOf(space, "ctStatus"), tracked: FALSE, untracked: FALSE };
  return { hook: place.hook, iif: place.iif, oif: place.oif, src: null, dst: null, sport: "initial", dport: "initial", owner: "initial", ctState: "initial", ctDirection: "initial", settled: { src: false, dst: false }, words };
}

/** `a` in the packets of `when`, else `b`; `b` itself where that makes no difference. */
export function chooseWords(bdd: Bdd, when: Edge, a: Words, b: Words): Words {
  if (a === b || when === FALSE) return b;
  const chosen: Words = {
    mark: chooseWord(bdd, when, a.mark, b.mark), tos: chooseWord(bdd, when, a.tos, b.tos), hopLimit: chooseWord(bdd, when, a.hopLimit, b.hopLimit),
    ctMark: chooseWord(bdd, when, a.ctMark, b.ctMark), ctStatus: chooseWord(bdd, when, a.ctStatus, b.ctStatus),
    tracked: bdd.ite(when, a.tracked, b.tracked), untracked: bdd.ite(when, a.untracked, b.untracked),
  };
  const { mark, tos, hopLimit, ctMark, ctStatus, tracked, untracked } = chosen;
  const isSame = mark === b.mark && tos === b.tos && hopLimit === b.hopLimit && ctMark === b.ctMark && ctStatus === b.ctStatus && tracked === b.tracked && untracked === b.untracked;
  return isSame ? b : chosen;
}

/** States with the same key differ in their words at most, so their flows can become one. */
export function keyOf({ hook, iif, oif, src, dst, sport, dport, owner, ctState, ctDirection, settled }: State): string {
  return [hook, iif, oif, src?.words.join(".") ?? "-", dst?.words.join(".") ?? "-", sport, dport, owner, ctState, ctDirection, settled.src, settled.dst].join(" ");
}

/**
 * Flows of the same key as one. Where guards overlap, which happens where the kernel chooses or what it does is not known, words that differ there keep the flows apart:
 * a packet of both would otherwise have but one of its marks.
 */
export function merged(bdd: Bdd, flows: readonly Flow[]): Flow[] {
  const groups = new Map<string, Flow[]>();
  for (const flow of flows) {
    if (flow.guard === FALSE) continue;
    const key = keyOf(flow.state);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    const at = group.findIndex((other) => canJoin(bdd, other, flow));
    const other = group[at];
    if (other === undefined) group.push(flow);
    else group[at] = { guard: bdd.or(other.guard, flow.guard), state: { ...flow.state, words: chooseWords(bdd, flow.guard, flow.state.words, other.state.words) } };
  }
  return [...groups.values()].flat();
}

function canJoin(bdd: Bdd, a: Flow, b: Flow): boolean {
  if (a.state.words === b.state.words) return true;
  const both = bdd.and(a.guard, b.guard);
  return both === FALSE || chooseWords(bdd, both, a.state.words, b.state.words) === b.state.words;
}
