import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/model/diagnostic.js";
import { readNode } from "../../src/state/node.js";
import { FILE_BYTES_MAX, NODE_BYTES_MAX } from "../../src/state/parts.js";
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
  truncateSync(join(folder, "ss.txt"), FILE_BYTES_MAX + 1);
  assert.is(await refused(folder), "WP1006");
  writeFileSync(join(folder, "big.state"), "");
  truncateSync(join(folder, "big.state"), NODE_BYTES_MAX + 1);
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

test("a folder called state is named after the one above it", async () => {
  mkdirSync(join(folder, "state"));
  assert.is((await readSnapshot(join(folder, "state"))).name, basename(folder));
  assert.is((await readSnapshot(`${join(folder, "state")}/`)).name, basename(folder));
});

test("one file without any heading is WP1001: a capture given by mistake", async () => {
  writeFileSync(join(folder, "wan.pcap"), Buffer.from([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]));
  assert.is(await refused(join(folder, "wan.pcap")), "WP1001");
  writeFileSync(join(folder, "empty.state"), "");
  assert.is(await refused(join(folder, "empty.state")), "WP1001");
});

test("- is the same text on standard input", () => {
  const script = `import { readSnapshot } from ${JSON.stringify(new URL("../../src/state/snapshot.ts", import.meta.url).href)};
    const { files, name } = await readSnapshot("-"); console.log(name, files.get("group").text.trim(), files.get("group").exit);`;
  const input = "#### wanproof group exit=3 cmd=cat /etc/group\nroot:x:0:\n";
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], { input, encoding: "utf8" });
  assert.equal([stdout.trim(), stderr], ["stdin root:x:0: 3", ""]);
});

test.run();
