import { test } from "uvu";
import * as assert from "uvu/assert";
import { walkRules } from "../../src/explain/rules.js";
import { Trail } from "../../src/explain/trail.js";
import { everyRun } from "../../src/explain/choices.js";
import type { FibRule, Node } from "../../src/model/node.js";
import { equals, inPrefix } from "../../src/model/packet.js";
import { aNode, prefix, route, rule } from "../support/nodes.js";
import { type Asked, packet, question, reader, way } from "../support/walks.js";

const DST = { dst: "2001:db8:9::1" };
const WAN = route({ table: 1, dev: "br-wan" });
const MESH = route({ dev: "br-client" });

function node(rules: readonly FibRule[], routes = [WAN, MESH]): Node {
  return aNode({ rules: { ...aNode().rules, 6: rules }, routes: { ...aNode().routes, 6: routes } });
}

/** The reasons in order, as a person reads them. */
function reasons(of: Node, asked: Asked): string[] {
  const read = reader(of, asked);
  const trail = new Trail(packet(`dst=${asked.dst}`));
  walkRules(read.ground.fibs[6], question(asked), read, trail);
  return trail.stations().map(({ why }) => why);
}

const marked = rule({ priority: 1, table: 1, matches: [equals("mark", 1, 1)] });

test("rules are tried by priority until a table answers", () => {
  assert.is(way(node([rule({}), marked]), { ...DST, mark: 1 }), "br-wan table 1");
  assert.is(way(node([rule({}), marked]), { ...DST, mark: 2 }), "br-client table 254");
});

test("a passed rule says what the packet has and what the rule wants", () => {
  const rules = [
    marked, rule({ priority: 2, from: prefix("2001:db8::1"), matches: inPrefix("src", prefix("2001:db8::1")) }),
    rule({ priority: 3, to: prefix("2001:db8:7::1/64"), matches: inPrefix("dst", prefix("2001:db8:7::/64")) }),
    rule({ priority: 4, iif: "br-client", matches: [equals("iif", 4)] }), rule({ priority: 5, oif: "br-wan", matches: [equals("oif", 3)] }),
    rule({ priority: 6, matches: [equals("uid", 1000)] }), rule({}),
  ];
  assert.equal(reasons(node(rules), DST), [
    "passed: mark is 0, not 0x1/0x1", "passed: no source is chosen yet", "passed: destination is not in 2001:db8:7::1/64",
    "passed: the node itself sends it, it did not come in on br-client", "passed: it is not bound to br-wan", "passed: uid is 0, not 1000",
    "matches: table main decides", "the longest prefix that takes it",
  ]);
});

test("an empty table, one without a route, and throw all go on with the next rule", () => {
  const rules = [rule({ priority: 1, table: 7 }), rule({ priority: 2, table: 8 }), rule({ priority: 3, table: 9 }), rule({})];
  const routes = [MESH, route({ table: 8, to: "2001:db8:8::/48", dev: "br-wan" }), route({ table: 9, type: "throw" })];
  assert.is(way(node(rules, routes), DST), "br-client table 254");
  assert.equal(reasons(node(rules, routes), DST).slice(0, 3), ["matches, but table 7 is empty", "matches, but table 8 has no route to it", "matches, but table 9 throws it back"]);
});

test("rule actions have errors of their own", () => {
  const of = (kind: "unreachable" | "prohibit" | "blackhole" | "failedPolicy"): string => way(node([rule({ priority: 1, action: { kind } }), rule({})]), DST);
  assert.equal([of("unreachable"), of("prohibit"), of("blackhole"), of("failedPolicy")], ["ENETUNREACH", "EACCES", "EINVAL", "EACCES"]);
});

test("no rule left is ENETUNREACH", () => {
  assert.is(way(node([marked]), DST), "ENETUNREACH");
});

test("not inverts after comparing, also for a source that is not there", () => {
  assert.is(way(node([{ ...marked, invert: true }, rule({})]), { ...DST, mark: 1 }), "br-client table 254");
  assert.is(way(node([{ ...marked, invert: true }, rule({})]), DST), "br-wan table 1");
  const notFrom = rule({ priority: 1, table: 1, invert: true, matches: inPrefix("src", prefix("2001:db8::/32")) });
  assert.is(way(node([notFrom, rule({})]), DST), "br-wan table 1");
});

