import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { HAS_SIMD } from "../support/wasm-tests.js";
import { ROOT } from "../support/tree.js";

const BYTES_MAX = 200 * 1024;

function binary(name: string): Buffer<ArrayBuffer> {
  return readFileSync(join(ROOT, "build", name));
}

for (const name of ["release.wasm", "simd.wasm"]) {
  test(`${name} imports nothing`, () => {
    if (name === "simd.wasm" && !HAS_SIMD) return;
    assert.equal(WebAssembly.Module.imports(new WebAssembly.Module(binary(name))), []);
  });

  test(`${name} is smaller than ${String(BYTES_MAX)} bytes`, () => {
    assert.ok(binary(name).length < BYTES_MAX, `${String(binary(name).length)} bytes`);
  });

  test(`${name} publishes no garbage collector and no debug names`, () => {
    if (name === "simd.wasm" && !HAS_SIMD) return;
    const module = new WebAssembly.Module(binary(name));
    const exported = WebAssembly.Module.exports(module).map((entry) => entry.name);
    assert.equal(exported.filter((entry) => /^__(new|pin|unpin|collect)$/.test(entry)), []);
    assert.is(WebAssembly.Module.customSections(module, "name").length, 0);
  });
}

test("the scalar build is valid everywhere, the SIMD build where SIMD is", () => {
  assert.ok(WebAssembly.validate(binary("release.wasm")));
  assert.is(WebAssembly.validate(binary("simd.wasm")), HAS_SIMD);
});

test.run();
