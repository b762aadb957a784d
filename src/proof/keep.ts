/** Makes room: of all nodes made since a mark only those stay that some sets need. */
import { type Bdd, type Edge, TRUE } from "./bdd.js";

/** The same sets under new numbers; every other edge made since the mark is void. */
export function keep(bdd: Bdd, mark: number, sets: readonly Edge[]): Edge[] {
  const nodes = aliveSince(bdd, mark, sets);
  const saved = new Int32Array(3 * nodes.length);
  nodes.forEach((node, i) => { saved.set([bdd.level(node), bdd.low(node), bdd.high(node)], 3 * i); });
  bdd.release(mark);
  const renamed = new Map<Edge, Edge>();
  const now = (edge: Edge): Edge => (renamed.get(edge & ~1) ?? (edge & ~1)) ^ (edge & 1);
  nodes.forEach((node, i) => { renamed.set(node, bdd.make(saved[3 * i] ?? 0, now(saved[3 * i + 1] ?? 0), now(saved[3 * i + 2] ?? 0))); });
  return sets.map(now);
}

/** Edges that are not negated, children before parents: a node is always younger than its children. */
function aliveSince(bdd: Bdd, mark: number, sets: readonly Edge[]): Edge[] {
  const alive = new Set<Edge>();
  const open = [...sets];
  for (let edge = open.pop(); edge !== undefined; edge = open.pop()) {
    const node = edge & ~1;
    if (node <= TRUE || node >> 1 < mark || alive.has(node)) continue;
    alive.add(node);
    open.push(bdd.low(node), bdd.high(node));
  }
  return [...alive].sort((a, b) => a - b);
}
