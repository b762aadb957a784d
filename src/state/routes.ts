/** route4.json and route6.json: `ip -j -d route show table all`, in the order of the dump. */
import { type Address, type Family, parseAddress, type Prefix } from "../model/address.js";
import type { Link, NextHop, Route, RouteType, UnreadRoute } from "../model/node.js";
import { prefixOf, tableNumber, tosByte } from "./fields.js";
import { eachObject, isObject, type JsonObject, own, ownText, requiredArray, texts, unsigned } from "./values.js";
import { type Parsed, Remarks, show, word } from "./remarks.js";

const MAIN = 254;
/** IP6_RT_PRIO_USER: what the kernel takes when a route is added without a metric. */
const METRIC6 = 1024;
const BOTH_WAYS = "whether it is taken is not known";

/** The routes of one family, all tables, and those of which nobody knows where they lead. Throws InputError WP1003 when the text is not a JSON list. */
export function parseRoutes(text: string, family: Family, links: readonly Link[]): Parsed<readonly Route[]> & { readonly unread: readonly UnreadRoute[] } {
  const remarks = new Remarks(`route${family}.json`);
  const devices = new Set(links.map((link) => link.name));
  const routes: Route[] = [];
  const unread: UnreadRoute[] = [];
  const lose = (said: string, at: string, consequence: string): void => {
    unread.push({ family, text: said, at });
    remarks.say("WP1102", at, said, consequence);
  };
  eachObject(requiredArray(text, remarks.file), remarks, (row, at) => {
    const destination = Object.hasOwn(row, "encap") ? null : prefixOf(own(row, "dst"), family);
    if (destination !== null) routes.push(readRoute({ row, at, family, devices, remarks, unknown: [] }, destination));
    else lose(unreadDestination(row), at, "any packet may take the route, so every lookup of its family stays undetermined");
  }, (said, at) => { unread.push({ family, text: said, at }); });
  return { value: routes, diagnostics: remarks.list(), unread };
}

/** One element while it is read. */
interface Draft {
  readonly row: JsonObject;
  readonly at: string;
  readonly family: Family;
  readonly devices: ReadonlySet<string>;
  readonly remarks: Remarks;
  readonly unknown: string[];
}

/** iproute2 prints `dst` twice where a lone next hop is a light-weight tunnel, and readers of JSON see the last one only: the tunnel's. */
function unreadDestination(row: JsonObject): string {
  return Object.hasOwn(row, "encap") ? `encap ${show(own(row, "encap"))} hides the destination` : `dst ${show(own(row, "dst"))} cannot be read`;
}

function readRoute(draft: Draft, destination: Prefix): Route {
  const { row, at, family } = draft;
  const type = readType(draft);
  const nextHops = readHops(draft);
  readOtherKeys(draft, nextHops.length > 0);
  const route = {
    family, type, destination, nextHops, at,
    table: readTable(draft),
    source: readSource(draft),
    metric: readMetric(draft),
    tos: own(row, "tos") === undefined ? 0 : (tosByte(own(row, "tos")) ?? unreadable(draft, "tos", 0)),
    scope: ownText(row, "scope"),
    protocol: ownText(row, "protocol"),
    prefsrc: readAddress(draft, row, "prefsrc"),
    preference: readPreference(draft),
    flags: [...objectOf(draft, nextHops.length > 0), ...texts(own(row, "flags"))],
    unknown: draft.unknown,
  };
  return { ...route, text: textOf(route, row) };
}

/** A route by a next hop object says so with its flags, `nhid 11`: a device that does not fit ends such a route differently (fib_table_lookup). */
function objectOf({ row }: Draft, hasHops: boolean): string[] {
  const id = hasHops ? unsigned(own(row, "nhid")) : null;
  return id === null ? [] : [`nhid ${id}`];
}

const TYPES = ["unicast", "local", "broadcast", "anycast", "multicast", "unreachable", "prohibit", "blackhole", "throw"] as const satisfies readonly RouteType[];

function readType(draft: Draft): RouteType {
  const value = own(draft.row, "type");
  if (value === undefined) return "unicast";
  return TYPES.find((type) => type === value) ?? unmodelled(draft, `type ${show(value)}`, "unknown" as const);
}

/** A table by a made-up name gets number 0, which no rule looks up: a rule that names it is unknown itself. */
function readTable(draft: Draft): number {
  const value = own(draft.row, "table");
  if (value === undefined) return MAIN;
  return tableNumber(value) ?? unmodelled(draft, `table ${show(value)}`, 0);
}

function readSource(draft: Draft): Prefix | null {
  const value = own(draft.row, "from");
  if (value === undefined) return null;
  const source = prefixOf(value, draft.family);
  if (source === null) return unreadable(draft, "from", null);
  return source.length === 0 ? null : source;
}

/** The kernel always tells the metric of an IPv6 route, and none for an IPv4 route of metric 0. */
function readMetric(draft: Draft): number {
  const value = own(draft.row, "metric");
  const absent = draft.family === 4 ? 0 : METRIC6;
  if (value === undefined && draft.family === 4) return absent;
  // Printed signed by some versions: -1 stands for 4294967295, the last choice of all.
  return unsigned(value) ?? unreadable(draft, "metric", typeof value === "number" && value < 0 ? 0xffffffff : absent);
}

