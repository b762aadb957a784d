import { test } from "uvu";
import * as assert from "uvu/assert";
import { CASES_MAX } from "../../../src/model/walk.js";
import { renderWalkJson } from "../../../src/report/walk.js";
import { breaches } from "../../support/schemas.js";
import { aNode } from "../../support/nodes.js";
import { casesOf, fate, walk } from "../../support/walks.js";
import { aRouter, walled } from "../../support/walls.js";

const FAR = "dst=2001:db8:9::1 proto=udp sport=1 dport=2 gid=0 api=connect";
const MARKS = "46 mangle -A OUTPUT -m owner --uid-owner 1000 -j MARK --set-xmark 0x1/0x1";
const MESH = "egress br-client from 2001:db8:f00d:1::20";
const WAN = "egress br-wan from 2001:db8:f00d:1::20 leak";

test("a mark of mangle OUTPUT reroutes and keeps the source; the device of OUTPUT stays the first one", () => {
  const drop = (dev: string): ReturnType<typeof aNode> => walled([MARKS, `46 filter -A OUTPUT -o ${dev} -j DROP`]);
  assert.equal(["br-wan", "br-client"].map((dev) => fate(drop(dev), `${FAR} uid=1000`)), [WAN, "dropped EPERM"]);
});

test("POSTROUTING sees the device that the reroute led to", () => {
  assert.is(fate(walled([MARKS, "46 mangle -A POSTROUTING -o br-wan -j DROP"]), `${FAR} uid=1000`), "dropped EPERM");
  assert.is(fate(walled([MARKS, "46 mangle -A POSTROUTING -o br-wan -j DROP"]), `${FAR} uid=0`), MESH);
});

test("a mark of raw or filter leaves with the packet and reroutes nothing", () => {
  for (const table of ["raw", "filter"]) {
    const told = walk(walled([`46 ${table} -A OUTPUT -j MARK --set-xmark 0x1/0x1`]), `${FAR} uid=0`);
    assert.equal([told.egress?.dev, told.egress?.mark], ["br-client", 1], table);
  }
});

test("only a difference between entry and exit of mangle reroutes, then with all marks", () => {
  const raw = "46 raw -A OUTPUT -j MARK --set-xmark 0x1/0x1";
  assert.is(fate(walled([raw, "46 mangle -A OUTPUT -j MARK --set-xmark 0x1/0x1"]), `${FAR} uid=0`), MESH);
  assert.is(fate(walled([raw, "46 mangle -A OUTPUT -j MARK --set-xmark 0x10/0x10"]), `${FAR} uid=0`), WAN);
});

test("nat OUTPUT reroutes when the address changes, with the mark of that moment, and not for a port", () => {
  const raw = "6 raw -A OUTPUT -j MARK --set-xmark 0x1/0x1";
  const to = (target: string): string => fate(walled([raw, `6 nat -A OUTPUT -p udp -j DNAT --to-destination ${target}`]), `${FAR} uid=0`);
  assert.equal([to("2001:db8:8::1"), to("[2001:db8:9::1]:53")], ["egress br-wan from 2001:db8:f00d:1::20 leak", MESH]);
});

test("a packet for the node itself passes OUTPUT, POSTROUTING, PREROUTING and INPUT with its mark", () => {
  const rules = ["6 mangle -A PREROUTING -i lo -m mark --mark 0x10 -j MARK --set-xmark 0x20", "6 filter -A INPUT -i lo -m mark --mark 0x20 -j DROP"];
  assert.is(fate(walled(rules), "dst=2001:db8:77:10::21 proto=tcp mark=0x10 markWhen=create"), "dropped");
  assert.is(fate(walled(rules), "dst=2001:db8:77:10::21 proto=tcp"), "local");
});

test("nat PREROUTING is not asked about what came through nat OUTPUT", () => {
  const told = walk(walled(["4 nat -A OUTPUT -p tcp -j ACCEPT", "4 nat -A PREROUTING -i lo -p udp -j REDIRECT --to-ports 54"]), "dst=192.0.2.42 proto=udp sport=1 dport=53");
  assert.equal([told.disposition, told.entry?.reply.sport], ["local", 53]);
});

