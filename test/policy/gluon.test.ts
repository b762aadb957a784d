import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress } from "../../src/model/address.js";
import type { Node } from "../../src/model/node.js";
import { FLOW } from "../../src/model/verdict.js";
import { gluon, gluonLetter, type PolicyOptions } from "../../src/policy/gluon.js";
import { address, aNode, fastd, type Fields, icmp6, ip, link, remote, section, socket, tcp, udp, verdictOf } from "../support/nodes.js";

/** What Gluon's policy for the node says of a packet. */
function says(packet: Fields, parts: Partial<Node> = {}, options: PolicyOptions = {}): string {
  return verdictOf(gluon(aNode(parts), options).rows, packet);
}

/** `tcp 4 * 22` of each. */
function listeners(parts: Partial<Node>): string[] | null {
  const { listeners: found } = gluon(aNode(parts), {});
  return found === null ? null : found.map(({ proto, family, address: own, port }) => `${proto === 6 ? "tcp" : "udp"} ${family} ${own === null ? "*" : formatAddress(own)} ${port}`);
}

function codes(parts: Partial<Node>): string[] {
  return gluon(aNode(parts), {}).diagnostics.map(({ code }) => code);
}

const REMOTE = "203.0.113.11";
const STRANGER4 = "198.51.100.99";
const STRANGER6 = "2001:db8:ffff::99";
/** One IPv4 remote and nothing open. */
const CLOSED = { fastd: fastd({ remotes: [remote(REMOTE, 10010)] }) };
/** A name that may be of either family. */
const NAMED = { fastd: fastd({ remotes: [remote("vpn.example.org", 10010, { peer: "gw02" })] }) };
const NO_SOCKETS = { sockets: null };

test("UDP to a remote's address and port is fastd, from any port and with any mark", () => {
  for (const mark of [0, 1, 3]) for (const sport of [47558, 1, 60999]) assert.is(says(udp(REMOTE, sport, 10010, { mark }), CLOSED), "fastd");
});

test("another port, another address and the remote as the source are no fastd", () => {
  assert.is(says(udp(REMOTE, 47558, 10011), CLOSED), "leak");
  assert.is(says(udp("203.0.113.12", 47558, 10010), CLOSED), "leak");
  assert.is(says(ip(REMOTE, STRANGER4, { proto: 17, sport: 10010, dport: 10010 }), CLOSED), "leak");
});

test("TCP to the remote's port is no fastd", () => {
  assert.is(says(tcp(REMOTE, 40000, 10010), CLOSED), "leak");
  assert.is(says(ip("192.0.2.42", REMOTE, { proto: 1, icmpType: 8, sport: 1, dport: 10010 }), CLOSED), "leak");
});

test("a marked packet to a stranger is a leak", () => {
  assert.is(says(udp(STRANGER4, 47558, 10010, { mark: 1, gid: 800 }), CLOSED), "leak");
});

test("DNS to an upstream is wan-dns, over UDP and TCP, also to a link-local one", () => {
  for (const dst of ["192.0.2.1", "2001:db8:77:10::1", "fe80::1"]) for (const packet of [udp(dst, 33000, 53), tcp(dst, 33000, 53)]) assert.is(says(packet), "wan-dns", dst);
});

test("port 53 of another host and another port of an upstream are leaks", () => {
  for (const dst of [STRANGER4, STRANGER6, "fe80::2", "ff02::fb"]) for (const packet of [udp(dst, 33000, 53), tcp(dst, 33000, 53)]) assert.is(says(packet), "leak", dst);
  for (const packet of [udp("192.0.2.1", 33000, 853), tcp("192.0.2.1", 33000, 80), udp("192.0.2.1", 53, 33000)]) assert.is(says(packet), "leak");
});