function readPreference(draft: Draft): Route["preference"] {
  const value = own(draft.row, "pref");
  if (value === undefined) return "medium";
  return value === "low" || value === "medium" || value === "high" ? value : unreadable(draft, "pref", "medium" as const);
}

/** Several next hops, or the one that stands in the route itself; none for a blackhole. */
function readHops(draft: Draft): NextHop[] {
  const { row } = draft;
  const several = own(row, "nexthops");
  if (several === undefined) {
    const hop = readHop(draft, row, []);
    return hop.dev === null && hop.via === null ? [] : [hop];
  }
  const hops: readonly unknown[] = Array.isArray(several) ? several : [];
  if (!Array.isArray(several) || !hops.every(isObject)) unreadable(draft, "nexthops", null);
  return hops.filter(isObject).map((hop) => readHop(draft, hop, texts(own(hop, "flags"))));
}

function readHop(draft: Draft, row: JsonObject, flags: readonly string[]): NextHop {
  const dev = ownText(row, "dev");
  if (own(row, "dev") !== undefined && dev === null) unreadable(draft, "dev", null);
  if (dev !== null && !draft.devices.has(dev)) {
    draft.remarks.say("WP1103", draft.at, `names the device ${show(dev)}, which link.json does not know`, "what it does with a packet is not known; collect all files at one time");
  }
  const weight = own(row, "weight") === undefined ? 1 : (unsigned(own(row, "weight"), 0x10000) ?? unreadable(draft, "weight", 1));
  return { dev, via: readGateway(draft, row), weight, flags };
}

/** `gateway`, or `via` when it is of the other family (RFC 5549). */
function readGateway(draft: Draft, row: JsonObject): Address | null {
  const via = own(row, "via");
  if (via === undefined) return readAddress(draft, row, "gateway");
  return isObject(via) ? readAddress(draft, via, "host") : unreadable(draft, "via", null);
}

function readAddress(draft: Draft, row: JsonObject, key: string): Address | null {
  const value = own(row, key);
  if (value === undefined) return null;
  return (typeof value === "string" ? parseAddress(value) : null) ?? unreadable(draft, key, null, value);
}

const READ = new Set(["type", "dst", "from", "gateway", "via", "dev", "table", "metric", "prefsrc", "tos", "scope", "protocol", "pref", "flags", "nexthops"]);
/** What does not matter for which route is taken: TCP's and the path's parameters, lifetimes, realms, and what repeats a next hop object. */
const IGNORED = new Set([
  "metrics", "expires", "cache", "error", "users", "age", "used", "ts", "tsage", "flow", "flow_from", "flow_to", "ttl-propogate", "ttl-propagate", "nh_info",
]);

function readOtherKeys(draft: Draft, hasHops: boolean): void {
  for (const key of Object.keys(draft.row)) {
    if (READ.has(key) || IGNORED.has(key) || (key === "nhid" && hasHops)) continue;
    unmodelled(draft, `${key} ${show(own(draft.row, key))}`, null);
  }
}

function unmodelled<T>(draft: Draft, words: string, fallback: T): T {
  draft.unknown.push(words);
  draft.remarks.say("WP1101", draft.at, `the route's ${words} is not modelled`, BOTH_WAYS);
  return fallback;
}

function unreadable<T>(draft: Draft, key: string, fallback: T, value: unknown = own(draft.row, key)): T {
  draft.unknown.push(`${key} ${show(value)}`);
  draft.remarks.say("WP1102", draft.at, `${key} ${show(value)} cannot be read`, BOTH_WAYS);
  return fallback;
}

/** More next hops than any multipath route has; a reader needs no more of them. */
const HOPS_SHOWN = 16;

/** As `ip route show table all` prints it, in one line. */
function textOf(route: Omit<Route, "text">, row: JsonObject): string {
  const pair = (name: string, value: unknown): string[] => (typeof value === "string" || typeof value === "number" ? [`${name} ${word(value)}`] : []);
  const hop = (of: JsonObject): string[] => {
    const via = own(of, "via");
    const far = isObject(via) ? pair(`via ${word(own(via, "family"))}`, own(via, "host")) : [];
    return [...far, ...pair("via", own(of, "gateway")), ...pair("dev", own(of, "dev"))];
  };
  const several = own(row, "nexthops");
  const hops: readonly unknown[] = Array.isArray(several) ? several : [];
  return [
    ...(route.type === "unicast" ? [] : [word(own(row, "type"))]),
    word(own(row, "dst")),
    ...pair("from", own(row, "from")),
    ...pair("tos", own(row, "tos")),
    ...hop(row),
    ...(route.table === MAIN ? [] : pair("table", own(row, "table"))),
    ...(route.protocol === "boot" ? [] : pair("proto", route.protocol)),
    ...(route.scope === "global" ? [] : pair("scope", route.scope)),
    ...pair("src", own(row, "prefsrc")),
    ...pair("metric", own(row, "metric")),
    ...pair("pref", own(row, "pref")),
    ...route.flags.slice(0, HOPS_SHOWN).map(word),
    ...hops.slice(0, HOPS_SHOWN).filter(isObject).map((of) => ["nexthop", ...hop(of), ...pair("weight", own(of, "weight")), ...texts(own(of, "flags")).slice(0, HOPS_SHOWN).map(word)].join(" ")),
    ...(hops.length > HOPS_SHOWN ? [`and ${hops.length - HOPS_SHOWN} more`] : []),
  ].join(" ");
}
