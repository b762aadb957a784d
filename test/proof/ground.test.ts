import { test } from "uvu";
import * as assert from "uvu/assert";
import { FALSE, TRUE } from "../../src/proof/bdd.js";
import { atSource, groundOf, guardOf, isInside, isOnFor, mentionsOfLookup } from "../../src/proof/ground.js";
import { address, aNode, prefix, route, rule } from "../support/nodes.js";
import { groundFor } from "./spaces.js";

test("IPv4 whose rules nobody has touched searches local and main as one, unless it is told that they are split", () => {
  const node = aNode(), { space } = groundFor(node, 4);
  assert.equal(groundOf(space, node, null).merged?.map(({ table }) => table), [255, 254, 254, 254]);
  assert.is(groundOf(space, node, "split").merged, null);
  const ruled = aNode({ rules: { ...node.rules, 4: [...node.rules[4], rule({ family: 4, priority: 5 })] } });
  assert.is(groundOf(space, ruled, "merged").merged, null, "a rule of its own parts them for ever");
  assert.is(groundFor(node, 6).merged, null);
});

test("rules stand by priority, equal ones as dumped", () => {
  const rules = [rule({ priority: 9, at: "a" }), rule({ priority: 1, at: "b" }), rule({ priority: 9, at: "c" })];
  assert.equal(groundFor(aNode({ rules: { 4: [], 6: rules } }), 6).rules.map(({ at }) => at), ["b", "a", "c"]);
});

test("what was not understood of actions and routes is announced by its own text", () => {
  const node = aNode({ rules: { 4: [], 6: [rule({ action: { kind: "unknown", text: "action 42" }, at: "rule6.json#1" })] }, routes: { 4: [], 6: [route({ unknown: ["encap seg6"], at: "route6.json#7" })] } });
  assert.equal(mentionsOfLookup(node, 6).unknown, ["rule6.json#1 action 42", "route6.json#7 encap seg6"]);
  assert.equal(mentionsOfLookup(node, 4).matches.map(({ field, low }) => `${field} ${low}`), ["proto 2"], "IGMP needs no table");
});

test("a route is taken where it is there and its text, if any was not understood, lets it be", () => {
  const [plain, odd] = [route({ to: "fd00::/8" }), route({ unknown: ["encap seg6"], at: "route6.json#7" })];
  const ground = groundFor(aNode({ routes: { 4: [], 6: [plain, odd] } }), 6, (space) => ({ present: (one) => (one === odd ? space.fact("there") : TRUE) }), ["there"]);
  const { space } = ground;
  assert.is(guardOf(ground, plain), TRUE);
  assert.is(guardOf(ground, odd), space.bdd.and(space.fact("there"), space.unknown("route6.json#7 encap seg6")));
});

test("a set at a source no longer looks at the source", () => {
  const ground = groundFor(aNode(), 6);
  const set = ground.space.prefixSet("src", prefix("2001:db8::/32"));
  assert.is(atSource(ground, set, address("2001:db8::1")), TRUE);
  assert.is(atSource(ground, set, address("2001:db9::1")), FALSE);
});

test("a switch counts for the device or for all, and is off where nobody tells", () => {
  const ground = groundFor(aNode({ sysctl: new Map([["net.ipv4.conf.br-wan.route_localnet", "1"]]) }), 4);
  assert.equal([isOnFor(ground, "br-wan", "route_localnet"), isOnFor(ground, "lo", "route_localnet")], [true, false]);
});

test("a prefix lies in itself and in shorter ones that cover it", () => {
  assert.ok(isInside(prefix("10.0.0.0/8"), prefix("10.0.0.0/8")));
  assert.ok(isInside(prefix("10.1.0.0/16"), prefix("10.0.0.0/8")));
  assert.not(isInside(prefix("10.0.0.0/8"), prefix("10.1.0.0/16")));
});

test.run();
