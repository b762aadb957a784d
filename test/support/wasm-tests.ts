/** Unit tests written in AssemblyScript: every export of test/wasm/ is a test, its name is the sentence, a trap is the failure. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./tree.js";

/** A module of one function that returns a v128 (i8x16.splat): valid exactly where SIMD is. */
const SIMD_PROBE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);

/** Whether this engine runs the SIMD build. */
export const HAS_SIMD = WebAssembly.validate(SIMD_PROBE);

/** One unit test: its file, its exported name, and the name as a sentence. */
export interface WasmTest {
  readonly file: string;
  readonly name: string;
  readonly title: string;
}

/** The files that hold tests; those in test/wasm/support/ only help them. */
export function entriesAmong(files: readonly string[]): string[] {
  return files.filter((file) => !file.startsWith("test/wasm/support/"));
}

/** The tests of one AssemblyScript file, in the order in which they stand there. */
export function testsIn(file: string, text: string): WasmTest[] {
  return [...text.matchAll(/^export function (\w+)/gm)].map(([, name = ""]) => ({ file, name, title: name.replaceAll("_", " ") }));
}

/** Names that two files export: the compiled module could hold only one of them. */
export function doubles(tests: readonly WasmTest[]): string[] {
  const names = new Set(tests.map((each) => each.name));
  const files = [...names].map((name) => ({ name, same: tests.filter((each) => each.name === name).map((each) => each.file) }));
  return files.filter(({ same }) => same.length > 1).map(({ name, same }) => `${name}: ${same.join(" and ")}`);
}

/** Compiles all entry files into one module, with asserts and readable traps. Throws with the compiler's words. */
export function compileTests(entries: readonly string[], features: readonly string[]): WebAssembly.Module {
  const folder = mkdtempSync(join(tmpdir(), "wanproof-wasm-"));
  try {
    const outFile = join(folder, "tests.wasm");
    const asc = join(ROOT, "node_modules/assemblyscript/bin/asc.js");
    const options = ["--config", join(folder, "none.json"), "--runtime", "stub", "--debug", "--initialMemory", "16", "--outFile", outFile];
    const enabled = features.flatMap((feature) => ["--enable", feature]);
    const run = spawnSync(process.execPath, [asc, ...entries, ...options, ...enabled], { cwd: ROOT, encoding: "utf8", timeout: 120_000 });
    if (run.status !== 0) throw new Error(`asc could not compile the tests:\n${run.stderr}${run.stdout}`);
    return new WebAssembly.Module(readFileSync(outFile));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs one test in an instance of its own: what another one left in memory cannot help or harm it. */
export function runTest(module: WebAssembly.Module, name: string): void {
  let memory: WebAssembly.Memory | null = null;
  const abort = (message: number, file: number, line: number, column: number): never => {
    throw new Error(`${stringAt(memory, message)} (${stringAt(memory, file)}:${String(line)}:${String(column)})`);
  };
  const exported = new WebAssembly.Instance(module, { env: { abort } }).exports;
  if (exported["memory"] instanceof WebAssembly.Memory) memory = exported["memory"];
  const body = exported[name];
  if (typeof body !== "function") throw new Error(`the compiled module has no function ${name}`);
  Reflect.apply(body, undefined, []);
}

/** An AssemblyScript string: UTF-16, its length in bytes stands in the word before it. */
function stringAt(memory: WebAssembly.Memory | null, at: number): string {
  if (memory === null || at === 0) return "abort";
  const length = new DataView(memory.buffer).getUint32(at - 4, true);
  return Buffer.from(memory.buffer, at, length).toString("utf16le");
}