test("PREROUTING comes before the lookup of a forwarded packet, FORWARD behind it", () => {
  const node = walled(["6 mangle -A PREROUTING -i br-client -j MARK --set-xmark 0x1/0x1", "6 filter -A FORWARD -i br-client -o br-wan -j DROP"], aRouter());
  assert.is(fate(node, "dst=2001:db8:8::1 src=2001:db8:f00d:1::5 iif=br-client proto=udp"), "dropped");
  assert.is(fate(node, "dst=2001:db8:8::1 src=2001:db8:9::5 iif=local-node proto=udp sport=1 dport=1"), "egress br-client from 2001:db8:9::5");
});

test("the route's error of a forwarded packet comes before FORWARD", () => {
  const node = walled(["6 filter -P FORWARD DROP"], aRouter({ routes: { ...aNode().routes, 6: [] } }));
  assert.is(fate(node, "dst=2001:db8:8::1 src=2001:db8:f00d:1::5 iif=br-client proto=udp"), "noRoute");
});

test("::1 from outside never comes to PREROUTING", () => {
  const node = walled(["6 nat -A PREROUTING -j DNAT --to-destination 2001:db8:9::1"], aRouter());
  assert.is(fate(node, "dst=::1 src=2001:db8:f00d:1::5 iif=br-client proto=udp"), "dropped");
});

test("the policy judges what is on the wire: a masqueraded packet has the WAN's address, a translated one its new destination", () => {
  const node = walled(["4 nat -A POSTROUTING -o br-wan -j MASQUERADE", "4 nat -A OUTPUT -d 198.51.100.7 -p udp -j DNAT --to-destination 203.0.113.11:10010"]);
  const told = walk(node, "dst=198.51.100.7 proto=udp sport=1 dport=2 uid=0 gid=800 src=10.187.0.1");
  assert.equal([told.egress?.src, told.egress?.dst, told.egress?.dport, told.verdict], ["192.0.2.42", "203.0.113.11", 10010, "fastd"]);
  assert.not(told.notes.some(({ id }) => id === "source"));
});

test("neighbour discovery asks no table and passes OUTPUT and POSTROUTING", () => {
  assert.is(fate(walled(["6 filter -P OUTPUT DROP"]), "origin=kernel dst=fe80::1 proto=58 icmpType=135 oif=br-wan src=fe80::21"), "dropped");
});

test("an unknown match is asked once by its own text and shared, and only where it is met", () => {
  const limit = "46 filter -A OUTPUT -p udp -m limit --limit 1/sec -j ACCEPT";
  const node = walled([limit, "46 mangle -A POSTROUTING -m limit --limit 1/sec -j ACCEPT", "46 filter -A OUTPUT -p udp -j DROP"]);
  assert.equal(casesOf(walk(node, `${FAR} uid=0`)), ["-m limit --limit 1/sec holds: egress br-client from 2001:db8:f00d:1::20", "-m limit --limit 1/sec does not hold: dropped EPERM"]);
  assert.is(walk(node, "dst=2001:db8:9::1 proto=tcp sport=1 dport=2").cases, undefined);
});

test("a field that is not given is asked no further than the rules look", () => {
  const rules = Array.from({ length: 200 }, (_, i) => `6 filter -A OUTPUT -p udp -m udp --dport ${i + 1} -j DROP`);
  const told = walk(walled(rules), "dst=2001:db8:9::1 proto=udp sport=1 uid=0 gid=0 api=connect");
  assert.ok(rules.length < CASES_MAX);
  assert.equal(casesOf(told), [`dport 0,201-65535: ${MESH}`, "dport 1-200: dropped EPERM"]);
});

test("every document keeps to the published schema", () => {
  const node = walled([MARKS, "46 nat -A POSTROUTING -j MASQUERADE", "46 filter -A OUTPUT -p tcp -j REJECT"]);
  for (const words of [FAR, `${FAR} uid=1000`, "dst=198.51.100.1 proto=tcp", "dst=2001:db8:9::1 iif=br-client"]) assert.equal(breaches("explain", renderWalkJson(walk(node, words))), [], words);
});

test.run();
