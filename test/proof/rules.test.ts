import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FibRule, Route } from "../../src/model/node.js";
import { equals, inPrefix, within } from "../../src/model/packet.js";
import { type Edge, FALSE, TRUE } from "../../src/proof/bdd.js";
import type { Ground } from "../../src/proof/ground.js";
import { type RuleQuestion, walkRules } from "../../src/proof/rules.js";
import { cofactor } from "../../src/proof/quantify.js";
import { aNode, link, prefix, route, rule } from "../support/nodes.js";
import { at, FREE, groundFor } from "./spaces.js";

const ROUTES = [route({ dev: "br-wan", table: 1, at: "one" }), route({ dev: "br-client", at: "main" }), route({ to: "2001:db8::/32", dev: "mesh-vpn", at: "long" })];

function ruled(rules: readonly FibRule[], routes: readonly Route[] = ROUTES): Ground {
  return groundFor(aNode({ rules: { 4: [], 6: rules }, routes: { 4: [], 6: routes } }), 6);
}

/** What packets of a set may find. */
function ask(ground: Ground, values: Edge, question: Partial<RuleQuestion> = {}): string {
  const found = walkRules(ground, { ...FREE, ...question }, TRUE).filter(({ set }) => cofactor(ground.space.bdd, set, values) !== FALSE);
  return [...new Set(found.map(({ found: one }) => (one.kind === "route" ? one.hops.map(({ dev }) => dev).join("+") : one.kind === "error" ? `${one.error}${one.silent ? " silent" : ""}` : one.kind)))].sort().join(" or ");
}

test("the first rule whose selectors hold and whose table has a route decides", () => {
  const ground = ruled([rule({ priority: 1, table: 1, matches: [equals("mark", 1, 1)] }), rule({ priority: 2, table: 7 }), rule({})]);
  const marked = (mark: number): Edge => ground.space.bdd.and(at(ground, "2a00::1"), ground.space.literals("mark", mark));
  assert.equal([ask(ground, marked(1)), ask(ground, marked(0))], ["br-wan", "br-client"]);
});

test("a mark may be given bit by bit", () => {
  const ground = ruled([rule({ priority: 1, table: 1, matches: [equals("mark", 1, 1)] }), rule({})]), { space } = ground;
  const marks = Array.from({ length: 32 }, (_, bit) => (bit === 0 ? TRUE : FALSE));
  assert.is(ask(ground, at(ground, "2a00::1"), { mark: marks }), "br-wan");
  const byPort = marks.map((edge, bit) => (bit === 0 ? space.matchSet(equals("dport", 53)) : edge));
  const port = (number: number): Edge => space.bdd.and(at(ground, "2a00::1"), space.literals("dport", number));
  assert.equal([ask(ground, port(53), { mark: byPort }), ask(ground, port(54), { mark: byPort })], ["br-wan", "br-client"]);
});

test("actions end the search with the kernel's errors; OpenWrt's action 12 is failedPolicy", () => {
  const said = (["unreachable", "prohibit", "blackhole", "failedPolicy", "nop"] as const).map((kind) => {
    const ground = ruled([rule({ priority: 1, action: { kind } }), rule({})]);
    return ask(ground, at(ground, "2a00::1"));
  });
  assert.equal(said, ["ENETUNREACH", "EACCES", "EINVAL silent", "EACCES", "br-client"]);
});

test("gotos lead forward, several may meet, and one without a target does nothing", () => {
  const go = (priority: number, mark: number, target: number, resolved = true): FibRule => rule({ priority, matches: [equals("mark", mark, 3)], action: { kind: "goto", target, resolved } });
  const ground = ruled([go(1, 1, 9), go(2, 2, 9), go(3, 3, 8, false), rule({ priority: 4, action: { kind: "prohibit" } }), rule({ priority: 9, table: 1 })]);
  const said = [0, 1, 2, 3].map((mark) => ask(ground, ground.space.bdd.and(at(ground, "2a00::1"), ground.space.literals("mark", mark))));
  assert.equal(said, ["EACCES", "br-wan", "br-wan", "EACCES"]);
  const back = ruled([rule({ priority: 1, table: 7 }), rule({ priority: 5, action: { kind: "goto", target: 1, resolved: true } }), rule({})]);
  assert.is(ask(back, at(back, "2a00::1")), "br-client");
});

