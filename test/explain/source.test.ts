import { test } from "uvu";
import * as assert from "uvu/assert";
import { groundOf } from "../../src/explain/fib.js";
import { commonBits, scope6, scopeNumber, selectAddress4, source4, source6 } from "../../src/explain/source.js";
import { formatAddress } from "../../src/model/address.js";
import type { InterfaceAddress } from "../../src/model/node.js";
import { address, aNode, onDevice, route } from "../support/nodes.js";

const withAddresses = (...addresses: InterfaceAddress[]): ReturnType<typeof groundOf> => groundOf(aNode({ addresses }));

function six(addresses: InterfaceAddress[], dst: string, dev: string | null): string | null {
  const chosen = source6(withAddresses(...addresses), address(dst), dev);
  return chosen === null ? null : formatAddress(chosen.address);
}

function four(addresses: InterfaceAddress[], dev: string, near: string | null = null, scope = 0): string | null {
  const chosen = selectAddress4(withAddresses(...addresses), dev, near === null ? null : address(near), scope);
  return chosen === null ? null : formatAddress(chosen.address);
}

const WAN = onDevice("br-wan", "192.0.2.42/24");
const MESH = onDevice("local-node", "10.187.0.1/18");
const LO: InterfaceAddress = { ...onDevice("lo", "127.0.0.1/8"), scope: "host" };

test("IPv4: the first primary address of the device", () => {
  const second = onDevice("br-wan", "198.51.100.7/24");
  assert.is(four([WAN, second], "br-wan"), "192.0.2.42");
  assert.is(four([{ ...WAN, flags: ["secondary"] }, second], "br-wan"), "198.51.100.7");
});

test("IPv4: the address in whose network the gateway lies", () => {
  assert.is(four([WAN, onDevice("br-wan", "198.51.100.7/24")], "br-wan", "198.51.100.1"), "198.51.100.7");
});

test("IPv4: an address that reaches less far than the route is passed", () => {
  assert.is(four([{ ...WAN, scope: "link" }, onDevice("br-wan", "198.51.100.7/24")], "br-wan"), "198.51.100.7");
  assert.is(four([{ ...WAN, scope: "link" }], "br-wan", null, 253), "192.0.2.42");
});

test("IPv4: a device without an address borrows one, in the order of devices, but not the loopback's", () => {
  assert.is(four([LO, MESH, WAN], "br-client", null, 253), "192.0.2.42");
  assert.is(four([LO], "br-client", null, 253), null);
});

test("IPv4: the route's own src comes first", () => {
  const named = route({ family: 4, dev: "br-wan", prefsrc: address("192.0.2.99") });
  const chosen = source4(groundOf(aNode()), named, { dev: "br-wan", via: null, weight: 1, flags: [] });
  assert.is(chosen === null ? null : formatAddress(chosen.address), "192.0.2.99");
});

const ULA = onDevice("br-client", "fd12::1/64");
const GLOBAL = onDevice("br-client", "2001:db8:f00d:1::20/64");
const UPLINK = onDevice("br-wan", "2001:db8:77:10::21/64");
const LINK = onDevice("br-wan", "fe80::21/64");

test("IPv6: the destination itself, if it is the node's own", () => {
  assert.is(six([UPLINK, GLOBAL], "2001:db8:f00d:1::20", "br-wan"), "2001:db8:f00d:1::20");
});

test("IPv6: the outgoing device's address, unless its scope does not reach", () => {
  assert.is(six([GLOBAL, UPLINK], "2001:db8:9::1", "br-wan"), "2001:db8:77:10::21");
  assert.is(six([GLOBAL, LINK], "2001:db8:9::1", "br-wan"), "2001:db8:f00d:1::20");
});

test("IPv6: a link-local destination takes an address of that device only", () => {
  assert.is(six([GLOBAL, LINK], "fe80::1", "br-wan"), "fe80::21");
  assert.is(six([LINK], "ff02::1", "br-client"), null);
});

test("IPv6: a deprecated address comes last, a tentative one never", () => {
  assert.is(six([{ ...UPLINK, flags: ["deprecated"] }, onDevice("br-wan", "2001:db8:5::5/64")], "2001:db8:77:10::1", "br-wan"), "2001:db8:5::5");
  assert.is(six([{ ...UPLINK, flags: ["tentative"] }], "2001:db8:9::1", "br-wan"), null);
});

test("IPv6: labels keep ULA with ULA and global with global", () => {
  const addresses = [ULA, GLOBAL];
  assert.is(six(addresses, "fd77::1", "br-client"), "fd12::1");
  assert.is(six(addresses, "2001:db8:9::1", "br-client"), "2001:db8:f00d:1::20");
});

test("IPv6: the longest common prefix decides last, and the first of equals stays", () => {
  const near = onDevice("br-client", "2001:db8:9:1::1/64");
  assert.is(six([GLOBAL, near], "2001:db8:9::1", "br-client"), "2001:db8:9:1::1");
  const twin = onDevice("br-client", "2001:db8:f00d:1::99/64");
  assert.is(six([GLOBAL, twin], "2001:dead::1", "br-client"), "2001:db8:f00d:1::20");
});

test("IPv6: without a device every address is as good as its other qualities", () => {
  assert.is(six([ULA, UPLINK], "2001:db8:9::1", null), "2001:db8:77:10::21");
});

test("scopes: names, numbers, and what an address says itself", () => {
  assert.equal([scopeNumber("link"), scopeNumber(null), scopeNumber("128")], [253, 0, 128]);
  assert.equal(["fe80::1", "::1", "fec0::1", "fd00::1", "ff05::1"].map((text) => scope6(address(text))), [2, 2, 5, 14, 5]);
});

test("common bits are counted across words", () => {
  assert.is(commonBits(address("2001:db8::"), address("2001:db8:8000::")), 32);
  assert.is(commonBits(address("::"), address("::1")), 127);
  assert.is(commonBits(address("::1"), address("::1")), 128);
});

test.run();