test("while the upstreams are not known, DNS to any one host is undetermined", () => {
  const parts = { ...CLOSED, wanResolvers: null };
  for (const dst of ["192.0.2.1", STRANGER4, STRANGER6]) for (const packet of [udp(dst, 33000, 53), tcp(dst, 33000, 53)]) assert.is(says(packet, parts), "undetermined/upstreams", dst);
  for (const packet of [udp("ff02::fb", 33000, 53), udp("224.0.0.251", 33000, 53), udp(STRANGER4, 33000, 123), udp(STRANGER4, 53, 33000)]) assert.is(says(packet, parts), "leak");
});

test("a list of upstreams that is empty is known: any DNS is a leak", () => {
  assert.is(says(udp("192.0.2.1", 33000, 53), { wanResolvers: [] }), "leak");
});

test("a remote at port 53 stays fastd while the upstreams are not known", () => {
  assert.is(says(udp(REMOTE, 33000, 53), { fastd: fastd({ remotes: [remote(REMOTE, 53)] }), wanResolvers: null }), "fastd");
});

test("UDP to the port of an unresolved name is undetermined, in either family", () => {
  const parts = { ...NAMED, ...NO_SOCKETS };
  assert.is(says(udp(STRANGER4, 40000, 10010), parts), "undetermined/name");
  assert.is(says(udp(STRANGER6, 40000, 10010), parts), "undetermined/name");
});

test("an unresolved name makes no other port, no TCP and no group undetermined", () => {
  const parts = { ...NAMED, ...NO_SOCKETS };
  const packets = [udp(STRANGER4, 40000, 10011), udp(STRANGER4, 10010, 40000), tcp(STRANGER4, 40000, 10010), udp("224.0.0.1", 40000, 10010), udp("255.255.255.255", 40000, 10010), udp("ff02::1", 40000, 10010)];
  for (const packet of packets) assert.is(says(packet, parts), "leak");
});

test("a name of one family leaves the other family's packets leaks", () => {
  assert.is(says(udp(STRANGER6, 40000, 10010)), "undetermined/name");
  assert.is(says(udp(STRANGER4, 40000, 10010)), "leak");
});

test("once resolved, a name is its addresses and nothing else", () => {
  const options = { resolutions: [4 as const, 6 as const].map((family) => ({ name: "vpn.example.org", family, addresses: family === 6 ? [address("2001:db8:9::7")] : [], complete: true })) };
  assert.is(says(udp("2001:db8:9::7", 40000, 10010), NAMED, options), "fastd");
  assert.is(says(udp(STRANGER6, 40000, 10010), NAMED, options), "leak");
  assert.is(says(udp(STRANGER4, 40000, 10010), NAMED, options), "leak");
});

test("an answer read in part: its addresses are fastd, others undetermined", () => {
  const options = { resolutions: [{ name: "vpn.example.org", family: 6 as const, addresses: [address("2001:db8:9::7")], complete: false }] };
  assert.is(says(udp("2001:db8:9::7", 40000, 10010), {}, options), "fastd");
  assert.is(says(udp(STRANGER6, 40000, 10010), {}, options), "undetermined/name");
});

test("what fastd's own socket sends to the port of an unresolved name is fastd", () => {
  assert.is(says(udp(STRANGER6, 47558, 10010)), "fastd");
  assert.is(says(udp(STRANGER6, 47558, 10011)), "leak");
  assert.is(says(udp(STRANGER6, 47559, 10010)), "undetermined/name");
  assert.is(says(udp("ff02::1", 47558, 10010)), "leak");
  assert.is(says(tcp(STRANGER6, 47558, 10010)), "leak");
});

test("fastd's socket speaks for its own family", () => {
  assert.is(says(udp(STRANGER4, 47558, 10010), NAMED), "undetermined/name");
  const both = [socket({ commands: ["fastd"], family: 6, local: { port: 47558 } })];
  assert.is(says(udp(STRANGER4, 47558, 10010), { ...NAMED, sockets: both }), "fastd");
});

test("without fastd.conf UDP to any one host is undetermined, TCP and groups are leaks", () => {
  for (const dst of [STRANGER4, STRANGER6]) {
    assert.is(says(udp(dst, 40000, 123), { fastd: null }), "undetermined/remotes");
    assert.is(says(tcp(dst, 40000, 443), { fastd: null }), "leak");
  }
  for (const dst of ["224.0.0.251", "255.255.255.255", "ff02::fb"]) assert.is(says(udp(dst, 5353, 5353), { fastd: null }), "leak", dst);
});

