// One IPv4 table's answer: fib_table_lookup (net/ipv4/fib_trie.c), and the next hops among which fib_select_path (net/ipv4/fib_semantics.c) chooses.

import { routeOf } from "../fib";
import { Errno, Fib, Gateway, Hop, Place, Prefix, Route, RouteTrait, RouteType, Slot } from "../layout";
import { fibOf, Found, maybe, packetOf, Walk } from "./walk";

/** IPTOS_RT_MASK: all of a packet's TOS that a route sees. */
export const ROUTE_TOS: u32 = 0x1c;

/** Longest prefix first; a route without a usable next hop is passed, and the search goes back to shorter prefixes. Fills route, hop, slot and table. */
export function lookup4(walk: Walk, table: u32): u32 {
  const fib = fibOf(walk);
  let prefix = walk.prefix;
  // Prefixes of one network address, 10.0.0.0/8 and 10.0.0.0/24, stand in one leaf of the kernel's trie.
  let left: bool = false;
  let leaf: u32 = 0;
  while (prefix != 0) {
    const slot = slotOf(fib, prefix, table);
    if (slot.prefix == 0) return Found.NONE;
    const network = changetype<Prefix>(fib.prefixes + (slot.prefix - 1) * <u32>offsetof<Prefix>());
    prefix = network.parent;
    if (left && network.word0 == leaf) continue;
    leaf = network.word0;
    left = false;
    for (let number = slot.first; number < slot.first + slot.count; number++) {
      const route = routeOf(fib, number);
      const found = tryRoute(walk, route, number);
      if (found == Found.NONE) continue;
      if (found != Found.UNFIT) {
        walk.slot = <u32>changetype<usize>(slot);
        return found;
      }
      // When no next hop of an object will do, the kernel leaves the leaf with everything else in it.
      left = (route.traits & RouteTrait.OBJECT) != 0;
      if (left) break;
    }
  }
  return Found.NONE;
}

export function slotOf(fib: Fib, prefix: u32, table: u32): Slot {
  return changetype<Slot>(fib.slots + ((prefix - 1) * fib.tableCount + table) * <u32>offsetof<Slot>());
}

function tryRoute(walk: Walk, route: Route, number: u32): u32 {
  if (!takesTos(walk, route) || route.scope < walk.scope || (route.traits & walk.barred)) return Found.NONE;
  if ((route.traits & RouteTrait.MAYBE) && !maybe(walk, Place.ROUTE, number)) return Found.NONE;
  const failed = failureOf(walk, route, number);
  // Error routes end the search before devices are looked at.
  if (failed != Found.NONE) return failed;
  const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
  for (let at = route.hops; at < end; at += offsetof<Hop>()) {
    const hop = changetype<Hop>(at);
    if (hop.dead != 0 || (walk.oif != 0 && hop.device != walk.oif)) continue;
    walk.route = number;
    walk.hop = at;
    walk.table = route.table;
    return Found.ROUTE;
  }
  return Found.UNFIT;
}

function takesTos(walk: Walk, route: Route): bool {
  return route.tos == 0 || route.tos == (packetOf(walk).tos & ROUTE_TOS);
}

/** Whether packets by this next hop go to its gateway; where that is open, they may. */
export function hasGateway(hop: Hop): bool {
  return (hop.gateway & Gateway.COUNTS) != 0;
}

/** fib_props in net/ipv4/fib_semantics.c, fib6_prop in net/ipv6/route.c. Found.NONE: the type is no error. */
export function failureOf(walk: Walk, route: Route, number: u32): u32 {
  switch (route.type) {
    case RouteType.UNREACHABLE:
      walk.error = Errno.EHOSTUNREACH;
      return Found.ERROR;
    case RouteType.PROHIBIT:
      walk.error = Errno.EACCES;
      return Found.ERROR;
    case RouteType.BLACKHOLE:
      walk.error = Errno.EINVAL;
      return Found.ERROR;
    case RouteType.THROW:
      return Found.THROW;
    case RouteType.UNKNOWN:
      return maybe(walk, Place.ROUTE, number) ? Found.UNKNOWN : Found.NONE;
    default:
      return Found.NONE;
  }
}

/**
 * fib_select_default(): default routes of one metric are chosen from by what the neighbour table says of their gateways.
 * Tells them one after the other: the number of the next one behind `after` (0 = the first), or 0 when there is none.
 */
export function nextDefault(walk: Walk, after: u32): u32 {
  const fib = fibOf(walk);
  const slot = changetype<Slot>(walk.slot);
  const chosen = routeOf(fib, walk.route);
  let metric = chosen.metric;
  let tos: u32 = 0;
  let begun = false;
  for (let number = slot.first; number < slot.first + slot.count; number++) {
    const route = routeOf(fib, number);
    if (!takesTos(walk, route) || route.table != chosen.table || isDead(route)) continue;
    // A lower metric may come behind routes for one TOS.
    if (route.metric > metric && route.tos == tos) continue;
    tos = route.tos;
    metric = route.metric;
    if (route.scope != chosen.scope || route.type != RouteType.UNICAST || !hasGateway(changetype<Hop>(route.hops))) continue;
    if (!begun && number != walk.route) break;
    begun = true;
    if (number > after) return number;
  }
  return 0;
}

function isDead(route: Route): bool {
  const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
  for (let at = route.hops; at < end; at += offsetof<Hop>()) {
    if (changetype<Hop>(at).dead == 0) return false;
  }
  return true;
}
