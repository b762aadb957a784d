/** Addresses of the node itself: which ones they are, and which of them IPv4 puts into a packet. */
import { type Address, covers, sameAddress } from "../model/address.js";
import type { InterfaceAddress, NextHop, Route } from "../model/node.js";
import { type Edge, FALSE, TRUE } from "./bdd.js";
import { type Ground, guardOf, isOnFor, LOCAL, LOOPBACK } from "./ground.js";
import { hasObject } from "./table.js";
import { tableSets4 } from "./table4.js";

export interface Owner {
  /** Packets whose source is an address of the device. */
  readonly set: Edge;
  readonly dev: string;
}

/**
 * __ip_dev_find() of IPv4: the devices that have a packet's source, or the device of the local route it lies in; in no set: it is not the node's own. Sets overlap where
 * several devices have the address: the kernel takes the one that got it last, which no dump tells. The route is looked for with nothing but the address.
 */
export function owners4(ground: Ground): Owner[] {
  const { space, node, holds } = ground;
  const { bdd } = space;
  const byDevice = new Map<string, Edge>();
  const add = (dev: string, set: Edge): void => { byDevice.set(dev, bdd.or(byDevice.get(dev) ?? FALSE, set)); };
  for (const own of node.addresses) {
    if (own.address.family === 4) add(own.dev, bdd.and(space.prefixSet("src", { address: own.address, length: 32 }), holds(own)));
  }
  const assigned = bdd.any([...byDevice.values()]);
  for (const { set, answer } of tableSets4({
    bdd, levels: space.addressLevels("src"), inside: (prefix) => space.prefixSet("src", prefix), guard: (route) => guardOf(ground, route), tos: () => FALSE, oif: null,
  }, ground.merged ?? ground.tables.get(LOCAL) ?? [])) {
    if (answer.kind === "hit" && answer.route.type === "local") add(answer.route.nextHops[0]?.dev ?? LOOPBACK, bdd.minus(set, assigned));
  }
  return [...byDevice].map(([dev, set]) => ({ dev, set })).filter(({ set }) => set !== FALSE);
}

/** An address that the kernel chooses in some environments; null: none, the device has no address to give. */
export interface Choice {
  readonly when: Edge;
  readonly address: Address | null;
}

/** include/uapi/linux/rtnetlink.h; the larger, the nearer. */
const SCOPES: ReadonlyMap<string, number> = new Map([["global", 0], ["universe", 0], ["site", 200], ["link", 253], ["host", 254], ["nowhere", 255]]);
export const SCOPE = { universe: 0, link: 253, host: 254 } as const;

/** fib_result_prefsrc(): the route's own `src`, else an address of its device that may be seen as far as the route reaches. The environments of the choices do not overlap. */
export function sourceOf4(ground: Ground, route: Route, hop: NextHop): Choice[] {
  if (route.prefsrc !== null) return [{ when: TRUE, address: route.prefsrc }];
  return selectAddress4(ground, hop.dev ?? "", nearOf(hop), scopeNumber(route.scope));
}

/**
 * Further sources of a route by a next hop object: it keeps the one it was made with, chosen for the scope below its own (nh_create_ipv4), until some address of the
 * node changes; then the scope of the first route that asks counts. The state does not tell. Empty: there is nothing to tell.
 */
export function madeSourceOf4(ground: Ground, route: Route, hop: NextHop): Choice[] {
  if (route.prefsrc !== null || !hasObject(route)) return [];
  return selectAddress4(ground, hop.dev ?? "", nearOf(hop), hop.via === null ? SCOPE.link : SCOPE.link - 1);
}

function nearOf({ via }: NextHop): Address | null {
  return via?.family === 4 ? via : null;
}

/** inet_select_addr(): the device's first primary address of the scope, better one in whose network `near` lies; else one of any other device. */
export function selectAddress4(ground: Ground, dev: string, near: Address | null, scope: number): Choice[] {
  const { node, space, holds } = ground;
  const primary = node.addresses.filter((own) => own.address.family === 4 && !own.flags.includes("secondary"));
  const localScope = isOnFor(ground, dev, "route_localnet") ? SCOPE.link : SCOPE.host;
  const fitting = primary.filter((own) => own.dev === dev && Math.min(scopeNumber(own.scope), localScope) <= scope);
  const nearest = near === null ? [] : fitting.filter((own) => covers({ address: own.address, length: own.length }, near));
  // A device without an address borrows one; link scope would not be of use elsewhere.
  const lendable = primary.filter((own) => scopeNumber(own.scope) !== SCOPE.link && scopeNumber(own.scope) <= scope);
  const borrowed = node.links.flatMap(({ name }) => lendable.filter((own) => own.dev === name));
  const choices: Choice[] = [];
  let left: Edge = TRUE;
  for (const own of [...nearest, ...fitting, ...borrowed]) {
    add(choices, space.bdd.and(left, holds(own)), own);
    left = space.bdd.minus(left, holds(own));
  }
  if (left !== FALSE) choices.push({ when: left, address: null });
  return choices;
}

function add(choices: Choice[], when: Edge, { address }: InterfaceAddress): void {
  if (when !== FALSE && !choices.some((choice) => choice.address !== null && sameAddress(choice.address, address) && choice.when === when)) choices.push({ when, address });
}

function scopeNumber(scope: string | null): number {
  return SCOPES.get(scope ?? "global") ?? (Number(scope) || 0);
}
