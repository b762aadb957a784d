import { test } from "uvu";
import * as assert from "uvu/assert";
import { FLOW } from "../../src/model/verdict.js";
import { allow, ANSWERS, batmanRow, LEASE, LINK, toAddress, toPort, toUnicast, UNREADABLE, unsure, vxlanRows } from "../../src/policy/rows.js";
import { address, firstRow, icmp6, ip, tcp, udp, verdictOf } from "../support/nodes.js";

test("a row that allows has no reason, one that is unsure has one", () => {
  assert.equal(allow("arp", "why", "at"), { matches: [], class: "arp", reason: null, why: "why", at: "at" });
  assert.equal(unsure("name", "why", "at"), { matches: [], class: "undetermined", reason: "name", why: "why", at: "at" });
});

test("ARP is the node's own where the sender's hardware address is", () => {
  assert.is(verdictOf(LINK, { etherType: 0x0806, ownHardware: 1 }), "arp");
  assert.is(verdictOf(LINK, { etherType: 0x0806, ownHardware: 0 }), "leak");
  assert.is(verdictOf(LINK, { etherType: 0x8035, ownHardware: 1 }), "leak");
});

test("router and neighbour solicitation and neighbour advertisement are ndp", () => {
  for (const type of [133, 135, 136]) assert.is(verdictOf(LINK, icmp6(type, "ff02::2")), "ndp", `${type}`);
});

test("a router advertisement and a redirect are no ndp", () => {
  for (const type of [134, 137]) assert.is(verdictOf(LINK, icmp6(type, "ff02::1")), "leak", `${type}`);
});

test("ndp with a hop limit other than 255 is none", () => {
  for (const hopLimit of [0, 1, 64, 254]) for (const type of [133, 135, 136]) assert.is(verdictOf(LINK, icmp6(type, "ff02::2", { hopLimit })), "leak");
});

test("130 to 132 and 143 are mld, whatever their hop limit", () => {
  for (const type of [130, 131, 132, 143]) for (const hopLimit of [1, 255]) assert.is(verdictOf(LINK, icmp6(type, "ff02::16", { hopLimit })), "mld", `${type}`);
});

test("no other ICMPv6 type is housekeeping", () => {
  const taken = Array.from({ length: 256 }, (_, type) => type).filter((type) => verdictOf(LINK, icmp6(type, "ff02::1")) !== "leak");
  assert.equal(taken, [130, 131, 132, 133, 135, 136, 143]);
});

test("the numbers of ICMPv6 mean nothing in another protocol", () => {
  for (const proto of [0, 1, 6, 17, 59]) assert.is(verdictOf(LINK, icmp6(135, "ff02::1", { proto })), "leak", `${proto}`);
  assert.is(verdictOf(LINK, { ...icmp6(135, "ff02::1"), family: 4 }), "leak");
});

test("IGMP is protocol 2 of IPv4", () => {
  assert.is(verdictOf(LINK, ip("192.0.2.42", "224.0.0.22", { proto: 2 })), "igmp");
  assert.is(verdictOf(LINK, ip("fe80::21", "ff02::16", { proto: 2 })), "leak");
});

test("a mark changes nothing about what a link needs", () => {
  for (const packet of [{ etherType: 0x0806, ownHardware: 1 }, icmp6(135, "ff02::1"), icmp6(143, "ff02::16"), ip("192.0.2.42", "224.0.0.22", { proto: 2 })]) {
    assert.is(verdictOf(LINK, { ...packet, mark: 0xdeadbeef }), verdictOf(LINK, packet));
  }
});

test("DHCP is from client port to server port, to any address", () => {
  for (const dst of ["255.255.255.255", "192.0.2.1", "203.0.113.9"]) assert.is(verdictOf(LEASE, udp(dst, 68, 67)), "dhcp4", dst);
  for (const dst of ["ff02::1:2", "fe80::1", "2001:db8::1"]) assert.is(verdictOf(LEASE, udp(dst, 546, 547)), "dhcp6", dst);
});

test("a server's side of DHCP, its ports in the other family, and TCP are no lease", () => {
  const packets = [
    udp("192.0.2.1", 67, 68), udp("192.0.2.1", 68, 68), udp("192.0.2.1", 40000, 67), udp("fe80::1", 547, 546), udp("fe80::1", 40000, 547),
    udp("fe80::1", 68, 67), udp("192.0.2.1", 546, 547), tcp("192.0.2.1", 68, 67), tcp("fe80::1", 546, 547),
  ];
  for (const packet of packets) assert.is(verdictOf(LEASE, packet), "leak");
});

