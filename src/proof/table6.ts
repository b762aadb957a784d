/** One table of IPv6 for all packets at once: fib6_table_lookup (net/ipv6/route.c). */
import type { Prefix } from "../model/address.js";
import type { NextHop, Route } from "../model/node.js";
import { type Bdd, type Edge, FALSE } from "./bdd.js";
import { decisionSets, type Entry } from "./fib.js";
import { entriesOf, type Group, groupsOf } from "./groups.js";
import { type Answer, Answers, hasObject, isAlive, special, type TableSet } from "./table.js";

export interface Asking6 {
  readonly bdd: Bdd;
  /** Variables of the destination, most significant bit first. */
  readonly levels: readonly number[];
  /** Where a route is there. */
  readonly present: (route: Route) => Edge;
  /** Where it is there and may be taken. */
  readonly guard: (route: Route) => Edge;
  /** Packets from and to a prefix. */
  readonly from: (source: Prefix) => Edge;
  readonly inside: (destination: Prefix) => Edge;
  readonly oif: string | null;
  /** Only routes on `oif` (RT6_LOOKUP_F_IFACE). */
  readonly strict: boolean;
}

/** `routes` of one table. */
export function tableSets6(asking: Asking6, routes: readonly Route[]): TableSet[] {
  const { bdd, levels } = asking;
  const groups = groupsOf(routes);
  const answers = new Answers(routes.length);
  const entries = entriesOf(bdd, groups, asking).flatMap(({ prefix, decision, when }) => {
    const group = groups[decision];
    return group === undefined ? [] : selections(asking, group).flatMap(({ set, best }): Entry[] => {
      if (best === null) return [];
      return [{ prefix, decision: answers.numberOf(answerOf(best, asking)), when: bdd.and(when, set) }];
    });
  });
  const sets = decisionSets(bdd, levels, entries);
  return answers.list.flatMap((answer, decision) => {
    const set = sets.get(decision) ?? FALSE;
    return set === FALSE ? [] : [{ set, answer }];
  });
}

/** A next hop as the kernel has it: each is an entry of its own. */
interface Candidate {
  readonly route: Route;
  readonly hop: NextHop;
}

/** An error route stands on lo, which matters once a device is asked for: IPv6 then passes it as standing on the wrong one. */
const ON_LO: NextHop = { dev: "lo", via: null, weight: 1, flags: [] };

/** How far the choice within a group has come, and where. */
interface Selection {
  readonly set: Edge;
  /** The lowest metric of the routes that are there. */
  readonly lowest: number | null;
  readonly best: Candidate | null;
  readonly score: number;
  /** `best` was found among the routes of other metrics. */
  readonly isSecond: boolean;
  readonly isOver: boolean;
}

/**
 * rt6_select() and find_rr_leaf(): the best score among the routes of the lowest metric; if none of them qualifies, the best score among *all* others, whatever their
 * metrics. One selection for each way in which the routes' being there matters.
 */
function selections(asking: Asking6, { routes }: Group): Selection[] {
  const { bdd } = asking;
  let open: Selection[] = [{ set: bdd.any(routes.map(asking.guard)), lowest: null, best: null, score: -1, isSecond: false, isOver: false }];
  for (const route of routes) {
    const there = asking.guard(route);
    open = joined(bdd, open.flatMap((one) => {
      const next = advance(one, route, asking);
      return next === one ? [one] : [{ ...next, set: bdd.and(one.set, there) }, { ...one, set: bdd.minus(one.set, there) }];
    }));
  }
  return open;
}

/** Selections that came to the same are one; empty ones are left out. */
function joined(bdd: Bdd, selections: readonly Selection[]): Selection[] {
  const different: Selection[] = [];
  for (const one of selections) {
    if (one.set === FALSE) continue;
    const i = different.findIndex((other) => other.best?.route === one.best?.route && other.best?.hop === one.best?.hop && other.lowest === one.lowest &&
      other.isSecond === one.isSecond && other.isOver === one.isOver);
    const other = different[i];
    if (other === undefined) different.push(one);
    else different[i] = { ...other, set: bdd.or(other.set, one.set) };
  }
  return different;
}

/** The same selection where the route changes nothing, whether it is there or not. */
function advance(selection: Selection, route: Route, asking: Asking6): Selection {
  const lowest = selection.lowest ?? route.metric;
  const isSecond = route.metric !== lowest;
  if (selection.isOver || (isSecond && selection.best !== null && !selection.isSecond)) return selection;
  const next = { ...selection, lowest, isSecond };
  // A blackhole next hop object is taken as soon as it is met, whatever the device, and nothing behind it is looked at.
  if (route.type === "blackhole" && hasObject(route)) return { ...next, best: { route, hop: ON_LO }, isOver: true };
  let { best, score } = selection;
  for (const hop of hopsOf(route)) {
    const mine = scoreOf(route, hop, asking);
    if (mine === null || mine <= score) continue;
    best = { route, hop };
    score = mine;
    // nexthop_for_each_fib6_nh() ends with the first next hop that is better than what was found before.
    if (hasObject(route)) break;
  }
  return { ...next, best, score };
}

function hopsOf(route: Route): readonly NextHop[] {
  return route.nextHops.length > 0 ? route.nextHops : [ON_LO];
}

const PREFERENCE = { low: 4, medium: 8, high: 12 } as const;

/** rt6_score_route(): 2 for the device, the router's preference above it; null: not usable. Whether a router answers counts only on hosts. */
function scoreOf(route: Route, hop: NextHop, { oif, strict }: Pick<Asking6, "oif" | "strict">): number | null {
  if (!isAlive(route, hop)) return null;
  const isOnDevice = oif === null || hop.dev === oif;
  return !isOnDevice && strict ? null : (isOnDevice ? 2 : 0) + PREFERENCE[route.preference];
}

function answerOf({ route }: Candidate, asking: Asking6): Answer {
  const hops = hopsOf(route).filter((hop) => hasObject(route) || scoreOf(route, hop, asking) !== null);
  return special(route) ?? { kind: "hit", route, hops, rivals: [] };
}
