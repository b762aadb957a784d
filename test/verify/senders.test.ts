import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Packet } from "../../src/explain/packet.js";
import { formatAddress } from "../../src/model/address.js";
import type { Node } from "../../src/model/node.js";
import { POLICIES } from "../../src/policy/policies.js";
import { sendersOf } from "../../src/verify/senders.js";
import { aNode, socket } from "../support/nodes.js";
import { seen, type SeenParts } from "../support/observed.js";

function senders(parts: SeenParts, node: Node = aNode()): Packet[] {
  return sendersOf(seen(parts), node, POLICIES.gluon.build(node, {}));
}

/** Different values of one field, in the order in which they are tried. */
function tried<T>(packets: readonly Packet[], of: (packet: Packet) => T): T[] {
  return [...new Set(packets.map(of))];
}

const sources = (packets: readonly Packet[]): (string | null)[] => tried(packets, ({ src }) => (src === null ? null : formatAddress(src)));

test("a packet with an owner comes from a process, whose source the kernel chose or which is bound to it", () => {
  const all = senders({});
  assert.equal(tried(all, ({ origin }) => origin), ["local"]);
  assert.equal(sources(all), [null, "192.0.2.42"]);
  assert.equal(sources(senders({ src: "198.51.100.1" })), [null]);
});

test("a packet without an owner is the kernel's, with the source of its cause", () => {
  const all = senders({ proto: 1, sport: null, dport: null, icmpType: 0, icmpCode: 0, uid: null, gid: null });
  assert.equal(tried(all, ({ origin }) => origin), ["kernel"]);
  assert.equal(sources(all), ["192.0.2.42"]);
  assert.equal(tried(all, ({ ct }) => ct), ["reply"]);
});

test("a segment without an owner may be of a socket that was closed", () => {
  assert.equal(tried(senders({ proto: 6, tcpFlags: 17, uid: null, gid: null }), ({ origin }) => origin), ["kernel", "local"]);
});

test("what nobody owns and has somebody else's source may be forwarded: nobody is held to have sent it", () => {
  assert.equal(senders({ src: "10.187.0.77", uid: null, gid: null }), []);
});

test("marks at creation are those that are listed for such a sender, those of its socket, the VPN's for its group, and none", () => {
  const listed = { command: "tool", role: null, uid: 123, gid: null, groups: [], mark: 6, at: "senders.json#0" };
  const node = aNode({ senders: [listed, { ...listed, uid: 5, mark: 7 }], sockets: [socket({ local: { port: 40000 }, mark: 4 })] });
  assert.equal(tried(senders({}, node), ({ mark }) => mark).sort(), [0, 4, 6]);
  assert.equal(tried(senders({ gid: 800 }, node), ({ mark }) => mark).sort(), [0, 1, 4, 6]);
});

test("the mark that was seen is tried first, and is a sender's own only while nobody lists the senders", () => {
  assert.equal(tried(senders({ mark: 9 }), ({ mark }) => mark), [9, 0]);
  assert.equal(tried(senders({ mark: 9 }, aNode({ senders: [] })), ({ mark }) => mark), [0]);
});

test("the kernel's answers have a mark only where a switch reflects one, its tunnels always may", () => {
  const reset = { proto: 6, tcpFlags: 20, uid: null, gid: null, mark: 1 };
  const kernels = (packets: readonly Packet[]): number[] => tried(packets.filter(({ origin }) => origin === "kernel"), ({ mark }) => mark);
  assert.equal(kernels(senders(reset)), [0]);
  assert.equal(kernels(senders(reset, aNode({ sysctl: new Map([["net.ipv4.fwmark_reflect", "1"]]) }))), [1, 0]);
  assert.equal(kernels(senders({ uid: null, gid: null, mark: 1 })), [1, 0]);
});

test("a device is named where the destination means nothing without, or where ss.txt tells of it", () => {
  assert.equal(tried(senders({}), ({ oif }) => oif), [null]);
  assert.equal(tried(senders({ dst: "fe80::77", src: "fe80::21", dev: "br-wan" }), ({ oif }) => oif), ["br-wan", null]);
  assert.equal(tried(senders({ dst: "255.255.255.255" }), ({ oif }) => oif), ["br-wan", null]);
  assert.equal(tried(senders({}, aNode({ sockets: [socket({ local: { port: 40000, dev: "local-node" } })] })), ({ oif }) => oif), ["local-node", null]);
});

test("conntrack's state follows from flags, ICMP types and who opened the flow", () => {
  const states = (parts: SeenParts): string => tried(senders(parts), ({ ct }) => ct).join(" ");
  assert.is(states({ proto: 6, tcpFlags: 2 }), "new");
  assert.is(states({ proto: 6, tcpFlags: 18 }), "reply");
  assert.is(states({ flow: 1 }), "new established");
  assert.is(states({ flow: 2 }), "reply");
  assert.is(states({ flow: 0 }), "new established reply");
  const icmp = { proto: 58, sport: null, dport: null, icmpCode: 0, dst: "2001:db8:9::99" };
  assert.is(states({ ...icmp, icmpType: 128 }), "new established");
  assert.is(states({ ...icmp, icmpType: 1 }), "related invalid");
});

test("fields that the packet does not have are not asked about", () => {
  const [packet] = senders({ proto: 1, sport: null, dport: null, icmpType: 8, icmpCode: 0 });
  assert.equal([...(packet?.open ?? [])], [["proto", 1], ["icmpType", 8], ["icmpCode", 0], ["uid", 123], ["gid", 123]]);
});

test.run();
