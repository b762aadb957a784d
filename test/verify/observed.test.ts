import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Node } from "../../src/model/node.js";
import { compareObserved, lateRules } from "../../src/verify/observed.js";
import { aNode, socket } from "../support/nodes.js";
import { lens, seen, type SeenParts } from "../support/observed.js";
import { walled } from "../support/walls.js";

/** `agreed`, `untold`, or the part that differs. */
function told(parts: SeenParts, node: Node = aNode()): string {
  const { disagreements: [one], agreed, untold } = compareObserved([seen(parts)], lens(node));
  return one?.part ?? (agreed > 0 ? "agreed" : untold > 0 ? "untold" : "nothing");
}

test("a packet that went as the tables say agrees, with every frame of it", () => {
  assert.equal(compareObserved([seen({ frames: 5 }), seen({ dst: "2001:db8:9::99", frames: 2 })], lens()), { disagreements: [], agreed: 7, untold: 0, disagreed: 0, skipped: 0 });
});

test("packets beyond the last walk are counted", () => {
  const { agreed, skipped } = compareObserved([seen(), seen({ dport: 53, frames: 3 }), seen({ dport: 54 })], lens(), 1);
  assert.equal([agreed, skipped], [1, 4]);
});

test("another device is a disagreement, with what the model says", () => {
  const { disagreements, disagreed } = compareObserved([seen({ dst: "2001:db8:9::99", dev: "br-wan", frames: 3 })], lens());
  const [one] = disagreements;
  assert.is(disagreed, 3);
  assert.equal([one?.part, one?.modelled.dev, one?.modelled.src, one?.modelled.mark], ["device", "br-client", "2001:db8:f00d:1::20", 0]);
  assert.ok(one?.modelled.because.some(({ station, at }) => station === "table" && at === "route6.json"));
});

test("a mark that no sender has and no rule sets is a disagreement once the senders are listed", () => {
  assert.is(told({ mark: 8 }), "agreed");
  assert.is(told({ mark: 8 }, aNode({ senders: [] })), "mark");
});

test("a source that is no address of the node is a disagreement", () => {
  assert.is(told({ src: "192.0.2.77" }), "source");
});

test("a marked packet agrees where the mark leads", () => {
  assert.is(told({ dst: "2001:db8:9::99", src: "2001:db8:77:10::21", dev: "br-wan", mark: 1, gid: 800 }), "agreed");
  assert.is(told({ dst: "2001:db8:9::99", dev: "br-client", mark: 1, gid: 800 }), "device");
});

test("a socket that may be bound to the device is told of, and taken for granted where ss.txt shows it", () => {
  const parts = { dev: "local-node", src: "10.187.0.1" };
  const [one] = compareObserved([seen(parts)], lens()).disagreements;
  assert.equal([one?.part, one?.ifBound], ["device", true]);
  assert.is(told(parts, aNode({ sockets: [socket({ local: { port: 40000, dev: "local-node" } })] })), "agreed");
});

test("a device that the state does not know, and rules that nobody understands, leave it open", () => {
  assert.is(told({ dev: null }), "untold");
  const node = walled(["4 mangle -A OUTPUT -j ACCEPT"]);
  assert.is(told({ dev: "local-node" }, node), "device");
  assert.is(told({ dev: "local-node" }, { ...node, firewall: { ...node.firewall, complete: { 4: false, 6: true } } }), "untold");
  assert.is(told({ dev: "local-node", hook: "output" }, { ...node, firewall: { ...node.firewall, complete: { 4: false, 6: true } } }), "device");
});

test("a destination that OUTPUT's nat may have given is not held against the tables", () => {
  const node = walled(["4 nat -A OUTPUT -p udp -j DNAT --to-destination 198.51.100.1-198.51.100.9"]);
  assert.is(told({ dst: "198.51.100.5", dev: "local-node" }, node), "untold");
  assert.is(told({ dst: "198.51.100.10", dev: "local-node" }, walled(["4 nat -A OUTPUT -p tcp -j DNAT --to-destination 198.51.100.1-198.51.100.9"])), "device");
});

const RULE = "-A OUTPUT -p udp -m udp --dport 10010 -j MARK --set-xmark 0x1/0x1";
const LATE = walled([`6 mangle ${RULE}`, "6 mangle -A POSTROUTING -j NFLOG --nflog-group 5"]);
const MARKED = seen({ dst: "2001:db8:9::99", dport: 10010, dev: "br-wan", mark: 1, gid: 800 });

test("the rule that marked a packet late is named, with its line", () => {
  const rules = lateRules(MARKED, lens(LATE));
  assert.equal(rules?.map(({ station, text }) => [station, text]), [["netfilter", RULE]]);
  assert.match(rules?.[0]?.at ?? "", /^ip6tables-save\.txt:\d+$/);
});

test("a mark that no rule sets came from the socket", () => {
  assert.equal(lateRules(MARKED, lens(walled(["6 mangle -A POSTROUTING -j NFLOG --nflog-group 5"]))), []);
});

test("while the firewall is not known, who set a mark is not told", () => {
  assert.is(lateRules(MARKED, lens(aNode({ firewall: { tables: [], complete: { 4: true, 6: false }, others: [] } }))), null);
});

test.run();
