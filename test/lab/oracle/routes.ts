/** Routes of every kind, drawn from few prefixes so that they cover each other. */
import type { Family } from "../../../src/model/address.js";
import { DEVICES, type Device, type Draft, LIVE } from "./draft.js";

export const PREFIXES: Readonly<Record<Family, readonly string[]>> = {
  4: [
    "default", "default", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.23.0.0/16", "10.23.0.0/20", "10.23.4.0/24", "10.23.4.128/25", "10.23.4.129/32", "10.1.0.0/16", "10.1.1.0/24",
    "192.0.2.0/24", "192.0.2.128/25", "192.0.2.1/32", "198.51.100.0/24", "198.51.100.64/26", "203.0.113.0/24", "203.0.113.11/32", "172.16.0.0/12", "100.64.0.0/10", "224.0.0.0/4", "239.1.0.0/16", "169.254.0.0/16", "127.5.0.0/16",
  ],
  6: [
    "default", "default", "2000::/3", "2001::/16", "2001:db8::/32", "2001:db8:77::/48", "2001:db8:77:10::/64", "2001:db8:77:10::1/128", "2001:db8:f00d::/48", "2001:db8:f00d:1::/64", "2001:db8:f00d:1:8000::/65",
    "2001:db8:f00d:1::77/128", "2a00::/16", "2a00:1::/32", "2a00:1:2::/47", "fc00::/7", "fd00::/8", "fd00:9::/48", "64:ff9b::/96", "fe80::/64", "fe80::/10", "ff00::/8", "ff05::/16", "ff02::1:2/128", "8000::/1", "::/1",
  ],
};

const GATEWAYS: Readonly<Record<Device, Readonly<Record<Family, readonly string[]>>>> = {
  wan0: { 4: ["192.0.2.1", "192.0.2.2", "192.0.2.42"], 6: ["fe80::1", "2001:db8:77:10::1"] },
  mesh0: { 4: ["10.23.0.1", "10.23.0.2"], 6: ["fe80::11", "2001:db8:f00d:1::1"] },
  vpn0: { 4: ["172.16.9.2"], 6: ["fd00:9::2", "fe80::22"] },
  br0: { 4: ["10.23.128.2"], 6: ["fe80::33", "2001:db8:f00d:2::2"] },
  cut0: { 4: ["198.51.100.1"], 6: ["fe80::44"] },
  off0: { 4: ["203.0.113.1"], 6: ["fe80::55"] },
};

export const TABLES = [254, 254, 254, 1, 1, 2, 100, 255, 253, 1000] as const;
const METRICS = [0, 1, 100, 256, 512, 512, 1024, 1024, 2048, 65535, 4294967295] as const;

export function hop(draft: Draft, family: Family, devices: readonly Device[] = DEVICES): string {
  const dev = draft.pick(devices);
  if (draft.once(3)) return `dev ${dev}`;
  const foreign = draft.once(8) ? (family === 4 ? " 203.0.113.99" : " fe80::99") : ` ${draft.pick(GATEWAYS[dev][family])}`;
  // RFC 5549: an IPv4 route by an IPv6 gateway.
  const via = family === 4 && draft.once(12) ? "via inet6 fe80::6" : `via${foreign}`;
  return `${via} dev ${dev}${draft.maybe(6, () => "onlink")}`;
}

export interface RouteWishes {
  readonly tables?: readonly number[];
  readonly metric?: boolean;
  readonly specific?: boolean;
  readonly preference?: boolean;
  readonly tos?: boolean;
  readonly scope?: boolean;
  readonly source?: boolean;
}

/** One unicast route. */
export function addRoute(draft: Draft, family: Family, wishes: RouteWishes = {}): void {
  const text = dumped(draft, family, `${target(draft, family, wishes)} ${hop(draft, family, draft.once(3) ? DEVICES : LIVE)}${ending(draft, family, wishes)}`);
  if (text === null) return;
  // The dump of a multipath route of IPv6 tells the source of its first next hop only, so another one's must have none.
  const verb = family === 6 && text.includes(" src ") ? "add" : draft.pick(["add", "append", "append", "prepend", "replace"]);
  draft.add(`${family === 6 ? "-6 " : ""}route ${verb} ${text}`);
}

/**
 * The route as it may be without leaving something behind that no dump tells: the preference of a second gateway, or what fib6_repair_tree() hides once a
 * source-specific route was refused because it was there already. null: not at all.
 */
function dumped(draft: Draft, family: Family, text: string): string | null {
  if (family === 4) return text;
  const [, to = "", from] = /^(\S+)(?: from (\S+))?/.exec(text) ?? [];
  const metric = /metric (\d+)/.exec(text)?.[1] ?? "0";
  const place = [to, from, /table \d+/.exec(text)?.[0], metric === "0" ? "1024" : metric].join(" ");
  const turn = String(draft.lines.length);
  if (from !== undefined && draft.settle(place, turn) !== turn) return null;
  if (!text.includes(" via ") && !text.includes("nexthop ")) return text;
  const preference = draft.settle(`pref ${place}`, / pref \S+/.exec(text)?.[0] ?? "");
  return text.replace(/ pref \S+/, "") + preference;
}

