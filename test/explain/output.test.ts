import { test } from "uvu";
import * as assert from "uvu/assert";
import { isLimitedBroadcast, isLoopback, isStrict, isZeroNet, lookupOutput, notFound, pickHop } from "../../src/explain/output.js";
import { SILENT } from "../../src/explain/trail.js";
import { formatAddress } from "../../src/model/address.js";
import { address, aNode, link, route } from "../support/nodes.js";
import { type Asked, lookup, question, reader, routed, way, wayOf } from "../support/walks.js";

function source(asked: Asked): string | null {
  const output = lookup(aNode(), asked);
  return output.kind === "way" && output.source !== null ? formatAddress(output.source.address) : null;
}

test("IPv4 bound to a device without a route goes on-link there, table 0", () => {
  assert.is(way(routed([route({ family: 4, to: "10.187.0.0/18", dev: "local-node" })]), { dst: "198.51.100.1", oif: "br-wan" }), "br-wan table 0");
});

test("IPv4 on-link does not care for an unreachable route either; IPv6 has no such way", () => {
  assert.is(way(routed([route({ family: 4, type: "unreachable" })]), { dst: "198.51.100.1", oif: "br-wan" }), "br-wan table 0");
  assert.is(way(routed([route({ dev: "br-client" })], [aNode().rules[6][2]].filter((rule) => rule !== undefined)), { dst: "2001:db8::1", oif: "br-wan" }), "ENETUNREACH");
});

test("IPv4 multicast of the link goes straight out on the device, without one by the default route and without its gateway", () => {
  assert.is(way(aNode(), { dst: "224.0.0.251", oif: "local-node" }), "local-node table 0");
  assert.is(way(aNode(), { dst: "224.0.0.251" }), "br-wan table 254");
});

test("IPv4 multicast with a source leaves on the device of that source", () => {
  assert.is(way(aNode(), { dst: "239.1.1.1", src: "10.187.0.1" }), "local-node table 0");
  assert.is(way(aNode(), { dst: "239.1.1.1", src: "10.187.0.9" }), "ENETUNREACH");
});

test("IPv4 with a foreign source is ENETUNREACH, with one that is no host's EINVAL", () => {
  assert.is(way(aNode(), { dst: "198.51.100.1", src: "203.0.113.1" }), "ENETUNREACH");
  assert.is(way(aNode(), { dst: "198.51.100.1", src: "224.0.0.1" }), "EINVAL");
});

test("what the kernel answers with may have any source", () => {
  const asked = { dst: "198.51.100.1", src: "203.0.113.1" };
  assert.is(wayOf(lookupOutput(question(asked), reader(aNode(), asked), SILENT, true)), "br-wan via 192.0.2.1 table 254");
});

test("IPv4 from 127.0.0.1 does not leave, unless route_localnet is on", () => {
  const asked = { dst: "198.51.100.1", src: "127.0.0.1" };
  assert.is(way(aNode(), asked), "EINVAL");
  assert.is(way(aNode({ sysctl: new Map([["net.ipv4.conf.br-wan.route_localnet", "1"]]) }), asked), "br-wan via 192.0.2.1 table 254");
});

test("0.0.0.0 is the node itself without a table, the rest of its network is unicast", () => {
  assert.is(way(aNode(), { dst: "0.0.0.0" }), "lo table 0");
  assert.is(way(aNode(), { dst: "0.1.2.3" }), "br-wan via 192.0.2.1 table 254");
});

test("a device that is down is ENETUNREACH for IPv4", () => {
  const down = aNode({ links: [...aNode().links, link({ name: "wwan0", up: false })] });
  assert.is(way(down, { dst: "198.51.100.1", oif: "wwan0" }), "ENETUNREACH");
});

test("a local destination stays, its source is itself", () => {
  assert.is(way(aNode(), { dst: "192.0.2.42" }), "lo table 255");
  assert.is(source({ dst: "192.0.2.42" }), "192.0.2.42");
  assert.is(way(aNode(), { dst: "2001:db8:77:10::21" }), "lo table 255");
});

test("IPv4 bound to a device, to 127.0.0.1: out on that device, as measured", () => {
  const loop = routed([route({ family: 4, table: 255, type: "local", to: "127.0.0.0/8", dev: "lo" })]);
  assert.is(way(loop, { dst: "127.0.0.1", oif: "br-wan" }), "br-wan table 0");
});

test("IPv6 is strict when bound, without a source, or for destinations that need a device", () => {
  const [far, near] = [address("2001:db8::1"), address("fe80::1")];
  assert.equal([isStrict(far, "br-wan", null, false), isStrict(far, "br-wan", far, false), isStrict(far, "br-wan", far, true), isStrict(far, null, null, true)], [true, false, true, false]);
  assert.equal([isStrict(near, null, far, false), isStrict(address("::1"), null, far, false), isStrict(address("192.0.2.1"), "br-wan", null, true)], [true, true, false]);
});

test("IPv6 marked and bound to the mesh passes by table 1's unreachable default and leaves on the mesh", () => {
  const bare = aNode({ routes: { ...aNode().routes, 6: aNode().routes[6].filter((one) => one.at !== "route6.json#1") } });
  assert.is(way(bare, { dst: "2001:db8:9::1", mark: 1 }), "EHOSTUNREACH");
  assert.is(way(bare, { dst: "2001:db8:9::1", mark: 1, oif: "br-client" }), "br-client via fe80::11 table 254");
});

test("a next hop that the state does not choose is asked for once, whatever repeats", () => {
  const nextHops = ["br-wan", "br-client", "br-wan"].map((dev) => ({ dev, via: null, weight: 1, flags: [] }));
  const asked = reader(aNode(), { dst: "2001:db8::1" });
  pickHop({ kind: "route", route: route({ nextHops }), hops: nextHops, rivals: [] }, asked);
  assert.equal([...asked.choices.conditions().values()][0]?.options.map(({ text }) => text), ["dev br-wan", "dev br-client"]);
});

test("nothing found, refused and dropped are three ends", () => {
  assert.equal(notFound({ kind: "none" }), { kind: "error", error: "ENETUNREACH", disposition: "noRoute" });
  assert.equal(notFound({ kind: "error", error: "EACCES", silent: false }), { kind: "error", error: "EACCES", disposition: "rejected" });
  assert.equal(notFound({ kind: "error", error: "EINVAL", silent: true }), { kind: "error", error: "EINVAL", disposition: "dropped" });
});

test("addresses of IPv4 that mean something else in IPv6", () => {
  assert.ok(isLimitedBroadcast(address("255.255.255.255")) && isZeroNet(address("0.0.0.0")) && !isZeroNet(address("0.1.2.3")) && isLoopback(address("127.9.9.9")));
  assert.not(isLimitedBroadcast(address("ffff:ffff::")) || isZeroNet(address("::1")) || isLoopback(address("7f00::1")));
});

test.run();
