import { aliveHop, mayLeaveOnWan, routeOf, tableLookup } from "../../assembly/fib";
import { Direction, Fib, Hop, Packet, RouteKind } from "../../assembly/layout";
import { Linear } from "../../assembly/lpm/linear";
import { addHop, addPrefix, addRoute, finish, newFib } from "./support/fibs";
import { newPacket } from "./support/images";
import { REMOTE4 } from "./support/frames";

/** 203.0.113.7/32, 203.0.113.0/24 and 0.0.0.0/0. */
const HOST: u32 = 1, NET: u32 = 2, ANY: u32 = 3;

function threePrefixes(tables: u32 = 1): Fib {
  const fib = newFib(tables);
  addPrefix(fib, 32, REMOTE4);
  addPrefix(fib, 24, REMOTE4);
  addPrefix(fib, 0);
  return fib;
}

function packet(): Packet {
  return newPacket(4, 17, Direction.OUT, 40000, 53);
}

function ask(fib: Fib, table: u32, packet: Packet): u32 {
  return tableLookup(fib, table, changetype<Linear>(fib).lookup(packet.dst0, packet.dst1, packet.dst2, packet.dst3), packet);
}

export function an_empty_table_has_no_route(): void {
  const fib = threePrefixes();
  finish(fib);
  assert(ask(fib, 0, packet()) == 0);
  assert(tableLookup(fib, 0, 0, packet()) == 0, "nor has one that no prefix covers");
}

export function the_longest_prefix_of_a_table_answers(): void {
  const fib = threePrefixes();
  addHop(addRoute(fib, HOST, 0, RouteKind.FORWARD), 0);
  addHop(addRoute(fib, NET, 0, RouteKind.FORWARD), 0);
  addHop(addRoute(fib, ANY, 0, RouteKind.FORWARD), 1);
  finish(fib);
  const asked = packet();
  assert(ask(fib, 0, asked) == 1);
  asked.dst0 = REMOTE4 + 1;
  assert(ask(fib, 0, asked) == 2);
  asked.dst0 = 0x08080808;
  assert(ask(fib, 0, asked) == 3);
}

export function a_prefix_of_another_table_does_not_hide_a_shorter_one(): void {
  const fib = threePrefixes(2);
  addHop(addRoute(fib, HOST, 1, RouteKind.FORWARD), 0);
  addHop(addRoute(fib, ANY, 0, RouteKind.FORWARD), 1);
  finish(fib);
  assert(ask(fib, 0, packet()) == 2 && ask(fib, 1, packet()) == 1);
}

export function a_longer_prefix_with_dead_hops_only_falls_back_to_a_shorter_one(): void {
  const fib = threePrefixes();
  const dead = addRoute(fib, HOST, 0, RouteKind.FORWARD);
  addHop(dead, 0, 1);
  addHop(dead, 0, 1);
  addHop(addRoute(fib, NET, 0, RouteKind.FORWARD), 0, 1);
  addHop(addRoute(fib, ANY, 0, RouteKind.FORWARD), 1);
  finish(fib);
  assert(ask(fib, 0, packet()) == 3);
}

export function a_table_of_dead_hops_only_has_no_route(): void {
  const fib = threePrefixes();
  addHop(addRoute(fib, ANY, 0, RouteKind.FORWARD), 1, 1);
  finish(fib);
  assert(ask(fib, 0, packet()) == 0);
}

export function one_living_hop_keeps_a_route(): void {
  const fib = threePrefixes();
  const route = addRoute(fib, HOST, 0, RouteKind.FORWARD);
  addHop(route, 0, 1);
  const alive = addHop(route, 1);
  addHop(route, 0);
  finish(fib);
  assert(ask(fib, 0, packet()) == 1);
  assert(aliveHop(route) == changetype<usize>(alive), "the first that lives");
}

export function an_ordinary_route_without_hops_takes_nothing(): void {
  const fib = threePrefixes();
  addRoute(fib, HOST, 0, RouteKind.FORWARD);
  finish(fib);
  assert(ask(fib, 0, packet()) == 0);
}

export function error_and_throw_routes_need_no_hop(): void {
  const fib = threePrefixes(2);
  addRoute(fib, HOST, 0, RouteKind.ERROR);
  addRoute(fib, HOST, 1, RouteKind.THROW);
  addHop(addRoute(fib, ANY, 0, RouteKind.FORWARD), 1);
  finish(fib);
  assert(ask(fib, 0, packet()) == 1 && routeOf(fib, 1).kind == RouteKind.ERROR);
  assert(ask(fib, 1, packet()) == 2 && routeOf(fib, 2).kind == RouteKind.THROW);
}

export function among_routes_of_one_prefix_the_first_wins(): void {
  const fib = threePrefixes();
  addHop(addRoute(fib, NET, 0, RouteKind.FORWARD), 0);
  addHop(addRoute(fib, NET, 0, RouteKind.FORWARD), 1);
  finish(fib);
  assert(ask(fib, 0, packet()) == 1);
}

