import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Hook } from "../../src/model/netfilter.js";
import type { Node } from "../../src/model/node.js";
import { bare, type Point, pointsOf } from "../../src/verify/points.js";
import { aNode } from "../support/nodes.js";
import { walled } from "../support/walls.js";

/** `mangle OUTPUT filter: MARK NFLOG`, one for each base chain that is left of a hook. */
function left(node: Node, hook: Hook): string[] {
  return node.firewall.tables.flatMap((table) => [...table.chains.values()].filter((chain) => chain.base?.hook === hook)
    .map((chain) => `${table.name} ${chain.name} ${chain.base?.type ?? ""}: ${chain.rules.map((rule) => rule.steps.at(-1)?.kind ?? "").join(" ")}`));
}

function only(points: readonly Point[]): Point {
  const [first, ...others] = points;
  if (first === undefined || others.length > 0) throw new Error(`${points.length} points`);
  return first;
}

test("a point is the rule that logs, and nothing behind it is left", () => {
  const node = walled([
    "6 raw -A OUTPUT -j MARK --set-xmark 0x4/0x4", "6 mangle -A OUTPUT -j NFLOG --nflog-group 6", "6 mangle -A OUTPUT -j MARK --set-xmark 0x1/0x1",
    "6 filter -A OUTPUT -j DROP", "6 mangle -A POSTROUTING -j DROP",
  ]);
  const point = only(pointsOf(node, 6, "output"));
  assert.ok(point.at?.startsWith("ip6tables-save.txt:"));
  assert.equal(left(point.node, "output"), ["raw OUTPUT filter: mark", "mangle OUTPUT filter: accept"]);
  assert.equal(left(point.node, "postrouting"), []);
  assert.ok(point.marks);
});

test("marks that are set behind the point do not count", () => {
  const node = walled(["6 mangle -A OUTPUT -j NFLOG --nflog-group 6", "6 mangle -A OUTPUT -j MARK --set-xmark 0x1/0x1"]);
  assert.not.ok(only(pointsOf(node, 6, "output")).marks);
});

test("in POSTROUTING all of OUTPUT counts, and its route chain stays one", () => {
  const node = walled(["6 mangle -A OUTPUT -j MARK --set-xmark 0x1/0x1", "6 mangle -A POSTROUTING -j NFLOG --nflog-group 5", "6 nat -A POSTROUTING -j MASQUERADE"]);
  const point = only(pointsOf(node, 6, "postrouting"));
  assert.equal(left(point.node, "output"), ["mangle OUTPUT route: mark", ...left(node, "output").slice(1)]);
  assert.equal(left(point.node, "postrouting"), ["mangle POSTROUTING filter: accept"]);
  assert.ok(point.marks);
});

test("a log in a chain that is called is found, each log is a point of its own, and -j LOG is none", () => {
  const node = walled(["4 mangle -N taps", "4 mangle -A OUTPUT -j taps", "4 mangle -A OUTPUT -j LOG", "4 mangle -A taps -p udp -j NFLOG --nflog-group 6", "4 mangle -A taps -p tcp -j NFLOG --nflog-group 7"]);
  assert.is(pointsOf(node, 4, "output").length, 2);
  assert.equal(pointsOf(node, 4, "postrouting").map(({ at }) => at), [null, null]);
});

test("where no rule logs any more, both ends of the hook are tried", () => {
  const node = walled(["6 mangle -A OUTPUT -j MARK --set-xmark 0x1/0x1"]);
  const [begin, end] = pointsOf(node, 6, "output");
  assert.equal([begin?.marks, end?.marks], [false, true]);
  assert.equal(left(aNode(), "output"), []);
});

test("a node without its firewall has no rules, and they are all known", () => {
  const { firewall } = bare(aNode({ firewall: { tables: [], complete: { 4: false, 6: false }, others: [] } }));
  assert.equal(firewall.complete, { 4: true, 6: true });
});

test.run();
