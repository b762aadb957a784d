// The runner is tried on small repositories that have one planted fault each.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "../support/tree.js";

const HEAD = 'import { test } from "uvu";\n';
const PASSES = `${HEAD}test("passes", () => {});\ntest.run();\n`;
const FAILS = `${HEAD}test("passes", () => {});\ntest("fails", () => { throw new Error("planted"); });\ntest.run();\n`;
/** Written so that this file is not taken for one with a skipped test. */
const SKIP = "skip";
const SKIPS = `${HEAD}test("passes", () => {});\ntest.${SKIP}("later", () => {});\ntest.run();\n`;
const PACKAGE = JSON.stringify({ name: "planted", type: "module", scripts: { build: "node -e \"console.log('BUILT')\"" } });

interface Outcome {
  readonly status: number | null;
  readonly last: string | undefined;
  readonly output: string;
}

/** Runs the runner in a fresh repository of these test files, whose build is as old as its age in seconds says. */
function run(tests: Record<string, string>, { pattern = "", age = -60, environment = {} }: { pattern?: string; age?: number; environment?: Record<string, string> } = {}): Outcome {
  const root = mkdtempSync(join(tmpdir(), "wanproof-run-"));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  try {
    write("package.json", PACKAGE);
    write("src/index.ts", "export {};\n");
    const built = Date.now() / 1000 - age;
    for (const path of ["dist/index.js", "build/release.wasm", "build/simd.wasm"]) {
      write(path, "");
      utimesSync(join(root, path), built, built);
    }
    for (const [path, text] of Object.entries(tests)) write(`test/${path}`, text);
    mkdirSync(join(root, "test/support"), { recursive: true });
    copyFileSync(join(ROOT, "test/support/run.mjs"), join(root, "test/support/run.mjs"));
    symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
    const env: NodeJS.ProcessEnv = { ...process.env, CI: "", WANPROOF_NO_SKIP: "", WANPROOF_TEST_MINUTES: "", ...environment };
    const child = spawnSync(process.execPath, ["test/support/run.mjs", pattern], { cwd: root, env, encoding: "utf8", timeout: 60_000 });
    return { status: child.status, last: child.stdout.trimEnd().split("\n").at(-1), output: child.stdout + child.stderr };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test("passed tests are counted and the status is 0", () => {
  const { status, last, output } = run({ "a.test.ts": PASSES, "b.test.ts": PASSES });
  assert.equal([status, last], [0, "2 passed, 0 failed"]);
  assert.not.match(output, /BUILT|\u001b/);
});

test("a failed test gives status 1", () => {
  const { status, last, output } = run({ "a.test.ts": FAILS });
  assert.equal([status, last], [1, "1 passed, 1 failed"]);
  assert.match(output, "planted");
});

test("no test at all is a failure", () => {
  assert.equal(run({ "a.test.ts": PASSES }, { pattern: "absent" }).last, "0 passed, 1 failed");
  assert.is(run({ "a.test.ts": `${HEAD}test.run();\n` }).status, 1);
});

test("a file that forgets run() is refused by name", () => {
  const { status, last, output } = run({ "a.test.ts": PASSES, "room/b.test.ts": `${HEAD}test("never runs", () => {});\n// test.run();\n` });
  assert.equal([status, last], [1, "0 passed, 1 failed"]);
  assert.match(output, "test/room/b.test.ts");
});

test("a skipped test is a failure in CI and nowhere else", () => {
  assert.equal(run({ "a.test.ts": SKIPS }).last, "1 passed, 0 failed");
  for (const name of ["CI", "WANPROOF_NO_SKIP"]) {
    const { status, last } = run({ "a.test.ts": SKIPS }, { environment: { [name]: "1" } });
    assert.equal([status, last], [1, "1 passed, 1 failed"]);
  }
});

test("a file that throws while it is imported is a failure", () => {
  const { status, last } = run({ "a.test.ts": PASSES, "b.test.ts": `${HEAD}throw new Error("early");\ntest.run();\n` });
  assert.equal([status, last], [1, "0 passed, 1 failed"]);
});

test("death by a signal and an early exit with status 0 are failures", () => {
  const dies = (how: string): Outcome => run({ "a.test.ts": `${HEAD}test("dies", () => { ${how} });\ntest.run();\n` });
  const killed = dies('process.kill(process.pid, "SIGKILL");');
  assert.equal([killed.status, killed.last], [1, "0 passed, 1 failed"]);
  assert.match(killed.output, "SIGKILL");
  assert.equal(dies("process.exit(0);").last, "0 passed, 1 failed");
});

test("a run that never ends is killed", () => {
  const { status, last, output } = run({ "a.test.ts": `${HEAD}test("hangs", () => new Promise(() => { setInterval(() => {}, 1000); }));\ntest.run();\n` }, { environment: { WANPROOF_TEST_MINUTES: "0.04" } });
  assert.equal([status, last], [1, "0 passed, 1 failed"]);
  assert.match(output, "did not end within");
});

test("a pattern picks tests by their path, never the files that support them", () => {
  const tests = { "house/a.test.ts": PASSES, "state/house.test.ts": FAILS, "state/ss.test.ts": PASSES, "support/ss.ts": 'throw new Error("loaded");\n' };
  assert.is(run(tests, { pattern: "house" }).last, "1 passed, 0 failed");
  assert.is(run(tests, { pattern: "ss" }).last, "1 passed, 0 failed");
  assert.is(run(tests, { pattern: "test/state/ss.test.ts" }).last, "1 passed, 0 failed");
  assert.is(run(tests, { pattern: "(" }).last, "0 passed, 1 failed");
});

test("a build that is older than its source is made first", () => {
  const { status, output } = run({ "a.test.ts": PASSES }, { age: 60 });
  assert.is(status, 0);
  assert.match(output, "BUILT");
});

test.run();
