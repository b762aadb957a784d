import { test } from "uvu";
import * as assert from "uvu/assert";
import { complaint, refusedBy } from "../../src/core/answers.js";
import { lookup } from "../../src/core/lookup.js";
import type { Node, Route } from "../../src/model/node.js";
import { diagnostic } from "../../src/model/diagnostic.js";
import { address, aNode, link, route, rule } from "../support/nodes.js";
import { breaches } from "../support/schemas.js";

/** The answer of a node with these routes in IPv6's main. */
async function answer(routes: readonly Route[], dst = "2001:db8:9::1", parts: Partial<Node> = {}): Promise<unknown> {
  const node = aNode(parts);
  const tables = await lookup({ ...node, routes: { ...node.routes, 6: routes } });
  const [value] = tables.answers([{ dst }]);
  assert.equal(breaches("lookup", JSON.stringify(value)), []);
  return value;
}

test("an answer has the fields of the contract and no others", async () => {
  assert.equal(await answer([route({ dev: "br-client", via: "fe80::11", metric: 512 })]), {
    type: "unicast", table: 254, dev: "br-client", via: "fe80::11", prefsrc: "2001:db8:f00d:1::20", prefix: "::/0", metric: 512,
  });
});

test("a prefix is told without host bits and always with its length", async () => {
  assert.match(await text([route({ to: "2001:db8:9::1", dev: "br-client" })]), /"prefix":"2001:db8:9::1\/128"/);
  assert.match(await text([route({ to: "2001:db8:9::77/48", dev: "br-client" })]), /"prefix":"2001:db8:9::\/48"/);
});

async function text(routes: readonly Route[]): Promise<string> {
  return JSON.stringify(await answer(routes));
}

test("several next hops are told as among, each with its gateway or null", async () => {
  const hops = [{ dev: "br-client", via: address("fe80::11"), weight: 1, flags: [] }, { dev: "br-wan", via: null, weight: 1, flags: [] }];
  assert.equal(await answer([{ ...route({ metric: 9 }), nextHops: hops }]), {
    type: "unicast", table: 254, dev: "br-client", via: "fe80::11", prefsrc: "2001:db8:f00d:1::20", prefix: "::/0", metric: 9,
    among: [{ dev: "br-client", via: "fe80::11", prefsrc: "2001:db8:f00d:1::20" }, { dev: "br-wan", via: null, prefsrc: "2001:db8:77:10::21" }],
  });
});

test("an open answer names the line that was not understood", async () => {
  const unknown = route({ dev: "br-client", unknown: ["encap"], at: "route6.json#4", text: "default encap" });
  assert.equal(await answer([unknown]), { error: "undetermined", at: "route6.json#4", text: "default encap" });
  const rules = { 4: [], 6: [rule({ priority: 1, table: 7, unknown: ["tun_id 5"], at: "rule6.json#1", text: "1: tun_id 5" }), rule({})] };
  assert.equal(await answer([route({ dev: "br-client" }), route({ dev: "br-wan", table: 7 })], "2001:db8:9::1", { rules }), { error: "undetermined", at: "rule6.json#1", text: "1: tun_id 5" });
});

test("a device's name cannot steer a terminal", async () => {
  const name = "a\u009b0";
  const tables = await lookup(aNode({ links: [link({ name })], routes: { 4: [], 6: [route({ dev: name })] } }));
  assert.match(tables.lines(['{"dst":"2001:db8:9::1"}'], 1).text, /"dev":"a\\u009b0"/);
});

test("refusals and complaints are lines of their own", () => {
  assert.is(refusedBy("ENODEV").line, '{"error":"ENODEV"}');
  assert.equal(breaches("error", complaint(diagnostic("WP9003", "line 1", "is empty", "nothing"))), []);
  assert.equal(breaches("lookup", refusedBy("EHOSTUNREACH").line), []);
});

test.run();
