/** The way of a packet that came in on a device: ip_route_input_slow (IPv4), ip6_rcv_core, ip6_route_input and ip6_forward (IPv6). */
import { type Address, isLinkLocal, isMulticast, isUnspecified } from "../model/address.js";
import type { ErrorName } from "../model/walk.js";
import { isOnFor, LOOPBACK, sysctl } from "./fib.js";
import { gateway4 } from "./gateway.js";
import { isLimitedBroadcast, isLoopback, isStrict, isZeroNet, notFound, type Output, pickHop, way6 } from "./output.js";
import { ANY4 } from "./own.js";
import { isOn, type Question, type Reader } from "./question.js";
import { type Found, walkRules } from "./rules.js";
import { SILENT, type Trail } from "./trail.js";
import { invalidSource } from "./validate.js";

type Tell = Pick<Trail, "tell">;

/** Where a packet from outside goes. `question.iif` is the device it came in on; `question.src` null: any source. */
export function lookupInput(question: Question, reader: Reader, trail: Tell): Output {
  if (reader.ground.links.get(question.iif)?.up !== true) return drop(trail, `${question.iif} is not up`);
  if (isMulticast(question.dst)) {
    trail.tell({ station: "input", text: "multicast from outside asks the node's groups and its multicast routing, which are not modelled", decides: true });
    return { kind: "unknown" };
  }
  return question.family === 4 ? routeInput(question, reader, trail) : forwarded6(question, reader, trail);
}

/** The lookup alone, as RTM_GETROUTE with an input device makes it: IPv6 looks at sources and at forwarding only when a packet comes by. */
export function routeInput(question: Question, reader: Reader, trail: Tell = SILENT): Output {
  return question.family === 4 ? input4(question, reader, trail) : input6(question, reader, trail);
}

function drop(trail: Tell, text: string, error: ErrorName = "EINVAL"): Output {
  trail.tell({ station: "input", text, why: "dropped", decides: true });
  return { kind: "error", error, disposition: "dropped" };
}

/** "Martian" addresses, which no host may send. */
function martian4({ src, dst, iif }: Question, reader: Reader): string | null {
  const localnet = (): boolean => isOnFor(reader.ground, 4, iif, "route_localnet");
  if (src !== null && (isMulticast(src) || isLimitedBroadcast(src))) return "the source is not the address of a host";
  if (isLimitedBroadcast(dst) || (src !== null && isUnspecified(src) && isUnspecified(dst))) return null;
  if (src !== null && isZeroNet(src)) return "the source is 0.0.0.0";
  if (isZeroNet(dst)) return "the destination is 0.0.0.0";
  if (isLoopback(dst)) return localnet() ? null : "a loopback destination does not come from outside";
  return src !== null && isLoopback(src) && !localnet() ? "a loopback source does not come from outside" : null;
}

const LOOPBACK6 = 1;

/** What IPv6 throws away before the first hook (ip6_rcv_core); null: nothing is wrong. Nobody looks again behind it: DNAT to ::1 is routed like any destination. */
export function martian6({ src, dst }: Pick<Question, "src" | "dst">): string | null {
  if (isLoopback6(dst)) return "::1 does not come from outside";
  if (src === null) return null;
  if (isMulticast(src)) return "the source is not the address of a host";
  return isLoopback6(src) ? "::1 does not come from outside" : null;
}

function isLoopback6({ words }: Address): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0 && words[3] === LOOPBACK6;
}

