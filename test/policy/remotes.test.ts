import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Family } from "../../src/model/address.js";
import { formatAddress } from "../../src/model/address.js";
import type { FastdPeer, Node, Remote } from "../../src/model/node.js";
import type { Resolution } from "../../src/model/policy.js";
import { familiesOf, fastdSockets, type Remotes, remotesOf } from "../../src/policy/remotes.js";
import { address, aNode, fastd, remote, socket } from "../support/nodes.js";

/** A node with these servers and no sockets. */
function withRemotes(remotes: readonly Remote[], parts: Partial<Node> = {}): Node {
  return aNode({ fastd: fastd({ remotes }), sockets: null, ...parts });
}

function answer(name: string, family: Family, addresses: readonly string[], complete = true): Resolution {
  return { name, family, addresses: addresses.map(address), complete };
}

function status(name: string | null, text: string, port: number): FastdPeer {
  return { name, address: address(text), port, at: "fastd-status.json" };
}

/** `203.0.113.11 10010 configured` of each. */
function known(remotes: Remotes): string[] {
  return remotes.known.map(({ address: own, port, how }) => `${formatAddress(own)} ${port} ${how}`);
}

function resolved(remotes: Remotes): Record<string, string | null> {
  return Object.fromEntries(remotes.named.map((one) => [`${one.name}/${one.family}`, one.resolved]));
}

const NAMED = remote("vpn.example.org", 10010, { peer: "gw02" });

test("a remote by address is known, with its place", () => {
  const found = remotesOf(withRemotes([remote("203.0.113.11", 10010, { at: "fastd.conf:5" }), remote("2001:db8:9::11", 10010)]), []);
  assert.equal(known(found), ["203.0.113.11 10010 configured", "2001:db8:9::11 10010 configured"]);
  assert.is(found.known[0]?.at, "fastd.conf:5");
  assert.equal(found.named, []);
  assert.ok(found.complete);
});

test("a name of no family is looked for in both, ipv4 and ipv6 names in their own", () => {
  assert.equal(resolved(remotesOf(withRemotes([NAMED]), [])), { "vpn.example.org/4": null, "vpn.example.org/6": null });
  assert.equal(resolved(remotesOf(withRemotes([remote("v4.example.org", 1, { family: 4 })]), [])), { "v4.example.org/4": null });
  assert.equal(resolved(remotesOf(withRemotes([remote("v6.example.org", 1, { family: 6 })]), [])), { "v6.example.org/6": null });
});

test("a DNS answer resolves its family and leaves the other open", () => {
  const found = remotesOf(withRemotes([NAMED]), [answer("vpn.example.org", 4, ["198.51.100.7", "198.51.100.8"])]);
  assert.equal(resolved(found), { "vpn.example.org/4": "dns", "vpn.example.org/6": null });
  assert.equal(known(found), ["198.51.100.7 10010 resolved vpn.example.org", "198.51.100.8 10010 resolved vpn.example.org"]);
});

test("names are compared without case", () => {
  const found = remotesOf(withRemotes([remote("VPN.Example.ORG", 10010, { family: 4 })]), [answer("vpn.example.org", 4, ["198.51.100.7"])]);
  assert.equal(resolved(found), { "vpn.example.org/4": "dns" });
});

test("an answer of another name or family resolves nothing", () => {
  const others = [answer("www.example.org", 4, ["198.51.100.9"]), answer("vpn.example.org", 6, ["2001:db8:9::7"])];
  const found = remotesOf(withRemotes([remote("vpn.example.org", 10010, { family: 4 })]), others);
  assert.equal(resolved(found), { "vpn.example.org/4": null });
  assert.equal(known(found), []);
});

test("an answer read in part leaves the name open, its addresses count", () => {
  const found = remotesOf(withRemotes([remote("vpn.example.org", 10010, { family: 4 })]), [answer("vpn.example.org", 4, ["198.51.100.7"], false)]);
  assert.equal(resolved(found), { "vpn.example.org/4": null });
  assert.equal(known(found), ["198.51.100.7 10010 resolved vpn.example.org"]);
});

test("a name that does not exist is resolved, to no address", () => {
  const found = remotesOf(withRemotes([remote("vpn.example.org", 10010, { family: 6 })]), [answer("vpn.example.org", 6, [])]);
  assert.equal(resolved(found), { "vpn.example.org/6": "dns" });
  assert.equal(known(found), []);
});

test("one answer serves every port the name is used with", () => {
  const found = remotesOf(withRemotes([remote("vpn.example.org", 10010, { family: 4 }), remote("vpn.example.org", 10011, { family: 4 })]), [answer("vpn.example.org", 4, ["198.51.100.7"])]);
  assert.equal(known(found), ["198.51.100.7 10010 resolved vpn.example.org", "198.51.100.7 10011 resolved vpn.example.org"]);
});

