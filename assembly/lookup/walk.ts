// One lookup under way: what it asks for, what it found, and the choices that text nobody understood leaves open.

import { Fib, Packet, Router } from "../layout";
import { Intervals } from "../lpm/intervals";

/** More open choices than this in one lookup, and its answer is left open. */
const CHOICES_MAX: u32 = 6;

/** UNFIT: a route takes the packet, and none of its next hops will do. */
export enum Found { NONE = 0, ROUTE = 1, ERROR = 2, THROW = 3, UNKNOWN = 4, UNFIT = 5 }

@unmanaged @final export class Walk {
  router: u32;
  fib: u32;
  packet: u32;
  prefix: u32; // number of the longest prefix of any table that covers the destination
  oif: u32; // IPv4: the device next hops must be on; IPv6: the one they are rated by; 0 = any
  scope: u32; // IPv4: routes that reach farther are passed (RT_SCOPE numbers, the larger the nearer)
  barred: u32; // IPv4: routes with such a trait are passed (RouteTrait bits)
  strict: u32; // IPv6: only next hops on that device (RT6_LOOKUP_F_IFACE)
  bySource: u32; // IPv6: the packet has a source (RT6_LOOKUP_F_HAS_SADDR)
  slot: u32; // address of the Slot that was looked into last
  route: u32; // number of the route that was found
  hop: u32; // address of its first next hop that will do
  table: u32; // number of its table, as the kernel tells it
  error: u32;
  path: u32; // one bit for each open choice, in the order in which they are met
  asked: u32;
  place: u32; // of the first one
  number: u32;
}

export function routerOf(walk: Walk): Router {
  return changetype<Router>(walk.router);
}

export function packetOf(walk: Walk): Packet {
  return changetype<Packet>(walk.packet);
}

export function fibOf(walk: Walk): Fib {
  return changetype<Fib>(walk.fib);
}

/** Finds the packet's destination among the prefixes of all tables. */
export function aim(walk: Walk): void {
  const packet = packetOf(walk);
  walk.prefix = changetype<Intervals>(<usize>walk.fib).lookup(packet.dst0, packet.dst1, packet.dst2, packet.dst3);
}

/** Takes one side of an open choice; the next time round the other one. */
export function maybe(walk: Walk, place: u32, number: u32): bool {
  if (walk.asked == 0) {
    walk.place = place;
    walk.number = number;
  }
  const step = walk.asked++;
  return (walk.path >> step & 1) != 0;
}

/** Turns to the next combination of choices; false when all have been taken. */
export function turn(walk: Walk): bool {
  for (let step = walk.asked; step > 0; step--) {
    const bit: u32 = 1 << (step - 1);
    if ((walk.path & bit) == 0) {
      walk.path = (walk.path & (bit - 1)) | bit;
      return true;
    }
  }
  return false;
}

/** Whether there are more choices than can be followed. */
export function isLost(walk: Walk): bool {
  return walk.asked > CHOICES_MAX;
}
