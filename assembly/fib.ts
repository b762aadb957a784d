// One table's answer for one packet: fib_table_lookup (net/ipv4/fib_trie.c), fib6_table_lookup (net/ipv6/ip6_fib.c).

import { Fib, Hop, Packet, Prefix, Route, RouteKind, Slot } from "./layout";

/** Walks from the longest covering prefix to shorter ones until a route of `table` takes the packet. Returns the 1-based route number, or 0. */
export function tableLookup(fib: Fib, table: u32, prefix: u32, packet: Packet): u32 {
  while (prefix != 0) {
    const slot = changetype<Slot>(fib.slots + ((prefix - 1) * fib.tableCount + table) * <u32>offsetof<Slot>());
    if (slot.prefix == 0) return 0;
    const route = bestRoute(fib, slot, packet);
    if (route != 0) return route;
    prefix = changetype<Prefix>(fib.prefixes + (slot.prefix - 1) * <u32>offsetof<Prefix>()).parent;
  }
  return 0;
}

/** Among the routes of one prefix: the longest matching source first (IPv6 source-specific routes), then the kernel's order. */
function bestRoute(fib: Fib, slot: Slot, packet: Packet): u32 {
  let best: u32 = 0;
  let longest: u32 = 0;
  for (let number = slot.first; number < slot.first + slot.count; number++) {
    const route = routeOf(fib, number);
    if (best != 0 && route.sourceLength <= longest) continue;
    if (route.tos != 0 && route.tos != packet.tos) continue;
    if (!fromSource(route, packet)) continue;
    if (route.kind == RouteKind.FORWARD && aliveHop(route) == 0) continue;
    best = number;
    longest = route.sourceLength;
  }
  return best;
}

export function routeOf(fib: Fib, number: u32): Route {
  return changetype<Route>(fib.routes + (number - 1) * <u32>offsetof<Route>());
}

/** An unset source (all zero) matches only routes that name none. */
export function fromSource(route: Route, packet: Packet): bool {
  const length = route.sourceLength;
  return length == 0 || (
    sameBits(route.source0, packet.src0, length, 0) && sameBits(route.source1, packet.src1, length, 32) &&
    sameBits(route.source2, packet.src2, length, 64) && sameBits(route.source3, packet.src3, length, 96));
}

/** Compares those bits of one word that lie within `length`; the word starts at bit `start`. */
function sameBits(a: u32, b: u32, length: u32, start: u32): bool {
  if (length <= start) return true;
  const bits = min<u32>(32, length - start);
  return (a ^ b) >>> (32 - bits) == 0;
}

/** The first next hop the kernel would take, or 0. */
export function aliveHop(route: Route): usize {
  const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
  for (let at = route.hops; at < end; at += offsetof<Hop>()) {
    if (changetype<Hop>(at).dead == 0) return at;
  }
  return 0;
}

/** True when any living next hop leaves on the WAN: the kernel's choice among several is not ours to guess. */
export function mayLeaveOnWan(route: Route): bool {
  const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
  for (let at = route.hops; at < end; at += offsetof<Hop>()) {
    const hop = changetype<Hop>(at);
    if (hop.dead == 0 && hop.wan != 0) return true;
  }
  return false;
}
