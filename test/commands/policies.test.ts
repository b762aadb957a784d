import { test } from "uvu";
import * as assert from "uvu/assert";
import { policyName } from "../../src/commands/policies.js";
import { InputError } from "../../src/model/diagnostic.js";
import { POLICY_NAMES } from "../../src/policy/policies.js";

function codeOf(text: string): string {
  try {
    return policyName(text);
  } catch (error) {
    return error instanceof InputError ? error.diagnostic.code : "another error";
  }
}

test("each policy is found by its name", () => {
  assert.equal(POLICY_NAMES.map(codeOf), [...POLICY_NAMES]);
});

test("an unknown name is WP3005, and the message lists the known ones", () => {
  assert.is(codeOf("gloun"), "WP3005");
  assert.throws(() => policyName("gloun"), /"gloun" is not a policy this version knows \(gluon, gluon-letter/);
});

test("what every object has is not a policy", () => {
  assert.equal(["constructor", "__proto__", "toString", "", "GLUON"].map(codeOf), Array.from({ length: 5 }, () => "WP3005"));
});

test.run();
