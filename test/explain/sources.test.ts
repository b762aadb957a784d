import { test } from "uvu";
import * as assert from "uvu/assert";
import { groundOf } from "../../src/explain/fib.js";
import { sourceClasses } from "../../src/explain/sources.js";
import { covers, formatAddress } from "../../src/model/address.js";
import { aNode, prefix, route, rule } from "../support/nodes.js";

test("one class for each way sources are told apart, the last for all others", () => {
  const rules = [rule({ from: prefix("2001:db8:1::/48") }), rule({ from: prefix("2001:db8:1:1::/64") }), rule({ from: prefix("2001:db8:1::/48") })];
  const node = aNode({ rules: { ...aNode().rules, 6: rules }, routes: { ...aNode().routes, 6: [route({ source: prefix("2001:db8:7::/48") })] } });
  const classes = sourceClasses(groundOf(node).fibs[6]);
  assert.equal(classes.map(({ text }) => text), ["in 2001:db8:1::/48", "in 2001:db8:1:1::/64", "in 2001:db8:7::/48", "elsewhere"]);
  assert.is(formatAddress(classes[0]?.address ?? { family: 6, words: [0, 0, 0, 0] }), "2001:db8:1:ffff:ffff:ffff:ffff:ffff");
});

test("the address of a class lies in its prefix, in either family", () => {
  for (const text of ["10.0.0.0/9", "10.1.2.3", "0.0.0.0/1"]) {
    const from = prefix(text);
    const node = aNode({ rules: { ...aNode().rules, 4: [rule({ family: 4, from })] } });
    const [first] = sourceClasses(groundOf(node).fibs[4]);
    assert.ok(first !== undefined && covers(from, first.address), text);
  }
});

test("nothing that looks at sources: one class", () => {
  assert.is(sourceClasses(groundOf(aNode()).fibs[4]).length, 1);
});

test.run();
