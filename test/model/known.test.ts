import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { KNOWN, knownBehaviour } from "../../src/model/known.js";

const DOCUMENT = readFileSync(new URL("../../docs/known.md", import.meta.url), "utf8");

test("the known behaviours are W1 to W10, in order", () => {
  assert.equal(Object.keys(KNOWN), Array.from({ length: 10 }, (_, i) => `W${i + 1}`));
});

test("every sentence and fix is one line that ends in a full stop", () => {
  for (const { sentence, fix } of Object.values(KNOWN)) {
    assert.match(sentence, /^[^\n]+\.$/);
    assert.match(fix, /^[^\n]+\.$/);
  }
});

test("docs/known.md has a heading, the sentence and the fix of each", () => {
  for (const [id, { sentence, fix }] of Object.entries(KNOWN)) {
    const section = DOCUMENT.split(`### ${id}\n`)[1]?.split("\n##")[0] ?? "";
    assert.ok(section.includes(sentence), `${id}: sentence`);
    assert.ok(section.includes(fix), `${id}: fix`);
  }
});

test("an id of the prototype is not a known behaviour", () => {
  assert.is(knownBehaviour("toString"), null);
  assert.is(knownBehaviour("W11"), null);
  assert.is(knownBehaviour("W2"), KNOWN.W2);
});

test.run();
