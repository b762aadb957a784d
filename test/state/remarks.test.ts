import { test } from "uvu";
import * as assert from "uvu/assert";
import { Remarks, REMARKS_MAX, show } from "../../src/state/remarks.js";

test("messages beyond the limit are counted in one", () => {
  const remarks = new Remarks("f");
  for (let i = 0; i < REMARKS_MAX + 7; i++) remarks.say("WP1301", `f:${i}`, "x", "y");
  assert.is(remarks.list().length, REMARKS_MAX + 1);
  assert.equal([remarks.list().at(-1)?.place, remarks.list().at(-1)?.fact], ["f", "7 more messages are left out"]);
});

test("a value is shown short, on one line and without control characters", () => {
  assert.is(show("a\n\u0000\u001b"), String.raw`"a\n\u0000\u001b"`);
  assert.ok(show("x".repeat(1_000_000)).length < 60);
  assert.equal([show(1), show(null), show(undefined), show([]), show({})], ["1", "null", "nothing", "a list", "an object"]);
});

test.run();
