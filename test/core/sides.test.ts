import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { NONE } from "../../src/core/fib.js";
import { writeRouter } from "../../src/core/router.js";
import { writeSide } from "../../src/core/sides.js";
import type { Family } from "../../src/model/address.js";
import type { Node } from "../../src/model/node.js";
import { equals } from "../../src/model/packet.js";
import { aNode, route, rule } from "../support/nodes.js";
import { walled } from "../support/walls.js";

const core = await Core.load();
const { SideAt, SpanAt, NatAt, NatKind } = core.layout;

/** A field of the family's record. */
function side(node: Node, family: Family, name: keyof typeof SideAt): number {
  const image = writeRouter(core, node, node.localTable);
  return core.view().getUint32(writeSide(core, node, family, image.fib[family], 4096) + SideAt[name], true);
}

test("a switch that nothing tells is neither on nor off", () => {
  const node = aNode({ sysctl: new Map([["net.ipv4.fwmark_reflect", "1"], ["net.ipv6.conf.all.forwarding", "0"]]) });
  assert.equal([side(node, 4, "reflects"), side(node, 6, "reflects"), side(node, 6, "forwards")], [1, NONE, 0]);
  assert.is(side(node, 4, "wall"), 4096);
});

test("whether all rules are known stands with the family", () => {
  const node = { ...aNode(), firewall: { tables: [], complete: { 4: true, 6: false }, others: [] } };
  assert.equal([side(node, 4, "complete"), side(node, 6, "complete")], [1, 0]);
});

test("protocol and ports are told again where a rule for others than the node wants them", () => {
  const rules = (iif: string | null): Node => aNode({ rules: { 4: [rule({ family: 4, iif, matches: [equals("dport", 53)] })], 6: [] } });
  assert.equal([side(rules(null), 4, "dissects"), side(rules("lo"), 4, "dissects"), side(aNode(), 4, "dissects")], [1, 0, 0]);
  assert.is(side(aNode({ rules: { 4: [], 6: [rule({ matches: [equals("oif", 1)] })] } }), 6, "asksOif"), 1);
});

test("translations stand by hook, those of called chains among them", () => {
  const node = walled(["4 nat -N shared", "4 nat -A shared -j SNAT --to-source 192.0.2.7-192.0.2.9", "4 nat -A POSTROUTING -j shared", "4 nat -A OUTPUT -p udp -j REDIRECT"]);
  const nats = side(node, 4, "nats");
  const view = core.view();
  const spans = [0, 1, 2, 3, 4].map((hook) => ({ first: view.getUint32(nats + hook * SpanAt.SIZE + SpanAt.first, true), count: view.getUint32(nats + hook * SpanAt.SIZE + SpanAt.count, true) }));
  assert.equal(spans.map(({ count }) => count), [0, 0, 0, 1, 1]);
  const [output, postrouting] = spans.slice(3).map(({ first }) => first);
  assert.is(view.getUint32((output ?? 0) + NatAt.kind, true), NatKind.REDIRECT);
  assert.equal([NatAt.kind, NatAt.hasAddress, NatAt.first0, NatAt.last0].map((at) => view.getUint32((postrouting ?? 0) + at, true)), [NatKind.SNAT, 1, 0xc0000207, 0xc0000209]);
});

test("a rule that gives entries a mark is seen in any hook", () => {
  assert.is(side(walled(["4 mangle -A INPUT -j CONNMARK --set-xmark 1/1"]), 4, "setsEntryMark"), 1);
  assert.is(side(walled(["4 mangle -A INPUT -j CONNMARK --restore-mark"]), 4, "setsEntryMark"), 0);
});

test("the source that a route names stands at its number", () => {
  const node = aNode({ routes: { 4: [], 6: [route({ dev: "br-wan" }), route({ dev: "br-wan", to: "2001:db8:5::/48", prefsrc: { family: 6, words: [1, 2, 3, 4] } })] } });
  const image = writeRouter(core, node, node.localTable);
  const at = core.view().getUint32(writeSide(core, node, 6, image.fib[6], 0) + SideAt.sources, true);
  const number = image.fib[6].routes.findIndex(({ prefsrc }) => prefsrc !== null) + 1;
  assert.equal([...core.words(at + 16 * number, 4)], [1, 2, 3, 4]);
});

test.run();
