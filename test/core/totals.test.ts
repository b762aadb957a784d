import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { writeImage } from "../../src/core/image.js";
import { readClasses, readTotal } from "../../src/core/totals.js";
import { CLASSES } from "../../src/model/verdict.js";
import { readPolicy } from "../../src/policy/policies.js";
import { aNode } from "../support/nodes.js";

test("a run that has seen nothing has counted nothing", async () => {
  const core = await Core.load();
  core.start(writeImage(core, aNode(), readPolicy("gluon", aNode())).address);
  for (const name of ["frames", "egress", "ingress", "paired", "marks", "findingCount", "settledCount"] as const) assert.is(readTotal(core, name), 0, name);
  assert.ok(CLASSES.every((name) => readClasses(core)[name] === 0));
});

test("wide and narrow counters are read at their own width", async () => {
  const core = await Core.load();
  const { TotalsAt } = core.layout;
  const at = core.area("totals");
  core.view().setBigUint64(at + TotalsAt.frames, 2n ** 33n, true);
  core.view().setUint32(at + TotalsAt.settledCount, 7, true);
  core.view().setBigUint64(at + TotalsAt.classes + 8 * (CLASSES.indexOf("leak") + 1), 3n, true);
  assert.is(readTotal(core, "frames"), 2 ** 33);
  assert.is(readTotal(core, "settledCount"), 7);
  assert.is(readClasses(core).leak, 3);
  assert.is(readClasses(core).undetermined, 0);
});

test.run();
