import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { NONE } from "../../src/core/fib.js";
import { writeRouter } from "../../src/core/router.js";
import type { LocalTable, Node } from "../../src/model/node.js";
import { address, aNode, link, onDevice, rule } from "../support/nodes.js";

const core = await Core.load();

function word(node: Node, name: keyof typeof core.layout.RouterAt, localTable: LocalTable | null = null): number {
  const { address: at } = writeRouter(core, node, localTable);
  return core.view().getUint32(at + core.layout.RouterAt[name], true);
}

/** Traits of a device by its number. */
function traits(node: Node, number: number): number {
  const { DeviceAt } = core.layout;
  const devices = word(node, "devices");
  return core.view().getUint32(devices + number * DeviceAt.SIZE + DeviceAt.traits, true);
}

function settings(...lines: readonly string[]): Pick<Node, "sysctl"> {
  return { sysctl: new Map(lines.map((line): [string, string] => [line.split("=")[0] ?? "", line.split("=")[1] ?? ""])) };
}

test("local and main are one exactly while IPv4's rules are those of a fresh kernel and nothing says otherwise", () => {
  const node = aNode();
  assert.is.not(word(node, "merged"), NONE);
  assert.is(word(node, "merged", "split"), NONE);
  const custom = { ...node, rules: { ...node.rules, 4: [...node.rules[4], rule({ family: 4, priority: 40000 })] } };
  assert.is(word(custom, "merged"), NONE);
  assert.is(word(custom, "merged", "merged"), NONE, "a kernel with a rule of its own cannot have them as one");
});

test("the kernel's own tables have a slot each, with routes or without", () => {
  const slots = [word(aNode(), "merged"), word(aNode(), "fallback"), word(aNode(), "main")];
  assert.is(new Set([...slots, NONE]).size, 4);
  assert.is(word(aNode(), "local"), slots[0], "as one with main");
  assert.not([...slots, NONE].includes(word(aNode(), "local", "split")));
});

test("a local route of somebody's own, or a rule that was ever there, asks for the whole test of sources", () => {
  const node = aNode();
  const kernels = { ...node, routes: { ...node.routes, 4: node.routes[4].map((one) => ({ ...one, protocol: "kernel" })) } };
  assert.equal([word(kernels, "customLocal"), word(kernels, "customLocal", "split"), word(node, "customLocal")], [0, 1, 1]);
});

test("switches come from the device or from all, and dots of a name are slashes in sysctl.txt", () => {
  const { DeviceTrait } = core.layout;
  const links = [link({ name: "lo" }), link({ name: "eth0.2" }), link({ name: "down0", up: false })];
  const node = aNode({ links, ...settings("net.ipv4.conf.eth0/2.forwarding=1", "net.ipv4.conf.all.accept_local=1", "net.ipv4.conf.all.send_redirects=0", "net.ipv4.conf.eth0/2.send_redirects=0", "net.ipv4.conf.down0.forwarding=0") });
  assert.is(traits(node, 1), DeviceTrait.UP | DeviceTrait.LOOPBACK | DeviceTrait.FORWARDS4_MAYBE | DeviceTrait.ACCEPT_LOCAL | DeviceTrait.SEND_REDIRECTS | DeviceTrait.OWN_ADDRESS4);
  assert.is(traits(node, 2), DeviceTrait.UP | DeviceTrait.FORWARDS4 | DeviceTrait.ACCEPT_LOCAL);
  assert.is(traits(node, 3), DeviceTrait.ACCEPT_LOCAL | DeviceTrait.SEND_REDIRECTS);
});

test("a VRF and what belongs to it are marked", () => {
  const { DeviceTrait } = core.layout;
  const node = aNode({ links: [link({ name: "red", kind: "vrf" }), link({ name: "a0", master: "red" }), link({ name: "b0" })] });
  assert.equal([1, 2, 3].map((number) => (traits(node, number) & DeviceTrait.VRF) !== 0), [true, true, false]);
});

test("own addresses stand by device, tentative and multicast ones are no candidates in IPv6", () => {
  const node = aNode({
    addresses: [
      onDevice("br-client", "2001:db8:2::1/64"), onDevice("lo", "::1"), { ...onDevice("br-wan", "2001:db8:1::1/64"), flags: ["tentative"] },
      { ...onDevice("br-wan", "2001:db8:1::2/64"), flags: ["tentative", "optimistic"] }, { ...onDevice("br-wan", "2001:db8:1::3/64"), address: address("ff02::1") },
    ],
  });
  assert.equal(writeRouter(core, node, null).own[6].map(({ dev }) => dev), ["lo", "br-wan", "br-client"]);
});

test("whether the kernel routes IPv6 multicast is read from its sysctl, and unknown without any", () => {
  assert.is(word(aNode(settings("net.ipv6.conf.all.mc_forwarding=0")), "multicast6"), 1);
  assert.is(word(aNode(settings("net.ipv6.conf.all.forwarding=0")), "multicast6"), 0);
  assert.is(word(aNode({ sysctl: null }), "multicast6"), NONE);
});

test.run();
