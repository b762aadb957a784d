import { test } from "uvu";
import * as assert from "uvu/assert";
import * as library from "../src/index.js";
import { report } from "./support/reports.js";

test("everything the command line does is one call", () => {
  for (const name of ["readNode", "replay", "readPolicy", "renderText", "renderJson", "renderFrames", "renderPolicy", "renderDoctor", "examine"] as const) {
    assert.type(library[name], "function", name);
  }
});

test("the names of policies, classes, claims and codes are values", () => {
  assert.ok(Object.hasOwn(library.POLICIES, "gluon"));
  assert.ok(library.CLASSES.includes("leak"));
  assert.ok(library.CLAIMS.includes("containment"));
  assert.is(library.CODES.WP9001, "error");
  assert.is(library.EXIT_OF_RESULT.leak, 1);
});

test("a report is rendered without a terminal", () => {
  assert.match(library.renderText(report()), /^Clean: /);
  assert.match(library.renderJson(report()), /^\{\n {2}"schema"/);
});

test.run();
