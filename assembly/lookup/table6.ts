// One IPv6 table's answer: fib6_table_lookup, rt6_select and find_rr_leaf (net/ipv6/route.c), fib6_node_lookup (net/ipv6/ip6_fib.c).

import { fromSource, routeOf } from "../fib";
import { Hop, Place, Prefix, Route, RouteTrait, RouteType, Slot } from "../layout";
import { failureOf, slotOf } from "./table4";
import { fibOf, Found, maybe, packetOf, Walk } from "./walk";

/** Fills route, hop and table. The routes of a slot stand by source prefix, longest first, those without one last. */
export function lookup6(walk: Walk, table: u32): u32 {
  const fib = fibOf(walk);
  let prefix = walk.prefix;
  // The first node is found from the longest destination on: one with source-specific routes counts only if a source fits, and else its plain routes are
  // not looked at either. `::/0` is the root, where the search ends anyway. Only then, going back, plain routes come behind source-specific ones.
  let searching = true;
  while (prefix != 0) {
    const slot = slotOf(fib, prefix, table);
    if (slot.prefix == 0) return Found.NONE;
    const length = changetype<Prefix>(fib.prefixes + (slot.prefix - 1) * <u32>offsetof<Prefix>()).length;
    if (!searching || length == 0 || isEntered(walk, slot)) {
      searching = false;
      const found = searchSlot(walk, slot);
      if (found != Found.NONE) return found;
    }
    prefix = changetype<Prefix>(fib.prefixes + (slot.prefix - 1) * <u32>offsetof<Prefix>()).parent;
  }
  return Found.NONE;
}

/** Whether fib6_node_lookup() stops at this node. */
function isEntered(walk: Walk, slot: Slot): bool {
  const fib = fibOf(walk);
  if (routeOf(fib, slot.first).sourceLength == 0) return true;
  for (let number = slot.first; number < slot.first + slot.count; number++) {
    const route = routeOf(fib, number);
    if (route.sourceLength != 0 && fromSource(route, packetOf(walk))) return true;
  }
  return false;
}

/** Each source prefix that fits, longest first, then the plain routes. */
function searchSlot(walk: Walk, slot: Slot): u32 {
  const fib = fibOf(walk);
  const end = slot.first + slot.count;
  let first = slot.first;
  while (first < end) {
    const route = routeOf(fib, first);
    let next = first + 1;
    while (next < end && sameSource(route, routeOf(fib, next))) next++;
    if (fromSource(route, packetOf(walk))) {
      const found = selectRoute(walk, first, next);
      if (found != Found.NONE) return found;
    }
    first = next;
  }
  return Found.NONE;
}

/**
 * find_rr_leaf(): the best score among the routes of the lowest metric; if none of them will do, the best score among *all* others, whatever their metrics.
 * The first of equal scores stays.
 */
function selectRoute(walk: Walk, first: u32, end: u32): u32 {
  const fib = fibOf(walk);
  let lowest: u32 = 0;
  let begun = false;
  let best: u32 = 0;
  let bestHop: u32 = 0;
  let bestScore: u32 = 0;
  for (let number = first; number < end; number++) {
    const route = routeOf(fib, number);
    if ((route.traits & RouteTrait.MAYBE) && !maybe(walk, Place.ROUTE, number)) continue;
    if (!begun) lowest = route.metric;
    begun = true;
    if (route.metric != lowest && best != 0 && routeOf(fib, best).metric == lowest) break;
    if ((route.traits & RouteTrait.OBJECT) && route.type == RouteType.BLACKHOLE) {
      // An object that is a blackhole ends the search where it stands, whatever was found before and by whichever device.
      best = number;
      bestHop = route.hops;
      break;
    }
    const hops = route.hops + route.hopCount * <u32>offsetof<Hop>();
    for (let at = route.hops; at < hops; at += offsetof<Hop>()) {
      const score = scoreOf(walk, route, changetype<Hop>(at));
      if (score <= bestScore) continue;
      best = number;
      bestHop = at;
      bestScore = score;
      // Of an object's next hops the first one that is better than what was found before is taken, not the best.
      if (route.traits & RouteTrait.OBJECT) break;
    }
  }
  if (best == 0) return Found.NONE;
  const route = routeOf(fib, best);
  walk.route = best;
  walk.hop = bestHop;
  walk.table = route.table;
  const failed = failureOf(walk, route, best);
  return failed == Found.NONE ? <u32>Found.ROUTE : failed;
}

/** rt6_score_route(): 2 for the device, the router's preference above it; 0 = not usable. Whether a router answers counts only on hosts. */
function scoreOf(walk: Walk, route: Route, hop: Hop): u32 {
  if (hop.dead != 0) return 0;
  const onDevice = walk.oif == 0 || hop.device == walk.oif;
  if (!onDevice && walk.strict != 0) return 0;
  return (onDevice ? 2 : 0) | route.rating;
}

/** fib6_select_path() chooses by a hash among those that a lookup would take; of a group of objects, among all. */
export function mayChoose(walk: Walk, route: Route, hop: Hop): bool {
  return (route.traits & RouteTrait.OBJECT) != 0 || scoreOf(walk, route, hop) != 0;
}

function sameSource(a: Route, b: Route): bool {
  return a.sourceLength == b.sourceLength && a.source0 == b.source0 && a.source1 == b.source1 && a.source2 == b.source2 && a.source3 == b.source3;
}
