import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/model/diagnostic.js";
import { readNode } from "../../src/state/node.js";
import { readSnapshot } from "../../src/state/snapshot.js";

let folder = "";
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), "wanproof-snapshot-"));
});
test.after.each(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function refused(path: string): Promise<string> {
  const error = await readSnapshot(path).then(() => null, (reason: unknown) => reason);
  return error instanceof InputError ? error.diagnostic.code : "not refused";
}

test("a folder gives the files that a node has, and nothing else", async () => {
  for (const name of ["rule4.json", "group", "wan.pcap", "notes.txt"]) writeFileSync(join(folder, name), "x");
  mkdirSync(join(folder, "old"));
  const { files, name, path, diagnostics } = await readSnapshot(folder);
  assert.equal([[...files.keys()], name, path, diagnostics], [["group", "rule4.json"], basename(folder), folder, []]);
  assert.equal(files.get("group"), { name: "group", text: "x", exit: null });
});

test("a file that is no regular one is said and not read", async () => {
  mkdirSync(join(folder, "ss.txt"));
  symlinkSync("/dev/zero", join(folder, "group"));
  symlinkSync("nowhere", join(folder, "passwd"));
  const { files, diagnostics } = await readSnapshot(folder);
  assert.is(files.size, 0);
  assert.equal(diagnostics?.map(({ code, place }) => `${code} ${place}`), ["WP1005 group", "WP1005 passwd", "WP1005 ss.txt"]);
});

test("one text file holds all parts, and gives the node its name", async () => {
  const path = join(folder, "attic.state");
  writeFileSync(path, "#### wanproof group exit=0 cmd=cat\nroot:x:0:\n");
  const { files, name } = await readSnapshot(path);
  assert.equal([files.get("group")?.text, name], ["root:x:0:\n", "attic"]);
});

test("what is not there, and a device, are WP1001", async () => {
  assert.is(await refused(join(folder, "none")), "WP1001");
  assert.is(await refused("/dev/zero"), "WP1001");
});

test("a file larger than any node prints is WP1006", async () => {
  writeFileSync(join(folder, "ss.txt"), "");
  truncateSync(join(folder, "ss.txt"), 32 * 1024 * 1024 + 1);
  assert.is(await refused(folder), "WP1006");
  writeFileSync(join(folder, "big.state"), "");
  truncateSync(join(folder, "big.state"), 64 * 1024 * 1024 + 1);
  assert.is(await refused(join(folder, "big.state")), "WP1006");
});

test("bytes that are no UTF-8 become U+FFFD, and a byte order mark goes", async () => {
  writeFileSync(join(folder, "group"), Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0xfe, 0x62]));
  assert.is((await readSnapshot(folder)).files.get("group")?.text, "a\ufffd\ufffdb");
});

test("an empty folder is a node with nothing in it: WP1002 names what is missing", async () => {
  const error = await readNode(folder).then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof InputError && error.diagnostic.code === "WP1002");
});

test.run();
