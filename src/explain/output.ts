/** One output lookup, as a socket or RTM_GETROUTE asks it: ip_route_output_key_hash_rcu (net/ipv4/route.c), ip6_route_output_flags (net/ipv6/route.c). */
import { type Address, formatAddress, isLinkLocal, isMulticast, isUnspecified } from "../model/address.js";
import type { NextHop, Route } from "../model/node.js";
import type { ErrorName } from "../model/walk.js";
import { isOnFor, LOOPBACK } from "./fib.js";
import { gateway4 } from "./gateway.js";
import { isOwn, ownersOf } from "./own.js";
import type { Question, Reader } from "./question.js";
import { type Found, walkRules } from "./rules.js";
import { SCOPE_LINK, selectAddress4, type Source, source4 } from "./source.js";
import { hasObject, sameHop } from "./table.js";
import type { Trail } from "./trail.js";
import { hopText } from "./words.js";

export interface Way {
  readonly kind: "way";
  readonly type: "unicast" | "local" | "broadcast" | "multicast" | "anycast";
  /** `lo` for what stays on the node. */
  readonly dev: string;
  /** 0: no table was asked, or none had a route (IPv4 with a device). */
  readonly table: number;
  readonly via: Address | null;
  /** null: none was asked. */
  readonly route: Route | null;
  /** The device of the route itself: for a local destination the one its address is on. */
  readonly routeDev: string;
  /** IPv4: the source the lookup chose, or was given. IPv6 chooses it afterwards. */
  readonly source: Source | null;
}

export interface NoWay {
  readonly kind: "error";
  readonly error: ErrorName;
  readonly disposition: "noRoute" | "rejected" | "dropped";
}

export type Output = Way | NoWay | { readonly kind: "unknown" };

type Tell = Pick<Trail, "tell">;

/** Either family's lookup. */
export function lookupOutput(question: Question, reader: Reader, trail: Tell, anySource = false): Output {
  return question.family === 4 ? output4(question, reader, trail, anySource) : output6(question, reader, trail);
}

/** A lookup that found nothing. */
export function notFound(found: Found): NoWay | { readonly kind: "unknown" } | null {
  switch (found.kind) {
    case "none": return { kind: "error", error: "ENETUNREACH", disposition: "noRoute" };
    case "error": return { kind: "error", error: found.error, disposition: found.silent ? "dropped" : "rejected" };
    case "unknown": return { kind: "unknown" };
    default: return null;
  }
}

function refuse(trail: Tell, error: ErrorName, text: string): NoWay {
  trail.tell({ station: "socket", text, why: `refused with ${error}`, decides: true });
  return { kind: "error", error, disposition: "rejected" };
}

/** A source that was given, as a lookup hands it on. */
function given(address: Address | null): Source | null {
  return address === null ? null : { address, at: "", why: "" };
}

function output4(question: Question, reader: Reader, trail: Tell, anySource: boolean): Output {
  const { src, dst, oif } = question;
  const { ground } = reader;
  if (src !== null) {
    if (isMulticast(src) || isLimitedBroadcast(src) || isZeroNet(src)) return refuse(trail, "EINVAL", "the source is not the address of a host");
    if (oif === null && (isMulticast(dst) || isLimitedBroadcast(dst))) {
      const owners = ownersOf(ground, src);
      const dev = owners[reader.choices.ask(`device of ${formatAddress(src)}`, owners.map((text) => ({ text })))];
      if (dev === undefined) return refuse(trail, "ENETUNREACH", "the source is not an address of the node");
      trail.tell({ station: "table", text: `no table is asked: multicast and broadcast leave on the device of their source, ${dev}`, decides: true });
      return direct(question, dev, given(src), reader);
    }
    if (!anySource && !isOwn(ground, src)) return refuse(trail, "ENETUNREACH", "the source is not an address of the node");
  }
  const chosen = oif === null ? null : byDevice(question, oif, reader, trail);
  if (chosen !== null && "kind" in chosen) return chosen;
  const source = given(src) ?? chosen;
  if (isUnspecified(dst)) {
    trail.tell({ station: "table", text: "no table is asked: 0.0.0.0 is the node itself", decides: true });
    const itself: Source = source ?? { address: LOOPBACK4, at: "", why: "the node itself" };
    return { kind: "way", type: "local", dev: LOOPBACK, table: 0, via: null, route: null, routeDev: LOOPBACK, source: itself };
  }
  const asked: Question = source === null ? question : { ...question, src: source.address };
  const found = walkRules(ground.fibs[4], asked, reader, trail);
  if (found.kind === "route") return finish4(question, source, reader, found);
  const failed = notFound(found);
  // "Apparently, routing tables are wrong. Assume, that the destination is on link." (route.c)
  if (oif === null || failed?.kind === "unknown") return failed ?? { kind: "unknown" };
  trail.tell({ station: "table", text: `IPv4 takes the destination to be on the link of ${oif}, whatever the tables say`, decides: true });
  return direct(question, oif, source ?? selectAddress4(ground, oif, null, SCOPE_LINK), reader);
}

