/** Which address an unbound packet carries: inet_select_addr (net/ipv4/devinet.c), ipv6_dev_get_saddr (net/ipv6/addrconf.c). */
import { type Address, isLinkLocal, isMulticast, isUnspecified, type Prefix, covers, parsePrefix, sameAddress } from "../model/address.js";
import type { InterfaceAddress, NextHop, Route } from "../model/node.js";
import { type Ground, isOnFor, sysctl } from "./fib.js";

/** A source and what made the kernel choose it. */
export interface Source {
  readonly address: Address;
  readonly at: string;
  readonly why: string;
}

/** include/uapi/linux/rtnetlink.h; the larger, the nearer. */
const SCOPES: ReadonlyMap<string, number> = new Map([["global", 0], ["universe", 0], ["site", 200], ["link", 253], ["host", 254], ["nowhere", 255]]);
export const SCOPE_LINK = 253;

export function scopeNumber(scope: string | null): number {
  return SCOPES.get(scope ?? "global") ?? (Number(scope) || 0);
}

/** fib_result_prefsrc(): the route's own `src`, else an address of its device that may be seen as far as the route reaches. */
export function source4(ground: Ground, route: Route, hop: NextHop): Source | null {
  if (route.prefsrc !== null) return { address: route.prefsrc, at: route.at, why: "the route names it (src)" };
  const near = hop.via?.family === 4 ? hop.via : null;
  return selectAddress4(ground, hop.dev ?? "", near, scopeNumber(route.scope));
}

/** inet_select_addr(): the device's first primary address of the scope, better one in whose network `near` lies; else one of any other device. */
export function selectAddress4(ground: Ground, dev: string, near: Address | null, scope: number): Source | null {
  const primary = ground.node.addresses.filter((own) => own.address.family === 4 && !own.flags.includes("secondary"));
  const localScope = isOnFor(ground, 4, dev, "route_localnet") ? SCOPE_LINK : 254;
  const fitting = primary.filter((own) => own.dev === dev && Math.min(scopeNumber(own.scope), localScope) <= scope);
  const chosen = fitting.find((own) => near === null || covers({ address: own.address, length: own.length }, near)) ?? fitting[0];
  if (chosen !== undefined) return { address: chosen.address, at: chosen.at, why: `the first address of ${dev}` };
  // A device without an address borrows one; link scope would not be of use elsewhere.
  for (const link of ground.node.links) {
    const other = primary.find((own) => own.dev === link.name && scopeNumber(own.scope) !== SCOPE_LINK && scopeNumber(own.scope) <= scope);
    if (other !== undefined) return { address: other.address, at: other.at, why: `${dev} has no IPv4 address, so one of ${link.name} is borrowed` };
  }
  return null;
}

/**
 * RFC 6724 as the kernel does it: rules 1 (same address), 2 (scope), 3 (deprecated), 5 (outgoing device), 6 (label), 7 (temporary), ORCHID and 8 (longest prefix),
 * with the default label table; no home addresses, no optimistic ones, no preferences of the socket. `dev` null: no device is known yet.
 */
export function source6(ground: Ground, dst: Address, dev: string | null): Source | null {
  const onlyDevice = dev !== null && (isMulticast(dst) || scope6(dst) <= LINK_LOCAL_SCOPE || sysctl(ground, `net.ipv6.conf.${dev}.use_oif_addrs_only`) === "1");
  const names = onlyDevice ? [dev] : ground.node.links.map((link) => link.name);
  let best: InterfaceAddress | null = null;
  for (const candidate of names.flatMap((name) => candidatesOn(ground, name))) {
    if (best === null || beats(ground, candidate, best, dst, dev)) best = candidate;
  }
  if (best === null) return null;
  const why = dev === null ? "the best address of all devices (RFC 6724), no route was found without one" : best.dev === dev ? `the best address of ${dev} (RFC 6724)` : `the best address of all devices (RFC 6724), ${dev} has none that fits`;
  return { address: best.address, at: best.at, why };
}

function candidatesOn(ground: Ground, dev: string): InterfaceAddress[] {
  return ground.node.addresses.filter((own) => own.dev === dev && own.address.family === 6 && !isMulticast(own.address) && !isUnspecified(own.address) &&
    (!own.flags.includes("tentative") || own.flags.includes("optimistic")) && !own.flags.includes("dadfailed"));
}

/** ipv6_get_saddr_eval(), rule by rule: whether `a` is better than `b`, which came before it. */
function beats(ground: Ground, a: InterfaceAddress, b: InterfaceAddress, dst: Address, dev: string | null): boolean {
  for (const rate of RATES) {
    const difference = rate(a, dst, dev, ground) - rate(b, dst, dev, ground);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

type Rate = (own: InterfaceAddress, dst: Address, dev: string | null, ground: Ground) => number;

const RATES: readonly Rate[] = [
  (own, dst) => Number(sameAddress(own.address, dst)),
  // Scopes that reach the destination: the smallest of them; then those that do not: the largest.
  (own, dst) => (scope6(own.address) >= scope6(dst) ? -scope6(own.address) : scope6(own.address) - 128),
  (own) => Number(!own.flags.includes("deprecated")),
  (own, _, dev) => Number(dev === null || own.dev === dev),
  (own, dst) => Number(label(own.address) === label(dst)),
  (own, _, __, ground) => Number(own.flags.includes("temporary") === Number(sysctl(ground, `net.ipv6.conf.${own.dev}.use_tempaddr`) ?? 0) >= 2),
  (own, dst) => Number(covers(ORCHID, own.address) === covers(ORCHID, dst)),
  (own, dst) => Math.min(commonBits(own.address, dst), own.length),
];

const LINK_LOCAL_SCOPE = 2;

/** __ipv6_addr_src_scope(): a multicast address tells its own, the loopback counts as link-local, ULAs as global, `::` as less than any. */
export function scope6(address: Address): number {
  const [top] = address.words;
  if (isUnspecified(address)) return -1;
  if (isMulticast(address)) return (top >>> 16) & 0xf;
  if (isLinkLocal(address) || sameAddress(address, LOOPBACK6)) return LINK_LOCAL_SCOPE;
  return top >>> 22 === 0x3fb ? 5 : 14;
}

const LOOPBACK6: Address = { family: 6, words: [0, 0, 0, 1] };

/** ip6addrlbl_init_table in net/ipv6/addrlabel.c, longest first. */
const LABELS: readonly (readonly [Prefix, number])[] = ([
  ["::1/128", 0], ["::ffff:0:0/96", 4], ["::/96", 3], ["2001::/32", 6], ["2001:10::/28", 7], ["2002::/16", 2], ["3ffe::/16", 12], ["fec0::/10", 11], ["fc00::/7", 5],
] as const).flatMap(([text, number]) => {
  const prefix = parsePrefix(text, 6);
  return prefix === null ? [] : [[prefix, number] as const];
});
const ORCHID: Prefix = { address: { family: 6, words: [0x20010010, 0, 0, 0] }, length: 28 };

function label(address: Address): number {
  return LABELS.find(([prefix]) => covers(prefix, address))?.[1] ?? 1;
}

/** ipv6_addr_diff(): how many leading bits are the same. */
export function commonBits(a: Address, b: Address): number {
  const at = a.words.findIndex((word, i) => word !== b.words[i]);
  return at < 0 ? 128 : 32 * at + Math.clz32(((a.words[at] ?? 0) ^ (b.words[at] ?? 0)) >>> 0);
}
