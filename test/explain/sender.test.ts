import { test } from "uvu";
import * as assert from "uvu/assert";
import { belongs, type Mission } from "../../src/explain/sender.js";
import type { Node, Sender } from "../../src/model/node.js";
import { POLICIES } from "../../src/policy/policies.js";
import { aNode, socket } from "../support/nodes.js";
import { packet } from "../support/walks.js";

function who(mission: Mission, words: string, node: Node = aNode()): string {
  return belongs(mission, packet(`dst=198.51.100.1 ${words}`), node, POLICIES.gluon.build(node, {}));
}

const sender = (parts: Partial<Sender>): Sender => ({ command: "dnsmasq", role: null, uid: null, gid: null, groups: [], mark: null, at: "senders.json#0", ...parts });

test("fastd is told by the VPN's group", () => {
  assert.equal([who("fastd", "gid=800"), who("fastd", "gid=0"), who("fastd", "uid=0"), who("fastd", "mark=1")], ["own", "other", "unseen", "unseen"]);
});

test("without a group and senders nobody can be told to be another", () => {
  assert.is(who("fastd", "gid=0 uid=0", aNode({ groups: null })), "unseen");
});

test("the DNS daemon is told by its role, else by who listens on port 54", () => {
  const listed = aNode({ senders: [sender({ role: "gluon-wan-dnsmasq", uid: 0, gid: 0 }), sender({ role: "main", uid: 453, gid: 453 })] });
  assert.equal([who("wan-dns", "uid=0 gid=0", listed), who("wan-dns", "uid=453 gid=453", listed), who("wan-dns", "uid=0", listed)], ["own", "other", "unseen"]);
  const seen = aNode({ sockets: [socket({ commands: ["dnsmasq"], uid: 453, local: { port: 54 } })] });
  assert.equal([who("wan-dns", "uid=453", seen), who("wan-dns", "uid=0", seen)], ["own", "other"]);
  assert.is(who("wan-dns", "uid=0"), "unseen");
});

test("a forwarded packet is never the mission's own, the kernel's may be", () => {
  assert.is(who("fastd", "iif=br-client gid=800"), "other");
  assert.is(who("fastd", "origin=kernel"), "unseen");
});

test.run();
