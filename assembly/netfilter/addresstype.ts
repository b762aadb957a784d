// What the routing tables say of an address: inet_addr_type (net/ipv4/fib_frontend.c), match_lookup_rt6 (net/netfilter/xt_addrtype.c), nft_fib6_eval_type.

import { routeOf } from "../fib";
import { Errno, Outcome, Packet, RouteType } from "../layout";
import { isMulticast } from "../lookup/output4";
import { lookup4 } from "../lookup/table4";
import { aim, fibOf, Found, packetOf, routerOf } from "../lookup/walk";
import { hookedOf, Trip, Wall } from "./wall";
import { answerOf, isStrict, packetAt, seek, walkOf } from "../trip/ways";

const LIMITED_BROADCAST: u32 = 0xffffffff;
const UNSPECIFIED: u32 = 0;

/** Tells the hook's matches the types of both addresses, where some match asks. */
export function seeTypes(trip: Trip): void {
  if (changetype<Wall>(trip.wall).asksTypes == 0) return;
  const hooked = hookedOf(trip);
  hooked.srcType = 1 << typeOfSource(trip);
  hooked.dstType = 1 << typeOfDestination(trip);
}

/** A RouteType; 0 is the unspecified address. */
export function typeOfSource(trip: Trip): u32 {
  const packet = packetAt(trip);
  if (packet.family == 4) return type4(trip, packet.src0);
  const asked = clear(trip);
  copyAddress(asked, packet, true, true);
  if (trip.sourceKnown != 0) copyAddress(asked, packet, false, false);
  return type6(trip, asked);
}

function typeOfDestination(trip: Trip): u32 {
  const packet = packetAt(trip);
  if (packet.family == 4) return type4(trip, packet.dst0);
  const asked = clear(trip);
  copyAddress(asked, packet, false, true);
  if (trip.sourceKnown != 0) copyAddress(asked, packet, true, false);
  return type6(trip, asked);
}

/** The kernel asks with nothing but the addresses. */
function clear(trip: Trip): Packet {
  const asked = packetOf(walkOf(trip));
  memory.fill(changetype<usize>(asked), 0, offsetof<Packet>());
  asked.family = packetAt(trip).family;
  asked.iif = routerOf(walkOf(trip)).loopback;
  return asked;
}

/** One of the packet's addresses, its source or destination, as the source or destination that is asked for. */
function copyAddress(asked: Packet, packet: Packet, source: bool, asDestination: bool): void {
  const from = changetype<usize>(packet) + (source ? offsetof<Packet>("src0") : offsetof<Packet>("dst0"));
  memory.copy(changetype<usize>(asked) + (asDestination ? offsetof<Packet>("dst0") : offsetof<Packet>("src0")), from, 16);
}

/** IPv4 asks table local alone, which is the same trie as main while nobody has configured a rule. */
function type4(trip: Trip, address: u32): u32 {
  if (address == 0 || address == LIMITED_BROADCAST) return RouteType.BROADCAST;
  if (isMulticast(address)) return RouteType.MULTICAST;
  const walk = walkOf(trip);
  clear(trip).dst0 = address;
  walk.oif = 0;
  aim(walk);
  if (lookup4(walk, routerOf(walk).local) != Found.ROUTE) return RouteType.UNICAST;
  const type = routeOf(fibOf(walk), walk.route).type;
  return type >= <u32>RouteType.LOCAL && type <= <u32>RouteType.MULTICAST ? type : <u32>RouteType.UNICAST;
}

/** IPv6 makes a lookup of its own, without mark, owner and ports. The other address is its source. */
function type6(trip: Trip, asked: Packet): u32 {
  if ((asked.dst0 | asked.dst1 | asked.dst2 | asked.dst3) == 0) return UNSPECIFIED;
  if (asked.dst0 >>> 24 == 0xff) return RouteType.MULTICAST;
  const outcome = seek(trip, true, isStrict(asked, false));
  const answer = answerOf(trip);
  if (outcome == Outcome.WAY) return answer.type == RouteType.LOCAL || answer.type == RouteType.ANYCAST ? answer.type : <u32>RouteType.UNICAST;
  if (outcome != Outcome.ERROR) return RouteType.UNREACHABLE;
  return answer.error == Errno.EACCES ? RouteType.PROHIBIT : answer.error == Errno.EINVAL ? RouteType.BLACKHOLE : RouteType.UNREACHABLE;
}