function input4(question: Question, reader: Reader, trail: Tell): Output {
  const { ground } = reader;
  const { iif, dst } = question;
  const strange = martian4(question, reader);
  if (strange !== null) return drop(trail, strange);
  if (isLimitedBroadcast(dst) || isUnspecified(dst)) return broadcast(question, null, reader, trail);
  const forwards = (): boolean => isOn(reader, `net.ipv4.conf.${iif}.forwarding`);
  const stays = (): Output => drop(trail, `${iif} does not forward IPv4`, "EHOSTUNREACH");
  const found = walkRules(ground.fibs[4], question, reader, trail);
  if (found.kind === "unknown") return found;
  if (found.kind !== "route") return forwards() ? (notFound(found) ?? { kind: "unknown" }) : stays();
  const { type } = found.route;
  if (type === "broadcast") return forwardsBroadcasts(iif, reader) ? passOn(question, found, reader, trail) : broadcast(question, found, reader, trail);
  if (type === "local") {
    const refused = invalidSource(question, null, reader);
    return refused === null ? local(question, found) : drop(trail, refused);
  }
  if (!forwards()) return stays();
  if (type !== "unicast") return drop(trail, `a route of type ${type} does not forward`);
  return passOn(question, found, reader, trail);
}

/** IN_DEV_BFORWARD(): on for the device and for all. */
function forwardsBroadcasts(iif: string, { ground }: Reader): boolean {
  return ["all", iif].every((of) => sysctl(ground, `net.ipv4.conf.${of}.bc_forwarding`) === "1");
}

function broadcast(question: Question, found: (Found & { readonly kind: "route" }) | null, reader: Reader, trail: Tell): Output {
  const zero = question.src !== null && isZeroNet(question.src);
  const refused = zero ? null : invalidSource({ ...question, dst: ANY4 }, null, reader);
  if (refused !== null) return drop(trail, refused);
  const route = found?.route ?? null;
  return { kind: "way", type: "broadcast", dev: LOOPBACK, table: route?.table ?? 0, via: null, route, routeDev: found?.hops[0]?.dev ?? question.iif, source: null };
}

/** ip_mkroute_input(): the source is validated for the device that was chosen. */
function passOn(question: Question, found: Found & { readonly kind: "route" }, reader: Reader, trail: Tell): Output {
  const { route, hop } = pickHop({ ...found, rivals: [] }, reader);
  const dev = hop.dev ?? "";
  const refused = invalidSource(question, dev, reader);
  if (refused !== null) return drop(trail, refused);
  return { kind: "way", type: route.type === "broadcast" ? "broadcast" : "unicast", dev, table: route.table, via: gateway4(route, hop, reader), route, routeDev: dev, source: null };
}

function local({ iif }: Question, { route, hops }: Found & { readonly kind: "route" }): Output {
  return { kind: "way", type: "local", dev: LOOPBACK, table: route.table, via: null, route, routeDev: hops[0]?.dev ?? iif, source: null };
}

function input6(question: Question, reader: Reader, trail: Tell): Output {
  const { iif, src, dst } = question;
  const asked: Question = { ...question, rated: iif, strict: isStrict(dst, null, src, false) };
  const found = walkRules(reader.ground.fibs[6], asked, reader, trail);
  return found.kind === "route" ? way6(found, reader) : (notFound(found) ?? { kind: "unknown" });
}

/** What ip6_forward() makes of the answer. */
function forwarded6(question: Question, reader: Reader, trail: Tell): Output {
  const { iif } = question;
  const way = input6(question, reader, trail);
  if (way.kind === "unknown" || (way.kind === "way" && way.dev === LOOPBACK)) return way;
  const forced = sysctl(reader.ground, `net.ipv6.conf.${iif}.force_forwarding`) === "1";
  if (way.kind === "error") return way;
  if (!forced && !isOn(reader, "net.ipv6.conf.all.forwarding")) return drop(trail, "the node does not forward IPv6");
  return way.dev === iif ? way : boundSource(question, way, trail);
}

/** What leaves where it came in, and is answered with a redirect, escapes this check. */
function boundSource({ src }: Question, way: Output, trail: Tell): Output {
  if (src === null || !(isUnspecified(src) || isLinkLocal(src))) return way;
  if (isUnspecified(src)) return drop(trail, "the source is ::");
  trail.tell({ station: "input", text: "a link-local source does not leave its link", why: "rejected: beyond the scope of the source", decides: true });
  return { kind: "error", error: "EINVAL", disposition: "rejected" };
}
