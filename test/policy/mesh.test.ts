import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Link, Node, UciSection } from "../../src/model/node.js";
import { meshRows } from "../../src/policy/mesh.js";
import { aNode, type Fields, ip, link, section, verdictOf } from "../support/nodes.js";

const WAN = ["br-wan", "eth1"];
const BATMAN: Fields = { etherType: 0x4305 };

function vxlan(dport = 4789): Fields {
  return ip("fe80::21", "ff02::15c", { proto: 17, sport: 50000, dport });
}

function withLink(more: Link, parts: Partial<Node> = {}): Node {
  const node = aNode(parts);
  return { ...node, links: [...node.links, more] };
}

/** What the node's rows say of VXLAN and of batman-adv. */
function says(node: Node): [string, string] {
  const rows = meshRows(node, WAN);
  return [verdictOf(rows, vxlan()), verdictOf(rows, BATMAN)];
}

function roles(...role: string[]): UciSection {
  return section({ package: "gluon", type: "interface", name: "iface_wan", options: { name: "/wan" }, lists: { role } });
}

function meshInterface(name: string, options: Record<string, string> = {}): UciSection {
  return section({ package: "network", type: "interface", name, options: { ifname: "br-wan", ...options } });
}

const OFF: [string, string] = ["leak", "leak"];
const BOTH: [string, string] = ["mesh-on-wan", "mesh-on-wan"];

test("without mesh-on-WAN its frames are leaks", () => {
  assert.equal(meshRows(aNode(), WAN), []);
  assert.equal(meshRows(aNode({ uci: [] }), WAN), []);
});

test("a VXLAN device over the WAN shows mesh-on-WAN by VXLAN", () => {
  assert.equal(says(withLink(link({ name: "vx_mesh_uplink", kind: "vxlan", data: { link: "br-wan", id: 12345 } }))), ["mesh-on-wan", "leak"]);
  assert.equal(says(withLink(link({ name: "vx_mesh_uplink", kind: "vxlan", lower: "br-wan" }))), ["mesh-on-wan", "leak"]);
});

test("the VXLAN device's own port counts, 4789 without one", () => {
  const rows = meshRows(withLink(link({ name: "vx", kind: "vxlan", data: { link: "br-wan", port: 8472 } })), WAN);
  assert.is(verdictOf(rows, vxlan(8472)), "mesh-on-wan");
  assert.is(verdictOf(rows, vxlan(4789)), "leak");
});

test("a VXLAN over another device, or another kind of device over the WAN, shows nothing", () => {
  assert.equal(says(withLink(link({ name: "vx_mesh_lan", kind: "vxlan", data: { link: "br-client" } }))), OFF);
  assert.equal(says(withLink(link({ name: "vx_mesh_vpn", kind: "vxlan" }))), OFF);
  assert.equal(says(withLink(link({ name: "br-wan.7", kind: "vlan", lower: "br-wan" }))), OFF);
});

test("the roles mesh and uplink on one port set turn mesh-on-WAN on", () => {
  assert.equal(says(aNode({ uci: [roles("uplink", "mesh")] })), BOTH);
});

test("either role alone does not", () => {
  for (const role of ["uplink", "mesh", "client"]) assert.equal(says(aNode({ uci: [roles(role)] })), OFF, role);
  assert.equal(says(aNode({ uci: [roles("uplink"), { ...roles("mesh"), name: "iface_lan" }] })), OFF);
});

test("the interface of older versions turns it on, by each of its names", () => {
  for (const name of ["mesh_wan", "mesh_uplink", "wan_mesh"]) assert.equal(says(aNode({ uci: [meshInterface(name)] })), BOTH, name);
  assert.equal(says(aNode({ uci: [meshInterface("mesh_wan", { disabled: "0" })] })), BOTH);
});

test("an interface that is disabled or not brought up does not", () => {
  assert.equal(says(aNode({ uci: [meshInterface("mesh_wan", { disabled: "1" })] })), OFF);
  assert.equal(says(aNode({ uci: [meshInterface("mesh_wan", { auto: "0" })] })), OFF);
});

test("mesh on the LAN, and a section of another package, do not", () => {
  assert.equal(says(aNode({ uci: [meshInterface("mesh_lan"), { ...meshInterface("mesh_wan"), package: "wireless" }, { ...roles("uplink", "mesh"), package: "other" }] })), OFF);
});

test("a row of mesh-on-WAN says where that is configured", () => {
  assert.equal([...new Set(meshRows(aNode({ uci: [roles("uplink", "mesh")] }), WAN).map((row) => row.at))], ["uci.txt (gluon.iface_wan)"]);
});

test.run();
