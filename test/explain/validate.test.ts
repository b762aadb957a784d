import { test } from "uvu";
import * as assert from "uvu/assert";
import { invalidSource } from "../../src/explain/validate.js";
import type { Node, Route } from "../../src/model/node.js";
import { equals } from "../../src/model/packet.js";
import { aNode, route, rule } from "../support/nodes.js";
import { type Asked, question, reader } from "../support/walks.js";

/** As a kernel makes them itself: a route of type local that somebody added would change how sources are validated. */
const MADE = aNode().routes[4].map((one) => ({ ...one, protocol: "kernel" }));
const with4 = (...more: readonly Route[]): Node["routes"] => ({ ...aNode().routes, 4: [...MADE, ...more] });
const set = (sysctl: Record<string, string>, parts: Partial<Node> = {}): Node => aNode({ sysctl: new Map(Object.entries(sysctl)), routes: with4(), ...parts });

function believed(node: Node, asked: Partial<Asked>, out: string | null = "br-wan"): boolean {
  const whole: Asked = { dst: "198.51.100.1", src: "10.187.0.9", iif: "local-node", ...asked };
  return invalidSource(question(whole), out, reader(node, whole)) === null;
}

test("an address of the node is not believed unless accept_local is on", () => {
  assert.not(believed(set({}), { src: "192.0.2.42" }));
  assert.ok(believed(set({ "net.ipv4.conf.local-node.accept_local": "1" }), { src: "192.0.2.42" }));
  assert.ok(believed(set({}), { src: "203.0.113.1" }));
});

test("rp_filter 1 wants the way back to be the same device, 2 any way back", () => {
  const [strict, loose] = [set({ "net.ipv4.conf.all.rp_filter": "1" }), set({ "net.ipv4.conf.all.rp_filter": "2" })];
  assert.equal([believed(strict, {}), believed(strict, { src: "192.0.2.9" }), believed(loose, { src: "192.0.2.9" })], [true, false, true]);
});

test("rp_filter 2 on a device without an address believes only what is routed to it", () => {
  assert.not(believed(set({ "net.ipv4.conf.all.rp_filter": "2" }), { iif: "br-client" }));
});

test("back out on the device it came in on, a broadcast address is no source, unless redirects are off", () => {
  const routes = with4(route({ family: 4, table: 255, type: "broadcast", to: "10.187.63.255", dev: "local-node" }));
  assert.ok(believed(set({}, { routes }), { src: "10.187.63.255" }));
  assert.not(believed(set({}, { routes }), { src: "10.187.63.255" }, "local-node"));
  const off = { "net.ipv4.conf.all.send_redirects": "0", "net.ipv4.conf.local-node.send_redirects": "0" };
  assert.ok(believed(set(off, { routes }), { src: "10.187.63.255" }, "local-node"));
});

test("with a rule, or a local route that somebody added, networks of type local are own addresses too", () => {
  const local = route({ family: 4, table: 255, type: "local", to: "203.0.113.0/24", dev: "lo", protocol: "boot" });
  assert.not(believed(set({}, { routes: with4(local) }), { src: "203.0.113.1" }));
  assert.ok(believed(set({}, { routes: with4({ ...local, protocol: "kernel" }) }), { src: "203.0.113.1" }));
});

test("the mark takes part in the way back with src_valid_mark only", () => {
  const rules = { ...aNode().rules, 4: [rule({ family: 4, priority: 0, table: 255 }), rule({ family: 4, priority: 1, table: 1, matches: [equals("mark", 1)] }), rule({ family: 4 })] };
  const routes = with4(route({ family: 4, table: 1, to: "203.0.113.0/24", dev: "local-node" }));
  const filter = { "net.ipv4.conf.all.rp_filter": "1" };
  const asked = { src: "203.0.113.1", mark: 1 };
  assert.not(believed(set(filter, { rules, routes }), asked));
  assert.ok(believed(set({ ...filter, "net.ipv4.conf.local-node.src_valid_mark": "1" }, { rules, routes }), asked));
});

test.run();
