import { test } from "uvu";
import * as assert from "uvu/assert";
import { Shown, shownFrame } from "../../src/commands/shown.js";
import { readPolicy } from "../../src/policy/policies.js";
import { aNode } from "../support/nodes.js";

const policy = readPolicy("gluon", aNode());
const packet = { origin: "local", family: 4, proto: 17, src: "192.0.2.42", dst: "203.0.113.99", sport: 5000, dport: 123 };

test("frames count from 1, in digits", () => {
  assert.is(shownFrame("79").number, 79);
  for (const bad of ["0", "-1", "x", "1.5", "", "1e3"]) assert.throws(() => shownFrame(bad), /WP9001/, bad);
});

test("a frame that left is walked, as text and as JSON", () => {
  const shown = new Shown(3);
  shown.take({ direction: "out", packet });
  assert.match(shown.walk(aNode(), policy, false), /leaves on the WAN/);
  assert.match(shown.walk(aNode(), policy, true), /"disposition": "egress"/);
});

test("without a packet that left there is nothing to walk", () => {
  const shown = new Shown(9);
  assert.throws(() => shown.walk(aNode(), policy, false), /WP9003.*frame 9.*fewer frames/);
  shown.take({ direction: "in", packet });
  assert.throws(() => shown.walk(aNode(), policy, false), /came in/);
  shown.take({ direction: "out", packet: null });
  assert.throws(() => shown.walk(aNode(), policy, false), /no IP packet/);
});

test.run();
