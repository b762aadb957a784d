/** Kinds of configurations, from what a Gluon node has to what nobody ever should. */
import { FAMILIES, type Family } from "../../../src/model/address.js";
import { Draft } from "./draft.js";
import { addAddresses, addDevices, addEvents, addGroups, addOddAddresses, addSwitches } from "./ground.js";
import { addMultipath, addObjects, addRoute, addTyped, type RouteWishes } from "./routes.js";
import { addRules } from "./rules.js";
import type { Configuration } from "./space.js";

type Style = (draft: Draft) => void;

const GLUON_ROUTES = [
  "route add default via 192.0.2.1 dev wan0 proto static src 192.0.2.42", "route add 10.23.0.0/16 dev br0", "-6 route add default via fe80::1 dev wan0 table 1 metric 512",
  "-6 route add 2001:db8:77:10::/64 dev wan0 table 1 metric 256", "-6 route add unreachable default table 1 metric 65535", "-6 route add default via fe80::11 dev br0 metric 512",
  "-6 route add 2001:db8:f00d::/48 dev br0 metric 1024",
];

/** Each route once in a while not there: what a node looks like while an uplink is gone. */
function gluon(draft: Draft): void {
  draft.add(...GLUON_ROUTES.filter(() => !draft.once(5)), "-6 rule add pref 1 fwmark 0x1/0x1 table 1");
}

/** The rules that netifd adds for an interface with a table of its own. */
function netifd(draft: Draft): void {
  gluon(draft);
  draft.add(
    "-6 rule add pref 10000 from 2001:db8:77:10::21 table 1", "-6 rule add pref 20000 to 2001:db8:77:10::21/64 table 1", "-6 rule add pref 90003 iif lo table 1",
    "-6 route add unreachable 2001:db8:77:10::/64 metric 2147483647", "-6 rule add pref 4200000003 iif wan0 prohibit", "-6 rule add pref 4200000001 iif lo prohibit",
  );
  if (draft.once(3)) draft.add("rule add pref 10000 from 192.0.2.42 table 1", "rule add pref 20000 to 192.0.2.42/24 table 1", "rule add pref 90003 iif lo table 1", "route add default via 192.0.2.2 dev wan0 table 1");
  if (draft.once(3)) draft.add("-6 rule del pref 32766", "-6 rule add pref 32766 table 254");
}

const both = (make: (draft: Draft, family: Family) => void): Style => (draft) => {
  for (const family of FAMILIES) make(draft, family);
};

const routes = (count: number, wishes: RouteWishes = {}): Style => both((draft, family) => {
  for (let i = 1 + draft.below(count); i > 0; i--) addRoute(draft, family, wishes);
});

const typed = (count: number, wishes: RouteWishes = {}): Style => both((draft, family) => {
  for (let i = 1 + draft.below(count); i > 0; i--) addTyped(draft, family, wishes);
});

const rules = (count: number, tables?: readonly number[]): Style => both((draft, family) => {
  addRules(draft, family, 1 + draft.below(count), tables);
});

/** Only the kernel's own rules, and tables that they ask. */
const unruled = { tables: [254, 254, 254, 255, 253] };

/** A rule that came and went leaves IPv4 split (linux-semantics fact 4). */
function split(draft: Draft): void {
  draft.add("rule add pref 5 table 5", "rule del pref 5");
}

export const STYLES = {
  gluon: [gluon],
  netifd: [netifd],
  manyRules: [routes(12), rules(140)],
  sourceSpecific: [routes(24, { specific: true, tables: [254, 254, 1] }), rules(3)],
  suppress: [addGroups, routes(16), rules(24)],
  types: [routes(6), typed(16), rules(5)],
  multipath: [routes(4), both((draft, family) => { for (let i = 0; i < 3; i++) addMultipath(draft, family); }), rules(3)],
  objects: [routes(4), both(addObjects), rules(3)],
  selectors: [routes(10), rules(30)],
  linkState: [(draft): void => { draft.add("sysctl net.ipv4.conf.all.ignore_routes_with_linkdown=1", "sysctl net.ipv6.conf.cut0.ignore_routes_with_linkdown=1"); }, routes(16), rules(3)],
  metrics: [routes(24, { metric: true, preference: true, tables: [254, 254, 1] }), rules(2)],
  onlinkAndScopes: [routes(16, { scope: true, source: true, tos: true, ...unruled })],
  addresses: [addOddAddresses, addOddAddresses, routes(8, { source: true })],
  merged: [routes(12, { ...unruled, tos: true, source: true }), typed(6, unruled)],
  splitState: [split, routes(12, unruled), typed(6, unruled)],
  forwarding: [(draft): void => { draft.add("sysctl net.ipv4.ip_forward=1", "sysctl net.ipv6.conf.all.forwarding=1"); }, routes(10), rules(5), (draft): void => { addSwitches(draft, 1); }],
  // No source-specific routes here: where a plain route is deleted above one, fib6_repair_tree() may hide it, which no dump tells.
  events: [routes(16, { source: true, preference: true }), both((draft, family) => { addMultipath(draft, family); }), rules(6), addEvents, routes(6), addEvents],
  everything: [addGroups, addOddAddresses, routes(16, { specific: true, preference: true, tos: true, scope: true, source: true }), typed(8, { specific: true, tos: true }), both(addObjects), both(addMultipath), rules(30)],
} as const satisfies Record<string, readonly Style[]>;

export const STYLE_NAMES: readonly string[] = Object.keys(STYLES);

/** The configuration of a style and a seed. */
export function draw(style: string, seed: number): Configuration {
  const draft = new Draft(seed);
  addDevices(draft);
  addAddresses(draft);
  addSwitches(draft, 4);
  for (const [name, parts] of Object.entries(STYLES)) if (name === style) for (const part of parts) part(draft);
  return draft.lines;
}
