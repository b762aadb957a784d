import { test } from "uvu";
import * as assert from "uvu/assert";
import { painter, progressText, readerGone } from "../../src/commands/terminal.js";

test("never has no colours, always has them in a pipe too", () => {
  assert.is(painter("never")("bad", "x"), "x");
  assert.is(painter("always")("bad", "x"), "\x1b[31mx\x1b[39m");
});

test("each style has a colour of its own", () => {
  const paint = painter("always");
  const styles = ["bad", "good", "unsure", "strong", "faint"] as const;
  assert.is(new Set(styles.map((style) => paint(style, "x"))).size, styles.length);
});

test("auto follows NO_COLOR", () => {
  const before = process.env["NO_COLOR"];
  process.env["NO_COLOR"] = "1";
  try {
    assert.is(painter("auto")("bad", "x"), "x");
  } finally {
    if (before === undefined) delete process.env["NO_COLOR"];
    else process.env["NO_COLOR"] = before;
  }
});

test("progress is frames and megabytes", () => {
  assert.is(progressText(12345, 6_700_000), "12345 frames, 6.7 MB");
});

test("a closed pipe is told apart from a full disk", () => {
  assert.ok(readerGone(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })));
  assert.not.ok(readerGone(Object.assign(new Error("no space"), { code: "ENOSPC" })));
  assert.not.ok(readerGone("EPIPE"));
});

test.run();
