import { test } from "uvu";
import * as assert from "uvu/assert";
import { inPrefix } from "../../src/model/packet.js";
import type { Node } from "../../src/model/node.js";
import { aNode, prefix, route, rule } from "../support/nodes.js";
import { fate, routed, walk } from "../support/walks.js";

/** IPv4 with a rule that sends what comes from the mesh address to another table. */
function fromRule4(): Node {
  const from = rule({ family: 4, priority: 100, table: 7, from: prefix("192.0.2.42"), matches: inPrefix("src", prefix("192.0.2.42")) });
  const node = aNode();
  return { ...node, rules: { ...node.rules, 4: [...node.rules[4], from] }, routes: { ...node.routes, 4: [...node.routes[4], route({ family: 4, table: 7, dev: "br-client" })] } };
}

test("IPv4 connect looks up twice and meets a rule with from; sendto does not", () => {
  assert.is(fate(fromRule4(), "dst=198.51.100.1 proto=udp api=connect"), "egress br-client from 192.0.2.42");
  assert.is(fate(fromRule4(), "dst=198.51.100.1 proto=udp api=sendto dport=9 sport=9"), "egress br-wan from 192.0.2.42 leak");
  assert.is(fate(fromRule4(), "dst=198.51.100.1 proto=tcp"), "egress br-client from 192.0.2.42");
});

test("IPv6 unbound does not meet a rule with from, bound does", () => {
  const from = rule({ priority: 1, table: 1, matches: inPrefix("src", prefix("2001:db8:f00d:1::20")) });
  const node = routed(aNode().routes[6], [from, rule({})]);
  assert.is(fate(node, "dst=2001:db8:9::1 proto=tcp"), "egress br-client from 2001:db8:f00d:1::20");
  assert.is(fate(node, "dst=2001:db8:9::1 proto=tcp src=2001:db8:f00d:1::20"), "egress br-wan from 2001:db8:f00d:1::20 leak");
});

test("IPv6 whose first lookup fails looks again with a source chosen for no device", () => {
  const specific = route({ table: 1, dev: "br-wan", via: "fe80::1", source: prefix("2001:db8:77:10::/64") });
  const node = routed([specific], [rule({ priority: 1, table: 1 })]);
  assert.is(fate(node, "dst=2001:db8:77:9::1 proto=tcp"), "egress br-wan from 2001:db8:77:10::21 leak");
});

test("a mark after connect finds the source chosen already", () => {
  assert.is(fate(aNode(), "dst=2001:db8:9::1 proto=tcp mark=1 markWhen=create"), "egress br-wan from 2001:db8:77:10::21 leak");
  assert.is(fate(aNode(), "dst=2001:db8:9::1 proto=tcp mark=1 markWhen=connected"), "egress br-wan from 2001:db8:f00d:1::20 leak");
});

test("where only the source depends on the moment of the mark, the way is told and both sources as cases", () => {
  const told = walk(aNode(), "dst=2001:db8:9::1 proto=tcp mark=1");
  assert.is(told.disposition, "egress");
  assert.equal(told.cases?.map(({ when, egress }) => [when["markWhen"], egress?.src]), [["create", "2001:db8:77:10::21"], ["connected", "2001:db8:f00d:1::20"]]);
});

test("a mark that no rule looks at is not asked about", () => {
  assert.is(walk(aNode(), "dst=198.51.100.1 proto=tcp mark=1").cases, undefined);
});

test("a link-local or link multicast destination without a device is EINVAL, for connect", () => {
  assert.is(fate(aNode(), "dst=fe80::1 proto=tcp"), "rejected EINVAL");
  assert.is(fate(aNode(), "dst=ff02::1 proto=udp api=connect"), "rejected EINVAL");
});

test("IPv6 without any address is EADDRNOTAVAIL", () => {
  const node = { ...aNode(), addresses: aNode().addresses.filter((own) => own.address.family === 4) };
  assert.is(fate(node, "dst=2001:db8:9::1 proto=tcp"), "rejected EADDRNOTAVAIL");
});

test("an end without a route has the socket's error, a forwarded packet has none", () => {
  const node = routed([route({ to: "2001:db8::/32", dev: "br-wan" })], [rule({})], { sysctl: new Map([["net.ipv6.conf.all.forwarding", "1"]]) });
  assert.is(fate(node, "dst=2a00::1 proto=tcp"), "noRoute ENETUNREACH");
  assert.is(fate(node, "dst=2a00::1 proto=tcp iif=br-client src=2001:db8:f00d:1::5"), "noRoute");
});

test("neighbour discovery and group reports of the kernel ask no table", () => {
  assert.is(fate(aNode(), "origin=kernel dst=ff02::16 proto=58 icmpType=143 oif=br-wan src=fe80::21"), "egress br-wan from fe80::21 mld");
  assert.is(fate(aNode(), "origin=kernel dst=fe80::1 proto=58 icmpType=135 oif=br-wan src=fe80::21"), "egress br-wan from fe80::21 ndp");
  assert.is(fate(aNode(), "origin=kernel dst=224.0.0.22 proto=2 oif=br-wan src=192.0.2.42"), "egress br-wan from 192.0.2.42 igmp");
});

test("what leaves on the loopback stays on the node", () => {
  assert.is(fate(aNode(), "dst=192.0.2.42 proto=tcp"), "local");
});

test.run();