test("what the flow memory says decides an answer", () => {
  const said = Object.fromEntries(Object.entries(FLOW).map(([name, flow]) => [name, verdictOf(ANSWERS, { flow })]));
  assert.equal(said, {
    none: "leak", here: "leak", wan: "answer", listener: "answer",
    underWay: "undetermined/underWay", trigger: "undetermined/trigger", forgotten: "undetermined/memory",
  });
});

test("a frame that is cut or malformed is undetermined, a whole one is not", () => {
  assert.is(verdictOf(UNREADABLE, { condition: 1 }), "undetermined/cut");
  assert.is(verdictOf(UNREADABLE, { condition: 2 }), "undetermined/malformed");
  assert.is(verdictOf(UNREADABLE, udp("192.0.2.1", 68, 67)), "leak");
});

test("an address is compared in its own family and in all its words", () => {
  const rows = (text: string): ReturnType<typeof allow>[] => [allow("fastd", "", "", ...toAddress(address(text)))];
  assert.ok(firstRow(rows("203.0.113.11"), udp("203.0.113.11", 1, 2)));
  assert.not(firstRow(rows("203.0.113.11"), udp("203.0.113.12", 1, 2)));
  assert.not(firstRow(rows("203.0.113.11"), { ...udp("cb00:710b::", 1, 2) }));
  assert.not(firstRow(rows("cb00:710b::"), { ...udp("203.0.113.11", 1, 2) }));
  for (const other of ["2001:db8::2", "2001:db8:0:1::1", "2001:db8::1:0:1", "2001:db9::1"]) assert.not(firstRow(rows("2001:db8::1"), udp(other, 1, 2)), other);
});

test("one host of a family is neither multicast nor broadcast nor of the other family", () => {
  const rows4 = [allow("fastd", "", "", ...toUnicast(4))];
  const rows6 = [allow("fastd", "", "", ...toUnicast(6))];
  for (const dst of ["0.0.0.1", "192.0.2.1", "223.255.255.255"]) assert.ok(firstRow(rows4, udp(dst, 1, 2)), dst);
  for (const dst of ["224.0.0.1", "239.255.255.255", "255.255.255.255", "2001:db8::1"]) assert.not(firstRow(rows4, udp(dst, 1, 2)), dst);
  for (const dst of ["2001:db8::1", "fe80::1", "fec0::1", "::1"]) assert.ok(firstRow(rows6, udp(dst, 1, 2)), dst);
  for (const dst of ["ff02::1", "ff00::", "192.0.2.1"]) assert.not(firstRow(rows6, udp(dst, 1, 2)), dst);
});

test("a port is the destination's", () => {
  const rows = [allow("fastd", "", "", ...toPort(17, 10010))];
  assert.ok(firstRow(rows, udp("192.0.2.1", 1, 10010)));
  assert.not(firstRow(rows, udp("192.0.2.1", 10010, 1)));
  assert.not(firstRow(rows, tcp("192.0.2.1", 1, 10010)));
});

test("VXLAN is from a link-local address to a neighbour or to the mesh's group", () => {
  const rows = vxlanRows(4789, "link.json");
  const from = (src: string, dst: string, dport: number): string => verdictOf(rows, ip(src, dst, { proto: 17, sport: 50000, dport }));
  assert.is(from("fe80::21", "ff02::15c", 4789), "mesh-on-wan");
  assert.is(from("fe80::21", "fe80::99", 4789), "mesh-on-wan");
  assert.is(from("fe80::21", "ff02::15d", 4789), "leak");
  assert.is(from("fe80::21", "2001:db8::1", 4789), "leak");
  assert.is(from("2001:db8:77:10::21", "ff02::15c", 4789), "leak");
  assert.is(from("fe80::21", "ff02::15c", 4790), "leak");
  assert.is(verdictOf(rows, udp("192.0.2.1", 50000, 4789)), "leak");
});

test("batman-adv is its EtherType", () => {
  assert.is(verdictOf([batmanRow("uci.txt")], { etherType: 0x4305 }), "mesh-on-wan");
  assert.is(verdictOf([batmanRow("uci.txt")], { etherType: 0x4306 }), "leak");
});

test.run();
