// Which address an unbound IPv4 packet carries: inet_select_addr (net/ipv4/devinet.c), and which addresses are the node's own.

import { Device, DeviceTrait, Hop, Own, OwnTrait, RouteType, Router } from "../layout";
import { lookup4 } from "./table4";
import { routeOf } from "../fib";
import { aim, fibOf, Found, packetOf, routerOf, Walk } from "./walk";

/** RT_SCOPE numbers (include/uapi/linux/rtnetlink.h). */
export const SCOPE_LINK: u32 = 253;
export const SCOPE_HOST: u32 = 254;

export function deviceOf(router: Router, number: u32): Device {
  return changetype<Device>(router.devices + number * <u32>offsetof<Device>());
}

export function deviceIs(router: Router, number: u32, trait: u32): bool {
  return (deviceOf(router, number).traits & trait) != 0;
}

export function ownOf(list: u32, number: u32): Own {
  return changetype<Own>(list + (number - 1) * <u32>offsetof<Own>());
}

/** The device's first primary address that may be seen as far as `scope`, better one in whose network `near` lies; else one of any other device. 0 = none. */
export function selectSource4(router: Router, device: u32, near: u32, scope: u32): u32 {
  const localnet = deviceIs(router, device, DeviceTrait.ROUTE_LOCALNET) ? SCOPE_LINK : SCOPE_HOST;
  let first: u32 = 0;
  for (let number: u32 = 1; number <= router.own4Count; number++) {
    const own = ownOf(router.own4, number);
    if (own.device != device || (own.traits & OwnTrait.SECONDARY) || min(own.scope, localnet) > scope) continue;
    if (near == 0 || inNetwork(own, near)) return number;
    if (first == 0) first = number;
  }
  if (first != 0) return first;
  // A device without an address borrows one; an address for one link would be of no use elsewhere.
  for (let number: u32 = 1; number <= router.own4Count; number++) {
    const own = ownOf(router.own4, number);
    if (!(own.traits & OwnTrait.SECONDARY) && own.scope != SCOPE_LINK && own.scope <= scope) return number;
  }
  return 0;
}

function inNetwork(own: Own, address: u32): bool {
  return own.length == 0 || (own.word0 ^ address) >>> (32 - own.length) == 0;
}

/** The first address of a device that equals `word`; 0 = none. */
export function findOwn4(router: Router, word: u32): u32 {
  for (let number: u32 = 1; number <= router.own4Count; number++) {
    if (ownOf(router.own4, number).word0 == word) return number;
  }
  return 0;
}

/** __ip_dev_find(): the device that has the address, or whose local route covers it; 0 = it is not the node's own. Leaves the walk as it was. */
export function ownerOf(walk: Walk, word: u32): u32 {
  const router = routerOf(walk);
  const number = findOwn4(router, word);
  if (number != 0) return ownOf(router.own4, number).device;
  const packet = packetOf(walk);
  const dst = packet.dst0;
  const tos = packet.tos;
  const oif = walk.oif;
  packet.dst0 = word;
  packet.tos = 0;
  walk.oif = 0;
  aim(walk);
  let owner: u32 = 0;
  if (lookup4(walk, router.local) == Found.ROUTE) {
    if (routeOf(fibOf(walk), walk.route).type == RouteType.LOCAL) owner = changetype<Hop>(walk.hop).device;
  }
  packet.dst0 = dst;
  packet.tos = tos;
  walk.oif = oif;
  aim(walk);
  return owner;
}
