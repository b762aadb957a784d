import { test } from "uvu";
import * as assert from "uvu/assert";
import { reroute } from "../../../src/explain/netfilter/reroute.js";
import { type FibRule, type Node } from "../../../src/model/node.js";
import { equals, inPrefix, within } from "../../../src/model/packet.js";
import { address, aNode, prefix, route, rule } from "../../support/nodes.js";
import { wayOf } from "../../support/walks.js";
import { transit } from "../../support/walls.js";

/** A rule in front of all others that sends to table 7, by local-node. */
function withRule(family: 4 | 6, parts: Partial<FibRule>): Node {
  const node = aNode();
  const first = rule({ family, priority: 1, table: 7, ...parts, action: { kind: "table", table: 7 } });
  const local = rule({ family, priority: 0, table: 255 });
  return { ...node, rules: { ...node.rules, [family]: [local, first, ...node.rules[family].filter(({ priority }) => priority > 1)] }, routes: { ...node.routes, [family]: [...node.routes[family], route({ family, table: 7, dev: "local-node" })] } };
}

function again(node: Node, words: string): string {
  const made = transit(words, node);
  return wayOf(reroute(made, "")).split(" ")[0] ?? "";
}

test("IPv4 asks as root, whoever sends; IPv6 with the user", () => {
  const users = { matches: [within("uid", 1000, 1000)] };
  assert.is(again(withRule(4, users), "dst=198.51.100.1 src=192.0.2.42 uid=1000 proto=udp"), "br-wan");
  assert.is(again(withRule(6, users), "dst=2001:db8:9::1 src=2001:db8:f00d:1::20 uid=1000 proto=udp"), "local-node");
});

test("a reset is rerouted as root, whoever's socket it speaks for", () => {
  const node = withRule(6, { matches: [within("uid", 1000, 1000)] });
  const words = "origin=kernel dst=2001:db8:9::1 src=2001:db8:f00d:1::20 uid=1000 proto=tcp tcpFlags=";
  assert.equal([again(node, `${words}R`), again(node, `${words}SA`)], ["br-client", "local-node"]);
});

test("the source stands, so rules with from match", () => {
  assert.is(again(withRule(6, { from: prefix("2001:db8:f00d:1::20"), matches: inPrefix("src", prefix("2001:db8:f00d:1::20")) }), "dst=2001:db8:9::1 src=2001:db8:f00d:1::20 uid=0"), "local-node");
});

test("ports are looked at where a rule wants them, but not for one about what the node itself sends", () => {
  const matches = [equals("dport", 53)];
  const words = "dst=198.51.100.1 src=192.0.2.42 proto=udp sport=9 dport=53";
  assert.equal([again(withRule(4, { matches }), words), again(withRule(4, { matches, iif: "lo" }), words)], ["local-node", "br-wan"]);
});

test("a bound socket stays on its device, IPv4 even towards the loopback", () => {
  const made = transit("dst=192.0.2.9 src=192.0.2.42 oif=br-client proto=udp");
  made.dst = address("127.0.0.1");
  assert.is(wayOf(reroute(made, "")), "br-client table 0");
});

test("IPv6 leaves the traffic class out", () => {
  assert.is(again(withRule(6, { matches: [equals("tos", 0x10)] }), "dst=2001:db8:9::1 src=2001:db8:f00d:1::20 tos=0x10 uid=0"), "br-client");
});

test.run();
