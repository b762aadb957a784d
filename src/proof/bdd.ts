/** Reduced ordered binary decision diagrams: sets of packets as numbers. One arena for each proof; equal sets have equal numbers, so comparing is `===`. */

/**
 * A set, or a function of bits: a node's number and, in the lowest bit, whether it is negated. Only good in the arena that made it, and until a release to an
 * earlier mark.
 */
export type Edge = number;
export const FALSE: Edge = 0;
export const TRUE: Edge = 1;

/** Level of the two constants, below every variable. Level 0 is looked at first. */
export const BOTTOM = 0x7fffffff;
/** 12 bytes each and 8 of the table: 160 MB when full, half as much again while it grows. */
export const NODES_MAX = 1 << 23;
/** Answers that are remembered, at most; 16 bytes each. */
const CACHE_MAX = 1 << 19;
const NODES_FIRST = 1 << 10;

/** What a remembered answer is the answer to. */
export const OPERATION = { and: 1, xor: 2, ite: 3, exists: 4, meet: 5, cofactor: 6, substitute: 7 } as const;
type Operation = (typeof OPERATION)[keyof typeof OPERATION];

/** A proof that needs more nodes than its arena may have. What was asked stays unknown. */
export class LimitError extends Error {
  override readonly name = "LimitError";
  constructor(readonly nodes: number) {
    super(`a decision diagram needs more than ${nodes} nodes; what was asked stays undetermined`);
  }
}

/**
 * The arena. Nodes are never freed one by one: `release(mark())` forgets what came after. Node 0 is the constant FALSE. A node is three words:
 * ```
 * level | low: where the variable is 0, never negated | high: where it is 1
 * ```
 * Because `low` is never negated, a function and its negation share their nodes, and negating is one bit.
 */
export class Bdd {
  private nodes = new Int32Array(3 * NODES_FIRST);
  private count = 1;
  private capacity: number;
  /** Node numbers by open addressing, at most half full; 0 is empty. */
  private table = new Int32Array(2 * NODES_FIRST);
  /** Direct mapped: first operand | second | third and operation | answer. */
  private cache = new Int32Array(4 * NODES_FIRST);
  private tickets = 0;

  /** `limit`: nodes that may ever be alive; more are a LimitError. */
  constructor(private readonly limit: number = NODES_MAX) {
    this.capacity = Math.min(NODES_FIRST, limit);
    this.nodes[0] = BOTTOM;
  }

  /** Nodes made so far, dead ones included. */
  get used(): number {
    return this.count;
  }

  /** Bytes that the arena holds. */
  get bytes(): number {
    return 4 * (this.nodes.length + this.table.length + this.cache.length);
  }

  /** Level of the variable that decides first. */
  level(edge: Edge): number {
    return this.nodes[3 * (edge >> 1)] ?? 0;
  }

  /** What is left where that variable is 0. Not for constants. */
  low(edge: Edge): Edge {
    return (this.nodes[3 * (edge >> 1) + 1] ?? 0) ^ (edge & 1);
  }

  /** What is left where that variable is 1. Not for constants. */
  high(edge: Edge): Edge {
    return (this.nodes[3 * (edge >> 1) + 2] ?? 0) ^ (edge & 1);
  }

  /** The one node with these children. Both of them look at deeper levels only; where that is not sure, use `join`. */
  make(level: number, low: Edge, high: Edge): Edge {
    if (low === high) return low;
    const flip = low & 1;
    const first = low ^ flip, second = high ^ flip;
    const { nodes, table } = this;
    const last = table.length - 1;
    let slot = hash(level, first, second) & last;
    for (let node = table[slot] ?? 0; node !== 0; node = table[slot] ?? 0) {
      const at = 3 * node;
      if (nodes[at + 1] === first && nodes[at + 2] === second && nodes[at] === level) return (node << 1) | flip;
      slot = (slot + 1) & last;
    }
    if (this.count === this.capacity) {
      this.grow();
      return this.make(level, low, high);
    }
    const node = this.count++;
    table[slot] = node;
    nodes[3 * node] = level;
    nodes[3 * node + 1] = first;
    nodes[3 * node + 2] = second;
    return (node << 1) | flip;
  }

