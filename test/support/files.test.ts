import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withFolder, writeFiles } from "./files.js";

test("a folder is there while it is used and gone afterwards", async () => {
  const folder = await withFolder(async (path) => {
    await writeFiles(path, { "a/b.txt": "text", c: Uint8Array.of(1) });
    assert.is(await readFile(join(path, "a/b.txt"), "utf8"), "text");
    return path;
  });
  assert.not.ok(existsSync(folder));
});

test("a folder is gone after a failure too, which is passed on", async () => {
  let folder = "";
  const thrown = await withFolder((path) => {
    folder = path;
    return Promise.reject(new Error("inside"));
  }).catch((error: unknown) => error);
  assert.instance(thrown, Error);
  assert.not.ok(existsSync(folder));
});

test.run();
