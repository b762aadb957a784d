/** Routes and their next hops, compiled for the core: what the kernel derives from a route before any packet asks for it. */
import type { Link, NextHop, Route, RouteType } from "../model/node.js";
import type { Core, Layout } from "./core.js";
import { writeRecords } from "./writer.js";

const ERRORS: ReadonlySet<RouteType> = new Set(["unreachable", "prohibit", "blackhole"]);

const TYPES = {
  unicast: "UNICAST", local: "LOCAL", broadcast: "BROADCAST", anycast: "ANYCAST", multicast: "MULTICAST", unreachable: "UNREACHABLE", prohibit: "PROHIBIT",
  blackhole: "BLACKHOLE", throw: "THROW", unknown: "UNKNOWN",
} as const satisfies Record<RouteType, keyof Layout["RouteType"]>;

/** rt6_score_route(): 1 to 3, two bits to the left. */
const RATINGS = { low: 4, medium: 8, high: 12 } as const satisfies Record<Route["preference"], number>;

/** Writes the routes in the given order. `hops` takes each next hop in the order of the core's numbers, which count from 1. */
export function writeRoutes(core: Core, routes: readonly Route[], hops: NextHop[], links: readonly Link[], wan: ReadonlySet<string>): number {
  const { RouteKind, RouteAt, RouteType, RouteTrait } = core.layout;
  const devices = new Devices(links, wan);
  const records = routes.map((route) => {
    const source = route.source?.address.words ?? [0, 0, 0, 0];
    const own = hopsOf(route);
    const at = writeHops(core, route, own, hops.length, devices);
    hops.push(...own);
    return {
      kind: route.type === "throw" ? RouteKind.THROW : ERRORS.has(route.type) ? RouteKind.ERROR : RouteKind.FORWARD,
      tos: route.tos,
      length: route.destination.length,
      sourceLength: route.source?.length ?? 0,
      source0: source[0], source1: source[1], source2: source[2], source3: source[3],
      hops: at,
      hopCount: own.length,
      table: route.table,
      type: RouteType[TYPES[route.type]],
      metric: route.metric,
      scope: scopeNumber(route.scope),
      rating: RATINGS[route.preference],
      traits: (route.unknown.length > 0 ? RouteTrait.MAYBE : 0) | (isDelivered(route) ? RouteTrait.STAYS : 0) | (route.prefsrc === null ? 0 : RouteTrait.PREFSRC) |
        (route.flags.some((flag) => flag.startsWith("nhid ")) ? RouteTrait.OBJECT : 0) | (route.protocol === "kernel" ? 0 : RouteTrait.OTHERS),
      prefsrc0: route.prefsrc?.words[0] ?? 0,
    };
  });
  return writeRecords(core, RouteAt, records);
}

/** An IPv6 error route stands on lo, which matters once a device is asked for. */
function hopsOf({ family, nextHops }: Route): readonly NextHop[] {
  return family === 6 && nextHops.length === 0 ? [{ dev: "lo", via: null, weight: 1, flags: [] }] : nextHops;
}

/** ip6_rt_get_dev_rcu(): what the kernel itself made local or anycast goes to lo; an anycast route of somebody else does not. */
function isDelivered({ type, protocol }: Route): boolean {
  return type === "local" || (type === "anycast" && protocol === "kernel");
}

/** What next hops ask of devices, looked up once. */
class Devices {
  readonly #numbers = new Map<string, number>();
  readonly #groups: readonly number[];

  constructor(links: readonly Link[], readonly wan: ReadonlySet<string>) {
    links.forEach(({ name }, i) => { if (!this.#numbers.has(name)) this.#numbers.set(name, i + 1); });
    this.#groups = groupNumbers(links);
  }

  /** 1-based; 0 where link.json does not know it. */
  number(name: string | null): number {
    return name === null ? 0 : (this.#numbers.get(name) ?? 0);
  }

  group(number: number): number {
    return this.#groups[number - 1] ?? 0;
  }
}

/** A local or anycast destination stays on the node, whatever device its address is on. */
function writeHops(core: Core, route: Route, hops: readonly NextHop[], before: number, devices: Devices): number {
  const stays = route.type === "local" || route.type === "anycast";
  const records = hops.map((hop, i) => {
    const device = devices.number(hop.dev);
    return {
      device,
      wan: Number(!stays && hop.dev !== null && devices.wan.has(hop.dev)),
      dead: Number(isDead(route, hop)),
      group: devices.group(device),
      gateway: Number(hop.via !== null),
      via0: hop.via?.family === 4 ? hop.via.words[0] : 0,
      number: before + i + 1,
      onlink: Number(isOnLink(route, hop)),
    };
  });
  return writeRecords(core, core.layout.HopAt, records);
}

/** A gateway that somebody put on the link is not looked for in any table. */
function isOnLink(route: Route, hop: NextHop): boolean {
  return route.flags.includes("onlink") || hop.flags.includes("onlink");
}

/** iproute2 prints `dead` where the kernel skips the next hop. */
function isDead(route: Route, hop: NextHop): boolean {
  return route.flags.includes("dead") || hop.flags.includes("dead");
}

/** include/uapi/linux/rtnetlink.h; the larger, the nearer. */
const SCOPES: ReadonlyMap<string, number> = new Map([["global", 0], ["universe", 0], ["site", 200], ["link", 253], ["host", 254], ["nowhere", 255]]);

/** RT_SCOPE of its name; numbers stand for themselves. */
export function scopeNumber(scope: string | null): number {
  return scope === null ? 0 : (SCOPES.get(scope) ?? (Number(scope) || 0));
}

/** The group of each device, by number. Groups are compared by name here; `default` is group 0. */
export function groupNumbers(links: readonly Link[]): number[] {
  const names = groupNames(links);
  return links.map(({ group }) => names.indexOf(plainName(group)));
}

/** The number of the group that a rule names; one that no device is in has a number of its own. */
export function groupNumber(links: readonly Link[], group: string): number {
  const names = groupNames(links);
  const index = names.indexOf(plainName(group));
  return index < 0 ? names.length : index;
}

function groupNames(links: readonly Link[]): string[] {
  return [...new Set(["default", ...links.map(({ group }) => plainName(group))])];
}

/** iproute2 prints a number where it has no name. */
function plainName(group: string | null): string {
  return group === null || group === "0" ? "default" : group;
}
