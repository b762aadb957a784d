/** One output lookup, as a socket or RTM_GETROUTE asks it: ip_route_output_key_hash_rcu (net/ipv4/route.c), ip6_route_output_flags (net/ipv6/route.c). */
import { type Address, isLinkLocal, isMulticast, isUnspecified, sameAddress } from "../model/address.js";
import type { NextHop, Route } from "../model/node.js";
import type { ErrorName } from "../model/walk.js";
import { isOwn, LOOPBACK, sysctl } from "./fib.js";
import type { Question, Reader } from "./question.js";
import { type Found, walkRules } from "./rules.js";
import { SCOPE_LINK, selectAddress4, type Source, source4 } from "./source.js";
import { sameHop } from "./table.js";
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
  const manyHosts = isMulticast(dst) || isLimitedBroadcast(dst);
  if (src !== null) {
    if (isMulticast(src) || isLimitedBroadcast(src) || isZeroNet(src)) return refuse(trail, "EINVAL", "the source is not the address of a host");
    if (oif === null && manyHosts) {
      const owner = ground.node.addresses.find((own) => sameAddress(own.address, src));
      if (owner === undefined) return refuse(trail, "ENETUNREACH", "the source is not an address of the node");
      trail.tell({ station: "table", text: `no table is asked: multicast and broadcast leave on the device of their source, ${owner.dev}`, at: owner.at, decides: true });
      return direct(question, owner.dev, { address: src, at: "", why: "" });
    }
    if (!anySource && !isOwn(ground, src)) return refuse(trail, "ENETUNREACH", "the source is not an address of the node");
  }
  if (oif !== null) {
    if (ground.links.get(oif)?.up !== true) return refuse(trail, "ENETUNREACH", `${oif} is not up`);
    if ((dst.words[0] >>> 8) === 0xe00000 || isLimitedBroadcast(dst) || (reader.knows("proto") && reader.read("proto") === IGMP)) {
      trail.tell({ station: "table", text: `no table is asked: it goes straight out on ${oif}`, decides: true });
      return direct(question, oif, given(src) ?? selectAddress4(ground, oif, null, SCOPE_LINK));
    }
  }
  if (isUnspecified(dst)) {
    trail.tell({ station: "table", text: "no table is asked: 0.0.0.0 is the node itself", decides: true });
    const own: Address = src ?? { family: 4, words: [0x7f000001, 0, 0, 0] };
    return { kind: "way", type: "local", dev: LOOPBACK, table: 255, via: null, route: null, routeDev: LOOPBACK, source: { address: own, at: "", why: "the node itself" } };
  }
  const found = walkRules(ground.fibs[4], question, reader, trail);
  if (found.kind !== "route") {
    const failed = notFound(found);
    // "Apparently, routing tables are wrong. Assume, that the destination is on link." (route.c)
    if (oif === null || failed?.kind === "unknown") return failed ?? { kind: "unknown" };
    trail.tell({ station: "table", text: `IPv4 takes the destination to be on the link of ${oif}, whatever the tables say`, decides: true });
    return direct(question, oif, given(src) ?? selectAddress4(ground, oif, null, SCOPE_LINK));
  }
  return finish4(question, reader, found);
}

/** Out on a device without a route. */
function direct(question: Question, dev: string, source: Source | null): Output {
  const type = isLimitedBroadcast(question.dst) ? "broadcast" : isMulticast(question.dst) ? "multicast" : "unicast";
  return { kind: "way", type, dev, table: 0, via: null, route: null, routeDev: dev, source };
}

/** The rest of ip_route_output_key_hash_rcu, and __mkroute_output. */
function finish4(question: Question, reader: Reader, found: Found & { readonly kind: "route" }): Output {
  const { ground } = reader;
  const { dst, src } = question;
  const { route } = found;
  if (route.type === "local") {
    const own: Source = { address: route.prefsrc ?? dst, at: route.at, why: route.prefsrc === null ? "the destination is the node's own" : "the route names it (src)" };
    return { kind: "way", type: "local", dev: LOOPBACK, table: route.table, via: null, route, routeDev: found.hops[0]?.dev ?? LOOPBACK, source: given(src) ?? own };
  }
  const picked = pickHop(found, reader);
  const dev = picked.hop.dev ?? "";
  const source = given(src) ?? source4(ground, picked.route, picked.hop);
  if (source !== null && isLoopback(source.address) && dev !== LOOPBACK && sysctl(ground, `net.ipv4.conf.${dev}.route_localnet`) !== "1") {
    return { kind: "error", error: "EINVAL", disposition: "rejected" };
  }
  if (isZeroNet(dst)) return { kind: "error", error: "EINVAL", disposition: "rejected" };
  const multicast = isMulticast(dst);
  const type = multicast ? "multicast" : route.type === "broadcast" || isLimitedBroadcast(dst) ? "broadcast" : "unicast";
  // A gateway plays no part in broadcasts, nor in multicast by a default route.
  const onLink = type === "broadcast" || (multicast && route.destination.length < 4);
  return { kind: "way", type, dev, table: route.table, via: onLink ? null : picked.hop.via, route: picked.route, routeDev: dev, source };
}

function output6(question: Question, reader: Reader, trail: Tell): Output {
  const found = walkRules(reader.ground.fibs[6], question, reader, trail);
  if (found.kind !== "route") return notFound(found) ?? { kind: "unknown" };
  const { route } = found;
  const { hop } = pickHop(found, reader);
  const dev = hop.dev ?? "";
  const stays = route.type === "local" || route.type === "anycast";
  const type = route.type === "local" || route.type === "anycast" || route.type === "multicast" ? route.type : isMulticast(question.dst) ? "multicast" : "unicast";
  return { kind: "way", type, dev: stays ? LOOPBACK : dev, table: route.table, via: stays ? null : hop.via, route, routeDev: dev, source: null };
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

export function isZeroNet(address: Address): boolean {
  return address.family === 4 && address.words[0] >>> 24 === 0;
}

export function isLoopback(address: Address): boolean {
  return address.family === 4 && address.words[0] >>> 24 === 127;
}