test("an include that was not collected leaves UDP undetermined, the remotes at hand stay fastd", () => {
  const parts = { fastd: fastd({ remotes: [remote(REMOTE, 10010)], missing: ["fastd.conf:9"] }) };
  assert.is(says(udp(REMOTE, 40000, 10010), parts), "fastd");
  assert.is(says(udp(STRANGER4, 40000, 123), parts), "undetermined/remotes");
});

test("what is known comes before what is not: DNS, leases and answers without fastd.conf", () => {
  assert.is(says(udp("192.0.2.1", 40000, 53), { fastd: null }), "wan-dns");
  assert.is(says(udp("255.255.255.255", 68, 67), { fastd: null }), "dhcp4");
  assert.is(says(udp(STRANGER4, 1001, 40000, { flow: FLOW.wan }), { fastd: null }), "answer");
});

test("link classes come first, whatever mark, flow and remotes say", () => {
  for (const parts of [{}, { fastd: null, wanResolvers: null }]) {
    for (const flow of Object.values(FLOW)) {
      assert.is(says({ etherType: 0x0806, ownHardware: 1, mark: 0x80000001, flow }, parts), "arp");
      assert.is(says(icmp6(135, "ff02::1:ff00:1", { mark: 0x80000001, flow }), parts), "ndp");
      assert.is(says(icmp6(143, "ff02::16", { hopLimit: 1, flow }), parts), "mld");
      assert.is(says(ip("192.0.2.42", "224.0.0.22", { proto: 2, flow }), parts), "igmp");
    }
  }
});

test("an ARP frame of foreign hardware and a router advertisement are leaks", () => {
  assert.is(says({ etherType: 0x0806, ownHardware: 0 }), "leak");
  assert.is(says(icmp6(134, "ff02::1")), "leak");
  assert.is(says(icmp6(135, "ff02::1", { hopLimit: 254 })), "leak");
});

test("a redirect is an answer by its flow or a leak", () => {
  assert.is(says(icmp6(137, "fe80::9")), "leak");
  assert.is(says(icmp6(137, "fe80::9", { flow: FLOW.wan })), "answer");
});

test("a packet of a flow opened here is judged by its addresses", () => {
  assert.is(says(udp(STRANGER4, 40000, 123, { flow: FLOW.here }), CLOSED), "leak");
  assert.is(says(udp(REMOTE, 40000, 10010, { flow: FLOW.here }), CLOSED), "fastd");
});

test("a flow that was under way is an answer where the port listens, else undetermined", () => {
  assert.is(says(tcp(STRANGER4, 22, 40000, { flow: FLOW.listener })), "answer");
  assert.is(says(tcp(STRANGER4, 40000, 443, { flow: FLOW.underWay })), "undetermined/underWay");
  assert.is(says(udp(REMOTE, 40000, 10010, { flow: FLOW.underWay })), "fastd");
});

test("a frame that could not be read is undetermined before anything else", () => {
  assert.is(says(udp(REMOTE, 40000, 10010, { condition: 1 })), "undetermined/cut");
  assert.is(says(icmp6(135, "ff02::1", { condition: 2 })), "undetermined/malformed");
});

test("any other protocol is a leak, also without fastd.conf and resolvers", () => {
  for (const proto of [1, 41, 47, 50, 58, 132]) assert.is(says(ip("192.0.2.42", STRANGER4, { proto }), { fastd: null, wanResolvers: null }), "leak", `${proto}`);
  assert.is(says({ etherType: 0x88cc }, { fastd: null, wanResolvers: null }), "leak");
});

test("by the letter nothing is an answer and nothing is under way", () => {
  const { rows, name } = gluonLetter(aNode(CLOSED), {});
  assert.is(name, "gluon-letter");
  for (const flow of Object.values(FLOW)) assert.is(verdictOf(rows, tcp(STRANGER4, 22, 40000, { flow })), "leak", `${flow}`);
  assert.is(rows.find((row) => row.class === "answer" || row.reason === "underWay"), undefined);
});

