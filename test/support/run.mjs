// The test runner: uvu with the four honesty checks it lacks (no tests, forgotten run(), skipped tests, hanging tests).
//   node test/support/run.mjs [pattern]      pattern: a regular expression on the path below test/, or `house`
// The last line is always `N passed, N failed`; the exit status is 0 exactly when nothing failed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const MINUTES = Number(process.env["WANPROOF_TEST_MINUTES"]) || 20;
const NO_SKIP = isSet("CI") || isSet("WANPROOF_NO_SKIP");
/** What the build reads, and what it writes. */
const SOURCES = ["src", "assembly", "asconfig.json", "tsconfig.json", "package.json"];
const PRODUCTS = ["dist", "build/release.wasm", "build/simd.wasm"];

/** The last lines of every run: the reason, if any, then the totals. */
function finish(passed, failed, reason) {
  if (reason !== undefined) process.stdout.write(`\n${reason}\n`);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function isSet(name) {
  const value = process.env[name];
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => (name === "node_modules" ? [] : filesBelow(join(path, name))));
}

/** Time of the newest file below a path; 0 when there is none. */
function newest(path) {
  return Math.max(0, ...filesBelow(join(ROOT, path)).map((file) => statSync(file).mtimeMs));
}

/** Tests must never run against wasm or JavaScript that is older than its source. */
function isStale() {
  return Math.max(...SOURCES.map(newest)) > Math.min(...PRODUCTS.map(newest));
}

/** uvu takes a file whose run() was forgotten for a file without tests, and passes. */
function withoutRun() {
  const tests = filesBelow(join(ROOT, "test")).filter((file) => file.endsWith(".test.ts"));
  return tests.filter((file) => !/^[^/\n]*\.run\(/m.test(readFileSync(file, "utf8"))).map((file) => relative(ROOT, file));
}

/** uvu's pattern: files whose name ends in .test.ts, and whose path below test/ has what was asked for. */
function patternOf(wanted) {
  if (wanted === undefined || wanted === "") return "\\.test\\.ts$";
  const below = wanted === "house" ? "^house/" : wanted.replace(/^(?:\.\/)?test\//, "");
  return `^(?=.*(?:${below})).*\\.test\\.ts$`;
}

/** The numbers of uvu's summary; the last one wins because a test may print such a line itself. Null: uvu did not get that far. */
function totalsOf(output) {
  const plain = output.replace(/\u001b\[[0-9;]*m/g, "");
  const found = [...plain.matchAll(/^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm)].at(-1);
  return found === undefined ? null : { total: Number(found[1]), passed: Number(found[2]), skipped: Number(found[3]) };
}

/** Turns the end of the child into totals. Whatever went wrong counts as at least one failure. */
function judge(output, code, signal, timedOut) {
  const totals = totalsOf(output);
  const { total, passed, skipped } = totals ?? { total: 0, passed: 0, skipped: 0 };
  const failed = total - passed;
  if (timedOut) return finish(passed, failed + 1, `The tests did not end within ${MINUTES} minutes and were killed.`);
  if (signal !== null) return finish(passed, failed + 1, `The tests were ended by ${signal}.`);
  if (totals === null) return finish(0, 1, `The tests broke off before their summary (exit status ${code}).`);
  if (total === 0) return finish(0, 1, skipped > 0 ? "Every test was skipped." : "No test was found.");
  if (skipped > 0 && NO_SKIP) return finish(passed, failed + skipped, `${skipped} skipped: not allowed here (CI or WANPROOF_NO_SKIP is set).`);
  if (code !== 0 && failed === 0) return finish(passed, 1, `Every test passed, but the process ended with exit status ${code}.`);
  return finish(passed, failed, skipped > 0 ? `${skipped} skipped` : undefined);
}

function runTests(pattern) {
  const colours = process.stdout.isTTY ? "--color" : "--no-color";
  const uvu = join(ROOT, "node_modules/uvu/bin.js");
  // A process group of its own, so that what the tests started ends with them.
  const child = spawn(process.execPath, ["--import", "tsx", uvu, "test", pattern, colours], {
    cwd: ROOT, detached: true, stdio: ["ignore", "pipe", "inherit"],
  });
  const killAll = () => { try { process.kill(-child.pid, "SIGKILL"); } catch { /* it has ended already */ } };
  let output = "", timedOut = false;
  const timer = setTimeout(() => { timedOut = true; killAll(); }, MINUTES * 60_000);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => { killAll(); process.exit(128 + constants.signals[signal]); });
  }
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk) => { output += chunk; process.stdout.write(chunk); });
  child.on("error", (error) => { clearTimeout(timer); finish(0, 1, `The tests could not be started: ${error.message}`); });
  // A grandchild may hold the pipe open after the tests ended: what it prints no longer counts.
  child.on("exit", () => { setTimeout(killAll, 2_000).unref(); });
  child.on("close", (code, signal) => { clearTimeout(timer); judge(output, code, signal, timedOut); });
}

function main() {
  const forgetful = withoutRun();
  if (forgetful.length > 0) return finish(0, forgetful.length, `These files never call run():\n  ${forgetful.join("\n  ")}`);
  const pattern = patternOf(process.argv[2]);
  try { new RegExp(pattern); } catch (error) { return finish(0, 1, `The pattern is no regular expression: ${error.message}`); }
  if (isStale()) {
    process.stdout.write("The build is older than its source: building.\n");
    const build = spawnSync("npm", ["run", "-s", "build"], { cwd: ROOT, stdio: "inherit" });
    if (build.status !== 0) return finish(0, 1, "The build failed, no test was run.");
  }
  return runTests(pattern);
}

main();
