import { test } from "uvu";
import * as assert from "uvu/assert";
import { bannedWords, dependencyRules, lengthOf, machinePaths, registryHosts, switchedOff, whiteSpaceOf } from "../support/rules.js";
import { lines, sourcesBelow, textOf, trackedFiles, type Violation } from "../support/tree.js";

type Rule = (path: string, text: string) => Violation[];

/** Binary files have no lines to judge. */
const TEXT = /(?:^|\/)[^./]+$|\.(?:ts|js|mjs|json|jsonl|md|toml|txt|yaml|yml|conf|state|sh|editorconfig|gitattributes|gitignore|npmrc)$/;

function broken(paths: readonly string[], rule: Rule): string[] {
  return lines(paths.flatMap((path) => rule(path, textOf(path))));
}

const product = [...sourcesBelow("src"), ...sourcesBelow("assembly")];
const everything = trackedFiles().filter((path) => TEXT.test(path));

test("no file of src/ or assembly/ has more than 300 lines without a reason", () => {
  assert.equal(broken(product, lengthOf), []);
});

test("no TypeScript file has tabs or trailing white space", () => {
  assert.equal(broken([...product, ...sourcesBelow("test"), ...sourcesBelow("bench")], whiteSpaceOf), []);
});

test("no test is switched off", () => {
  assert.equal(broken(sourcesBelow("test"), switchedOff), []);
});

test("no file in version control names a path of one machine", () => {
  assert.equal(broken(everything, machinePaths), []);
});

test("no file in version control names a package registry", () => {
  assert.equal(broken(everything, registryHosts), []);
});

test("each dependency has an exact version and a reason", () => {
  assert.equal(lines(dependencyRules(textOf("package.json"), textOf("docs/decisions.md"))), []);
});

test("the wasm core uses no managed memory, text, floats or hidden state", () => {
  assert.equal(broken(sourcesBelow("assembly"), bannedWords), []);
});

test("301 lines need a reason, 300 do not", () => {
  assert.equal(lengthOf("src/a.ts", "x\n".repeat(300)), []);
  assert.is(lengthOf("src/a.ts", "x\n".repeat(301)).length, 1);
  assert.equal(lengthOf("src/a.ts", `/** A thing. */\n// Long because it is one table.\n${"x\n".repeat(301)}`), []);
  assert.is(lengthOf("src/a.ts", `${"x\n".repeat(301)}// Long because it is one table.\n`).length, 1);
});

test("a tab, a trailing blank and a missing newline are seen where they are", () => {
  assert.equal(lines(whiteSpaceOf("a.ts", "a\tb\nc \n")), ["a.ts:1: a tab", "a.ts:2: white space at the end of the line"]);
  assert.is(whiteSpaceOf("a.ts", "a").length, 1);
  assert.is(whiteSpaceOf("a.ts", "a\n\n").length, 1);
});

test("a test that is switched off is seen, in any suite", () => {
  const planted = ["only", "skip"].map((word) => `lab.${word}("x", () => {});`).join("\n");
  assert.is(switchedOff("a.test.ts", planted).length, 2);
});

/** Words that must not stand in this file as they are looked for in others. */
const TMP = "tmp", WORK = "work", HTTPS = "https", REGISTRY = "registry";

test("paths of a machine are seen, addresses on the web and a node's own paths are not", () => {
  for (const root of ["work", "root", "home", "tmp"]) assert.is(machinePaths("docs/a.md", `see /${root}/file`).length, 1, root);
  assert.is(machinePaths("test/support/a.ts", `see /${TMP}/file`).length, 0);
  assert.is(machinePaths("src/a.ts", `file:///${WORK}/file`).length, 1);
  assert.equal(machinePaths("src/a.ts", "https://example.org/home/x /tmp/resolv.conf.d/resolv.conf.auto root:x:0:0:root:/root:/bin/ash"), []);
});

test("a registry's host is seen in any file", () => {
  assert.is(registryHosts("package-lock.json", `"resolved": "${HTTPS}://packages.example.org/uvu.tgz"`).length, 1);
  assert.is(registryHosts(".npmrc", `@scope:registry=https://${REGISTRY}.example.org/`).length, 1);
  assert.equal(registryHosts("docs/a.md", "the registry of devices"), []);
});

test("a range, a tag and an unexplained dependency are seen", () => {
  const manifest = '{ "dependencies": { "a": "^1.0.0", "b": "1.2.3" }, "devDependencies": { "c": "latest" }, "peerDependencies": { "d": ">=6" } }';
  assert.equal(lines(dependencyRules(manifest, "`a` `b` `d`")), [
    "package.json: a has no exact version: ^1.0.0", "package.json: c has no exact version: latest", "docs/decisions.md: does not say why c is a dependency",
  ]);
});

test("a banned word is seen in code and allowed in comments and asserts", () => {
  assert.is(bannedWords("assembly/a.ts", "const a = new Thing();\nlet count: u32 = 0;\nconst b: f64 = 1;\nconst c: Array<u32> = [];\n").length, 4);
  assert.equal(bannedWords("assembly/a.ts", '// a new string\n/* Map<a, b>\n f64 */ assert(a, "no new string");\nconst x: StaticArray<u32> = [1];\n  let i = 0;\n'), []);
  assert.equal(bannedWords("assembly/arena.ts", "let top: usize = 0;\n"), []);
});

test.run();