  /** `low` where the variable is 0, `high` where it is 1, whatever levels they look at. */
  join(level: number, low: Edge, high: Edge): Edge {
    if (level < this.level(low) && level < this.level(high)) return this.make(level, low, high);
    return this.ite(this.variable(level), high, low);
  }

  /** Where the variable of this level is 1. */
  variable(level: number): Edge {
    return this.make(level, FALSE, TRUE);
  }

  not(edge: Edge): Edge {
    return edge ^ 1;
  }

  or(f: Edge, g: Edge): Edge {
    return this.and(f ^ 1, g ^ 1) ^ 1;
  }

  /** What is in `f` and not in `g`. */
  minus(f: Edge, g: Edge): Edge {
    return this.and(f, g ^ 1);
  }

  /** Whether all of `g` is in `f`. */
  includes(f: Edge, g: Edge): boolean {
    return this.and(g, f ^ 1) === FALSE;
  }

  and(f: Edge, g: Edge): Edge {
    if (f === g || g === TRUE) return f;
    if (f === TRUE) return g;
    if (f === FALSE || g === FALSE || f === (g ^ 1)) return FALSE;
    if (f > g) return this.and(g, f);
    const known = this.recall(OPERATION.and, f, g, 0);
    if (known >= 0) return known;
    const fLevel = this.level(f), gLevel = this.level(g);
    const level = Math.min(fLevel, gLevel);
    const low = this.and(fLevel === level ? this.low(f) : f, gLevel === level ? this.low(g) : g);
    const high = this.and(fLevel === level ? this.high(f) : f, gLevel === level ? this.high(g) : g);
    return this.remember(OPERATION.and, f, g, 0, this.make(level, low, high));
  }

  /** Where exactly one of them holds. */
  xor(f: Edge, g: Edge): Edge {
    const flip = (f ^ g) & 1;
    const a = Math.min(f & ~1, g & ~1), b = Math.max(f & ~1, g & ~1);
    if (a === b) return flip;
    if (a === FALSE) return b ^ flip;
    const known = this.recall(OPERATION.xor, a, b, 0);
    if (known >= 0) return known ^ flip;
    const aLevel = this.level(a), bLevel = this.level(b);
    const level = Math.min(aLevel, bLevel);
    const low = this.xor(aLevel === level ? this.low(a) : a, bLevel === level ? this.low(b) : b);
    const high = this.xor(aLevel === level ? this.high(a) : a, bLevel === level ? this.high(b) : b);
    return this.remember(OPERATION.xor, a, b, 0, this.make(level, low, high)) ^ flip;
  }

  /** `g` where `f` holds, `h` elsewhere. */
  ite(f: Edge, g: Edge, h: Edge): Edge {
    if ((f & 1) === 1) return f === TRUE ? g : this.ite(f ^ 1, h, g);
    if (f === FALSE || g === h) return h;
    if (g === TRUE || g === f) return this.or(f, h);
    if (g === FALSE || g === (f ^ 1)) return this.and(f ^ 1, h);
    if (h === FALSE || h === f) return this.and(f, g);
    if (h === TRUE || h === (f ^ 1)) return this.or(f ^ 1, g);
    if (g === (h ^ 1)) return this.xor(f, h);
    if ((g & 1) === 1) return this.ite(f, g ^ 1, h ^ 1) ^ 1;
    const known = this.recall(OPERATION.ite, f, g, h);
    if (known >= 0) return known;
    const fLevel = this.level(f), gLevel = this.level(g), hLevel = this.level(h);
    const level = Math.min(fLevel, gLevel, hLevel);
    const low = this.ite(fLevel === level ? this.low(f) : f, gLevel === level ? this.low(g) : g, hLevel === level ? this.low(h) : h);
    const high = this.ite(fLevel === level ? this.high(f) : f, gLevel === level ? this.high(g) : g, hLevel === level ? this.high(h) : h);
    return this.remember(OPERATION.ite, f, g, h, this.make(level, low, high));
  }

