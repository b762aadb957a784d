/** What a routing decision asks of a node besides the packet: rules, tables, devices and addresses, and what of them is there in which environment. */
import { covers, type Address, type Family, type Prefix } from "../model/address.js";
import type { FibRule, InterfaceAddress, Link, LocalTable, Node, Route, UnreadRoute } from "../model/node.js";
import { equals, type HookField, type Match } from "../model/packet.js";
import { type Edge, TRUE } from "./bdd.js";
import type { Mentions } from "./mentions.js";
import { cofactor } from "./quantify.js";
import type { Space } from "./space.js";

export const LOOPBACK = "lo";
export const MAIN = 254;
export const LOCAL = 255;
export const DEFAULT = 253;
export const IGMP = 2;

/** In which environments a thing of the dump is there. */
export interface Environment {
  readonly present: (route: Route) => Edge;
  readonly holds: (own: InterfaceAddress) => Edge;
}

export interface Ground extends Environment {
  readonly space: Space;
  readonly node: Node;
  /** By priority, then as the dump has them. */
  readonly rules: readonly FibRule[];
  /** Table number -> its routes as the dump has them. */
  readonly tables: ReadonlyMap<number, readonly Route[]>;
  /** IPv4 whose rules nobody has touched: local and main are one trie, and rules are not walked (fib_lookup in include/net/ip_fib.h). */
  readonly merged: readonly Route[] | null;
  /** A route that may take any packet; null: there is none. */
  readonly unread: UnreadRoute | null;
  readonly links: ReadonlyMap<string, Link>;
  /** Devices as matches on iif and oif name them, from 1. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** Of the space's family. `localTable` null: merged where the rules are those of a new kernel. */
export function groundOf(space: Space, node: Node, localTable: LocalTable | null = node.localTable, environment: Partial<Environment> = {}): Ground {
  const { family } = space;
  const rules = [...node.rules[family]].sort((a, b) => a.priority - b.priority);
  const tables = new Map<number, Route[]>();
  for (const route of node.routes[family]) {
    const table = tables.get(route.table);
    if (table === undefined) tables.set(route.table, [route]);
    else table.push(route);
  }
  const isMerged = family === 4 && localTable !== "split" && isPristine(rules);
  const links = [...node.links].reverse();
  return {
    space, node, rules, tables,
    merged: isMerged ? [...(tables.get(LOCAL) ?? []), ...(tables.get(MAIN) ?? [])] : null,
    unread: node.unreadRoutes.find((route) => route.family === family) ?? null,
    links: new Map(links.map((link) => [link.name, link])),
    numbers: new Map(node.links.map((link, i) => [link.name, i + 1] as const).reverse()),
    present: environment.present ?? (() => TRUE), holds: environment.holds ?? (() => TRUE),
  };
}

/** What a lookup asks of the space that no rule of the node names (`mentionsOf` tells the rest). */
export function mentionsOfLookup(node: Pick<Node, "rules" | "routes">, family: Family): Mentions {
  const matches: Match<HookField>[] = family === 4 ? [equals("proto", IGMP)] : [];
  const actions = node.rules[family].flatMap((rule) => (rule.action.kind === "unknown" ? [actionText(rule, rule.action.text)] : []));
  return { matches, unknown: [...actions, ...node.routes[family].flatMap((route) => unknownOf(route) ?? [])] };
}

/** The name of an action that is not modelled: whether it does anything at all. */
export function actionText({ at }: FibRule, text: string): string {
  return `${at} ${text}`;
}

/** The name of what was not understood of a route: whether it is taken. null: all was understood. */
function unknownOf({ at, unknown }: Route): string | null {
  return unknown.length === 0 ? null : `${at} ${unknown.join(", ")}`;
}

/** Where a route is there, and what was not understood of it lets it be taken. */
export function guardOf({ space, present }: Ground, route: Route): Edge {
  const unknown = unknownOf(route);
  return unknown === null ? present(route) : space.bdd.and(present(route), space.unknown(unknown));
}

/** A set as it is for packets from this address; the answer no longer looks at the source. */
export function atSource({ space }: Ground, set: Edge, { words }: Address): Edge {
  return cofactor(space.bdd, set, space.bdd.all(([0, 1, 2, 3] as const).map((i) => space.literals(`src${i}`, words[i]))));
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

/** IN_DEV_ORCONF(): a switch of IPv4 that is on for the device or for all of them; what sysctl.txt does not tell is off. */
export function isOnFor({ node }: Ground, dev: string, key: string): boolean {
  return [dev, "all"].some((of) => (node.sysctl?.get(`net.ipv4.conf.${of}.${key}`) ?? "0") !== "0");
}

/** Whether all of a prefix lies in another one. */
export function isInside(inner: Prefix, outer: Prefix): boolean {
  return inner.length >= outer.length && covers(outer, inner.address);
}