const LOOPBACK4: Address = { family: 4, words: [0x7f000001, 0, 0, 0] };
const SCOPE_UNIVERSE = 0;
const SCOPE_HOST = 254;

/** What a given device means before any table is asked: an answer, or the source that multicast and 0.0.0.0 carry; null: nothing. */
function byDevice(question: Question, oif: string, reader: Reader, trail: Tell): Output | Source | null {
  const { ground } = reader;
  const { src, dst } = question;
  if (ground.links.get(oif)?.up !== true) return refuse(trail, "ENETUNREACH", `${oif} is not up`);
  if ((dst.words[0] >>> 8) === 0xe00000 || isLimitedBroadcast(dst) || (reader.knows("proto") && reader.read("proto") === IGMP)) {
    trail.tell({ station: "table", text: `no table is asked: it goes straight out on ${oif}`, decides: true });
    return direct(question, oif, given(src) ?? selectAddress4(ground, oif, null, SCOPE_LINK), reader);
  }
  if (src !== null) return null;
  if (isMulticast(dst)) return selectAddress4(ground, oif, null, SCOPE_UNIVERSE);
  return isUnspecified(dst) ? selectAddress4(ground, oif, null, SCOPE_HOST) : null;
}

const MARTIAN: NoWay = { kind: "error", error: "EINVAL", disposition: "rejected" };

/** __mkroute_output(): a loopback source leaves on lo only, and nothing goes to 0.0.0.0. */
function isRefused(dst: Address, dev: string, source: Source | null, { ground }: Reader): boolean {
  if (source !== null && isLoopback(source.address) && dev !== LOOPBACK && !isOnFor(ground, 4, dev, "route_localnet")) return true;
  return isZeroNet(dst);
}

/** Out on a device without a route. */
function direct(question: Question, dev: string, source: Source | null, reader: Reader): Output {
  if (isRefused(question.dst, dev, source, reader)) return MARTIAN;
  const type = isLimitedBroadcast(question.dst) ? "broadcast" : isMulticast(question.dst) ? "multicast" : "unicast";
  return { kind: "way", type, dev, table: 0, via: null, route: null, routeDev: dev, source };
}

/** The rest of ip_route_output_key_hash_rcu, and __mkroute_output. `chosen`: the source as it stands by now. */
function finish4(question: Question, chosen: Source | null, reader: Reader, found: Found & { readonly kind: "route" }): Output {
  const { dst } = question;
  const { route } = found;
  if (route.type === "local") {
    const own: Source = { address: route.prefsrc ?? dst, at: route.at, why: route.prefsrc === null ? "the destination is the node's own" : "the route names it (src)" };
    const source = chosen ?? own;
    if (isRefused(dst, LOOPBACK, source, reader)) return MARTIAN;
    return { kind: "way", type: typeOf4(dst, route), dev: LOOPBACK, table: route.table, via: null, route, routeDev: found.hops[0]?.dev ?? LOOPBACK, source };
  }
  const picked = pickHop(found, reader);
  const dev = picked.hop.dev ?? "";
  const source = chosen ?? hopSource(picked, reader);
  if (isRefused(dst, dev, source, reader)) return MARTIAN;
  const type = typeOf4(dst, route);
  // A gateway plays no part in broadcasts, nor in multicast by a default route.
  const onLink = type === "broadcast" || (type === "multicast" && route.destination.length < 4);
  return { kind: "way", type, dev, table: route.table, via: onLink ? null : gateway4(picked.route, picked.hop, reader), route: picked.route, routeDev: dev, source };
}

/**
 * fib_result_prefsrc(). A next hop object keeps the source it was made with, chosen for the scope below its own (nh_create_ipv4), until some address of the node changes; then the scope of
 * the first route that asks counts. The state does not tell.
 */