test("by the letter fastd, its DNS and what the link needs may leave", () => {
  const { rows } = gluonLetter(aNode(), {});
  const taken = [udp(REMOTE, 40000, 10010), udp("192.0.2.1", 40000, 53), { etherType: 0x0806, ownHardware: 1 }, icmp6(133, "ff02::2"), icmp6(143, "ff02::16"), udp(STRANGER6, 40000, 10010)];
  assert.equal(taken.map((packet) => verdictOf(rows, packet)), ["fastd", "wan-dns", "arp", "ndp", "mld", "undetermined/name"]);
});

// Contract, section 2: the letter is "fastd, WAN DNS and link housekeeping"; mesh-on-wan is none of them.
test("by the letter the mesh on the WAN is a leak, configured or not", () => {
  const uci = [section({ package: "gluon", type: "interface", name: "iface_wan", lists: { role: ["uplink", "mesh"] } })];
  assert.is(says({ etherType: 0x4305 }, { uci }), "mesh-on-wan");
  assert.is(verdictOf(gluonLetter(aNode({ uci }), {}).rows, { etherType: 0x4305 }), "leak");
});

test("a VXLAN over a port of the WAN's bridge is the mesh on the WAN", () => {
  const node = aNode();
  const links = [...node.links, link({ name: "vx", kind: "vxlan", data: { link: "eth1" } })];
  assert.is(says(ip("fe80::21", "ff02::15c", { proto: 17, dport: 4789 }), { links, ...CLOSED }), "mesh-on-wan");
});

test("TCP listens in LISTEN, UDP where it has no peer", () => {
  const far = { address: address(STRANGER4), port: 443 };
  const sockets = [
    socket({ proto: 6, state: "LISTEN", local: { port: 22 } }), socket({ proto: 6, state: "ESTAB", local: { port: 40000 }, peer: far }),
    socket({ local: { port: 1001 } }), socket({ state: "ESTAB", local: { port: 40001 }, peer: far }), socket({ proto: 6, state: "LISTEN" }),
  ];
  assert.equal(listeners({ sockets }), ["tcp 4 * 22", "udp 4 * 1001"]);
});

test("[::] and * listen in both families, with v6only in one", () => {
  assert.equal(listeners({ sockets: [socket({ family: 6, local: { port: 1001 } })] }), ["udp 4 * 1001", "udp 6 * 1001"]);
  assert.equal(listeners({ sockets: [socket({ family: null, local: { port: 1001 } })] }), ["udp 4 * 1001", "udp 6 * 1001"]);
  assert.equal(listeners({ sockets: [socket({ family: 6, v6only: true, local: { port: 1001 } })] }), ["udp 6 * 1001"]);
});

test("an address narrows a listener to itself and its family", () => {
  assert.equal(listeners({ sockets: [socket({ local: { address: address("127.0.0.1"), port: 54 } }), socket({ family: 6, local: { address: address("fe80::21"), port: 546, dev: "br-wan" } })] }), ["udp 4 127.0.0.1 54", "udp 6 fe80::21 546"]);
});

test("a socket bound to a device listens for the WAN where the device is a WAN device", () => {
  const bound = (dev: string): string[] | null => listeners({ sockets: [socket({ local: { port: 67, dev } })] });
  assert.equal(bound("br-client"), []);
  assert.equal(bound("br-wan"), ["udp 4 * 67"]);
  assert.equal(bound("eth1"), ["udp 4 * 67"]);
});

test("without ss.txt the listeners are unknown, not none", () => {
  assert.is(listeners(NO_SOCKETS), null);
  assert.equal(listeners({ sockets: [] }), []);
});

test("local ports are those of the sysctl", () => {
  const range = (text: string): readonly [number, number] => gluon(aNode({ sysctl: new Map([["net.ipv4.ip_local_port_range", text]]) }), {}).portRange;
  assert.equal(range("1024\t2000"), [1024, 2000]);
  assert.equal(range("1024 65535"), [1024, 65535]);
  for (const text of ["", "x", "1024", "2000 1024", "0 10", "1 65536", "a b"]) assert.equal(range(text), [32768, 60999], text);
});