test("goto leaves rules out; without a target it does nothing; nop never does", () => {
  const jump = (resolved: boolean): FibRule => rule({ priority: 1, action: { kind: "goto", target: 9, resolved } });
  const rules = [rule({ priority: 0, action: { kind: "nop" } }), rule({ priority: 5, table: 1 }), rule({ priority: 9 })];
  assert.is(way(node([...rules, jump(true)]), DST), "br-client table 254");
  assert.is(way(node([...rules, jump(false)]), DST), "br-wan table 1");
});

test("suppress_prefixlength 0 hides a default route, never an unreachable one", () => {
  const main = rule({ priority: 1, suppressPrefixLength: 0 });
  assert.is(way(node([main, rule({ priority: 2, table: 1 })]), DST), "br-wan table 1");
  assert.is(way(node([main, rule({ priority: 2, table: 1 })], [WAN, route({ type: "unreachable", dev: "lo" })]), DST), "EHOSTUNREACH");
});

test("suppress_ifgroup hides every route through a device of that group", () => {
  assert.is(way(node([rule({ priority: 1, suppressGroup: "0" }), rule({ priority: 2, table: 1 })], [MESH]), DST), "ENETUNREACH");
  assert.is(way(node([rule({ priority: 1, suppressGroup: "7" })], [MESH]), DST), "br-client table 254");
});

test("a selector that is not understood may hold or not: both are walked", () => {
  const of = node([rule({ priority: 1, table: 1, unknown: ["tun_id 5"] }), rule({})]);
  const { runs } = everyRun((choices) => {
    const read = reader(of, DST, choices);
    const found = walkRules(read.ground.fibs[6], question(DST), read, { tell: () => undefined });
    return found.kind === "route" ? found.route.table : 0;
  }, 10);
  assert.equal(runs.map(({ value, when }) => [[...when.keys()][0], value]), [["tun_id 5", 1], ["tun_id 5", 254]]);
});

test("an action that is not understood may do anything, or nothing", () => {
  const of = node([rule({ priority: 1, action: { kind: "unknown", text: "lookup [l3mdev-table]" } }), rule({})]);
  const { runs } = everyRun((choices) => {
    const read = reader(of, DST, choices);
    return walkRules(read.ground.fibs[6], question(DST), read, { tell: () => undefined }).kind;
  }, 10);
  assert.equal(runs.map(({ value }) => value), ["unknown", "route"]);
});

test("a route that nobody could read may take any packet of its family", () => {
  const node = aNode({ unreadRoutes: [{ family: 6, text: "dst 7", at: "route6.json#9" }] });
  assert.is(way(node, { dst: "2001:db8:9::1" }), "unknown");
  assert.is(way(node, { dst: "8.8.8.8" }), "br-wan via 192.0.2.1 table 254");
});

test("IPv4 merged: a main route of a longer prefix beats a local one, and a local one of the same prefix wins", () => {
  const routes = [
    route({ family: 4, table: 255, type: "local", to: "10.1.0.0/16", dev: "lo" }), route({ family: 4, to: "10.1.1.0/24", dev: "br-wan" }),
    route({ family: 4, to: "10.1.0.0/16", dev: "br-client" }),
  ];
  const merged = aNode({ routes: { ...aNode().routes, 4: routes } });
  assert.is(way(merged, { dst: "10.1.1.1" }), "br-wan table 254");
  assert.is(way(merged, { dst: "10.1.2.1" }), "lo table 255");
  const split = { ...merged, rules: { ...merged.rules, 4: [...merged.rules[4], rule({ family: 4, priority: 9, matches: [equals("mark", 9)], table: 9 })] } };
  assert.is(way(split, { dst: "10.1.1.1" }), "lo table 255");
});

test("IPv4 merged: table default is asked where local and main have nothing or throw, and not behind an error route", () => {
  const behind = (type: "throw" | "unreachable"): string => {
    const routes = [route({ family: 4, type, to: "198.51.100.0/24" }), route({ family: 4, table: 253, dev: "br-wan" })];
    return way(aNode({ routes: { ...aNode().routes, 4: routes } }), { dst: "198.51.100.1" });
  };
  assert.is(behind("throw"), "br-wan table 253");
  assert.is(behind("unreachable"), "EHOSTUNREACH");
});

test.run();
