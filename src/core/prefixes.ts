/** The distinct prefixes of a family as a forest, and the intervals they cut the address space into. */
import { maskWords, networkWords, type Prefix, type Words } from "../model/address.js";

export interface PrefixNode {
  readonly words: Words;
  readonly masks: Words;
  readonly length: number;
  /** Number of the longest prefix that covers this one, 0 = none. */
  parent: number;
}

export interface PrefixForest {
  /** Longest first; a prefix's number is its place here plus one. */
  readonly nodes: readonly PrefixNode[];
  /** `key(prefix)` -> number. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Ascending lower bounds of the intervals, 128-bit and left-aligned; the first is 0. */
  readonly bounds: readonly bigint[];
  /** Number of the prefix that covers each interval, 0 = none. */
  readonly leaves: readonly number[];
}

/** Same for prefixes that differ in host bits only. */
export function prefixKey(prefix: Prefix): string {
  return `${networkWords(prefix).join(".")}/${prefix.length}`;
}

/** Sorts out nesting with one stack: a prefix's parent is whatever is open where it starts. */
export function prefixForest(prefixes: Iterable<Prefix>): PrefixForest {
  const distinct = new Map<string, Prefix>();
  for (const prefix of prefixes) distinct.set(prefixKey(prefix), prefix);
  const longestFirst = [...distinct].sort(([, a], [, b]) => b.length - a.length);
  const numbers = new Map(longestFirst.map(([key], i) => [key, i + 1]));
  const nodes: PrefixNode[] = longestFirst.map(([, prefix]) => ({
    words: networkWords(prefix),
    masks: maskWords(prefix.length),
    length: prefix.length,
    parent: 0,
  }));
  const spans = longestFirst.map(([, prefix], i) => span(prefix, i + 1));
  spans.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : a.length - b.length));
  return { nodes, numbers, ...sweep(spans, nodes) };
}

interface Span {
  readonly first: bigint;
  /** One past the last address. */
  readonly end: bigint;
  readonly length: number;
  readonly number: number;
}

const SPACE = 1n << 128n;

function span(prefix: Prefix, number: number): Span {
  const first = toBigInt(networkWords(prefix));
  // IPv4 stands in the first of four words, so a length counts from the same end in both families.
  return { first, end: first + (SPACE >> BigInt(prefix.length)), length: prefix.length, number };
}

function toBigInt(words: Words): bigint {
  return words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

function sweep(spans: readonly Span[], nodes: readonly PrefixNode[]): { bounds: bigint[]; leaves: number[] } {
  const bounds: bigint[] = [0n];
  const leaves: number[] = [0];
  const open: Span[] = [];
  const mark = (at: bigint): void => {
    const leaf = open.at(-1)?.number ?? 0;
    if (bounds.at(-1) === at) leaves[leaves.length - 1] = leaf;
    else if (at < SPACE && leaves.at(-1) !== leaf) {
      bounds.push(at);
      leaves.push(leaf);
    }
  };
  const close = (until: bigint): void => {
    for (let top = open.at(-1); top !== undefined && top.end <= until; top = open.at(-1)) {
      open.pop();
      mark(top.end);
    }
  };
  for (const next of spans) {
    close(next.first);
    const node = nodes[next.number - 1];
    if (node !== undefined) node.parent = open.at(-1)?.number ?? 0;
    open.push(next);
    mark(next.first);
  }
  close(SPACE);
  return { bounds, leaves };
}
