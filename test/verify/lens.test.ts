import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Node } from "../../src/model/node.js";
import { partOf, type Views } from "../../src/verify/lens.js";
import type { OutHook } from "../../src/verify/points.js";
import { aNode } from "../support/nodes.js";
import { lens, seen } from "../support/observed.js";
import { packet } from "../support/walks.js";
import { walled } from "../support/walls.js";

/** `br-wan 2001:db8::1 mark 1`, each once. */
function look(words: string, hook: OutHook, node: Node): string[] {
  return shown(lens(node).look(packet(words), hook));
}

function shown({ views }: Views): string[] {
  return [...new Set(views.map(({ dev, src, mark }) => `${dev ?? "nowhere"} ${src ?? "?"} mark ${mark ?? "?"}`))];
}

const LATE = walled([
  "6 mangle -A OUTPUT -j NFLOG --nflog-group 6", "6 mangle -A OUTPUT -p udp -m udp --dport 10010 -j MARK --set-xmark 0x1/0x1",
  "6 mangle -A POSTROUTING -j NFLOG --nflog-group 5", "6 nat -A POSTROUTING -o br-wan -j MASQUERADE",
]);
const PACKET = "dst=2001:db8:9::99 proto=udp sport=40000 dport=10010 uid=0 gid=800";

test("a log at the head of mangle OUTPUT sees the first lookup's device and no mark yet", () => {
  assert.equal(look(PACKET, "output", LATE), ["br-client 2001:db8:f00d:1::20 mark 0"]);
});

test("a log in mangle POSTROUTING sees the device of the reroute, the late mark, and the source before nat", () => {
  assert.equal(look(PACKET, "postrouting", LATE), ["br-wan 2001:db8:f00d:1::20 mark 1"]);
});

test("a log behind the rule that marks sees the mark, and still the first lookup's device", () => {
  const node = walled(["6 raw -A OUTPUT -j MARK --set-xmark 0x1/0x1", "6 mangle -A OUTPUT -j NFLOG --nflog-group 6"]);
  assert.equal(look(PACKET, "output", node), ["br-client 2001:db8:f00d:1::20 mark 1"]);
});

test("what stays on the node is seen on lo", () => {
  assert.equal(look("dst=2001:db8:77:10::21 proto=udp sport=1 dport=53", "output", LATE), ["lo ? mark ?"]);
});

test("what has no route is seen nowhere, and the walk's end tells why", () => {
  const node = aNode();
  const [view] = lens({ ...node, routes: { 4: [], 6: node.routes[6] } }).look(packet("dst=203.0.113.99 proto=udp sport=1 dport=2"), "output").views;
  assert.equal([view?.dev, view?.fate], [null, "noRoute ENETUNREACH"]);
});

test("a firewall that was not collected leaves the mark open in OUTPUT, and everything behind", () => {
  const node = aNode({ firewall: { tables: [], complete: { 4: true, 6: false }, others: [] } });
  assert.equal(look(PACKET, "output", node), ["br-client 2001:db8:f00d:1::20 mark ?"]);
  assert.not.ok(lens(node).look(packet(PACKET), "output").open);
  assert.ok(lens(node).look(packet(PACKET), "postrouting").open);
});

test("a view and a packet part at the device first, then at the mark, then at the source; what is not told parts nowhere", () => {
  const view = { dev: "br-wan", src: "192.0.2.42", mark: 0, fate: "egress", because: [] };
  assert.is(partOf(view, seen()), null);
  assert.is(partOf(view, seen({ dev: "lo", mark: 1 })), "device");
  assert.is(partOf(view, seen({ mark: 1, src: "192.0.2.43" })), "mark");
  assert.is(partOf(view, seen({ src: "192.0.2.43" })), "source");
  assert.is(partOf({ ...view, src: null, mark: null }, seen({ src: "192.0.2.43", mark: 1 })), null);
});

test.run();