function hopSource({ route, hop }: { readonly route: Route; readonly hop: NextHop }, { ground, choices }: Reader): Source | null {
  const source = source4(ground, route, hop);
  if (route.prefsrc !== null || !hasObject(route)) return source;
  const made = source4(ground, { ...route, scope: hop.via === null ? "253" : "252" }, hop);
  const both = [source, made].map((one) => (one === null ? "none" : formatAddress(one.address)));
  return both[0] === both[1] || choices.ask(`source of ${route.at}`, both.map((text) => ({ text }))) === 0 ? source : made;
}

/** The destination tells more than the route. */
function typeOf4(dst: Address, { type }: Route): Way["type"] {
  if (isLimitedBroadcast(dst)) return "broadcast";
  if (isMulticast(dst)) return "multicast";
  return type === "local" || type === "broadcast" || type === "multicast" || type === "anycast" ? type : "unicast";
}

function output6(question: Question, reader: Reader, trail: Tell): Output {
  const found = walkRules(reader.ground.fibs[6], question, reader, trail);
  return found.kind === "route" ? way6(found, reader) : (notFound(found) ?? { kind: "unknown" });
}

/** What a route of IPv6 makes of a packet, whoever sent it. */
export function way6(found: Found & { readonly kind: "route" }, reader: Reader): Way {
  const { hop } = pickHop(found, reader);
  const route = sourced(found.route, hop, reader);
  const dev = hop.dev ?? "";
  const stays = route.type === "local" || (route.type === "anycast" && route.protocol === "kernel");
  // fib6_info_nh_dev(): the first next hop of an object stands for all where a source is chosen.
  const routeDev = hasObject(route) ? (route.nextHops[0]?.dev ?? dev) : dev;
  return { kind: "way", type: typeOf6(route), dev: stays ? LOOPBACK : dev, table: route.table, via: stays ? null : hop.via, route, routeDev, source: null };
}

/** Next hops that were appended are routes of their own, and the dump tells the source of the first one only. */
function sourced(route: Route, hop: NextHop, { choices }: Reader): Route {
  if (route.prefsrc === null || hasObject(route) || route.nextHops[0] === undefined || sameHop(route.nextHops[0], hop)) return route;
  return choices.ask(`source of ${route.at}`, [{ text: "the first next hop's" }, { text: "none" }]) === 0 ? route : { ...route, prefsrc: null };
}

/** IPv6 tells the route's own type. */
function typeOf6({ type }: Route): Way["type"] {
  return type === "local" || type === "anycast" || type === "multicast" ? type : "unicast";
}

/** Whether only routes on the device count (rt6_need_strict, and F_IFACE in ip6_route_output_flags). */
export function isStrict(dst: Address, oif: string | null, src: Address | null, bound: boolean): boolean {
  if (dst.family === 4) return false;
  const loopback = dst.words[0] === 0 && dst.words[1] === 0 && dst.words[2] === 0 && dst.words[3] === 1;
  return isMulticast(dst) || isLinkLocal(dst) || loopback || (oif !== null && (bound || src === null));
}

/** The kernel's choice among several next hops is not in the state: by flow hash, or by what the neighbour table says. */
export function pickHop(found: Found & { readonly kind: "route" }, reader: Reader): { readonly route: Route; readonly hop: NextHop } {
  const all = [
    ...found.hops.map((hop) => ({ route: found.route, hop })),
    ...found.rivals.flatMap((route) => route.nextHops.slice(0, 1).map((hop) => ({ route, hop }))),
  ];
  const distinct = all.filter((one, i) => all.findIndex((other) => sameHop(other.hop, one.hop) && other.route.prefsrc === one.route.prefsrc) === i);
  const index = reader.choices.ask(`next hop of ${found.route.at}`, distinct.map(({ hop }) => ({ text: hopText(hop) })));
  const picked = distinct[index];
  return picked ?? { route: found.route, hop: { dev: null, via: null, weight: 1, flags: [] } };
}

const IGMP = 2;

export function isLimitedBroadcast(address: Address): boolean {
  return address.family === 4 && address.words[0] === 0xffffffff;
}

/** Since Linux 5.3 the rest of 0.0.0.0/8 is unicast (ipv4_is_zeronet). */
export function isZeroNet(address: Address): boolean {
  return address.family === 4 && address.words[0] === 0;
}

export function isLoopback(address: Address): boolean {
  return address.family === 4 && address.words[0] >>> 24 === 127;
}
