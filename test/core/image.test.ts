import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { macNumber, writeImage } from "../../src/core/image.js";
import { deviceIndex } from "../../src/model/device.js";
import { POLICIES } from "../../src/policy/policies.js";
import { aNode } from "../support/nodes.js";
import { arp, ethernet, udp } from "../support/packets.js";
import { into, judged, out, OWN } from "../support/wire.js";

test("a hardware address is the number its six bytes are", () => {
  assert.is(macNumber("02:00:00:00:01:ff"), 0x0200000001ffn);
  assert.is(macNumber("00:00:00:00:00:01"), 1n);
});

test("every part of the image has a place and a count", async () => {
  const core = await Core.load();
  const node = aNode();
  const policy = POLICIES.gluon.build(node, {});
  const { address } = writeImage(core, node, policy);
  const { ImageAt } = core.layout;
  const word = (name: keyof typeof ImageAt): number => core.view().getUint32(address + ImageAt[name], true);
  assert.is(word("rowCount"), policy.rows.length);
  assert.is(word("macCount"), policy.macs.length);
  assert.is(word("sourceCount"), policy.sources.length);
  assert.is(word("listenerCount"), policy.listeners?.length);
  assert.is(word("listenersKnown"), 1);
  assert.is(word("loopback"), deviceIndex(node.links, "lo"));
  assert.equal([word("portLow"), word("portHigh"), word("mark")], [32768, 60999, 1]);
  const flags = [...core.bytes(word("devices"), word("deviceCount"))];
  assert.equal(flags, [0, 0, 1, 1, 0, 0, 0]);
});

test("two images do not share memory, and a rewind gives the second one back", async () => {
  const core = await Core.load();
  const node = aNode();
  const policy = POLICIES.gluon.build(node, {});
  const first = writeImage(core, node, policy);
  const mark = core.mark();
  const second = writeImage(core, node, policy);
  assert.ok(second.address >= mark);
  assert.ok(first.address < mark);
  core.rewind(mark);
  assert.is(writeImage(core, node, policy).address, second.address);
});

test("rules keep the model's order by priority, routes that of the core's numbers", async () => {
  const core = await Core.load();
  const node = aNode();
  const { fib } = writeImage(core, node, POLICIES.gluon.build(node, {}));
  assert.equal(fib[6].rules.map((rule) => rule.priority), [0, 1, 32766]);
  assert.is(fib[6].routes.length, node.routes[6].length);
});

test("without hardware addresses own IP addresses tell the direction, and the rest is undetermined", async () => {
  const node = aNode();
  const bare = { ...node, links: node.links.map((link) => ({ ...link, mac: null })) };
  const who = ethernet({ src: OWN.mac, dst: "ff:ff:ff:ff:ff:ff", type: 0x0806, payload: arp({ sender: [OWN.mac, OWN[4]], target: ["00:00:00:00:00:00", "192.0.2.1"] }) });
  const { classes } = await judged(bare, [out(udp({ sport: 5000, dport: 123 })), into(udp({ sport: 5000, dport: 123 })), who]);
  assert.equal(classes, ["leak", "in", "undetermined/direction"]);
});

test("the next-node address, the same on every node, is not taken for the node's own", async () => {
  const neighbour = ethernet({ src: "16:41:95:40:f7:dc", dst: OWN.mac, payload: out(udp({ sport: 1, dport: 2 })).subarray(14) });
  assert.equal((await judged(aNode(), [neighbour])).classes, ["in"]);
});

test.run();