export function a_dead_route_leaves_its_prefix_to_the_next_one(): void {
  const fib = threePrefixes();
  addHop(addRoute(fib, NET, 0, RouteKind.FORWARD), 0, 1);
  addHop(addRoute(fib, NET, 0, RouteKind.FORWARD), 1);
  finish(fib);
  assert(ask(fib, 0, packet()) == 2);
}

export function a_route_with_a_tos_takes_only_that_tos(): void {
  const fib = threePrefixes();
  const low = addRoute(fib, NET, 0, RouteKind.FORWARD);
  low.tos = 0x10;
  addHop(low, 0);
  addHop(addRoute(fib, NET, 0, RouteKind.FORWARD), 1);
  finish(fib);
  const asked = packet();
  assert(ask(fib, 0, asked) == 2, "tos 0");
  asked.tos = 0x10;
  assert(ask(fib, 0, asked) == 1, "tos 0x10");
  asked.tos = 0x08;
  assert(ask(fib, 0, asked) == 2, "another tos");
}

export function a_prefix_with_routes_of_another_tos_only_falls_back(): void {
  const fib = threePrefixes();
  const low = addRoute(fib, HOST, 0, RouteKind.FORWARD);
  low.tos = 0x10;
  addHop(low, 0);
  addHop(addRoute(fib, ANY, 0, RouteKind.FORWARD), 1);
  finish(fib);
  assert(ask(fib, 0, packet()) == 2);
}

/** A default route for any source, one from 2001:db8::/32 and one from 2001:db8::2/128, in this order. */
function sourceRoutes(): Fib {
  const fib = newFib(1);
  addPrefix(fib, 0);
  addHop(addRoute(fib, 1, 0, RouteKind.FORWARD), 1);
  const net = addRoute(fib, 1, 0, RouteKind.FORWARD);
  net.sourceLength = 32;
  net.source0 = 0x20010db8;
  addHop(net, 0);
  const host = addRoute(fib, 1, 0, RouteKind.FORWARD);
  host.sourceLength = 128;
  host.source0 = 0x20010db8;
  host.source3 = 2;
  addHop(host, 0);
  finish(fib);
  return fib;
}

export function the_longest_matching_source_prefix_wins_whatever_the_order(): void {
  const fib = sourceRoutes();
  const asked = newPacket(6, 17, Direction.OUT, 1, 2);
  assert(ask(fib, 0, asked) == 3, "2001:db8::2");
  asked.src3 = 3;
  assert(ask(fib, 0, asked) == 2, "2001:db8::3");
  asked.src0 = 0x20010db9;
  assert(ask(fib, 0, asked) == 1, "2001:db9::3");
}

export function an_unset_source_takes_only_routes_that_name_none(): void {
  const asked = newPacket(6, 17, Direction.OUT, 1, 2);
  asked.src0 = 0;
  asked.src3 = 0;
  assert(ask(sourceRoutes(), 0, asked) == 1);
}

/** Around the borders of the four words. Static: an array made at run time would lie where the arena starts. */
const LENGTHS: StaticArray<u32> = [1, 31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128];

export function each_bit_of_a_source_prefix_counts_and_none_beyond(): void {
  const fib = newFib(1);
  addPrefix(fib, 0);
  const route = addRoute(fib, 1, 0, RouteKind.FORWARD);
  addHop(route, 1);
  finish(fib);
  for (let i = 0; i < LENGTHS.length; i++) {
    const length = LENGTHS[i];
    route.sourceLength = length;
    const asked = newPacket(6, 17, Direction.OUT, 1, 2);
    asked.src0 = 0;
    asked.src3 = 0;
    assert(ask(fib, 0, asked) == 1, "all bits equal");
    const at = changetype<usize>(asked) + offsetof<Packet>("src0");
    store<u32>(at + (((length - 1) >>> 5) << 2), 0x80000000 >>> ((length - 1) & 31));
    assert(ask(fib, 0, asked) == 0, "the last bit differs");
    asked.src0 = 0;
    asked.src1 = 0;
    asked.src2 = 0;
    asked.src3 = 0;
    if (length < 128) {
      store<u32>(at + ((length >>> 5) << 2), 0x80000000 >>> (length & 31));
      assert(ask(fib, 0, asked) == 1, "the first bit beyond differs");
    }
  }
}

export function a_route_may_leave_on_the_wan_when_any_living_hop_does(): void {
  const fib = newFib(1);
  addPrefix(fib, 0);
  const route = addRoute(fib, 1, 0, RouteKind.FORWARD);
  addHop(route, 0);
  assert(!mayLeaveOnWan(route), "another device");
  const wan: Hop = addHop(route, 1);
  assert(mayLeaveOnWan(route), "the second of two");
  wan.dead = 1;
  assert(!mayLeaveOnWan(route), "a dead one");
}
