import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bestVariant, Core, type Variant } from "../../src/core/core.js";
import { CLASSES } from "../../src/model/verdict.js";
import { FIELDS } from "../../src/model/packet.js";

const VARIANTS: readonly Variant[] = bestVariant() === "simd" ? ["simd", "release"] : ["release"];

for (const variant of VARIANTS) {
  test(`the ${variant} build publishes every name the model uses`, async () => {
    const core = await Core.load(variant);
    for (const field of FIELDS) assert.type(core.layout.Field[field], "number");
    assert.is(core.layout.Class.LEAK, CLASSES.indexOf("leak") + 1);
  });
}

test("fields are words, one behind the other, in the model's order", async () => {
  const { layout } = await Core.load();
  FIELDS.forEach((field, i) => { assert.is(layout.Field[field], 4 * i, field); });
});

test("a build that publishes a field under another name is refused by that name", async () => {
  const bytes = readFileSync(new URL("../../build/release.wasm", import.meta.url));
  const name = Buffer.from("Field.tcpFlags");
  const at = bytes.indexOf(name);
  assert.ok(at > 0);
  bytes.write("Field.tcpFlagz", at);
  const error = await Core.load("release", bytes).then(() => null, (reason: unknown) => reason);
  assert.instance(error, Error);
  assert.match(String(error), /does not publish Field\.tcpFlags/);
});

test("reserved memory is zero, aligned and given back by a rewind", async () => {
  const core = await Core.load();
  const mark = core.mark();
  const first = core.reserve(3);
  assert.is(first % 16, 0);
  core.bytes(first, 3).fill(255);
  core.rewind(mark);
  const again = core.reserve(3);
  assert.is(again, first);
  assert.equal([...core.bytes(again, 3)], [0, 0, 0]);
});

test("memory grows when an image needs more than there is, and areas stay where they are", async () => {
  const core = await Core.load();
  const before = core.area("frames");
  const at = core.reserve(64 * 1024 * 1024);
  core.view().setUint32(at + 64 * 1024 * 1024 - 4, 7, true);
  assert.is(core.area("frames"), before);
});

test("the frame area has the published size", async () => {
  const core = await Core.load();
  const area = core.frameArea();
  assert.is(area.bytes.length, core.layout.Limit.BATCH_BYTES);
  assert.is(area.index.length, 8 * core.layout.Limit.BATCH_FRAMES);
});

test("an image outside the arena traps instead of being judged by", async () => {
  const core = await Core.load();
  assert.throws(() => { core.start(0); });
  assert.throws(() => { core.start(0x7fff0000); });
});

test.run();
