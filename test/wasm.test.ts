import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "uvu";
import * as assert from "uvu/assert";
import { sourcesBelow, textOf } from "./support/tree.js";
import { compileTests, doubles, entriesAmong, HAS_SIMD, runTest, testsIn } from "./support/wasm-tests.js";

const entries = entriesAmong(sourcesBelow("test/wasm"));
const tests = entries.flatMap((file) => testsIn(file, textOf(file)));

test("assembly/ is tested", () => {
  assert.ok(sourcesBelow("assembly").length === 0 || tests.length > 0, "test/wasm/ exports no test at all");
});

test("each file of test/wasm/ exports a test", () => {
  assert.equal(entries.filter((file) => !tests.some((each) => each.file === file)), []);
});

test("what stands in test/wasm/support/ helps tests and is none", () => {
  assert.equal(entriesAmong(["test/wasm/arena.ts", "test/wasm/support/bytes.ts", "test/wasm/lpm/linear.ts"]), ["test/wasm/arena.ts", "test/wasm/lpm/linear.ts"]);
});

test("no two wasm tests share a name", () => {
  assert.equal(doubles(tests), []);
  assert.equal(doubles([...testsIn("a.ts", "export function one(): void {}"), ...testsIn("b.ts", "export function one(): void {}")]), ["one: a.ts and b.ts"]);
});

test("a test's name is its sentence", () => {
  const text = "function helper(): void {}\nexport function mask_0_matches_all(): void {}\n";
  assert.equal(testsIn("match.ts", text).map(({ title }) => title), ["mask 0 matches all"]);
});

test("a failed assert tells its message and its line, a trap is a failure, and what does not compile says why", () => {
  const folder = mkdtempSync(join(tmpdir(), "wanproof-planted-"));
  const entry = join(folder, "planted.ts");
  try {
    writeFileSync(entry, 'export function wrong(): void {\n  assert(1 == 2, "not equal");\n}\nexport function traps(): void { unreachable(); }\n');
    const planted = compileTests([entry], []);
    assert.throws(() => { runTest(planted, "wrong"); }, /^not equal \(.*planted\.ts:2:3\)$/);
    assert.throws(() => { runTest(planted, "traps"); }, /unreachable/);
    assert.throws(() => { runTest(planted, "absent"); }, /no function absent/);
    writeFileSync(entry, "export function broken(): void { return 1 + ; }\n");
    assert.throws(() => compileTests([entry], []), /Expression expected/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();

for (const features of HAS_SIMD ? [[], ["simd"]] : [[]]) {
  const build = features.length === 0 ? "scalar" : "simd";
  // Compiled by the first test that needs it, so that a broken build is a failing test and not a broken run.
  let module: WebAssembly.Module | Error | null = null;
  const compiled = (): WebAssembly.Module => {
    try { module ??= compileTests(entries, features); } catch (error) { module = error instanceof Error ? error : new Error(String(error)); }
    if (module instanceof Error) throw module;
    return module;
  };
  for (const file of entries) {
    const here = suite(`${file} ${build}`);
    for (const { name, title } of tests.filter((each) => each.file === file)) here(title, () => { runTest(compiled(), name); });
    here.run();
  }
}
