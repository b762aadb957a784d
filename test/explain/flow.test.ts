import { test } from "uvu";
import * as assert from "uvu/assert";
import { readFlow, viewOfFlow } from "../../src/explain/flow.js";
import { Unreadable } from "../../src/explain/row.js";

const VIEW = { original: { src: "10.187.0.9", dst: "198.51.100.7", sport: 9, dport: 53 }, reply: { src: "198.51.100.7", dst: "192.0.2.42", sport: 53 }, mark: 1 };

test("what an answer tells is what a question may be asked with", () => {
  assert.equal(viewOfFlow(readFlow(VIEW, 4)), VIEW);
});

test("an end that is not known is null", () => {
  assert.equal(viewOfFlow(readFlow({ original: { dst: "192.0.2.1" }, reply: { src: null } }, 4)), { original: { src: null, dst: "192.0.2.1" }, reply: { src: null, dst: null }, mark: 0 });
});

test("anything else is refused", () => {
  for (const wrong of ["x", [], { original: 1 }, { original: {}, reply: { src: "2001:db8::1" } }, { original: {}, reply: {}, mark: -1 }]) assert.throws(() => readFlow(wrong, 4), (error: unknown) => error instanceof Unreadable);
});

test.run();
