import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { InputError } from "../../src/model/diagnostic.js";
import { aNode } from "../support/nodes.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";
import { judge, run } from "./campaign.js";
import { corpus } from "./corpus.js";
import { mutate } from "./mutate.js";

const CRASHES = fileURLToPath(new URL("../vectors/crashes/", import.meta.url));

test("every item of the corpus is small, and together they are", () => {
  const items = corpus();
  assert.ok(items.length > 25 && items.every((item) => item.length > 24 && item.length < 10_000));
});

test("the same seed gives the same damage", () => {
  const [a, b] = [random(5), random(5)];
  const [one, two] = corpus();
  assert.ok(one !== undefined && two !== undefined);
  for (let i = 0; i < 200; i++) assert.equal(mutate(one, a, two), mutate(one, b, two));
});

test("damage changes captures", () => {
  const draw = random(6);
  const [one, two] = corpus();
  assert.ok(one !== undefined && two !== undefined);
  const same = Array.from({ length: 200 }, () => mutate(one, draw, two)).filter((bytes) => Buffer.from(bytes).equals(Buffer.from(one)));
  assert.ok(same.length < 20);
});

test("mutated captures break no promise", async () => {
  const outcome = await run({ seed: seed(), captures: 1_500, seconds: 60 });
  assert.equal(outcome.failures.map(({ number, error }) => `capture ${number}: ${String(error)}`), []);
  assert.ok(outcome.captures === 1_500 && outcome.frames > 1_000 && outcome.refused < 1_500);
});

test("captures that once broke something no longer do", async () => {
  const core = await Core.load();
  const kept = existsSync(CRASHES) ? readdirSync(CRASHES).filter((name) => name.endsWith(".bin")) : [];
  for (const name of kept) {
    const path = join(CRASHES, name);
    await judge(core, aNode(), path, statSync(path).size).catch((error: unknown) => {
      if (!(error instanceof InputError)) throw error;
    });
  }
});

test.run();
