import { test } from "uvu";
import * as assert from "uvu/assert";
import { judge } from "../../src/explain/verdict.js";
import { explainer } from "../../src/explain/explain.js";
import { POLICIES } from "../../src/policy/policies.js";
import { aNode } from "../support/nodes.js";
import { casesOf, fate, packet, reader, walk } from "../support/walks.js";

const SERVER = "dst=203.0.113.11 proto=udp sport=40000 dport=10010";

test("the VPN's tuple from the VPN's group is fastd, from another process a leak", () => {
  assert.is(fate(aNode(), `${SERVER} uid=0 gid=800`), "egress br-wan from 192.0.2.42 fastd");
  assert.is(fate(aNode(), `${SERVER} uid=0 gid=0`), "egress br-wan from 192.0.2.42 leak");
});

test("whose packet it is counts as unseen while no uid or gid is given", () => {
  const told = walk(aNode(), SERVER);
  assert.is(told.verdict, "fastd");
  assert.equal(told.notes.map(({ id }) => id), ["origin-unseen", "mark-missing"]);
});

test("a server by name is told by mark and group together, and by neither alone", () => {
  const named = "dst=2001:db8:5::5 proto=udp sport=40000 dport=10010 markWhen=create";
  assert.is(fate(aNode(), `${named} mark=1 uid=0 gid=800`), "egress br-wan from 2001:db8:77:10::21 fastd");
  const unsure = walk(aNode(), `${named} mark=1`);
  assert.equal([...new Set((unsure.cases ?? []).map((one) => one.verdict))].sort(), ["fastd", "undetermined"]);
  assert.is(fate(aNode(), `${named} mark=1 uid=0 gid=0`), "egress br-wan from 2001:db8:77:10::21 leak");
});

test("only what belongs to a flow that is under way can answer", () => {
  const told = walk(aNode(), "dst=192.0.2.9 proto=tcp sport=22 dport=50000 ct=established src=192.0.2.42");
  assert.equal(casesOf(told), [
    "what it answers came in on the WAN: egress br-wan from 192.0.2.42 answer",
    "what it answers came from elsewhere, or it answers nothing: egress br-wan from 192.0.2.42 leak",
  ]);
  assert.is(fate(aNode(), "dst=192.0.2.9 proto=tcp sport=22 dport=50000 src=192.0.2.42"), "egress br-wan from 192.0.2.42 leak");
});

test("under the letter an answer is a leak, whatever it answers", () => {
  const node = aNode();
  const told = explainer(node, POLICIES["gluon-letter"].build(node, {})).explain(packet("dst=192.0.2.9 proto=tcp sport=22 dport=50000 ct=reply src=192.0.2.42"));
  assert.equal([told.verdict, told.cases], ["leak", undefined]);
});

test("a field that is not given is judged for every value", () => {
  const told = walk(aNode(), "dst=192.0.2.1 proto=udp sport=40000 uid=1 gid=1");
  assert.equal(casesOf(told), [
    "dport 0-52,54-65535: egress br-wan from 192.0.2.42 leak", "dport 53: egress br-wan from 192.0.2.42 wan-dns",
  ]);
});

test("a leak says which class it would have been, had another process sent it", () => {
  const node = aNode();
  const stranger = packet(`${SERVER} gid=0`);
  const verdict = judge({ packet: stranger, src: null, dst: stranger.dst, mark: 0, dev: "br-wan" }, node, POLICIES.gluon.build(node, {}), reader(node, { dst: "203.0.113.11", proto: 17, sport: 40000, dport: 10010 }));
  assert.equal([verdict.class, verdict.why, verdict.at], ["leak", "UDP to the VPN server (configured), but another process sends it", "fastd.conf:5"]);
});

test.run();
