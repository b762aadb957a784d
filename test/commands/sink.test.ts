import { link, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openSink } from "../../src/commands/sink.js";
import { InputError } from "../../src/model/diagnostic.js";
import { withFolder } from "../support/files.js";
import { keepingTerminal } from "../support/terminal.js";

const { terminal } = keepingTerminal();

async function refusal(path: string, taken: readonly string[] = []): Promise<string> {
  try {
    await (await openSink(path, taken, terminal)).close();
    return "opened";
  } catch (error) {
    return error instanceof InputError ? `${error.diagnostic.code} ${error.diagnostic.fact}` : "another error";
  }
}

test("texts follow each other, and what stood there before is gone", () => withFolder(async (folder) => {
  const path = join(folder, "frames.jsonl");
  await writeFile(path, "an older and much longer report\n");
  const sink = await openSink(path, [], terminal);
  assert.ok(await sink.write("one\n"));
  assert.ok(await sink.write("zwölf\n"));
  assert.ok(await sink.write("x".repeat(300_000)));
  await sink.close();
  assert.is(await readFile(path, "utf8"), `one\nzwölf\n${"x".repeat(300_000)}`);
}));

test("- is stdout", async () => {
  const kept = keepingTerminal();
  const sink = await openSink("-", [], kept.terminal);
  await sink.write("line\n");
  await sink.close();
  assert.is(kept.out(), "line\n");
});

test("a folder, a missing folder and a full disk are WP9002", () => withFolder(async (folder) => {
  assert.is(await refusal(folder), "WP9002 cannot be written (EISDIR)");
  assert.is(await refusal(join(folder, "none", "a.jsonl")), "WP9002 cannot be written (ENOENT)");
  if (process.platform !== "linux") return;
  const full = await openSink("/dev/full", [], terminal);
  try {
    await full.write("x");
    assert.unreachable("a full disk takes no text");
  } catch (error) {
    assert.ok(error instanceof InputError && error.diagnostic.code === "WP9002");
  } finally {
    await full.close();
  }
}));

test("a capture is never overwritten, whatever name leads to it", () => withFolder(async (folder) => {
  const capture = join(folder, "wan.pcap");
  await writeFile(capture, "frames");
  await symlink(capture, join(folder, "soft"));
  await link(capture, join(folder, "hard"));
  for (const path of [capture, join(folder, ".", "x", "..", "wan.pcap"), join(folder, "soft"), join(folder, "hard")]) {
    assert.is(await refusal(path, [join(folder, "absent"), capture]), "WP9002 is a file that this run already reads or writes");
  }
  assert.is(await readFile(capture, "utf8"), "frames");
}));

test("another file beside the capture is written", () => withFolder(async (folder) => {
  await writeFile(join(folder, "wan.pcap"), "frames");
  assert.is(await refusal(join(folder, "frames.jsonl"), [join(folder, "wan.pcap")]), "opened");
}));

test.run();
