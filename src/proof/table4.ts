/** One table of IPv4 for all packets at once: fib_table_lookup (net/ipv4/fib_trie.c). */
import { networkWords, type Prefix } from "../model/address.js";
import type { NextHop, Route } from "../model/node.js";
import { type Bdd, type Edge, FALSE, TRUE } from "./bdd.js";
import { decisionSets, type Entry } from "./fib.js";
import { type Group, groupsOf } from "./groups.js";
import { isInside } from "./ground.js";
import { type Answer, Answers, hasObject, isAlive, special, type TableSet } from "./table.js";

export interface Asking4 {
  readonly bdd: Bdd;
  /** Variables of the address that is looked up, most significant bit first. */
  readonly levels: readonly number[];
  /** Where that address lies in a prefix. */
  readonly inside: (prefix: Prefix) => Edge;
  /** Where a route is there and may be taken. */
  readonly guard: (route: Route) => Edge;
  /** Where a route for this TOS takes the packet; 0 is not asked. */
  readonly tos: (tos: number) => Edge;
  readonly oif: string | null;
}

/** `routes` of one table, or of local and main as one, local first. */
export function tableSets4(asking: Asking4, routes: readonly Route[]): TableSet[] {
  const groups = groupsOf(routes);
  const answers = new Answers(routes.length);
  const sets = decisionSets(asking.bdd, asking.levels, entriesFor(asking, groups, answers));
  const roots = groups.find(({ prefix }) => prefix.length === 0)?.routes ?? [];
  return answers.list.flatMap((answer, decision) => {
    const set = sets.get(decision) ?? FALSE;
    return set === FALSE ? [] : answer.kind === "hit" ? withRivals(asking, set, answer, roots) : [{ set, answer }];
  });
}

/** A route by an object of which no next hop serves. */
interface Dead {
  readonly network: number;
  readonly prefix: Prefix;
  readonly guard: Edge;
}

/** Longest prefix, TOS, metric. A route without a next hop that serves is passed. */
function entriesFor(asking: Asking4, groups: readonly Group[], answers: Answers): Entry[] {
  const { bdd } = asking;
  const dead: Dead[] = [];
  return groups.flatMap(({ prefix, routes }) => routes.flatMap((route): Entry[] => {
    const guard = bdd.and(asking.guard(route), route.tos === 0 ? TRUE : asking.tos(route.tos));
    const [network] = networkWords(prefix);
    const answer = special(route) ?? hit(route, asking.oif);
    if (answer === null) {
      if (hasObject(route)) dead.push({ network, prefix, guard });
      return [];
    }
    // Prefixes of one network address, 10.0.0.0/8 and 10.0.0.0/24, stand in one leaf of the trie. When no next hop of an object serves, fib_table_lookup() leaves the leaf with everything else in it.
    const left = dead.filter((one) => one.network === network && isInside(one.prefix, prefix));
    const when = left.reduce((set, one) => bdd.minus(set, bdd.and(one.guard, one.prefix.length === prefix.length ? TRUE : asking.inside(one.prefix))), guard);
    return [{ prefix, decision: answers.numberOf(answer), when }];
  }));
}

/** With a device given the first next hop on it is taken: fib_select_path() is not asked. */
function hit(route: Route, oif: string | null): Answer | null {
  const hops = route.nextHops.filter((hop) => isAlive(route, hop) && (oif === null || hop.dev === oif));
  return hops.length === 0 ? null : { kind: "hit", route, hops: oif === null ? hops : hops.slice(0, 1), rivals: [] };
}

/** How far fib_select_default() has come, and for which packets. */
interface Search {
  readonly set: Edge;
  readonly metric: number;
  readonly tos: number;
  readonly found: readonly Route[];
  readonly isOver: boolean;
}

/**
 * fib_select_default(): of default routes of one metric, scope and table, all by a gateway, the neighbour table tells which is taken; none when the first of them is not
 * the route that was found. Routes for a TOS stand before the others, so a metric that is compared with the last one seen may fall there.
 */
function withRivals(asking: Asking4, set: Edge, answer: Answer & { readonly kind: "hit"; readonly hops: readonly NextHop[] }, roots: readonly Route[]): TableSet[] {
  const { route, hops } = answer;
  if (route.destination.length > 0 || route.type !== "unicast" || hops.length > 1 || asking.oif !== null) return [{ set, answer }];
  const { bdd } = asking;
  let searches: readonly Search[] = [{ set, metric: route.metric, tos: 0, found: [], isOver: false }];
  for (const other of roots) {
    if (other.table !== route.table || !other.nextHops.some((hop) => isAlive(other, hop))) continue;
    const there = bdd.and(asking.guard(other), other.tos === 0 ? TRUE : asking.tos(other.tos));
    searches = searches.flatMap((search) => {
      const next = search.isOver ? search : advance(search, route, other);
      if (next === search) return [search];
      const parts = [{ ...next, set: bdd.and(search.set, there) }, { ...search, set: bdd.minus(search.set, there) }];
      return parts.filter((part) => part.set !== FALSE);
    });
  }
  return searches.map((search) => ({ set: search.set, answer: { ...answer, rivals: search.found.slice(1) } }));
}

function advance(search: Search, route: Route, other: Route): Search {
  if (other.metric > search.metric && other.tos === search.tos) return search;
  const next = { ...search, metric: other.metric, tos: other.tos };
  if (other.scope !== route.scope || other.type !== "unicast" || (other.nextHops[0]?.via ?? null) === null) return next;
  if (search.found.length === 0 && other !== route) return { ...next, isOver: true };
  return { ...next, found: [...search.found, other] };
}
