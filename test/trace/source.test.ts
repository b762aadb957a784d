import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/model/diagnostic.js";
import { ChunkSource, FaultError, FileSource, openSource, readFully, streamSource } from "../../src/trace/source.js";
import { frame, refusalOf } from "../support/batches.js";
import { withFolder } from "../support/files.js";
import { pcap } from "../support/pcapfile.js";
import { reading } from "../support/program.js";
import { drain } from "../support/sources.js";

async function* chunks(...all: readonly (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of all) {
    await Promise.resolve();
    if (chunk instanceof Error) throw chunk;
    yield chunk;
  }
}

const nothing = (): void => undefined;

test("a regular file answers at once, in the sizes that are asked for", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "a"), frame(1000));
    const source = await openSource(join(folder, "a"));
    const into = new Uint8Array(700);
    assert.equal([source.read(into, 100, 600), source.read(into, 0, 600), source.read(into, 0, 600)], [600, 400, 0]);
    assert.is(source.fault, null);
    await source.close();
    await source.close();
    assert.is(source.read(into, 0, 1), 0);
  }));

test("an open file is offered whole at its first byte, however much was read", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "a"), frame(1000));
    const source = await openSource(join(folder, "a"));
    assert.instance(source, FileSource);
    await readFully(source, new Uint8Array(500));
    const fd = source instanceof FileSource ? source.whole : null;
    assert.equal(new Uint8Array(spawnSync("cat", { stdio: [fd, "pipe", "inherit"] }).stdout), frame(1000));
    await source.close();
    assert.is(source instanceof FileSource ? source.whole : null, null);
  }));

test("a descriptor that is lent is read on from where it stands, and stays open", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "a"), frame(100));
    const handle = await open(join(folder, "a"));
    await handle.read(new Uint8Array(40), 0, 40, null);
    const source = new FileSource("-", handle.fd, null);
    assert.is(source.whole, null);
    assert.equal(await drain(source), frame(100).subarray(40));
    await source.close();
    assert.is((await handle.stat()).size, 100);
    await handle.close();
  }));

test("what cannot be opened is WP2001", () =>
  withFolder(async (folder) => {
    assert.equal((await refusalOf(openSource(folder))).diagnostic.fact, "is a directory, not a capture file");
    assert.equal((await refusalOf(openSource(join(folder, "a")))).diagnostic.fact, "does not exist");
    await writeFile(join(folder, "a"), "");
    assert.equal((await refusalOf(openSource(join(folder, "a", "b")))).diagnostic.fact, "does not exist");
  }));

test("chunks are handed out in the sizes that are asked for, one chunk at most a read", async () => {
  const source = new ChunkSource(chunks(frame(5), frame(0), frame(3)), nothing);
  const into = new Uint8Array(8);
  assert.is(await source.read(into, 1, 4), 4);
  assert.equal(into, Uint8Array.of(0, ...frame(5).subarray(0, 4), 0, 0, 0));
  assert.is(await source.read(into, 0, 4), 1);
  assert.is(await source.read(into, 0, 8), 3);
  assert.is(await source.read(into, 0, 8), 0);
  assert.is(await source.read(into, 0, 8), 0);
});

test("a fault comes behind the bytes that were good", async () => {
  const source = new ChunkSource(chunks(frame(5), new FaultError({ kind: "cut", text: "so" })), nothing);
  assert.equal(await drain(source), frame(5));
  assert.equal(source.fault, { kind: "cut", text: "so" });
});

test("any other error is thrown on, once", async () => {
  const source = new ChunkSource(chunks(new Error("broken")), nothing);
  const thrown: unknown = await Promise.resolve(source.read(new Uint8Array(1), 0, 1)).catch((error: unknown) => error);
  assert.is(thrown instanceof Error ? thrown.message : "", "broken");
  assert.is(await source.read(new Uint8Array(1), 0, 1), 0);
});

test("closing ends a read that waits", async () => {
  const stream = new PassThrough();
  const source = streamSource("pipe", stream);
  const waiting = source.read(new Uint8Array(10), 0, 10);
  setImmediate(() => void source.close());
  assert.is(await waiting, 0);
  assert.is(source.fault, null);
  assert.ok(stream.destroyed);
});

test("a stream that breaks is WP2001", async () => {
  const stream = new PassThrough();
  const source = streamSource("pipe", stream);
  stream.destroy(Object.assign(new Error("i/o"), { code: "EIO" }));
  const thrown: unknown = await Promise.resolve(source.read(new Uint8Array(10), 0, 10)).catch((error: unknown) => error);
  assert.is(thrown instanceof InputError ? thrown.diagnostic.fact : "", "cannot be read: EIO");
});

test("readFully stops at the end", async () => {
  const into = new Uint8Array(10);
  assert.is(await readFully(new ChunkSource(chunks(frame(2), frame(3)), nothing), into), 5);
  assert.is(await readFully(new ChunkSource(chunks(frame(6), frame(6)), nothing), into), 10);
});

test("a named pipe is read as it is written", () =>
  withFolder(async (folder) => {
    const path = join(folder, "pipe");
    assert.is(spawnSync("mkfifo", [path]).status, 0);
    const opening = openSource(path);
    const writer = await open(path, "w");
    const source = await opening;
    const into = new Uint8Array(100);
    for (const length of [3, 50, 1]) {
      await writer.write(frame(length));
      assert.is(await source.read(into, 0, 100), length);
    }
    await writer.close();
    assert.is(await source.read(into, 0, 100), 0);
    await source.close();
  }));

test("a named pipe that nobody writes to any more can be closed while it waits", () =>
  withFolder(async (folder) => {
    const path = join(folder, "pipe");
    assert.is(spawnSync("mkfifo", [path]).status, 0);
    const opening = openSource(path);
    const writer = await open(path, "w");
    const source = await opening;
    const waiting = source.read(new Uint8Array(100), 0, 100);
    await source.close();
    assert.is(await waiting, 0);
    await writer.close();
  }));

test("a live pipe on standard input is seen frame by frame", async () => {
  const program = reading(["-"]);
  const { stdin } = program.child;
  const file = pcap([frame(60), frame(61), frame(90)]);
  let from = 0;
  for (const to of [24 + 76, 24 + 76 + 77]) {
    stdin?.write(file.subarray(from, to));
    assert.equal(await program.line(), { count: 1 });
    from = to;
  }
  stdin?.end(file.subarray(from, file.length - 1));
  const last = await program.line();
  assert.equal(Object.entries(last ?? {}).slice(0, 2), [["end", { frames: 2, bytes: 121, truncated: true }], ["codes", ["WP2101"]]]);
});

test("a regular file on standard input is read like any other", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "a"), pcap([frame(60), frame(61)]));
    const program = reading(["-"], openSync(join(folder, "a"), "r"));
    assert.equal(await program.line(), { count: 2 });
    await once(program.child, "exit");
    assert.is(program.child.exitCode, 0);
  }));

test.run();
