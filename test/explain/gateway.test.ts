import { test } from "uvu";
import * as assert from "uvu/assert";
import { gateway4 } from "../../src/explain/gateway.js";
import { formatAddress } from "../../src/model/address.js";
import type { Node, Route } from "../../src/model/node.js";
import { aNode, route, rule } from "../support/nodes.js";
import { reader, way } from "../support/walks.js";

function gateway(one: Route, node: Node = aNode()): string | null {
  const [hop] = one.nextHops;
  if (hop === undefined) throw new Error("a next hop is missing");
  const via = gateway4(one, hop, reader(node, { dst: "198.51.100.1" }));
  return via === null ? null : formatAddress(via);
}

const by = (via: string, parts: Partial<Route> = {}): Route => route({ family: 4, to: "198.51.100.0/24", dev: "br-wan", via, ...parts });
const LOCAL = route({ family: 4, table: 255, type: "local", to: "192.0.2.42", dev: "br-wan", scope: "host" });
const OWN = aNode({ routes: { ...aNode().routes, 4: [route({ family: 4, to: "192.0.2.0/24", dev: "br-wan", scope: "link" }), LOCAL] } });

test("a gateway is where packets are sent to", () => {
  assert.is(gateway(by("192.0.2.1"), OWN), "192.0.2.1");
});

test("an address of the node itself as gateway stands for the device alone, unless onlink", () => {
  assert.is(gateway(by("192.0.2.42"), OWN), null);
  assert.is(gateway(by("192.0.2.42", { flags: ["onlink"] }), OWN), "192.0.2.42");
  const node = { ...OWN, routes: { ...OWN.routes, 4: [...OWN.routes[4], by("192.0.2.42")] } };
  assert.is(way(node, { dst: "198.51.100.1" }), "br-wan table 254");
});

test("the route's own table is asked before the rules", () => {
  const routes = { ...OWN.routes, 4: [...OWN.routes[4], route({ family: 4, table: 7, to: "192.0.2.0/24", dev: "br-wan", scope: "link" })] };
  const split = { ...OWN, routes, rules: { ...OWN.rules, 4: [rule({ family: 4, priority: 0, table: 255 }), rule({ family: 4, priority: 9, table: 7 })] } };
  assert.is(gateway(by("192.0.2.42", { table: 7 }), split), "192.0.2.42");
  assert.is(gateway(by("192.0.2.42", { table: 8 }), split), null);
});

test("a route of main may be older than the rule that split local from it: where the longer prefix of main hid a local network, both answers stand", () => {
  const near = [route({ family: 4, table: 255, type: "local", to: "203.0.112.0/22", dev: "br-wan", scope: "host" }), route({ family: 4, to: "203.0.113.0/24", dev: "br-wan", scope: "link" })];
  const rules = { ...OWN.rules, 4: [rule({ family: 4, priority: 0, table: 255 }), rule({ family: 4, priority: 9, table: 7 }), rule({ family: 4 })] };
  const split = { ...OWN, rules, routes: { ...OWN.routes, 4: [...OWN.routes[4], ...near] } };
  const asked = (via: string): number => {
    const read = reader(split, { dst: "198.51.100.1" });
    const one = by(via);
    for (const hop of one.nextHops) gateway4(one, hop, read);
    return read.choices.conditions().size;
  };
  assert.equal(["203.0.113.9", "203.0.112.9", "192.0.2.42", "192.0.2.1"].map(asked), [1, 0, 0, 0]);
});

test.run();
