/** A node's rules and tables in the order in which the kernel looks at them, and what else a walk asks of the node. */
import type { Family } from "../model/address.js";
import type { FibRule, Link, LocalTable, Node, Route, UnreadRoute } from "../model/node.js";
import type { Field, Match } from "../model/packet.js";
import { classesOf, type OpenField, type ValueClass } from "./classes.js";

export const LOOPBACK = "lo";
export const MAIN = 254;
export const LOCAL = 255;
const DEFAULT = 253;

/** What of a family does not change from packet to packet. */
export interface Fib {
  readonly family: Family;
  /** By priority, then as the dump has them. */
  readonly rules: readonly FibRule[];
  /** Table number -> its routes, longest prefix first. IPv4: then TOS, metric; IPv6: then metric; then the dump's order. */
  readonly tables: ReadonlyMap<number, readonly Route[]>;
  /** Fields that some rule looks at. */
  readonly fields: ReadonlySet<Field>;
  readonly matches: readonly Match[];
  /** IPv4 without a rule of its own: local and main are one trie, and rules are not walked (fib_lookup in include/net/ip_fib.h). */
  readonly merged: readonly Route[] | null;
  /** A route that nobody could read, which may take any packet; null: there is none. */
  readonly unread: UnreadRoute | null;
}

export interface Ground {
  readonly node: Node;
  readonly fibs: Readonly<Record<Family, Fib>>;
  readonly numbers: ReadonlyMap<string, number>;
  readonly links: ReadonlyMap<string, Link>;
  /** Classes of a field under the matches of the family's rules and of whoever else asks. */
  readonly classes: (field: OpenField, family: Family) => readonly ValueClass[];
}

/** Sorts once what every walk needs. `others`: matches besides those of rules, the policy's. `localTable` null: as the rules suggest. */
export function groundOf(node: Node, others: readonly Match[] = [], localTable: LocalTable | null = node.localTable): Ground {
  const fibs = { 4: fibOf(node, 4, localTable), 6: fibOf(node, 6, null) };
  const known = new Map<string, readonly ValueClass[]>();
  const numbers = new Map<string, number>();
  const links = new Map<string, Link>();
  node.links.forEach((link, i) => {
    if (!numbers.has(link.name)) numbers.set(link.name, i + 1);
    if (!links.has(link.name)) links.set(link.name, link);
  });
  const classes = (field: OpenField, family: Family): readonly ValueClass[] => {
    const key = `${field} ${family}`;
    const found = known.get(key) ?? classesOf(field, [...fibs[family].matches, ...others]);
    known.set(key, found);
    return found;
  };
  return { node, fibs, numbers, links, classes };
}

function fibOf(node: Node, family: Family, localTable: LocalTable | null): Fib {
  const rules = [...node.rules[family]].sort((a, b) => a.priority - b.priority);
  const order = (a: Route, b: Route): number => b.destination.length - a.destination.length || (family === 4 ? b.tos - a.tos : 0) || a.metric - b.metric;
  const tables = new Map<number, Route[]>();
  for (const route of node.routes[family]) {
    const table = tables.get(route.table);
    if (table === undefined) tables.set(route.table, [route]);
    else table.push(route);
  }
  for (const table of tables.values()) table.sort(order);
  const matches = rules.flatMap((rule) => rule.matches);
  const merged = family === 4 && localTable !== "split" && isPristine(rules) ? mergedTables(tables) : null;
  const unread = node.unreadRoutes.find((route) => route.family === family) ?? null;
  return { family, rules, tables, matches, merged, unread, fields: new Set(matches.map((match) => match.field)) };
}

/** fib_find_alias() in net/ipv4/fib_trie.c: within a prefix, table local stands before main. */
export function mergedTables(tables: ReadonlyMap<number, readonly Route[]>): Route[] {
  const both = [...(tables.get(LOCAL) ?? []), ...(tables.get(MAIN) ?? [])];
  return both.sort((a, b) => b.destination.length - a.destination.length || b.table - a.table || b.tos - a.tos || a.metric - b.metric);
}

/** The three rules of a kernel that nobody configured. */
function isPristine(rules: readonly FibRule[]): boolean {
  const expected = [[0, LOCAL], [32766, MAIN], [32767, DEFAULT]] as const;
  return rules.length === expected.length && expected.every(([priority, table], i) => {
    const rule = rules[i];
    return rule?.priority === priority && rule.action.kind === "table" && rule.action.table === table && rule.matches.length === 0 && !rule.invert &&
      rule.unknown.length === 0 && (rule.suppressPrefixLength ?? -1) < 0 && rule.suppressGroup === null;
  });
}

/** Table 253, which the kernel asks last while nobody has configured a rule. */
export function defaultTable(fib: Fib): readonly Route[] | null {
  return fib.tables.get(DEFAULT) ?? null;
}

/** 1-based number of a device, as matches on iif and oif have it; 0 for none. */
export function deviceNumber(ground: Ground, name: string | null): number {
  return name === null ? 0 : (ground.numbers.get(name) ?? 0);
}

/** The value of a sysctl; null when sysctl.txt does not tell. */
export function sysctl(ground: Ground, name: string): string | null {
  return ground.node.sysctl?.get(name) ?? null;
}

/** IN_DEV_ORCONF() and its like: a switch that is on for the device or for all of them; `otherwise` is what sysctl.txt does not tell. */
export function isOnFor(ground: Ground, family: Family, dev: string, key: string, otherwise = false): boolean {
  return [dev, "all"].some((of) => {
    const told = sysctl(ground, `net.ipv${family}.conf.${of}.${key}`);
    return told === null ? otherwise : told !== "0";
  });
}

/** Both families have a source-specific route or a rule with `from`: then the source takes part in where a packet goes. */
export function asksForSource(fib: Fib): boolean {
  return SOURCE_FIELDS.some((field) => fib.fields.has(field)) || [...fib.tables.values()].some((routes) => routes.some((route) => route.source !== null));
}

const SOURCE_FIELDS: readonly Field[] = ["src0", "src1", "src2", "src3"];
