import { test } from "uvu";
import * as assert from "uvu/assert";
import { importsOf, mayUseNode, roomOf, violationsOf } from "../support/floors.js";
import { runtimePackages } from "../support/manifest.js";
import { lines, sourcesBelow, textOf } from "../support/tree.js";

/** The facts that the plan holds against one import in one file. */
function against(path: string, imported: string): string {
  return violationsOf(path, `import { x } from "${imported}";\n`, ["commander", "@assemblyscript/loader"]).map(({ fact }) => fact).join("; ");
}

test("every import in src/ goes downstairs", () => {
  const packages = runtimePackages();
  const found = sourcesBelow("src").flatMap((path) => violationsOf(path, textOf(path), packages));
  assert.equal(lines(found), []);
});

test("down, within the room, and to model are allowed", () => {
  assert.is(against("src/state/iproute.ts", "../model/node.js"), "");
  assert.is(against("src/state/iproute.ts", "../trace/bytes.js"), "");
  assert.is(against("src/state/iproute.ts", "./json.js"), "");
  assert.is(against("src/trace/pcap.ts", "../model/capture.js"), "");
  assert.is(against("src/cli.ts", "./commands/replay.js"), "");
  assert.is(against("src/commands/replay.ts", "../index.js"), "");
  assert.is(against("src/index.ts", "./core/core.js"), "");
});

test("up is a violation", () => {
  assert.match(against("src/model/node.ts", "../state/ss.js"), "up from model (1) to state (2)");
  assert.match(against("src/core/replay.ts", "../index.js"), "up from core (3) to index (5)");
  assert.match(against("src/index.ts", "./cli.js"), "up from index (5) to cli (6)");
});

test("sideways between rooms is a violation", () => {
  assert.match(against("src/model/capture.ts", "../trace/pcap.js"), "sideways from model to trace");
  assert.match(against("src/state/ss.ts", "../policy/gluon.js"), "sideways from state to policy");
  assert.match(against("src/proof/bdd.ts", "../core/image.js"), "sideways from proof to core");
  assert.match(against("src/core/image.ts", "../proof/bdd.js"), "sideways from core to proof");
  assert.match(against("src/page/page.ts", "../cli.js"), "sideways from page to cli");
});

test("the certificate checker imports model only", () => {
  assert.is(against("src/proof/check.ts", "../model/node.js"), "");
  assert.match(against("src/proof/check.ts", "./bdd.js"), "model only");
  assert.match(against("src/proof/check.ts", "../trace/pcap.js"), "model only");
  assert.match(against("src/proof/check.ts", "commander"), "model only");
});

test("node: modules stay in their places", () => {
  assert.is(against("src/state/snapshot.ts", "node:fs/promises"), "");
  assert.is(against("src/trace/pipe.ts", "node:stream"), "");
  assert.is(against("src/commands/replay.ts", "node:process"), "");
  assert.match(against("src/state/ss.ts", "node:fs"), "not allowed here");
  assert.match(against("src/trace/pipe.ts", "fs"), "without node:");
  assert.not(mayUseNode("src/core/image.ts"));
});

test("WebAssembly and its loader are for core.ts alone", () => {
  assert.is(against("src/core/core.ts", "@assemblyscript/loader"), "");
  assert.match(against("src/core/image.ts", "@assemblyscript/loader"), "only src/core/core.ts");
  const planted = violationsOf("src/core/image.ts", "export const ok = WebAssembly.validate(bytes);", []);
  assert.match(lines(planted).join(), "uses WebAssembly");
  assert.equal(violationsOf("src/core/image.ts", '// WebAssembly\nexport const text = "WebAssembly";', []), []);
});

test("a package must be a dependency, not a tool of development", () => {
  assert.is(against("src/cli.ts", "commander"), "");
  assert.match(against("src/cli.ts", "lodash/fp"), "not a dependency");
});

test("an unknown room, a missing .js and a way out of src/ are violations", () => {
  assert.match(against("src/attic/box.ts", "../model/node.js"), "does not know");
  assert.match(against("src/state/ss.ts", "../attic/box.js"), "not on the plan");
  assert.match(against("src/state/ss.ts", "./json"), "without the ending .js");
  assert.match(against("src/state/ss.ts", "../../test/support/tree.js"), "outside src/");
});

test("type imports, re-exports and dynamic imports count", () => {
  const text = 'import type { A } from "./a.js";\nexport { b } from "./b.js";\nexport const c = import("./c.js");\nimport "./d.js";\n// import "./e.js"\n';
  assert.equal(importsOf(text), ["./a.js", "./b.js", "./c.js", "./d.js"]);
});

test("the command line is one room with its commands", () => {
  assert.is(roomOf("src/cli.ts"), "cli");
  assert.is(roomOf("src/commands/replay.ts"), "cli");
  assert.is(roomOf("src/index.ts"), "index");
  assert.is(roomOf("src/stray.ts"), null);
});

test.run();
