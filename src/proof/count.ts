/** How many, exactly, and how large. */
import { type Bdd, type Edge, FALSE, TRUE } from "./bdd.js";

/** Assignments of the variables `levels` (ascending) for which `f` holds. Throws where `f` looks at another variable: quantify that one first. */
export function count(bdd: Bdd, f: Edge, levels: readonly number[]): bigint {
  const places = new Map(levels.map((level, place) => [level, place] as const));
  const known = new Map<Edge, bigint>();
  const placeOf = (edge: Edge): number => {
    if (edge <= TRUE) return levels.length;
    const place = places.get(bdd.level(edge));
    if (place === undefined) throw new Error(`the set looks at variable ${bdd.level(edge)}, which is not counted`);
    return place;
  };
  /** Over the variables from the edge's own on. */
  const from = (edge: Edge): bigint => {
    if (edge === FALSE) return 0n;
    if (edge === TRUE) return 1n;
    const found = known.get(edge);
    if (found !== undefined) return found;
    const low = bdd.low(edge), high = bdd.high(edge), next = placeOf(edge) + 1;
    const total = (from(low) << BigInt(placeOf(low) - next)) + (from(high) << BigInt(placeOf(high) - next));
    known.set(edge, total);
    return total;
  };
  return from(f) << BigInt(placeOf(f));
}

/** `2^93` for a power of two from 2 on, else decimal. */
export function countText(total: bigint): string {
  const binary = total.toString(2);
  return total > 1n && /^10+$/.test(binary) ? `2^${binary.length - 1}` : total.toString();
}

/** Different nodes of these sets together, constants not counted. */
export function size(bdd: Bdd, sets: Iterable<Edge>): number {
  return nodesOf(bdd, sets).size;
}

/** The variables a set depends on, ascending. */
export function support(bdd: Bdd, f: Edge): number[] {
  const levels = new Set<number>();
  for (const node of nodesOf(bdd, [f])) levels.add(bdd.level(node));
  return [...levels].sort((a, b) => a - b);
}

/** Every node below, as an edge that is not negated. */
function nodesOf(bdd: Bdd, sets: Iterable<Edge>): Set<Edge> {
  const found = new Set<Edge>();
  const open = [...sets];
  for (let edge = open.pop(); edge !== undefined; edge = open.pop()) {
    const node = edge & ~1;
    if (node === FALSE || found.has(node)) continue;
    found.add(node);
    open.push(bdd.low(node), bdd.high(node));
  }
  return found;
}
