/** Routes of one table as the kernel keeps them: groups with one prefix, in the order in which it tries them. */
import { type Prefix, networkWords } from "../model/address.js";
import type { Route } from "../model/node.js";
import { type Bdd, type Edge, FALSE, TRUE } from "./bdd.js";
import type { Entry } from "./fib.js";

/** At least one route. */
export interface Group {
  readonly prefix: Prefix;
  /** IPv6: where the packet must come from; null: from anywhere. A destination with sources has one group for each. */
  readonly source: Prefix | null;
  /** IPv4: TOS, largest first, then metric. IPv6: metric. Then as the dump has them. */
  readonly routes: readonly Route[];
}

/**
 * The groups of a table, longest destination first, then longest source. For IPv4's merged tables give the routes of local before those of main: fib_find_alias()
 * in net/ipv4/fib_trie.c keeps local ones before all others of a prefix.
 */
export function groupsOf(routes: readonly Route[]): Group[] {
  const groups = new Map<string, Route[]>();
  for (const route of routes) {
    const key = `${keyOf(route.destination)} ${route.source === null ? "" : keyOf(route.source)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [route]);
    else group.push(route);
  }
  return [...groups.values()].flatMap(groupOf)
    .sort((a, b) => b.prefix.length - a.prefix.length || (b.source?.length ?? -1) - (a.source?.length ?? -1));
}

/**
 * What `decisionSets` wants to know of the groups (from `groupsOf`); a decision is a group's place in the list. `present`: when a route is in the table at all.
 * `from`: packets from a prefix.
 *
 * Plain routes of a destination that has routes for sources are not looked at while one of those is there, whether its source fits or not, except at `::/0`, where the
 * search ends anyway: fib6_node_lookup_1() in net/ipv6/ip6_fib.c goes back to shorter prefixes then.
 */
export function entriesOf(bdd: Bdd, groups: readonly Group[], present: (route: Route) => Edge, from: (source: Prefix) => Edge): Entry[] {
  /** By destination: when it has routes for sources. */
  const hiding = new Map<string, Edge>();
  return groups.map(({ prefix, source, routes }, decision) => {
    const there = bdd.any(routes.map(present));
    const key = keyOf(prefix);
    if (source === null) return { prefix, decision, when: prefix.length === 0 ? there : bdd.minus(there, hiding.get(key) ?? FALSE) };
    hiding.set(key, bdd.or(hiding.get(key) ?? FALSE, there));
    return { prefix, decision, when: there === FALSE ? FALSE : bdd.and(there, source.length === 0 ? TRUE : from(source)) };
  });
}

function groupOf(members: readonly Route[]): Group[] {
  const first = members[0];
  return first === undefined ? [] : [{ prefix: first.destination, source: first.source, routes: [...members].sort(order) }];
}

function keyOf(prefix: Prefix): string {
  return `${networkWords(prefix).join(".")}/${prefix.length}`;
}

function order(a: Route, b: Route): number {
  const tables = a.family === 4 ? b.table - a.table : 0;
  return tables || (a.family === 4 ? b.tos - a.tos : 0) || a.metric - b.metric;
}
