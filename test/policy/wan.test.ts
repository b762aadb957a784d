import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/model/diagnostic.js";
import type { Link, Node, Route, UciSection } from "../../src/model/node.js";
import { wanDevices } from "../../src/policy/wan.js";
import { aNode, bridgePort, link, route, section } from "../support/nodes.js";

/** An interface of /etc/config/network. */
function network(name: string, options: Record<string, string>, lists: Record<string, string[]> = {}): UciSection {
  return section({ package: "network", type: "interface", name, options, lists, at: `uci.txt (${name})` });
}

/** The node with further devices. */
function withLinks(...more: Link[]): Node {
  const node = aNode();
  return { ...node, links: [...node.links, ...more] };
}

/** A node without br-wan: uplink on eth1 alone. */
function flat(parts: Partial<Node> = {}): Node {
  const node = aNode();
  const links = node.links.filter(({ name }) => name !== "br-wan").map((one) => (one.name === "eth1" ? { ...one, master: null } : one));
  return { ...node, links, bridgePorts: [], ...parts };
}

function routes6(...routes: Route[]): Node["routes"] {
  return { 4: [], 6: routes };
}

function refusal(run: () => unknown): InputError {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("without uci.txt the WAN is br-wan and its port", () => {
  assert.equal(wanDevices(aNode()), { devices: ["br-wan", "eth1"], from: "link.json (br-wan)" });
});

test("the device of UCI's wan comes before br-wan", () => {
  const choice = wanDevices(aNode({ uci: [network("wan", { device: "br-client" })] }));
  assert.equal(choice, { devices: ["br-client"], from: "uci.txt (wan)" });
});

test("ifname, the older word, names the device too", () => {
  assert.equal(wanDevices(aNode({ uci: [network("wan6", { ifname: "br-wan" })] })), { devices: ["br-wan", "eth1"], from: "uci.txt (wan6)" });
});

test("an interface of type bridge stands on br- and its name, whatever its ports", () => {
  assert.equal(wanDevices(aNode({ uci: [network("wan", { type: "bridge" }, { ifname: ["eth1"] })] })), { devices: ["br-wan", "eth1"], from: "uci.txt (wan)" });
});

test("@wan is the device of the interface wan", () => {
  assert.equal(wanDevices(flat({ uci: [network("wan6", { device: "@wan" }), network("wan", { device: "eth1" })] })).devices, ["eth1"]);
});

test("@ leads on to any interface, as often as it stands there", () => {
  const uci = [network("wan6", { device: "@first" }), network("first", { ifname: "@second" }), network("second", { device: "eth1" })];
  assert.equal(wanDevices(flat({ uci })), { devices: ["eth1"], from: "uci.txt (wan6)" });
  assert.equal(wanDevices(aNode({ uci: [network("wan6", { device: "@nowhere" })] })).from, "link.json (br-wan)");
});

test("interfaces that name each other name no device", () => {
  const node = aNode({ uci: [network("wan", { device: "@wan6" }), network("wan6", { device: "@wan" })] });
  assert.is(wanDevices(node).from, "link.json (br-wan)");
});

test("devices are taken from lists and from words of one option", () => {
  const both = ["mesh-vpn", "br-client"];
  assert.equal(wanDevices(aNode({ uci: [network("wan", {}, { device: both })] })).devices, both);
  assert.equal(wanDevices(aNode({ uci: [network("wan", { ifname: " mesh-vpn  br-client " })] })).devices, both);
});

test("wan, wan6 and cellular together are the WAN, each device once", () => {
  const node = withLinks(link({ name: "wwan0" }));
  const uci = [network("cellular", { device: "wwan0" }), network("wan6", { device: "br-wan" }), network("wan", { device: "br-wan" })];
  assert.equal([...wanDevices({ ...node, uci }).devices].sort(), ["br-wan", "eth1", "wwan0"]);
});

test("a device that does not exist is no WAN device", () => {
  const cellular = network("cellular", { device: "wwan0" });
  assert.equal(wanDevices(aNode({ uci: [cellular, network("wan", { device: "br-wan" })] })).devices, ["br-wan", "eth1"]);
  assert.is(wanDevices(aNode({ uci: [cellular] })).from, "link.json (br-wan)");
});

test("other interfaces and other packages name no WAN device", () => {
  const uci = [
    network("client", { device: "br-client" }), network("wan2", { device: "br-client" }),
    section({ package: "network", type: "device", name: "wan", options: { device: "br-client" } }),
    section({ package: "gluon", type: "interface", name: "wan", options: { device: "br-client" } }),
  ];
  assert.is(wanDevices(aNode({ uci })).from, "link.json (br-wan)");
});

test("without UCI and br-wan the WAN is where table 1's default route leaves", () => {
  const to = route({ table: 1, to: "2001:db8:77:10::/64", dev: "br-client" });
  const node = flat({ routes: routes6(to, route({ dev: "br-client" }), route({ table: 1, dev: "eth1", via: "fe80::1", at: "route6.json#2" })) });
  assert.equal(wanDevices(node), { devices: ["eth1"], from: "route6.json#2" });
});

test("table 1's unreachable default names no device", () => {
  const node = flat({ routes: routes6(route({ table: 1, type: "unreachable", dev: "lo" }), route({ table: 1, dev: "eth1", via: "fe80::1" })) });
  assert.equal(wanDevices(node).devices, ["eth1"]);
});

test("main's default route does not tell the WAN", () => {
  const error = refusal(() => wanDevices(flat({ routes: routes6(route({ dev: "eth1", via: "fe80::1" }), route({ table: 1, type: "unreachable", dev: "lo" })) })));
  assert.is(error.diagnostic.code, "WP3001");
  assert.is(error.diagnostic.place, "state");
  assert.match(error.diagnostic.consequence, "--wan");
});

test("--wan comes before UCI, br-wan and routes", () => {
  const node = aNode({ uci: [network("wan", { device: "br-wan" })] });
  assert.equal(wanDevices(node, ["br-client"]), { devices: ["br-client"], from: "--wan" });
  assert.equal(wanDevices(node, ["br-wan"]).devices, ["br-wan", "eth1"]);
  assert.equal(wanDevices(node, []).devices, ["br-wan", "eth1"]);
});

test("--wan with a device the node does not have is refused", () => {
  const error = refusal(() => wanDevices(aNode(), ["br-wan", "wan7"]));
  assert.is(error.diagnostic.code, "WP3001");
  assert.is(error.diagnostic.place, "--wan");
  assert.match(error.diagnostic.fact, "wan7");
});

test("a port is known by its master or by bridge-link.json", () => {
  assert.equal(wanDevices(aNode({ bridgePorts: null })).devices, ["br-wan", "eth1"]);
  const links = aNode().links.map((one) => ({ ...one, master: null }));
  assert.equal(wanDevices(aNode({ links })).devices, ["br-wan", "eth1"]);
  assert.equal(wanDevices(aNode({ links, bridgePorts: null })).devices, ["br-wan"]);
});

test("a private WLAN in the bridge is a WAN device, a port of another bridge is none", () => {
  const node = withLinks(link({ name: "wan0", master: "br-wan" }), link({ name: "client0", master: "br-client" }));
  assert.equal([...wanDevices(node).devices].sort(), ["br-wan", "eth1", "wan0"]);
  assert.equal(wanDevices(aNode({ bridgePorts: [bridgePort("eth1", "br-wan"), bridgePort("mesh-vpn", "br-client")] })).devices, ["br-wan", "eth1"]);
});

test("VLANs and macvlans on a port are WAN devices, and what stands on those", () => {
  const node = withLinks(
    link({ name: "top", kind: "macvlan", lower: "eth1.7" }), link({ name: "eth1.7", kind: "vlan", lower: "eth1" }), link({ name: "mac1", kind: "macvlan", lower: "eth1" }),
  );
  assert.equal([...wanDevices(node).devices].sort(), ["br-wan", "eth1", "eth1.7", "mac1", "top"]);
});

test("what a port stands on is no WAN device, nor are its other uppers", () => {
  const switched = aNode().links.map((one) => (one.name === "eth1" ? { ...one, kind: "vlan", lower: "eth0" } : one));
  const links = [...switched, link({ name: "eth0" }), link({ name: "eth0.3", kind: "vlan", lower: "eth0", master: "br-client" })];
  assert.equal(wanDevices(aNode({ links })).devices, ["br-wan", "eth1"]);
});

test("a veth's peer, a VXLAN and a device of no told kind do not belong to the WAN they are linked to", () => {
  const node = withLinks(
    link({ name: "veth1", kind: "veth", lower: "eth1" }), link({ name: "vx_mesh_wan", kind: "vxlan", lower: "br-wan" }), link({ name: "lan1", kind: null, lower: "eth1" }),
  );
  assert.equal(wanDevices(node).devices, ["br-wan", "eth1"]);
});

test("devices that stand on each other end the search", () => {
  const node = withLinks(link({ name: "a", kind: "macvlan", lower: "b", master: "br-wan" }), link({ name: "b", kind: "macvlan", lower: "a" }));
  assert.equal([...wanDevices(node).devices].sort(), ["a", "b", "br-wan", "eth1"]);
});

test.run();
