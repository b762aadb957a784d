import { test } from "uvu";
import * as assert from "uvu/assert";
import type { NextHop, Route } from "../../src/model/node.js";
import { equals } from "../../src/model/packet.js";
import { TRUE } from "../../src/proof/bdd.js";
import { cofactor } from "../../src/proof/quantify.js";
import { Space } from "../../src/proof/space.js";
import { tableSets4 } from "../../src/proof/table4.js";
import { address, route, type RouteParts } from "../support/nodes.js";
import { address as words } from "./drawn.js";

function to(destination: string, dev: string, parts: RouteParts = {}): Route {
  return route({ family: 4, to: destination, dev, at: dev, scope: "global", ...parts });
}

/** What the table says of a destination: the devices of a hit, with those of its rivals. */
function ask(routes: readonly Route[], dst: string, { oif = null, tos = 0 }: { oif?: string | null; tos?: number } = {}): string {
  const space = new Space({ family: 4, matches: [], unknown: [], choices: new Map(), facts: [], devices: 9 });
  const sets = tableSets4({
    bdd: space.bdd, levels: space.addressLevels("dst"), inside: (prefix) => space.prefixSet("dst", prefix), guard: () => TRUE, tos: (value) => space.matchSet(equals("tos", value, 0x1c)), oif,
  }, routes);
  const values = space.bdd.and(space.literals("dst0", words(dst).words[0]), space.literals("tos", tos));
  const found = sets.filter(({ set }) => cofactor(space.bdd, set, values) === TRUE).map(({ answer }) => {
    if (answer.kind !== "hit") return answer.kind;
    return [...answer.hops.map(({ dev }) => dev), ...answer.rivals.map(({ at }) => `or ${at}`)].join(" ");
  });
  assert.ok(found.length < 2, "sets do not overlap");
  return found[0] ?? "none";
}

const hop = (dev: string, flags: readonly string[] = []): NextHop => ({ dev, via: null, weight: 1, flags });

test("the longest prefix counts, then TOS, then metric", () => {
  const routes = [to("10.0.0.0/8", "a"), to("10.1.0.0/16", "b", { metric: 5 }), to("10.1.0.0/16", "c", { metric: 2 }), to("10.1.0.0/16", "d", { tos: 16, metric: 9 })];
  assert.equal([ask(routes, "10.1.0.1"), ask(routes, "10.2.0.1"), ask(routes, "10.1.0.1", { tos: 16 }), ask(routes, "11.0.0.1")], ["c", "a", "d", "none"]);
});

test("a route without a living next hop on the device that was given is passed, back to shorter prefixes", () => {
  const routes = [to("10.0.0.0/8", "a"), to("10.1.0.0/16", "b", { nextHops: [hop("b"), hop("c", ["dead"])] })];
  assert.equal([ask(routes, "10.1.0.1", { oif: "a" }), ask(routes, "10.1.0.1", { oif: "c" }), ask(routes, "10.1.0.1")], ["a", "none", "b"]);
});

test("several next hops are a free choice, but with a device the first one on it is taken", () => {
  const routes = [to("10.0.0.0/8", "m", { nextHops: [hop("a"), hop("b"), { ...hop("b"), via: address("10.0.0.1") }] })];
  assert.equal([ask(routes, "10.0.0.1"), ask(routes, "10.0.0.1", { oif: "b" })], ["a b b", "b"]);
});

test("an object of which no next hop serves hides all prefixes with its network address, and others not", () => {
  const object = to("10.0.0.0/24", "x", { flags: ["nhid 5"], nextHops: [hop("x", ["dead"])] });
  const routes = [object, to("10.0.0.0/24", "same", { metric: 9 }), to("10.0.0.0/16", "same"), to("0.0.0.0/0", "other")];
  assert.equal([ask(routes, "10.0.0.1"), ask(routes, "10.0.1.1")], ["other", "same"]);
});

test("an error route ends the search whatever the device", () => {
  assert.is(ask([to("10.0.0.0/8", "a", { type: "prohibit", nextHops: [] }), to("default", "b")], "10.0.0.1", { oif: "b" }), "error");
});

const gateway = (dev: string, parts: RouteParts = {}): Route => to("default", dev, { via: "10.0.0.1", ...parts });

test("default routes of one metric, scope and table by gateways are a free choice among neighbours", () => {
  assert.is(ask([gateway("a"), gateway("b"), gateway("c", { metric: 1 }), gateway("d", { table: 1 }), gateway("e", { scope: "link" }), to("default", "f")], "8.8.8.8"), "a or b");
  assert.is(ask([gateway("a"), gateway("b")], "8.8.8.8", { oif: "a" }), "a");
});

test("there is no choice where the first such route is not the one that was found", () => {
  assert.is(ask([to("default", "a"), gateway("b"), gateway("c")], "8.8.8.8"), "a");
  assert.is(ask([gateway("a", { nextHops: [hop("a"), hop("b")] }), gateway("c")], "8.8.8.8"), "a b");
});

test("where routes for a TOS stand before others, the metric that is compared may fall", () => {
  const routes = [gateway("a", { tos: 16, metric: 5 }), gateway("b", { metric: 9 }), gateway("c", { metric: 9 }), gateway("d", { metric: 10 })];
  assert.equal([ask(routes, "8.8.8.8", { tos: 16 }), ask(routes, "8.8.8.8")], ["a or b or c", "b or c"]);
});

test.run();
