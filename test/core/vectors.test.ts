// What a running kernel answered, recorded: the core must say the same without one.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { recorded, wrongAnswers } from "../mutants/vectors.js";

const core = await Core.load();

for (const one of recorded()) {
  test(`${one.file.replace(/\.json$/, "")}: ${one.says}`, async () => {
    assert.equal(await wrongAnswers(core, one), []);
  });
}

test.run();
