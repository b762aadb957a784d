/** One table's answer. The readable form of fib_table_lookup (net/ipv4/fib_trie.c) and fib6_table_lookup (net/ipv6/route.c). */
import { covers, networkWords, sameAddress } from "../model/address.js";
import type { NextHop, Route } from "../model/node.js";
import type { ErrorName } from "../model/walk.js";
import { type Question, fromSource, mayTake, onDevice, type Reader } from "./question.js";

export type TableAnswer =
  /** `hops`: those the kernel may choose from, at least one. */
  | { readonly kind: "hit"; readonly route: Route; readonly hops: readonly NextHop[]; readonly rivals: readonly Route[] }
  | { readonly kind: "error"; readonly route: Route; readonly error: ErrorName }
  | { readonly kind: "throw"; readonly route: Route }
  /** The route's type is not modelled. */
  | { readonly kind: "unknown"; readonly route: Route }
  | { readonly kind: "none" };

const NONE: TableAnswer = { kind: "none" };

/** fib_props in net/ipv4/fib_semantics.c, fib6_prop in net/ipv6/route.c. */
export const ROUTE_ERRORS = { unreachable: "EHOSTUNREACH", prohibit: "EACCES", blackhole: "EINVAL" } as const satisfies Partial<Record<Route["type"], ErrorName>>;

/** What a route of this type is, apart from its next hops. */
function special(route: Route): TableAnswer | null {
  const { type } = route;
  if (type === "unreachable" || type === "prohibit" || type === "blackhole") return { kind: "error", route, error: ROUTE_ERRORS[type] };
  if (type === "throw") return { kind: "throw", route };
  return type === "unknown" ? { kind: "unknown", route } : null;
}

/** `dead`: the kernel skips it; iproute2 says so too where carrier loss is to be heeded. */
function isAlive(route: Route, hop: NextHop): boolean {
  return !route.flags.includes("dead") && !hop.flags.includes("dead");
}

/** `routes` in the order of Fib. Longest prefix, TOS, metric; a route without a usable next hop is passed, so the search goes back to shorter prefixes. */
export function lookup4(routes: readonly Route[], question: Question, reader: Reader): TableAnswer {
  let hidden: Route | null = null;
  for (const route of routes) {
    if (!covers(route.destination, question.dst) || (hidden !== null && sameNetwork(hidden, route))) continue;
    if (!takesTos(route, reader)) continue;
    if (!mayTake(route, reader)) continue;
    const answer = special(route);
    // Error routes end the search before devices are looked at.
    if (answer !== null) return answer;
    const hops = route.nextHops.filter((hop) => isAlive(route, hop) && onDevice(hop.dev, question));
    const first = hops[0];
    if (first === undefined) {
      if (hasObject(route)) hidden = route;
      continue;
    }
    // With a device given the first next hop on it is taken: fib_select_path() is not asked.
    if (question.oif !== null) return { kind: "hit", route, hops: [first], rivals: [] };
    return { kind: "hit", route, hops, rivals: rivalsOf(route, hops, routes, question, reader) };
  }
  return NONE;
}

/** IPTOS_RT_MASK: all that a route ever saw of the packet's TOS. */
function takesTos({ tos }: Route, reader: Reader): boolean {
  return tos === 0 || tos === (reader.read("tos") & 0x1c);
}

/** Next hops of an object, which routes share. */
export function hasObject({ flags }: Route): boolean {
  return flags.some((flag) => flag.startsWith("nhid "));
}

/**
 * Prefixes of one network address, 10.0.0.0/8 and 10.0.0.0/24, stand in one leaf of the trie. When no next hop of an object serves, fib_table_lookup() leaves the leaf
 * with everything else in it.
 */
function sameNetwork(a: Route, b: Route): boolean {
  return networkWords(a.destination)[0] === networkWords(b.destination)[0];
}

/**
 * fib_select_default(): of default routes of one metric, scope and table, all by a gateway, the neighbour table tells which is taken; none when the first of them is not the
 * route that was found. Routes for a TOS stand before the others, so a metric that is compared with the last one seen may fall there.
 */
function rivalsOf(route: Route, hops: readonly NextHop[], routes: readonly Route[], question: Question, reader: Reader): Route[] {
  if (route.destination.length > 0 || route.type !== "unicast" || hops.length > 1 || question.oif !== null) return [];
  const found: Route[] = [];
  let { metric } = route;
  let tos = 0;
  for (const other of routes) {
    const concerned = other.destination.length === 0 && other.table === route.table && takesTos(other, reader) && other.nextHops.some((hop) => isAlive(other, hop));
    if (!concerned || (other.metric > metric && other.tos === tos)) continue;
    ({ metric, tos } = other);
    if (other.scope !== route.scope || other.type !== "unicast" || (other.nextHops[0]?.via ?? null) === null) continue;
    if (found.length === 0 && other !== route) return [];
    found.push(other);
  }
  return found.slice(1);
}

/** The routes of one destination, or of one destination and one source. */
interface Leaf {
  readonly routes: readonly Route[];
}

