/** The way of a packet that came in on a device: ip_route_input_slow and fib_validate_source (IPv4), ip6_rcv_core, ip6_route_input and ip6_forward (IPv6). */
import { type Address, isLinkLocal, isMulticast, isUnspecified } from "../model/address.js";
import { isOwn, LOOPBACK, sysctl } from "./fib.js";
import { isLimitedBroadcast, isLoopback, isStrict, isZeroNet, notFound, type Output, pickHop } from "./output.js";
import { isOn, type Question, type Reader } from "./question.js";
import { type Found, walkRules } from "./rules.js";
import { SILENT, type Trail } from "./trail.js";

type Tell = Pick<Trail, "tell">;

const DROPPED: Output = { kind: "error", error: "EINVAL", disposition: "dropped" };

/** Where a packet from outside goes. `question.iif` is the device it came in on; `question.src` null: any source. */
export function lookupInput(question: Question, reader: Reader, trail: Tell): Output {
  const strange = question.family === 4 ? martian4(question, reader) : martian6(question);
  if (reader.ground.links.get(question.iif)?.up !== true) return drop(trail, `${question.iif} is not up`);
  if (strange !== null) return drop(trail, strange);
  if (isMulticast(question.dst)) {
    trail.tell({ station: "input", text: "multicast from outside asks the node's groups and its multicast routing, which are not modelled", decides: true });
    return { kind: "unknown" };
  }
  return question.family === 4 ? input4(question, reader, trail) : input6(question, reader, trail);
}

function drop(trail: Tell, text: string): Output {
  trail.tell({ station: "input", text, why: "dropped", decides: true });
  return DROPPED;
}

/** "Martian" addresses, which no host may send. */
function martian4({ src, dst, iif }: Question, reader: Reader): string | null {
  const localnet = sysctl(reader.ground, `net.ipv4.conf.${iif}.route_localnet`) === "1";
  if (src !== null) {
    if (isMulticast(src) || isLimitedBroadcast(src)) return "the source is not the address of a host";
    if (isZeroNet(src) && !isLimitedBroadcast(dst)) return "the source is 0.0.0.0";
    if (isLoopback(src) && !localnet) return "a loopback source does not come from outside";
  }
  if (isZeroNet(dst)) return "the destination is in 0.0.0.0/8";
  return isLoopback(dst) && !localnet ? "a loopback destination does not come from outside" : null;
}

const LOOPBACK6 = 1;

function martian6({ src, dst }: Question): string | null {
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
  const forwards = (): boolean => isOn(reader, `net.ipv4.conf.${question.iif}.forwarding`);
  if (isLimitedBroadcast(question.dst)) return local(question, null);
  const found = walkRules(ground.fibs[4], question, reader, trail);
  if (found.kind !== "route") {
    if (found.kind !== "unknown" && !forwards()) return drop(trail, `${question.iif} does not forward IPv4`);
    return notFound(found) ?? { kind: "unknown" };
  }
  const { type } = found.route;
  const refused = invalidSource(question, reader);
  if (type === "local" || type === "broadcast") return refused === null ? local(question, found) : drop(trail, refused);
  if (type !== "unicast") return drop(trail, `a route of type ${type} does not forward`);
  if (!forwards()) return drop(trail, `${question.iif} does not forward IPv4`);
  return refused === null ? passOn(found, reader) : drop(trail, refused);
}

/** fib_validate_source(): why the source is not believed; null: it is. */
function invalidSource(question: Question, reader: Reader): string | null {
  const { src, iif } = question;
  if (src === null || isUnspecified(src)) return null;
  const { ground } = reader;
  const filter = Math.max(Number(sysctl(ground, "net.ipv4.conf.all.rp_filter") ?? 0), Number(sysctl(ground, `net.ipv4.conf.${iif}.rp_filter`) ?? 0));
  if (sysctl(ground, `net.ipv4.conf.${iif}.accept_local`) !== "1" && isOwn(ground, src)) return "the source is one of the node's own addresses";
  if (filter === 0) return null;
  const mark = sysctl(ground, `net.ipv4.conf.${iif}.src_valid_mark`) === "1" ? question.mark : 0;
  const back = walkRules(ground.fibs[4], { ...question, dst: src, src: question.dst, mark, iif, oif: null }, reader, SILENT);
  const reaches = back.kind === "route" && back.hops.some((hop) => filter === 2 || hop.dev === iif);
  return reaches ? null : `rp_filter: the source is not reached by ${filter === 2 ? "any route" : iif}`;
}

function input6(question: Question, reader: Reader, trail: Tell): Output {
  const { iif, src, dst } = question;
  const asked: Question = { ...question, rated: iif, strict: isStrict(dst, null, src, false) };
  const found = walkRules(reader.ground.fibs[6], asked, reader, trail);
  if (found.kind === "route" && (found.route.type === "local" || found.route.type === "anycast")) return local(question, found);
  if (found.kind === "unknown") return { kind: "unknown" };
  const forced = sysctl(reader.ground, `net.ipv6.conf.${iif}.force_forwarding`) === "1";
  if (found.kind === "route" && !forced && !isOn(reader, "net.ipv6.conf.all.forwarding")) return drop(trail, "the node does not forward IPv6");
  if (found.kind !== "route") return notFound(found) ?? { kind: "unknown" };
  const way = passOn(found, reader);
  if (src !== null && isLinkLocal(src)) return drop(trail, "a link-local source does not leave its link");
  return way;
}

function local({ iif }: Question, found: (Found & { readonly kind: "route" }) | null): Output {
  const route = found?.route ?? null;
  return { kind: "way", type: "local", dev: LOOPBACK, table: route?.table ?? 255, via: null, route, routeDev: found?.hops[0]?.dev ?? iif, source: null };
}

function passOn(found: Found & { readonly kind: "route" }, reader: Reader): Output {
  const { route, hop } = pickHop(found, reader);
  return { kind: "way", type: "unicast", dev: hop.dev ?? "", table: route.table, via: hop.via, route, routeDev: hop.dev ?? "", source: null };
}
