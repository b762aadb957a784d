import { test } from "uvu";
import * as assert from "uvu/assert";
import { explainer } from "../../src/explain/explain.js";
import { CASES_MAX } from "../../src/model/walk.js";
import { equals, within } from "../../src/model/packet.js";
import { POLICIES } from "../../src/policy/policies.js";
import { renderWalkJson } from "../../src/report/walk.js";
import { aNode, rule } from "../support/nodes.js";
import { breaches } from "../support/schemas.js";
import { casesOf, packet, walk } from "../support/walks.js";

const withRules = (...rules: ReturnType<typeof rule>[]): ReturnType<typeof aNode> => aNode({ rules: { ...aNode().rules, 6: [...rules, ...aNode().rules[6]] } });
const DST = "dst=2001:db8:9::1 proto=tcp sport=1 dport=2";

test("every station is told in order, with the packet as it was there", () => {
  const told = walk(aNode(), DST);
  assert.equal(told.stations.map(({ station }) => station), ["socket", "rule", "rule", "rule", "table", "source", "netfilter", "policy"]);
  assert.equal(told.stations.map(({ packet: view }) => view.src ?? "-"), ["-", "-", "-", "-", "-", ...Array.from({ length: 3 }, () => "2001:db8:f00d:1::20")]);
  assert.equal(told.egress, { dev: "br-client", table: 254, via: "fe80::11", src: "2001:db8:f00d:1::20", dst: "2001:db8:9::1", sport: 1, dport: 2, mark: 0 });
  assert.is(told.verdict, null);
});

test("a user that is not given is walked by the rules' own ranges", () => {
  const node = withRules(rule({ priority: 0, table: 1, matches: [within("uid", 1000, 1999)] }));
  assert.equal(casesOf(walk(node, DST)), [
    "uid 0-999,2000-4294967294: egress br-client from 2001:db8:f00d:1::20", "uid 1000-1999: egress br-wan from 2001:db8:77:10::21 leak",
  ]);
  assert.is(walk(node, DST).disposition, "depends");
  assert.is(walk(node, `${DST} uid=0`).disposition, "egress");
});

test("an unknown that only a passed rule would ask for is not asked", () => {
  const node = withRules(rule({ priority: 0, table: 1, matches: [equals("mark", 7), within("uid", 1000, 1999)] }));
  assert.is(walk(node, DST).cases, undefined);
});

test("a selector that was not understood is named by its own text", () => {
  const told = walk(withRules(rule({ priority: 0, table: 1, unknown: ["tun_id 5"] })), DST);
  assert.equal(casesOf(told), ["tun_id 5 holds: egress br-wan from 2001:db8:77:10::21 leak", "tun_id 5 does not hold: egress br-client from 2001:db8:f00d:1::20"]);
});

test("the stations of a depends are those that all cases share, and each case has its own deciding lines", () => {
  const told = walk(withRules(rule({ priority: 0, table: 1, at: "rule6.json#9", matches: [equals("uid", 0)] })), DST);
  assert.equal(told.stations.map(({ station }) => station), ["socket"]);
  assert.equal(told.cases?.map(({ because }) => because[0]?.at), ["rule6.json#9", "rule6.json"]);
});

test("more combinations than the limit are cut, and the answer says so", () => {
  const rules = Array.from({ length: 9 }, (_, i) => rule({ priority: 0, table: 1 + (i % 2) * 253, matches: [], unknown: [`tun_id ${i}`], action: { kind: "nop" } }));
  const told = walk(withRules(...rules), DST);
  assert.is(told.truncated, true);
  assert.is(told.disposition, "depends");
  assert.ok(2 ** rules.length > CASES_MAX);
});

test("every kind of answer keeps to the published schema", () => {
  const node = withRules(rule({ priority: 0, table: 1, matches: [equals("uid", 0)] }));
  for (const words of [DST, `${DST} uid=0`, "dst=fe80::1", "dst=198.51.100.1", "dst=192.0.2.42", "dst=2001:db8:9::1 iif=br-client", "origin=kernel dst=192.0.2.7 proto=icmp", "dst=2001:db8:9::1 mark=1"]) {
    assert.equal(breaches("explain", renderWalkJson(walk(node, words))), [], words);
  }
});

test("a marked packet that leaves elsewhere is told as confinement, one to a stranger as such", () => {
  assert.equal(walk(aNode(), "dst=10.187.9.9 proto=udp mark=1").notes.map(({ id }) => id), ["confinement"]);
  assert.equal(walk(aNode(), `${DST} mark=1 markWhen=connected`).notes.map(({ id }) => id), ["marked-stranger", "source"]);
});

test("a device the node does not have is an objection", () => {
  const told = explainer(aNode(), POLICIES.gluon.build(aNode(), {}));
  assert.is(told.objection(packet("dst=192.0.2.1 oif=nope")), 'the node has no device "nope"');
  assert.is(told.objection(packet("dst=192.0.2.1 oif=br-wan")), null);
});

test.run();
