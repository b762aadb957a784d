import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Node } from "../../src/model/node.js";
import { equals } from "../../src/model/packet.js";
import { defaultPolicy, gluonSign, isPolicyName, POLICIES, POLICY_NAMES } from "../../src/policy/policies.js";
import { aNode, prefix, rule, section } from "../support/nodes.js";

/** A node that nothing shows to be Gluon's. */
function plain(parts: Partial<Node> = {}): Node {
  return aNode({ groups: new Map([["root", 0]]), rules: { 4: [], 6: [rule({ priority: 0, table: 255 }), rule({})] }, ...parts });
}

test("every policy has a summary and is built under its own name", () => {
  assert.equal([...POLICY_NAMES].sort(), Object.keys(POLICIES).sort());
  for (const name of POLICY_NAMES) {
    assert.is(POLICIES[name].build(aNode(), {}).name, name);
    assert.match(POLICIES[name].summary, /^[^\n]+[^.\n]$/);
  }
});

test("a policy is known by its exact name", () => {
  assert.ok(isPolicyName("gluon"));
  assert.ok(isPolicyName("gluon-letter"));
  for (const name of ["Gluon", "gluon ", "", "toString", "constructor", "__proto__"]) assert.not(isPolicyName(name), name);
});

test("a package of Gluon's in UCI shows a Gluon node", () => {
  const uci = [section({ package: "network", type: "interface", name: "gluon" }), section({ package: "gluon-core", type: "core", at: "uci.txt:9" })];
  assert.is(gluonSign(plain({ uci })), "uci.txt:9");
});

test("either name of the VPN's group shows a Gluon node", () => {
  for (const group of ["gluon-mesh-vpn", "gluon-fastd"]) assert.is(gluonSign(plain({ groups: new Map([[group, 800]]) })), `group ${group}`);
});

test("the rule fwmark 0x1/0x1 to table 1 shows a Gluon node", () => {
  assert.is(gluonSign(aNode({ groups: null })), "rule6.json#1");
});

test("without signs nothing shows a Gluon node", () => {
  assert.is(gluonSign(plain()), null);
  assert.is(gluonSign(plain({ groups: null, uci: [] })), null);
});

test("the mark to another table shows no Gluon node", () => {
  assert.is(gluonSign(plain({ rules: { 4: [], 6: [rule({ table: 51820, matches: [equals("mark", 1, 1)] })] } })), null);
});

// Contract, section 2: "a rule fwmark 0x1/0x1 -> table 1"; netifd's ip4table and ip6table make rules to table 1 on any OpenWrt.
test("a rule to table 1 without the mark shows no Gluon node", () => {
  const rules = [rule({ table: 1, from: prefix("2001:db8::/64") }), rule({ table: 1, iif: "lo" }), rule({ table: 1, matches: [equals("mark", 2)] })];
  for (const one of rules) assert.is(gluonSign(plain({ rules: { 4: [], 6: [one] } })), null);
});

test("a node that is asked without a policy gets Gluon's", () => {
  assert.is(defaultPolicy(aNode()), "gluon");
});

test.run();