test("fastd's status resolves a name of the peer it speaks of, in that address's family", () => {
  const found = remotesOf(withRemotes([NAMED], { fastdPeers: [status("gw02", "198.51.100.7", 10010)] }), []);
  assert.equal(resolved(found), { "vpn.example.org/4": "status", "vpn.example.org/6": null });
  assert.equal(known(found), ["198.51.100.7 10010 fastd's status"]);
});

test("fastd's status of another peer or port resolves no name", () => {
  for (const peer of [status("gw01", "198.51.100.7", 10010), status("gw02", "198.51.100.7", 10011), status(null, "198.51.100.7", 10010)]) {
    assert.is(resolved(remotesOf(withRemotes([NAMED], { fastdPeers: [peer] }), []))["vpn.example.org/4"], null);
  }
});

// Two peers of which neither has a name are not thereby the same peer: the name was never seen resolved (contract, section 2).
test("the status of a peer without a name resolves no remote without a peer", () => {
  const found = remotesOf(withRemotes([remote("vpn.example.org", 10010, { family: 4 })], { fastdPeers: [status(null, "198.51.100.7", 10010)] }), []);
  assert.equal(resolved(found), { "vpn.example.org/4": null });
});

test("DNS comes before fastd's status", () => {
  const found = remotesOf(withRemotes([NAMED], { fastdPeers: [status("gw02", "198.51.100.7", 10010)] }), [answer("vpn.example.org", 4, ["198.51.100.8"])]);
  assert.is(resolved(found)["vpn.example.org/4"], "dns");
  assert.equal(known(found), ["198.51.100.8 10010 resolved vpn.example.org", "198.51.100.7 10010 fastd's status"]);
});

test("a connected socket of fastd to a configured port names a remote", () => {
  const peer = { address: address("198.51.100.7"), port: 10010 };
  const sockets = [socket({ commands: ["fastd"], state: "ESTAB", local: { port: 40000 }, peer, at: "ss.txt:9" })];
  const found = remotesOf(withRemotes([NAMED], { sockets }), []);
  assert.equal(known(found), ["198.51.100.7 10010 a socket of fastd"]);
  assert.is(found.known[0]?.at, "ss.txt:9");
});

test("a socket of another program, of TCP, or to another port names no remote", () => {
  const own = { address: address("198.51.100.7"), port: 10010 };
  const sockets = [
    socket({ commands: ["ntpd"], local: { port: 1 }, peer: own }), socket({ commands: ["fastd"], proto: 6, local: { port: 2 }, peer: own }),
    socket({ commands: ["fastd"], local: { port: 3 }, peer: { ...own, port: 123 } }), socket({ commands: ["fastd-tool"], local: { port: 4 }, peer: own }),
  ];
  assert.equal(known(remotesOf(withRemotes([NAMED], { sockets }), [])), []);
});

test("an address known in several ways is listed once, as it was known first", () => {
  const remotes = [remote("198.51.100.7", 10010), remote("198.51.100.7", 10010), remote("198.51.100.7", 10011), NAMED];
  const found = remotesOf(withRemotes(remotes, { fastdPeers: [status("gw02", "198.51.100.7", 10010)] }), [answer("vpn.example.org", 4, ["198.51.100.7"])]);
  assert.equal(known(found), ["198.51.100.7 10010 configured", "198.51.100.7 10011 configured"]);
});

test("an include that was not collected makes the list incomplete", () => {
  assert.not(remotesOf(aNode({ fastd: fastd({ missing: ["fastd.conf:9"] }) }), []).complete);
});

test("without fastd.conf no remote is known and the list is incomplete", () => {
  const found = remotesOf(aNode({ fastd: null }), [answer("vpn.example.org", 4, ["198.51.100.7"])]);
  assert.equal(found, { known: [], named: [], complete: false });
});

test("fastd without remotes is a complete list of none", () => {
  assert.equal(remotesOf(withRemotes([]), []), { known: [], named: [], complete: true });
});

test("sockets of fastd are UDP with a port; a socket shared with another program counts", () => {
  const sockets = [
    socket({ commands: ["fastd"], local: { port: 1 } }), socket({ commands: ["netifd", "fastd"], local: { port: 2 } }), socket({ commands: ["fastd"] }),
    socket({ commands: ["fastd"], proto: 6, local: { port: 3 } }), socket({ commands: ["dnsmasq"], local: { port: 4 } }),
  ];
  assert.equal(fastdSockets(aNode({ sockets })).map((one) => one.local.port), [1, 2]);
  assert.equal(fastdSockets(aNode({ sockets: null })), []);
});

test("[::] without v6only and * speak both families, all others their own", () => {
  assert.equal(familiesOf(socket({ family: 6 })), [4, 6]);
  assert.equal(familiesOf(socket({ family: null })), [4, 6]);
  assert.equal(familiesOf(socket({ family: 6, v6only: true })), [6]);
  assert.equal(familiesOf(socket({ family: 6, local: { address: address("fe80::21") } })), [6]);
  assert.equal(familiesOf(socket({ family: 4 })), [4]);
});

test.run();
