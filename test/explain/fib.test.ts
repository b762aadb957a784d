import { test } from "uvu";
import * as assert from "uvu/assert";
import { asksForSource, deviceNumber, groundOf } from "../../src/explain/fib.js";
import { inPrefix } from "../../src/model/packet.js";
import { aNode, prefix, route, rule } from "../support/nodes.js";

const withRules4 = (...rules: ReturnType<typeof rule>[]): ReturnType<typeof aNode> => aNode({ rules: { ...aNode().rules, 4: rules } });

test("IPv4's local and main are one until somebody adds a rule", () => {
  assert.ok(groundOf(aNode()).fibs[4].merged !== null);
  const custom = withRules4(...aNode().rules[4], rule({ family: 4, priority: 100, table: 7 }));
  assert.is(groundOf(custom).fibs[4].merged, null);
});

test("a default rule that is gone or changed splits them as well", () => {
  assert.is(groundOf(withRules4(...aNode().rules[4].slice(0, 2))).fibs[4].merged, null);
  const [local, main, last] = aNode().rules[4];
  if (local === undefined || main === undefined || last === undefined) throw new Error("three rules");
  assert.is(groundOf(withRules4(local, { ...main, suppressPrefixLength: 0 }, last)).fibs[4].merged, null);
});

test("IPv6 is never merged", () => {
  assert.is(groundOf(aNode()).fibs[6].merged, null);
});

test("within a prefix, local stands before main", () => {
  const routes = [route({ family: 4, to: "10.0.0.1", dev: "br-wan" }), route({ family: 4, table: 255, type: "local", to: "10.0.0.1", dev: "br-wan" })];
  const ground = groundOf(aNode({ routes: { ...aNode().routes, 4: routes } }));
  assert.equal(ground.fibs[4].merged?.map(({ table }) => table), [255, 254]);
});

test("routes stand by prefix, then by metric, then as the dump has them", () => {
  const routes = [
    route({ to: "default", metric: 5 }), route({ to: "2001:db8::/32", metric: 9, at: "b" }), route({ to: "2001:db8::/32", metric: 9, at: "c" }),
    route({ to: "2001:db8::/32", metric: 1, at: "a" }),
  ];
  const table = groundOf(aNode({ routes: { ...aNode().routes, 6: routes } })).fibs[6].tables.get(254);
  assert.equal(table?.map(({ at }) => at), ["a", "b", "c", "route6.json"]);
});

test("rules of one priority keep the order of the dump", () => {
  const rules = [rule({ priority: 9, at: "b" }), rule({ priority: 9, at: "c" }), rule({ priority: 1, at: "a" })];
  assert.equal(groundOf(aNode({ rules: { ...aNode().rules, 6: rules } })).fibs[6].rules.map(({ at }) => at), ["a", "b", "c"]);
});

test("a rule with from, or a source-specific route, asks for the source", () => {
  assert.not(asksForSource(groundOf(aNode()).fibs[6]));
  const from = rule({ matches: inPrefix("src", prefix("2001:db8::1")), from: prefix("2001:db8::1") });
  assert.ok(asksForSource(groundOf(aNode({ rules: { ...aNode().rules, 6: [from] } })).fibs[6]));
  const specific = route({ source: prefix("2001:db8::/32"), dev: "br-wan" });
  assert.ok(asksForSource(groundOf(aNode({ routes: { ...aNode().routes, 6: [specific] } })).fibs[6]));
});

test("devices are numbered as the links stand, none is 0", () => {
  const ground = groundOf(aNode());
  assert.is(deviceNumber(ground, "br-wan"), 3);
  assert.is(deviceNumber(ground, "nope"), 0);
  assert.is(deviceNumber(ground, null), 0);
});

test.run();
