// Which addresses are the node's own, of either family: __ip_dev_find (net/ipv4/devinet.c), and for IPv6 table local.

import { routeOf } from "../fib";
import { Hop, Own, RouteType, Slot } from "../layout";
import { Side } from "../trip/packets";
import { ownerOf, ownOf } from "./saddr4";
import { slotOf } from "./table4";
import { aim, fibOf, packetOf, routerOf } from "./walk";
import { walkOf } from "../trip/ways";
import { Trip } from "../netfilter/wall";

/** The device that has the address, 0 = it is not the node's own. Of IPv4 only the first word counts. */
export function deviceOfOwn(trip: Trip, family: u32, word0: u32, word1: u32, word2: u32, word3: u32): u32 {
  return family == 4 ? ownerOf(walkOf(trip), word0) : ownerOf6(trip, word0, word1, word2, word3);
}

function ownerOf6(trip: Trip, word0: u32, word1: u32, word2: u32, word3: u32): u32 {
  const walk = walkOf(trip);
  const router = routerOf(walk);
  for (let number: u32 = 1; number <= router.own6Count; number++) {
    const own = ownOf(router.own6, number);
    if (own.word3 == word3 && own.word2 == word2 && own.word1 == word1 && own.word0 == word0) return own.device;
  }
  const packet = packetOf(walk);
  packet.dst0 = word0;
  packet.dst1 = word1;
  packet.dst2 = word2;
  packet.dst3 = word3;
  aim(walk);
  if (walk.prefix == 0) return 0;
  const fib = fibOf(walk);
  const slot: Slot = slotOf(fib, walk.prefix, changetype<Side>(trip.side).local);
  if (slot.prefix == 0) return 0;
  const route = routeOf(fib, slot.first);
  if (route.type != RouteType.LOCAL) return 0;
  return route.hopCount == 0 ? router.loopback : changetype<Hop>(route.hops).device;
}

/** An address of the node by its number, 1-based. */
export function ownSource(trip: Trip, number: u32): Own {
  const router = routerOf(walkOf(trip));
  return ownOf(packetOf(walkOf(trip)).family == 4 ? router.own4 : router.own6, number);
}
