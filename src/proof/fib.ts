/** One routing table as longest-prefix match gives it: for each decision the set of packets it takes, built from the prefixes bottom-up. */
import { type Prefix, networkWords } from "../model/address.js";
import { type Bdd, type Edge, FALSE, TRUE } from "./bdd.js";

/** What a table says of addresses that no entry takes. */
export const NO_DECISION = -1;

export interface Entry {
  readonly prefix: Prefix;
  /** From 0 on; entries that come to the same may share a number, and their sets become one. */
  readonly decision: number;
  /** The entry is there (or has something to say) only in these packets and environments; TRUE: always. */
  readonly when: Edge;
}

/**
 * The sets of a table's decisions, NO_DECISION among them. They do not overlap, and together they are everything. `levels`: the address, most significant bit first.
 * Of entries with one prefix the first one whose `when` holds counts; where none of them holds, the next shorter prefix does. Variables of `when` below the
 * address keep the diagrams small; others are allowed.
 */
export function decisionSets(bdd: Bdd, levels: readonly number[], entries: readonly Entry[]): Map<number, Edge> {
  const sorted = sort(entries);
  const walk = new Walk(bdd, levels, sorted);
  return walk.run();
}

/** Entries by network, shorter prefixes first, then in the order given; their networks beside them, four words each. */
interface Sorted {
  readonly entries: readonly Entry[];
  readonly words: Uint32Array;
}

function sort(entries: readonly Entry[]): Sorted {
  const words = new Uint32Array(4 * entries.length);
  entries.forEach(({ prefix }, i) => { words.set(networkWords(prefix), 4 * i); });
  const order = Uint32Array.from(entries, (_, i) => i).sort((a, b) => {
    for (let word = 0; word < 4; word++) {
      const difference = (words[4 * a + word] ?? 0) - (words[4 * b + word] ?? 0);
      if (difference !== 0) return difference;
    }
    return (entries[a]?.prefix.length ?? 0) - (entries[b]?.prefix.length ?? 0) || a - b;
  });
  const sortedWords = new Uint32Array(words.length);
  order.forEach((from, to) => { sortedWords.set(words.subarray(4 * from, 4 * from + 4), 4 * to); });
  return { entries: Array.from(order, (i) => entries[i]).filter((entry) => entry !== undefined), words: sortedWords };
}

/**
 * The descent. Lists of decisions with their sets lie on one stack, ascending by decision: those that hold here as inherited from shorter prefixes, then those of
 * the two halves, which are joined in place. Nothing else is kept, so it needs as much memory as the diagrams do.
 */
class Walk {
  private readonly decisions: number[] = [];
  private readonly sets: Edge[] = [];
  /** The list that `descend` gives: from here to `end`. */
  private start = 0;
  private end = 0;

  constructor(private readonly bdd: Bdd, private readonly levels: readonly number[], private readonly sorted: Sorted) {}

  run(): Map<number, Edge> {
    this.push(NO_DECISION, TRUE);
    this.descend(0, this.sorted.entries.length, 0, 0, 1);
    const found = new Map<number, Edge>();
    for (let at = this.start; at < this.end; at++) found.set(this.decisions[at] ?? NO_DECISION, this.sets[at] ?? FALSE);
    return found;
  }

  /** Entries `from` to `to` share their first `depth` bits and are at least that long; the list `start` to `end` holds where none of them does. */
  private descend(from: number, to: number, depth: number, start: number, end: number): void {
    const top = this.decisions.length;
    let first = from;
    while (first < to && (this.sorted.entries[first]?.prefix.length ?? 0) === depth) first++;
    if (first > from) this.inherit(from, first, start, end);
    const [here, hereEnd] = first > from ? [top, this.decisions.length] : [start, end];
    const level = this.levels[depth];
    if (first === to || level === undefined) {
      this.start = here;
      this.end = hereEnd;
      return;
    }
    const middle = this.split(first, to, depth);
    this.descend(first, middle, depth + 1, here, hereEnd);
    const { start: low, end: lowEnd } = this;
    this.descend(middle, to, depth + 1, here, hereEnd);
    this.merge(level, low, lowEnd, this.start, this.end, top);
  }

  /** The first entry whose bit at this depth is 1. */
  private split(from: number, to: number, depth: number): number {
    let low = from, high = to;
    while (low < high) {
      const middle = (low + high) >> 1;
      const isOne = (((this.sorted.words[4 * middle + (depth >> 5)] ?? 0) >>> (31 - (depth & 31))) & 1) === 1;
      if (isOne) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Puts the list of this place on the stack: its own entries, and where none of them holds, what was inherited. */
  private inherit(from: number, to: number, start: number, end: number): void {
    const base = this.decisions.length;
    let left: Edge = TRUE;
    for (let i = from; i < to; i++) {
      const entry = this.sorted.entries[i];
      if (entry === undefined) continue;
      this.insert(base, entry.decision, this.bdd.and(entry.when, left));
      left = this.bdd.minus(left, entry.when);
    }
    if (left === FALSE) return;
    for (let at = start; at < end; at++) this.insert(base, this.decisions[at] ?? NO_DECISION, this.bdd.and(this.sets[at] ?? FALSE, left));
  }

  /** Adds a set to a decision of the list from `base` to the top. */
  private insert(base: number, decision: number, set: Edge): void {
    if (set === FALSE) return;
    let at = this.decisions.length;
    while (at > base && (this.decisions[at - 1] ?? 0) > decision) at--;
    if (at > base && this.decisions[at - 1] === decision) {
      this.sets[at - 1] = this.bdd.or(this.sets[at - 1] ?? FALSE, set);
      return;
    }
    this.decisions.splice(at, 0, decision);
    this.sets.splice(at, 0, set);
  }

  /** Joins the lists of two halves into one at `base`, where the stack then ends. */
  private merge(level: number, low: number, lowEnd: number, high: number, highEnd: number, base: number): void {
    const { bdd, decisions, sets } = this;
    const top = decisions.length;
    let a = low, b = high;
    while (a < lowEnd || b < highEnd) {
      const lowDecision = a < lowEnd ? (decisions[a] ?? 0) : Infinity;
      const highDecision = b < highEnd ? (decisions[b] ?? 0) : Infinity;
      const decision = Math.min(lowDecision, highDecision);
      const off = lowDecision === decision ? (sets[a++] ?? FALSE) : FALSE;
      const on = highDecision === decision ? (sets[b++] ?? FALSE) : FALSE;
      this.push(decision, bdd.join(level, off, on));
    }
    const count = decisions.length - top;
    for (let i = 0; i < count; i++) {
      decisions[base + i] = decisions[top + i] ?? NO_DECISION;
      sets[base + i] = sets[top + i] ?? FALSE;
    }
    decisions.length = base + count;
    sets.length = base + count;
    this.start = base;
    this.end = base + count;
  }

  private push(decision: number, set: Edge): void {
    this.decisions.push(decision);
    this.sets.push(set);
  }
}
