import { test } from "uvu";
import * as assert from "uvu/assert";
import { groundOf } from "../../src/explain/fib.js";
import { isOwn, ownersOf } from "../../src/explain/own.js";
import type { Route } from "../../src/model/node.js";
import { address, aNode, onDevice, prefix, route } from "../support/nodes.js";

test("an address in a local route is the node's own, on a device or not", () => {
  const ground = groundOf(aNode({ routes: { ...aNode().routes, 4: [route({ family: 4, table: 255, type: "local", to: "127.0.0.0/8", dev: "lo" })] } }));
  assert.ok(isOwn(ground, address("127.0.0.5")));
  assert.ok(isOwn(ground, address("192.0.2.42")));
  assert.not(isOwn(ground, address("192.0.2.43")));
});

test("a local route counts where a lookup without a TOS ends, so not below a longer prefix of another type", () => {
  const of = (...routes: Route[]): boolean => isOwn(groundOf(aNode({ routes: { ...aNode().routes, 4: routes } })), address("203.0.113.5"));
  const local = route({ family: 4, table: 255, type: "local", to: "203.0.113.0/24", dev: "lo" });
  assert.equal([of(local), of({ ...local, tos: 0x10 }), of(local, { ...local, type: "broadcast", destination: prefix("203.0.113.5") })], [true, false, false]);
});

test("an address on two devices is owned by both: which was added last is not in the state", () => {
  const node = aNode({ addresses: [onDevice("br-wan", "10.9.9.9/24"), onDevice("br-client", "10.9.9.9/24")] });
  assert.equal(ownersOf(groundOf(node), address("10.9.9.9")), ["br-wan", "br-client"]);
});

test.run();