function target(draft: Draft, family: Family, { specific }: RouteWishes): string {
  const from = specific === true && family === 6 ? draft.maybe(2, () => `from ${draft.pick(SOURCES6)}`) : "";
  return `${draft.pick(PREFIXES[family])}${from}`;
}

const SOURCES6 = ["2001:db8:77:10::/64", "2001:db8:77:10::21/128", "2001:db8:f00d::/48", "2001:db8:f00d:1::/64", "2001:db8::/32", "fd00::/8", "2000::/3", "::/1"] as const;

function ending(draft: Draft, family: Family, wishes: RouteWishes): string {
  const own = family === 4 ? ["192.0.2.42", "10.23.0.5", "10.23.128.1", "127.0.0.1"] : ["2001:db8:77:10::21", "2001:db8:f00d:1::5", "fd00:9::1", "::1"];
  return [
    ` table ${draft.pick(wishes.tables ?? TABLES)}`,
    wishes.metric === false ? "" : draft.maybe(2, () => `metric ${draft.pick(METRICS)}`),
    wishes.source === true ? draft.maybe(2, () => `src ${draft.pick(own)}`) : "",
    wishes.preference === true && family === 6 ? draft.maybe(2, () => `pref ${draft.pick(["low", "medium", "high"])}`) : "",
    wishes.tos === true && family === 4 ? draft.maybe(2, () => `tos ${draft.pick(["0x10", "0x08", "0x04", "0x1c", "0x20"])}`) : "",
    wishes.specific === true && family === 6 ? draft.maybe(8, () => "expires 3000") : "",
    wishes.scope === true && family === 4 ? draft.maybe(2, () => `scope ${draft.pick(["link", "host", "global", "200", "nowhere"])}`) : "",
  ].join("");
}

const TYPES4 = ["unicast", "local", "broadcast", "multicast", "unreachable", "prohibit", "blackhole", "throw"] as const;
const TYPES6 = ["unicast", "local", "anycast", "multicast", "unreachable", "prohibit", "blackhole", "throw"] as const;

/** A route of any type. */
export function addTyped(draft: Draft, family: Family, wishes: RouteWishes = {}): void {
  const type = draft.pick(family === 4 ? TYPES4 : TYPES6);
  const closed = ["unreachable", "prohibit", "blackhole", "throw"].includes(type);
  const dev = closed ? draft.maybe(8, () => `dev ${draft.pick(["lo", ...LIVE])}`) : ` dev ${draft.pick(["lo", ...LIVE])}`;
  const text = dumped(draft, family, `${target(draft, family, wishes)}${dev}${ending(draft, family, { ...wishes, source: wishes.source === true && !closed })}`);
  if (text !== null) draft.add(`${family === 6 ? "-6 " : ""}route ${draft.pick(["add", "append"])} ${type} ${text}`);
}

/** A route with several next hops. */
export function addMultipath(draft: Draft, family: Family): void {
  const hops = Array.from({ length: 2 + draft.below(3) }, () => `nexthop ${hop(draft, family, draft.once(3) ? DEVICES : LIVE)}${draft.maybe(2, () => `weight ${1 + draft.below(9)}`)}`);
  const place = `${draft.pick(PREFIXES[family])} table ${draft.pick(TABLES)}${draft.maybe(2, () => `metric ${draft.pick(METRICS)}`)}`;
  const preference = (dumped(draft, family, `${place} nexthop `) ?? "").replace(`${place} nexthop `, "");
  draft.add(`${family === 6 ? "-6 " : ""}route add ${place}${preference} ${hops.join(" ")}`);
}

/** Next hop objects, groups of them, and routes that use them. */
export function addObjects(draft: Draft, family: Family): void {
  const base = family === 4 ? 10 : 60;
  const flag = family === 6 ? "-6 " : "";
  const single: number[] = [];
  for (let i = 0; i < 5; i++) {
    draft.add(`${flag}nexthop add id ${base + i} ${i === 4 ? "blackhole" : hop(draft, family, draft.once(3) ? DEVICES : LIVE)}`);
    single.push(base + i);
  }
  const members = single.slice(0, 4);
  for (let i = 0; i < 3; i++) {
    const some = members.filter(() => !draft.once(3));
    draft.add(`nexthop add id ${base + 20 + i} group ${(some.length === 0 ? members : some).map((id) => `${id}${draft.once(3) ? `,${1 + draft.below(5)}` : ""}`).join("/")}`);
  }
  for (let i = 3 + draft.below(6); i > 0; i--) {
    const id = draft.pick([...single, base + 20, base + 21, base + 22]);
    draft.add(`${flag}route add ${draft.pick(PREFIXES[family])} nhid ${id} table ${draft.pick(TABLES)}${draft.maybe(2, () => `metric ${draft.pick(METRICS)}`)}`);
  }
}
