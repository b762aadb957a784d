import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { EQUIVALENT, equivalentOf, stray } from "./equivalent.js";
import { LOOKUP_FILES, sitesIn } from "./sites.js";

const SITES = LOOKUP_FILES.flatMap((file) => sitesIn(file, readFileSync(new URL(`../../assembly/${file}`, import.meta.url), "utf8")));

test("every listed comparison is in the source once, and has a reason", () => {
  assert.equal(stray(SITES), []);
  assert.ok(EQUIVALENT.every(({ why }) => why.length > 20));
  assert.is(SITES.filter((site) => equivalentOf(site) !== null).length, EQUIVALENT.length);
});

test("less than one comparison in twenty is listed", () => {
  assert.ok(EQUIVALENT.length * 20 < SITES.length, `${EQUIVALENT.length} of ${SITES.length}`);
});

test("a listed comparison whose line has changed is stray", () => {
  assert.equal(stray([]), EQUIVALENT);
});

test.run();
