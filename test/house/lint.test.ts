import { ESLint } from "eslint";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { mayUseNode, NODE_PLACES } from "../support/floors.js";
import { ROOT, sourcesBelow } from "../support/tree.js";

const eslint = new ESLint({ cwd: ROOT });

/** The severity (0 off, 1 warn, 2 error) of a rule for a file. */
async function severityOf(path: string, rule: string): Promise<unknown> {
  const config: unknown = await eslint.calculateConfigForFile(path);
  const rules = property(config, "rules");
  const [severity]: unknown[] = [property(rules, rule)].flat();
  return severity ?? 0;
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

test("the linter and the house plan allow node: in the same places", async () => {
  const places = NODE_PLACES.map((place) => (place.endsWith("/") ? `${place}planted.ts` : place));
  for (const path of [...sourcesBelow("src"), ...places, "src/core/image.ts", "src/state/ss.ts", "src/verify/prove.ts"]) {
    assert.is(await severityOf(path, "no-restricted-imports"), mayUseNode(path) ? 0 : 2, path);
  }
});

test("casts are allowed in core.ts alone, the console in the command line alone", async () => {
  assert.is(await severityOf("src/core/core.ts", "@typescript-eslint/consistent-type-assertions"), 0);
  assert.is(await severityOf("src/core/image.ts", "@typescript-eslint/consistent-type-assertions"), 2);
  assert.is(await severityOf("test/core/image.test.ts", "@typescript-eslint/no-explicit-any"), 2);
  assert.is(await severityOf("src/commands/replay.ts", "no-console"), 0);
  assert.is(await severityOf("src/report/json.ts", "no-console"), 2);
});

test("AssemblyScript is left to its own compiler", async () => {
  assert.ok(await eslint.isPathIgnored("assembly/arena.ts"));
  assert.ok(await eslint.isPathIgnored("test/wasm/arena.ts"));
  assert.not(await eslint.isPathIgnored("test/wasm.test.ts"));
});

test.run();
