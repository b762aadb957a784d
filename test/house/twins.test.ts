import ts from "typescript";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sourcesBelow, textOf } from "../support/tree.js";
import { missingTwins, twinOf, WITHOUT_TWIN } from "../support/twins.js";

/** Whether anything of a file is left to run once its types are gone, apart from tables of constants. */
function hasFunctions(text: string): boolean {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, removeComments: true };
  return /\bfunction\b|=>|\bclass\b/.test(ts.transpileModule(text, { compilerOptions }).outputText);
}

test("every file of src/ has a test twin", () => {
  assert.equal(missingTwins(sourcesBelow("src"), sourcesBelow("test")), []);
});

test("every file of assembly/ has a twin in test/wasm/", () => {
  assert.equal(missingTwins(sourcesBelow("assembly"), sourcesBelow("test")), []);
});

test("a file excused as types only has no functions", () => {
  const excused = [...WITHOUT_TWIN.keys()].filter((path) => path.startsWith("src/"));
  assert.equal(excused.filter((path) => hasFunctions(textOf(path))), []);
  assert.ok(hasFunctions("export const twice = (n: number): number => 2 * n;"));
  assert.not(hasFunctions("export interface Pair { readonly map: (n: number) => number }\nexport const SIDES = [1, 2] as const;"));
});

test("a missing twin is named", () => {
  const sources = ["src/state/ss.ts", "src/cli.ts", "assembly/lpm/linear.ts", "assembly/index.ts", "src/model/node.ts"];
  assert.equal(missingTwins(sources, ["test/cli.test.ts"]), ["test/state/ss.test.ts", "test/wasm/lpm/linear.ts"]);
  assert.is(twinOf("src/commands/replay.ts"), "test/commands/replay.test.ts");
});

test.run();
