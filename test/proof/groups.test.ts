import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Family, parseAddress, parsePrefix, type Prefix } from "../../src/model/address.js";
import type { Route } from "../../src/model/node.js";
import { Bdd, FALSE, TRUE } from "../../src/proof/bdd.js";
import { type Entry, decisionSets, NO_DECISION } from "../../src/proof/fib.js";
import { entriesOf, groupsOf } from "../../src/proof/groups.js";
import { holds } from "../../src/proof/pick.js";
import { Space } from "../../src/proof/space.js";

function prefixOf(text: string, family: Family): Prefix {
  const prefix = parsePrefix(text, family);
  assert.ok(prefix !== null);
  return prefix;
}

function route(family: Family, destination: string, more: Partial<Route> = {}): Route {
  return {
    family, table: 254, type: "unicast", destination: prefixOf(destination, family), source: null, metric: 0, tos: 0, scope: null, protocol: null, prefsrc: null,
    preference: "medium", nextHops: [], flags: [], unknown: [], text: destination, at: "route.json#1", ...more,
  };
}

test("IPv4 routes of a prefix stand by TOS, then metric, then as dumped", () => {
  const routes = [route(4, "10.0.0.0/8", { metric: 5, text: "a" }), route(4, "10.0.0.0/8", { text: "b" }), route(4, "10.0.0.0/8", { tos: 16, metric: 9, text: "c" }), route(4, "10.0.0.0/8", { text: "d" })];
  assert.equal(groupsOf(routes).map((group) => group.routes.map(({ text }) => text).join("")), ["cbda"]);
});

test("in IPv4's merged table local routes stand before those of main", () => {
  const routes = [route(4, "10.0.0.1", { tos: 16 }), route(4, "10.0.0.1", { table: 255 })];
  assert.equal(groupsOf(routes)[0]?.routes.map(({ table }) => table), [255, 254]);
});

test("IPv6 routes of a prefix stand by metric; host bits of a prefix do not part them", () => {
  const routes = [route(6, "2001:db8::/32", { metric: 1024, text: "a" }), route(6, "2001:db8::1/32", { metric: 256, tos: 0, text: "b" })];
  assert.equal(groupsOf(routes).map((group) => group.routes.map(({ text }) => text).join("")), ["ba"]);
});

test("a destination has a group for each source, longest first, and its plain routes last", () => {
  const from = (source: string): Partial<Route> => ({ source: prefixOf(source, 6), text: source });
  const routes = [route(6, "default"), route(6, "default", from("2001:db8::/32")), route(6, "default", from("2001:db8:1::/48")), route(6, "fd00::/8")];
  assert.equal(groupsOf(routes).map(({ prefix, source }) => `${prefix.length} ${source?.length ?? "-"}`), ["8 -", "0 48", "0 32", "0 -"]);
});

/** The decision for one destination and source. */
function ask(routes: readonly Route[], dst: string, src: string): string {
  const space = new Space({ family: 6, matches: [], unknown: [], choices: new Map(), facts: [], devices: 1 });
  const groups = groupsOf(routes);
  const sets = decisionSets(space.bdd, space.addressLevels("dst"), entriesOf(space.bdd, groups, { present: () => TRUE, from: (source) => space.prefixSet("src", source), inside: (to) => space.prefixSet("dst", to) }));
  const values = new Uint8Array(space.size);
  for (const [end, text] of [["dst", dst], ["src", src]] as const) {
    const words = parseAddress(text)?.words ?? [0, 0, 0, 0];
    space.addressLevels(end).forEach((level, i) => { values[level] = ((words[i >> 5] ?? 0) >>> (31 - (i & 31))) & 1; });
  }
  const found = [...sets].filter(([, set]) => holds(space.bdd, set, values)).map(([decision]) => decision);
  assert.is(found.length, 1);
  return found[0] === NO_DECISION ? "none" : (groups[found[0] ?? 0]?.routes[0]?.text ?? "");
}

test("plain routes of a prefix with sources are passed when no source fits, except at the root", () => {
  const routes = [
    route(6, "2001:db8::/32", { text: "plain" }), route(6, "2001:db8::/32", { source: prefixOf("fd00::/8", 6), text: "specific" }), route(6, "2001::/16", { text: "shorter" }),
    route(6, "default", { text: "root" }), route(6, "default", { source: prefixOf("fd01::/16", 6), text: "root specific" }),
  ];
  assert.is(ask(routes, "2001:db8::1", "fd00::1"), "specific");
  assert.is(ask(routes, "2001:db8::1", "2001:db8::2"), "shorter");
  assert.is(ask(routes, "2a00::1", "fd01::1"), "root specific");
  assert.is(ask(routes, "2a00::1", "fd02::1"), "root");
  assert.is(ask(routes.slice(0, 2), "2a00::1", "fd02::1"), "none");
});

test("a group is there while one of its routes is, and what may be gone hides plain routes only while it is there", () => {
  const bdd = new Bdd(), [a, b] = [bdd.variable(300), bdd.variable(301)];
  const routes = [route(6, "2001:db8::/32", { text: "a" }), route(6, "2001:db8::/32", { metric: 9, text: "b" }), route(6, "fd00::/8", { text: "c" }), route(6, "fd00::/8", { source: prefixOf("fd01::/16", 6), text: "a" })];
  const source = bdd.variable(200);
  const entries: readonly Entry[] = entriesOf(bdd, groupsOf(routes), { present: ({ text }) => (text === "a" ? a : text === "b" ? b : TRUE), from: () => source, inside: () => FALSE });
  assert.equal(entries.map(({ when }) => when), [bdd.or(a, b), bdd.and(a, source), bdd.or(bdd.not(a), source)]);
});

test.run();
