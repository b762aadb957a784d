import { test } from "uvu";
import * as assert from "uvu/assert";
import { hasPorts, missing, needsOf, tablesOf } from "../../src/core/given.js";
import type { PathPacket } from "../../src/core/path.js";
import { within } from "../../src/model/packet.js";
import { address, aNode, route, rule } from "../support/nodes.js";
import { walled } from "../support/walls.js";

const packet = (parts: Partial<PathPacket> = {}): PathPacket => ({
  origin: "local", dst: address("192.0.2.1"), src: null, mark: 0, markWhen: null, api: null, socket: null, oif: null, iif: null, ct: "new", entry: null, fields: { proto: 17 }, ...parts,
});

const plain = needsOf(aNode({ rules: { 4: [], 6: [] }, routes: { 4: [], 6: [] } }), 4);

test("without its protocol no packet has a fate", () => {
  assert.is(missing(packet({ fields: {} }), plain), "proto");
});

test("what nothing on the node looks at need not be told", () => {
  assert.is(missing(packet(), plain), null);
});

test("ports, owners and TOS are wanted where a rule, a route or a chain looks at them", () => {
  const byUser = needsOf(aNode({ rules: { 4: [rule({ family: 4, matches: [within("uid", 1, 9)] })], 6: [] } }), 4);
  assert.is(missing(packet(), byUser), "uid");
  assert.is(missing(packet({ fields: { proto: 17, uid: 0 } }), byUser), null);
  assert.is(missing(packet({ origin: "forward", iif: "br-wan", src: address("192.0.2.9") }), byUser), null, "a forwarded packet has no owner");
  const byTos = needsOf(aNode({ routes: { 4: [route({ family: 4, tos: 16, dev: "br-wan" })], 6: [] } }), 4);
  assert.is(missing(packet(), byTos), "tos");
  const byPort = needsOf(walled(["4 filter -A OUTPUT -p udp -m udp --dport 53 -j DROP"]), 4);
  assert.is(missing(packet({ fields: { proto: 17, sport: 1 } }), byPort), "dport");
  assert.is(missing(packet({ fields: { proto: 47 } }), byPort), null, "GRE has no ports");
});

test("a translation wants ports, and the source of what the kernel sends", () => {
  const needs = needsOf(walled(["4 nat -A POSTROUTING -j MASQUERADE"]), 4);
  assert.is(missing(packet(), needs), "sport");
  const own = packet({ origin: "kernel", fields: { proto: 47 } });
  assert.is(missing(own, needs), "src");
  assert.is(missing({ ...own, src: address("192.0.2.42") }, needs), null);
});

test("a forwarded packet has a device and a source", () => {
  assert.is(missing(packet({ origin: "forward" }), plain), "iif");
  assert.is(missing(packet({ origin: "forward", iif: "br-wan" }), plain), "src");
});

test("ICMP tells its type, and a segment its flags where there are chains", () => {
  assert.is(missing(packet({ fields: { proto: 1 } }), plain), "icmpType");
  assert.is(missing(packet({ fields: { proto: 6 } }), plain), null);
  assert.is(missing(packet({ fields: { proto: 6 } }), needsOf(walled(["4 filter -A OUTPUT -o lo -j DROP"]), 4)), "tcpFlags");
});

test("what an unknown socket makes for the kernel has an owner that counts where a chain looks at owners", () => {
  const needs = needsOf(walled(["4 filter -A OUTPUT -m owner --uid-owner 7 -j DROP"]), 4);
  const reset = packet({ origin: "kernel", src: address("192.0.2.42"), fields: { proto: 6, sport: 1, dport: 2, tcpFlags: 4 } });
  assert.is(missing(reset, needs), "uid");
  assert.is(missing({ ...reset, ct: "related" }, needs), null, "a REJECT makes it, without any socket");
});

test("a group report without its mark is refused where a chain looks at marks", () => {
  const needs = needsOf(walled(["4 filter -A OUTPUT -m mark --mark 1 -j DROP"]), 4);
  const report = packet({ origin: "kernel", mark: null, src: address("192.0.2.42"), fields: { proto: 2 } });
  assert.is(missing(report, needs), "mark");
  assert.is(missing({ ...report, mark: 0 }, needs), null);
});

test("tables of the other family do not count", () => {
  const { firewall } = walled(["6 filter -A OUTPUT -j DROP"]);
  assert.is(tablesOf(firewall, 4).length, 0);
  assert.is(tablesOf(firewall, 6).length, 1);
  assert.is(needsOf({ ...aNode(), firewall }, 4).filters, false);
});

test("five protocols have ports", () => {
  assert.equal([1, 2, 6, 17, 33, 47, 58, 132, 136].filter(hasPorts), [6, 17, 33, 132, 136]);
});

test.run();
