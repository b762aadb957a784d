import { test } from "uvu";
import * as assert from "uvu/assert";
import { DEFAULT_POLICY, isPolicyName, POLICIES, POLICY_NAMES } from "../../src/policy/policies.js";
import { aNode } from "../support/nodes.js";

test("every policy has a summary and is built under its own name", () => {
  assert.equal([...POLICY_NAMES].sort(), Object.keys(POLICIES).sort());
  for (const name of POLICY_NAMES) {
    assert.is(POLICIES[name].build(aNode(), {}).name, name);
    assert.match(POLICIES[name].summary, /^[^\n]+[^.\n]$/);
  }
});

test("a policy is known by its exact name", () => {
  assert.ok(isPolicyName("gluon"));
  assert.ok(isPolicyName("gluon-letter"));
  for (const name of ["Gluon", "gluon ", "", "toString", "constructor", "__proto__"]) assert.not(isPolicyName(name), name);
});

test("whoever asks without a policy gets Gluon's", () => {
  assert.is(DEFAULT_POLICY, "gluon");
});

test.run();
