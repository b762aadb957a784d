import { test } from "uvu";
import * as assert from "uvu/assert";
import { NODE_FILES } from "../../src/report/files.js";

test("the required files are the six of the contract", () => {
  assert.equal(NODE_FILES.filter((file) => file.required).map(({ file }) => file), ["rule4.json", "rule6.json", "route4.json", "route6.json", "addr.json", "link.json"]);
});

test("no file is listed twice", () => {
  assert.is(new Set(NODE_FILES.map(({ file }) => file)).size, NODE_FILES.length);
});

test("each file says what it tells and what its absence means, as half sentences", () => {
  for (const { file, tells, without } of NODE_FILES) {
    assert.match(tells, /^\S.*[^.]$/, file);
    assert.match(without, /^\S.*[^.]$/, file);
  }
});

test("what is required is used", () => {
  assert.equal(NODE_FILES.filter((file) => file.required && !file.used), []);
});

test.run();