test("not turns all selectors around, those that are not understood included", () => {
  const ground = ruled([rule({ priority: 1, table: 1, matches: [equals("mark", 1, 1)], unknown: ["tun_id 5"], invert: true }), rule({})]), { space } = ground;
  const marked = (mark: number, holds: boolean): Edge => space.bdd.all([at(ground, "2a00::1"), space.literals("mark", mark), holds ? space.unknown("tun_id 5") : space.bdd.not(space.unknown("tun_id 5"))]);
  assert.equal([ask(ground, marked(1, true)), ask(ground, marked(1, false)), ask(ground, marked(0, true))], ["br-client", "br-wan", "br-wan"]);
});

test("an action that is not modelled may do anything, or nothing", () => {
  const ground = ruled([rule({ priority: 1, action: { kind: "unknown", text: "action 42" } }), rule({})]);
  assert.is(ask(ground, at(ground, "2a00::1")), "br-client or unknown");
});

test("an IPv6 rule with from does not hold while no source is chosen; IPv4 compares 0.0.0.0", () => {
  const from = rule({ priority: 1, table: 1, from: prefix("2001:db8::/32"), matches: inPrefix("src", prefix("2001:db8::/32")) });
  const ground = ruled([from, rule({})]);
  assert.equal([ask(ground, at(ground, "2a00::1")), ask(ground, at(ground, "2a00::1", "2001:db8::1"), { source: "packet" }), ask(ground, at(ground, "2a00::1", "2001:db9::1"), { source: "packet" })], ["br-client", "br-wan", "br-client"]);
  assert.is(ask(ground, at(ground, "2a00::1"), { source: { family: 6, words: [0x20010db8, 0, 0, 1] } }), "br-wan");
  const zero = groundFor(aNode({ rules: { 4: [rule({ family: 4, priority: 1, matches: inPrefix("src", prefix("0.0.0.0/8")), action: { kind: "prohibit" } })], 6: [] } }), 4);
  assert.is(ask(zero, at(zero, "8.8.8.8")), "EACCES");
});

test("what nobody owns is root's, and everything the node sends comes from lo", () => {
  const ground = ruled([rule({ priority: 1, matches: [equals("iif", 1), within("uid", 0, 0)], table: 1 }), rule({})]);
  const user = ground.space.bdd.and(at(ground, "2a00::1"), ground.space.literals("uid", 1000));
  assert.equal([ask(ground, user), ask(ground, user, { owned: false })], ["br-client", "br-wan"]);
});

test("suppression drops short prefixes and devices of a group, never errors; throw goes on", () => {
  const suppressed = ruled([rule({ priority: 1, suppressPrefixLength: 0 }), rule({ priority: 2, table: 1 })]);
  assert.equal([ask(suppressed, at(suppressed, "2a00::1")), ask(suppressed, at(suppressed, "2001:db8::1"))], ["br-wan", "mesh-vpn"]);
  const closed = ruled([rule({ priority: 1, suppressPrefixLength: 0 }), rule({ priority: 2, table: 1 })], [route({ type: "unreachable", dev: "lo" }), ...ROUTES.slice(0, 1)]);
  assert.is(ask(closed, at(closed, "2a00::1")), "EHOSTUNREACH");
  const thrown = ruled([rule({ priority: 1 }), rule({ priority: 2, table: 1 })], [route({ type: "throw", dev: "lo" }), ...ROUTES.slice(0, 1)]);
  assert.is(ask(thrown, at(thrown, "2a00::1")), "br-wan");
});

test("IPv6 chooses a next hop before a rule looks at its group, IPv4 looks at the first one", () => {
  const hops = { nextHops: [{ dev: "a", via: null, weight: 1, flags: [] }, { dev: "b", via: null, weight: 1, flags: [] }] };
  for (const family of [4, 6] as const) {
    const rules = [rule({ family, priority: 1, suppressGroup: "7" }), rule({ family, priority: 2, table: 1 })];
    const routes = [route({ family, ...hops }), route({ family, table: 1, dev: "c" })];
    const ground = groundFor(aNode({ links: [link({ name: "lo" }), link({ name: "a", group: "7" }), link({ name: "b" }), link({ name: "c" })], rules: { 4: rules, 6: rules }, routes: { 4: routes, 6: routes } }), family);
    assert.is(ask(ground, at(ground, family === 4 ? "8.8.8.8" : "2a00::1")), family === 4 ? "c" : "b or c");
  }
});

test("a route that nobody could read may take any packet", () => {
  const ground = groundFor(aNode({ unreadRoutes: [{ family: 6, text: "dst ?", at: "route6.json#3" }] }), 6);
  assert.is(ask(ground, at(ground, "2a00::1")), "unknown");
});

test.run();
