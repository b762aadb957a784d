import { test } from "uvu";
import * as assert from "uvu/assert";
import type { NextHop, Route } from "../../src/model/node.js";
import { type Edge, TRUE } from "../../src/proof/bdd.js";
import { cofactor } from "../../src/proof/quantify.js";
import { Space } from "../../src/proof/space.js";
import { tableSets6 } from "../../src/proof/table6.js";
import { prefix, route, type RouteParts } from "../support/nodes.js";
import { address } from "./drawn.js";

const FACTS = ["a", "b", "c"] as const;

function to(destination: string, dev: string, parts: RouteParts = {}): Route {
  return route({ to: destination, dev, at: dev, ...parts });
}

interface Asked {
  readonly src?: string;
  readonly oif?: string;
  readonly strict?: boolean;
  /** Devices of routes that are gone. */
  readonly gone?: readonly string[];
}

/** The devices that the table leaves to choose from for a destination. Routes on a, b and c are there where the facts of these names hold. */
function ask(routes: readonly Route[], dst: string, { src = "2001:db8:ffff::1", oif, strict = false, gone = [] }: Asked = {}): string {
  const space = new Space({ family: 6, matches: [], unknown: [], choices: new Map(), facts: FACTS, devices: 9 }), { bdd } = space;
  const there = ({ at }: Route): Edge => (FACTS.some((fact) => fact === at) ? space.fact(at) : TRUE);
  const sets = tableSets6({
    bdd, levels: space.addressLevels("dst"), present: there, guard: there, from: (source) => space.prefixSet("src", source), inside: (destination) => space.prefixSet("dst", destination), oif: oif ?? null, strict,
  }, routes);
  const values = bdd.all([
    ...([0, 1, 2, 3] as const).flatMap((i) => [space.literals(`dst${i}`, address(dst).words[i]), space.literals(`src${i}`, address(src).words[i])]),
    ...FACTS.map((fact) => (gone.includes(fact) ? bdd.not(space.fact(fact)) : space.fact(fact))),
  ]);
  const found = sets.filter(({ set }) => cofactor(bdd, set, values) === TRUE).map(({ answer }) => (answer.kind === "hit" ? answer.hops.map(({ dev }) => dev).join(" ") : answer.kind));
  assert.ok(found.length < 2, "sets do not overlap");
  return found[0] ?? "none";
}

const hop = (dev: string, flags: readonly string[] = []): NextHop => ({ dev, via: null, weight: 1, flags });

test("the longest prefix counts, then the lowest metric, then the router's preference, then the order of the dump", () => {
  const routes = [to("2001:db8::/32", "a", { metric: 9 }), to("2001:db8::/32", "b", { metric: 5 }), to("2001:db8::/32", "c", { metric: 5, preference: "high" }), to("default", "d"), to("default", "e")];
  assert.equal([ask(routes, "2001:db8::1"), ask(routes, "2001:db8::1", { gone: ["c"] }), ask(routes, "2001:db8::1", { gone: ["b", "c"] }), ask(routes, "2a00::1")], ["c", "b", "a", "d"]);
  assert.is(ask(routes, "2001:db8::1", { gone: ["a", "b", "c"] }), "d", "a destination without routes is not there");
});

test("where no route of the lowest metric qualifies, all others are compared by score alone", () => {
  const routes = [to("default", "a", { metric: 1 }), to("default", "b", { metric: 5, preference: "low" }), to("default", "c", { metric: 9, preference: "high" })];
  assert.is(ask(routes, "2a00::1", { oif: "b", strict: false }), "a", "on another device is good enough when not strict");
  const dead = [{ ...to("default", "a", { metric: 1 }), flags: ["dead"] }, ...routes.slice(1)];
  assert.is(ask(dead, "2a00::1"), "c", "metric 9 beats metric 5");
  assert.is(ask(dead, "2a00::1", { gone: ["a"] }), "b", "without the dead route metric 5 is the lowest");
  assert.is(ask(dead, "2a00::1", { oif: "b" }), "c", "preference outweighs the device");
});

test("a strict question sees only routes on its device and goes back to shorter prefixes", () => {
  const routes = [to("2001:db8::/32", "a"), to("default", "b")];
  assert.equal([ask(routes, "2001:db8::1", { oif: "b", strict: true }), ask(routes, "2001:db8::1", { oif: "b" }), ask(routes, "2001:db8::1", { oif: "c", strict: true })], ["b", "a", "none"]);
});

test("plain routes of a destination with sources are passed, but a search that comes back from a longer one finds them", () => {
  const routes = [to("2001:db8::/32", "plain"), to("2001:db8::/32", "specific", { source: prefix("fd00::/8") }), to("default", "root")];
  assert.equal([ask(routes, "2001:db8::1"), ask(routes, "2001:db8::1", { src: "fd00::1" })], ["root", "specific"]);
  const longer = [...routes, to("2001:db8::/48", "longer", { flags: ["dead"] })];
  assert.equal([ask(longer, "2001:db8::1"), ask(longer, "2001:db8:1::1")], ["plain", "root"]);
});

test("an error route stands on lo, so a strict question for another device passes it", () => {
  const routes = [to("default", "lo", { type: "unreachable", metric: 1 }), to("default", "a", { metric: 2 })];
  assert.equal([ask(routes, "2a00::1"), ask(routes, "2a00::1", { oif: "a", strict: true })], ["error", "a"]);
});

test("a blackhole object ends the choice as soon as it is met", () => {
  const routes = [to("default", "a"), to("default", "x", { type: "blackhole", flags: ["nhid 7"] }), to("default", "b", { preference: "high" })];
  assert.equal([ask(routes, "2a00::1"), ask(routes, "2a00::1", { oif: "a", strict: true })], ["error", "error"]);
});

test("of next hops those that qualify are a free choice; an object is chosen by its first one that is better, and then all of it", () => {
  const several = { nextHops: [hop("m"), hop("n"), hop("o", ["dead"])] };
  assert.equal([ask([to("default", "x", several)], "2a00::1"), ask([to("default", "x", several)], "2a00::1", { oif: "n", strict: true })], ["m n", "n"]);
  const object = to("default", "x", { ...several, flags: ["nhid 7"] });
  assert.is(ask([object], "2a00::1", { oif: "n", strict: true }), "m n o");
  // The object's first hop scores less than its second, and the loop does not come to that one.
  assert.is(ask([object, to("default", "n")], "2a00::1", { oif: "n" }), "n");
});

test.run();
