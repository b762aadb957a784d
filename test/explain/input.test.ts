import { test } from "uvu";
import * as assert from "uvu/assert";
import { lookupInput, martian6, routeInput } from "../../src/explain/input.js";
import { SILENT } from "../../src/explain/trail.js";
import type { Node } from "../../src/model/node.js";
import { address, aNode, route, rule } from "../support/nodes.js";
import { type Asked, casesOf, question, reader, routed, walk, wayOf } from "../support/walks.js";

const ON = { "net.ipv4.conf.br-client.forwarding": "1", "net.ipv6.conf.all.forwarding": "1", "net.ipv4.conf.br-wan.forwarding": "1" };
const forwarding = (more: Record<string, string> = {}): Node => aNode({ sysctl: new Map(Object.entries({ ...ON, ...more })) });

function end(node: Node, asked: Asked): string {
  const output = lookupInput(question({ iif: "br-client", ...asked }, false), reader(node, asked), SILENT);
  return output.kind === "error" ? output.disposition : wayOf(output);
}

test("a forwarded packet takes the rules without the node's own ones", () => {
  assert.is(end(forwarding(), { dst: "198.51.100.1", src: "10.187.0.9" }), "br-wan via 192.0.2.1 table 254");
  assert.is(end(forwarding(), { dst: "2001:db8:9::1", src: "2001:db8:f00d:1::5", mark: 1 }), "br-wan via fe80::1 table 1");
});

test("iif lo rules take what the node sends, not what it passes on", () => {
  const own = rule({ priority: 1, table: 1, iif: "lo", matches: [{ field: "iif", mask: 0xffffffff, low: 1, span: 0 }] });
  const node = { ...forwarding(), rules: { ...aNode().rules, 6: [own, rule({})] } };
  assert.is(end(node, { dst: "2001:db8:9::1", src: "2001:db8:f00d:1::5" }), "br-client via fe80::11 table 254");
});

test("without forwarding it is dropped, what is for the node is not", () => {
  assert.is(end(forwarding({ "net.ipv4.conf.br-client.forwarding": "0" }), { dst: "198.51.100.1", src: "10.187.0.9" }), "dropped");
  assert.is(end(forwarding({ "net.ipv6.conf.all.forwarding": "0" }), { dst: "2001:db8:9::1", src: "2001:db8:f00d:1::5" }), "dropped");
  assert.is(end(forwarding({ "net.ipv4.conf.br-client.forwarding": "0" }), { dst: "192.0.2.42", src: "10.187.0.9" }), "lo table 255");
});

test("a sysctl that was not collected may be on or off", () => {
  const told = walk(aNode({ sysctl: null }), "dst=2001:db8:9::1 iif=br-wan src=2001:db8:5::1 proto=tcp");
  assert.equal(casesOf(told), ["net.ipv6.conf.all.forwarding 1: egress br-client from 2001:db8:5::1", "net.ipv6.conf.all.forwarding 0: dropped"]);
});

test("martians are dropped", () => {
  for (const [src, dst] of [["127.0.0.1", "198.51.100.1"], ["224.0.0.1", "198.51.100.1"], ["0.0.0.0", "198.51.100.1"], ["10.187.0.9", "127.0.0.1"], ["10.187.0.9", "0.0.0.0"]] as const) {
    assert.is(end(forwarding(), { src, dst }), "dropped", `${src} ${dst}`);
  }
  for (const [src, dst] of [["::1", "2001:db8:9::1"], ["ff02::1", "2001:db8:9::1"], ["2001:db8::5", "::1"]] as const) {
    assert.ok(martian6({ src: address(src), dst: address(dst) }) !== null, `${src} ${dst}`);
  }
});

test("a destination of ::1 behind DNAT is routed on the device the packet came in on", () => {
  assert.is(end(forwarding(), { src: "2001:db8::5", dst: "::1" }), "br-client via fe80::11 table 254");
});

test("IPv4 does not believe its own address as a source from outside, IPv6 does", () => {
  assert.is(end(forwarding(), { src: "192.0.2.42", dst: "198.51.100.1" }), "dropped");
  assert.is(end(forwarding(), { src: "2001:db8:77:10::21", dst: "2001:db8:9::1" }), "br-client via fe80::11 table 254");
});

test("the rest of 0.0.0.0/8 is unicast, from outside too", () => {
  assert.is(end(forwarding(), { src: "10.187.0.9", dst: "0.1.1.1" }), "br-wan via 192.0.2.1 table 254");
  assert.is(end(forwarding(), { src: "0.1.1.1", dst: "198.51.100.1" }), "br-wan via 192.0.2.1 table 254");
});

test("the lookup alone knows no device that is down and no IPv6 forwarding; IPv4 names its errors", () => {
  const alone = (node: Node, asked: Asked): string => wayOf(routeInput(question({ iif: "br-client", ...asked }, false), reader(node, asked)));
  assert.is(alone(aNode(), { src: "2001:db8:f00d:1::5", dst: "2001:db8:9::1" }), "br-client via fe80::11 table 254");
  assert.is(alone(forwarding({ "net.ipv4.conf.br-client.forwarding": "0" }), { src: "10.187.0.9", dst: "198.51.100.1" }), "EHOSTUNREACH");
  assert.is(alone(forwarding(), { src: "192.0.2.42", dst: "198.51.100.1" }), "EINVAL");
});

test("a directed broadcast is for the node unless bc_forwarding is on for the device and for all", () => {
  const routes = { ...aNode().routes, 4: [route({ family: 4, table: 255, type: "broadcast", to: "192.0.2.255", dev: "br-wan" })] };
  const asked = { src: "10.187.0.9", dst: "192.0.2.255" };
  assert.is(end({ ...forwarding(), routes }, asked), "lo table 255");
  assert.is(end({ ...forwarding({ "net.ipv4.conf.br-client.bc_forwarding": "1" }), routes }, asked), "lo table 255");
  assert.is(end({ ...forwarding({ "net.ipv4.conf.br-client.bc_forwarding": "1", "net.ipv4.conf.all.bc_forwarding": "1" }), routes }, asked), "br-wan table 255");
});

test("a link-local source does not leave its link", () => {
  assert.is(end(forwarding(), { src: "fe80::5", dst: "2001:db8:9::1", mark: 1 }), "rejected");
  assert.is(end(forwarding(), { src: "::", dst: "2001:db8:9::1", mark: 1 }), "dropped");
  assert.is(end(forwarding(), { src: "fe80::5", dst: "2001:db8:9::1" }), "br-client via fe80::11 table 254", "where it came in it may leave");
});

test("IPv6 prefers, among equals, the route on the device it came in on", () => {
  const routes = [route({ dev: "br-wan" }), route({ dev: "br-client" })];
  const node = routed(routes, [rule({})], { sysctl: new Map(Object.entries(ON)) });
  assert.is(end(node, { src: "2001:db8::5", dst: "2001:db8:9::1" }), "br-client table 254");
});

test("multicast from outside is not modelled, and is said to be unknown", () => {
  assert.is(end(forwarding(), { src: "10.187.0.9", dst: "224.0.0.1" }), "unknown");
});

test.run();
