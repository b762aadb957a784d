/** Routes of one table as the kernel keeps them: groups with one prefix, in the order in which it tries them. */
import { covers, type Prefix, networkWords } from "../model/address.js";
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

/** What the search for a group depends on. */
export interface Searching {
  /** Where a route is in the table at all. */
  readonly present: (route: Route) => Edge;
  /** Packets from a prefix, and to one. */
  readonly from: (source: Prefix) => Edge;
  readonly inside: (destination: Prefix) => Edge;
}

/**
 * What `decisionSets` wants to know of the groups (from `groupsOf`): where the search comes to each; a decision is a group's place in the list.
 *
 * Plain routes of a destination that has routes for sources are not where a search begins while none of those fits, except at `::/0`, where it ends anyway:
 * fib6_node_lookup_1() in net/ipv6/ip6_fib.c goes on to shorter prefixes then. A search that began at a longer prefix and found nothing usable there comes back to them
 * all the same (fib6_backtrack).
 */
export function entriesOf(bdd: Bdd, groups: readonly Group[], { present, from, inside }: Searching): Entry[] {
  const there = groups.map(({ routes }) => bdd.any(routes.map(present)));
  const fits = groups.map(({ source }, i) => (source === null ? FALSE : bdd.and(there[i] ?? FALSE, source.length === 0 ? TRUE : from(source))));
  const destinations = destinationsOf(groups);
  /** Where a search may begin at a destination. */
  const begins = ({ plain, specific }: Destination): Edge => {
    const hiding = bdd.any(specific.map((i) => there[i] ?? FALSE));
    return bdd.or(bdd.any(specific.map((i) => fits[i] ?? FALSE)), bdd.minus(plain === null ? FALSE : (there[plain] ?? FALSE), hiding));
  };
  return groups.map(({ prefix, source }, decision) => {
    if (source !== null) return { prefix, decision, when: fits[decision] ?? FALSE };
    const own = destinations.get(keyOf(prefix));
    const when = there[decision] ?? FALSE;
    if (own === undefined || own.specific.length === 0 || prefix.length === 0) return { prefix, decision, when };
    const longer = [...destinations.values()].filter((other) => other.prefix.length > prefix.length && covers(prefix, other.prefix.address));
    const back = bdd.any(longer.map((other) => bdd.and(inside(other.prefix), begins(other))));
    return { prefix, decision, when: bdd.and(when, bdd.or(begins(own), back)) };
  });
}

/** Places of a destination's groups in the list. */
interface Destination {
  readonly prefix: Prefix;
  readonly plain: number | null;
  readonly specific: readonly number[];
}

function destinationsOf(groups: readonly Group[]): Map<string, Destination> {
  const found = new Map<string, Destination>();
  groups.forEach(({ prefix, source }, i) => {
    const key = keyOf(prefix);
    const { plain, specific } = found.get(key) ?? { plain: null, specific: [] };
    found.set(key, source === null ? { prefix, plain: i, specific } : { prefix, plain, specific: [...specific, i] });
  });
  return found;
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
