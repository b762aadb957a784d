import { test } from "uvu";
import * as assert from "uvu/assert";
import { runPolicy } from "../../src/commands/policy.js";
import { InputError } from "../../src/model/diagnostic.js";
import type { Link, Node } from "../../src/model/node.js";
import { node } from "../support/reports.js";
import { breaches, within } from "../support/schemas.js";
import { keepingTerminal } from "../support/terminal.js";

const BRIDGE: Link = {
  index: 2, name: "br-wan", mac: "02:00:00:00:01:01", master: null, lower: null, kind: "bridge", mtu: 1500, up: true, group: null, data: {}, at: "link.json#1",
};
const UPLINK: Link = { ...BRIDGE, index: 3, name: "wwan0", kind: null, at: "link.json#2" };
const tools = { readNode: (): Promise<Node> => Promise.resolve(node({ links: [BRIDGE, UPLINK] })) };

test("the effective policy is printed, and printing it succeeds whatever it says", async () => {
  const kept = keepingTerminal();
  assert.is(await runPolicy({ name: "gluon", node: "state" }, kept.terminal, tools), 0);
  assert.match(kept.out(), /^Policy gluon for gl-node: what may leave on the WAN\n {2}WAN devices: +br-wan/);
  assert.match(kept.out(), /\nWhat no class takes is a leak\.\n/);
});

test("--json prints one valid document", async () => {
  for (const name of ["gluon", "gluon-letter"]) {
    const kept = keepingTerminal();
    await runPolicy({ name, node: "state", json: true }, kept.terminal, tools);
    assert.equal(breaches("policy", kept.out()), []);
    assert.is(within(JSON.parse(kept.out()), "name"), name);
  }
});

test("--wan replaces the node's own WAN", async () => {
  const kept = keepingTerminal();
  await runPolicy({ name: "gluon", node: "state", wan: ["wwan0"], json: true }, kept.terminal, tools);
  assert.equal(within(JSON.parse(kept.out()), "wan", "devices"), ["wwan0"]);
});

test("an unknown policy is WP3005 before the node is read", async () => {
  const readNode = (): Promise<Node> => { throw new Error("the node was read"); };
  try {
    await runPolicy({ name: "gloun", node: "state" }, keepingTerminal().terminal, { readNode });
    assert.unreachable("no such policy");
  } catch (error) {
    assert.ok(error instanceof InputError && error.diagnostic.code === "WP3005");
  }
});

test.run();