/** `routes` in the order of Fib. */
export function lookup6(routes: readonly Route[], question: Question, reader: Reader): TableAnswer {
  const covering = routes.filter((route) => covers(route.destination, question.dst));
  for (const leaf of leavesOf(covering, question)) {
    const answer = selectIn(leaf, question, reader);
    if (answer !== null) return answer;
  }
  return NONE;
}

/**
 * The nodes that fib6_node_lookup() and then fib6_backtrack() visit. The first one is found from the longest destination on: one with source-specific routes
 * counts only when a source fits, and its plain routes are then not looked at (quirk B.7); `::/0` is the root, where the search ends anyway.
 * Going back from there, plain routes are visited behind the source-specific ones.
 */
function leavesOf(covering: readonly Route[], question: Question): Leaf[] {
  const groups = groupsOf(covering);
  const start = groups.findIndex((group) => group.length === 0 || group.specific.length === 0 || group.specific.some((route) => fits(route, question)));
  if (start < 0) return [];
  return groups.slice(start).flatMap((group) => {
    const sources = bySource(group.specific.filter((route) => fits(route, question)));
    return group.plain.length === 0 ? sources : [...sources, { routes: group.plain }];
  });
}

function fits(route: Route, question: Question): boolean {
  return route.source !== null && fromSource(route.source, question);
}

interface Group {
  readonly length: number;
  readonly plain: readonly Route[];
  readonly specific: readonly Route[];
}

/** By destination, longest first. All cover one address, so the length tells them apart. */
function groupsOf(covering: readonly Route[]): Group[] {
  const lengths = [...new Set(covering.map((route) => route.destination.length))].sort((a, b) => b - a);
  return lengths.map((length) => {
    const here = covering.filter((route) => route.destination.length === length);
    return { length, plain: here.filter((route) => route.source === null), specific: here.filter((route) => route.source !== null) };
  });
}

/** By source prefix, longest first. */
function bySource(routes: readonly Route[]): Leaf[] {
  const lengths = [...new Set(routes.map((route) => route.source?.length ?? 0))].sort((a, b) => b - a);
  return lengths.map((length) => ({ routes: routes.filter((route) => route.source?.length === length) }));
}

/** A next hop as the kernel has it in IPv6: each is an entry of its own. */
interface Entry {
  readonly route: Route;
  readonly hop: NextHop;
}

/**
 * rt6_select() and find_rr_leaf(): the best score among the routes of the lowest metric; if none of them qualifies, the best score among *all* others,
 * whatever their metrics. null: nothing here qualifies.
 */
function selectIn(leaf: Leaf, question: Question, reader: Reader): TableAnswer | null {
  const routes = leaf.routes.filter((route) => mayTake(route, reader));
  const lowest = routes[0]?.metric;
  const best = bestOf(routes.filter((route) => route.metric === lowest), question) ?? bestOf(routes.filter((route) => route.metric !== lowest), question);
  if (best === null) return null;
  const answer = special(best.route);
  if (answer !== null) return answer;
  const siblings = entriesOf(best.route).filter((entry) => hasObject(entry.route) || scoreOf(entry, question) !== null).map((entry) => entry.hop);
  return { kind: "hit", route: best.route, hops: siblings, rivals: [] };
}

function bestOf(routes: readonly Route[], question: Question): Entry | null {
  let best: Entry | null = null;
  let highest = -1;
  for (const route of routes) {
    // A blackhole next hop object is taken as soon as it is met, whatever the device, and nothing behind it is looked at.
    if (route.type === "blackhole" && hasObject(route)) return { route, hop: ON_LO };
    for (const entry of entriesOf(route)) {
      const score = scoreOf(entry, question);
      if (score === null || score <= highest) continue;
      best = entry;
      highest = score;
      // nexthop_for_each_fib6_nh() ends with the first next hop that is better than what was found before.
      if (hasObject(route)) break;
    }
  }
  return best;
}

const ON_LO: NextHop = { dev: "lo", via: null, weight: 1, flags: [] };

/** An error route stands on lo, which matters once a device is asked for (quirk B.4). */
function entriesOf(route: Route): Entry[] {
  if (route.nextHops.length > 0) return route.nextHops.map((hop) => ({ route, hop }));
  return [{ route, hop: ON_LO }];
}

const PREFERENCE = { low: 4, medium: 8, high: 12 } as const;

/** rt6_score_route(): 2 for the device, the router's preference above it; null: not usable. Whether a router answers counts only on hosts. */
function scoreOf({ route, hop }: Entry, question: Question): number | null {
  if (!isAlive(route, hop)) return null;
  const device = onDevice(hop.dev, question);
  if (!device && question.strict) return null;
  return (device ? 2 : 0) + PREFERENCE[route.preference];
}

/** Whether two next hops are one. */
export function sameHop(a: NextHop, b: NextHop): boolean {
  return a.dev === b.dev && (a.via === null ? b.via === null : b.via !== null && sameAddress(a.via, b.via));
}