  /** Union of many, in halves: small sets meet small ones. */
  any(sets: readonly Edge[], from = 0, to: number = sets.length): Edge {
    if (to - from < 2) return from < to ? (sets[from] ?? FALSE) : FALSE;
    const middle = (from + to) >> 1;
    return this.or(this.any(sets, from, middle), this.any(sets, middle, to));
  }

  /** Intersection of many, in halves. */
  all(sets: readonly Edge[], from = 0, to: number = sets.length): Edge {
    if (to - from < 2) return from < to ? (sets[from] ?? TRUE) : TRUE;
    const middle = (from + to) >> 1;
    return this.and(this.all(sets, from, middle), this.all(sets, middle, to));
  }

  /** A place to come back to. */
  mark(): number {
    return this.count;
  }

  /** Forgets every node made since the mark, with the answers that speak of one. The table is then what it was, since the last ones in are the first ones out. */
  release(mark: number): void {
    const { nodes, table, cache } = this;
    const last = table.length - 1;
    while (this.count > mark) {
      const node = --this.count, at = 3 * node;
      let slot = hash(nodes[at] ?? 0, nodes[at + 1] ?? 0, nodes[at + 2] ?? 0) & last;
      while (table[slot] !== node) slot = (slot + 1) & last;
      table[slot] = 0;
    }
    const end = mark << 1;
    for (let at = 0; at < cache.length; at += 4) {
      const third = (cache[at + 2] ?? 0) >> 3;
      if ((cache[at] ?? 0) >= end || (cache[at + 1] ?? 0) >= end || third >= end || (cache[at + 3] ?? 0) >= end) cache[at + 2] = 0;
    }
  }

  /** A number that was not given out before: names a substitution among remembered answers. */
  ticket(): number {
    return ++this.tickets;
  }

  /** For the operations in the files beside this one: the remembered answer, or -1. */
  recall(operation: Operation, a: number, b: number, c: number): Edge {
    const { cache } = this;
    const third = (c << 3) | operation;
    const at = (hash(a, b, third) & ((cache.length >> 2) - 1)) << 2;
    return cache[at] === a && cache[at + 1] === b && cache[at + 2] === third ? (cache[at + 3] ?? 0) : -1;
  }

  /** Remembers the answer and gives it back. */
  remember(operation: Operation, a: number, b: number, c: number, answer: Edge): Edge {
    const { cache } = this;
    const third = (c << 3) | operation;
    const at = (hash(a, b, third) & ((cache.length >> 2) - 1)) << 2;
    cache[at] = a;
    cache[at + 1] = b;
    cache[at + 2] = third;
    cache[at + 3] = answer;
    return answer;
  }

  private grow(): void {
    if (this.capacity >= this.limit) throw new LimitError(this.limit);
    this.capacity = Math.min(2 * this.capacity, this.limit);
    const nodes = new Int32Array(3 * this.capacity);
    nodes.set(this.nodes);
    this.nodes = nodes;
    this.rehash();
    if (this.capacity <= CACHE_MAX && this.cache.length < 4 * this.capacity) this.widen();
  }

  /** In the order of their making, which `release` counts on. */
  private rehash(): void {
    const { nodes } = this;
    const table = new Int32Array(2 * this.table.length);
    const last = table.length - 1;
    for (let node = 1; node < this.count; node++) {
      const at = 3 * node;
      let slot = hash(nodes[at] ?? 0, nodes[at + 1] ?? 0, nodes[at + 2] ?? 0) & last;
      while (table[slot] !== 0) slot = (slot + 1) & last;
      table[slot] = node;
    }
    this.table = table;
  }

  private widen(): void {
    const old = this.cache;
    this.cache = new Int32Array(2 * old.length);
    const last = (this.cache.length >> 2) - 1;
    for (let at = 0; at < old.length; at += 4) {
      if (old[at + 2] === 0) continue;
      const slot = hash(old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0) & last;
      this.cache.set(old.subarray(at, at + 4), slot << 2);
    }
  }
}

function hash(a: number, b: number, c: number): number {
  let mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