test("local ports are the kernel's default without the sysctl", () => {
  assert.equal(gluon(aNode({ sysctl: null }), {}).portRange, [32768, 60999]);
  assert.equal(gluon(aNode({ sysctl: new Map() }), {}).portRange, [32768, 60999]);
});

test("own hardware addresses are each device's but lo's and local-node's, once", () => {
  assert.equal([...gluon(aNode(), {}).macs].sort(), ["02:00:00:00:00:20", "02:00:00:00:00:21", "02:00:00:00:00:29"]);
});

test("sources are the addresses of the WAN devices, link-local ones too", () => {
  assert.equal(gluon(aNode(), {}).sources.map(formatAddress), ["192.0.2.42", "2001:db8:77:10::21", "fe80::21"]);
});

test("--wan changes devices and sources together", () => {
  const policy = gluon(aNode(), { wan: ["br-client"] });
  assert.equal([policy.wan, policy.wanFrom, policy.sources.map(formatAddress)], [["br-client"], "--wan", ["2001:db8:f00d:1::20"]]);
});

test("the mark is bit 0, whatever fastd.conf says", () => {
  for (const mark of [null, 0, 1, 4]) assert.equal(gluon(aNode({ fastd: fastd({ mark }) }), {}).mark, { value: 1, mask: 1 });
});

test("the VPN's gid is that of fastd's group, else of a group Gluon uses, else unknown", () => {
  const gid = (parts: Partial<Node>): number | null => gluon(aNode(parts), {}).gid;
  const groups = new Map([["gluon-mesh-vpn", 800], ["vpn", 900], ["gluon-fastd", 801]]);
  assert.is(gid({ groups, fastd: fastd({ group: "vpn" }) }), 900);
  assert.is(gid({ groups, fastd: null }), 800);
  assert.is(gid({ groups: new Map([["gluon-fastd", 801]]), fastd: fastd({ group: null }) }), 801);
  assert.is(gid({ groups: new Map() }), null);
  assert.is(gid({ groups: null }), null);
});

test("a node of which everything is known has no diagnostics", () => {
  assert.equal(codes(CLOSED), []);
});

test("WP3002 says that remotes may be missing, and where", () => {
  const said = (parts: Partial<Node>): string[] => gluon(aNode(parts), {}).diagnostics.map(({ code, place }) => `${code} ${place}`);
  assert.equal(said({ fastd: null }), ["WP3002 fastd.conf"]);
  assert.equal(said({ fastd: fastd({ missing: ["fastd.conf:9", "fastd.conf:12"] }) }), ["WP3002 fastd.conf:9"]);
});

test("WP3003 says that the upstreams are not known", () => {
  assert.equal(codes({ ...CLOSED, wanResolvers: null }), ["WP3003"]);
});

test("WP3004 names each name and family that was never seen resolved", () => {
  const facts = gluon(aNode(NAMED), {}).diagnostics.map(({ code, fact }) => `${code} ${fact}`);
  assert.equal(facts, ["WP3004 vpn.example.org (A) was never seen resolved", "WP3004 vpn.example.org (AAAA) was never seen resolved"]);
});

test("while a name is unresolved, the VPN's mark and group together show the VPN; either alone does not", () => {
  const { rows } = gluon(aNode({ sockets: [] }), {});
  const to = "2001:db8:9::99";
  assert.is(verdictOf(rows, udp(to, 5000, 10010, { mark: 1, gid: 800 })), "fastd");
  assert.is(verdictOf(rows, udp(to, 5000, 10010, { mark: 1, gid: 0 })), "undetermined/name");
  assert.is(verdictOf(rows, udp(to, 5000, 10010, { gid: 800 })), "undetermined/name");
  assert.is(verdictOf(rows, udp(to, 5000, 10011, { mark: 1, gid: 800 })), "leak");
});

test.run();
