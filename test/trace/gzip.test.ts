import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { gzipSync } from "node:zlib";
import { gunzip } from "../../src/trace/gzip.js";
import type { ByteSource } from "../../src/trace/source.js";
import { withFolder } from "../support/files.js";
import { reading } from "../support/program.js";
import { random } from "../support/random.js";
import { pcap } from "../support/pcapfile.js";
import { bytesSource, drain, measure } from "../support/sources.js";

/** Bytes that shrink to about half. */
const draw = random(7);
const TEXT = Uint8Array.from({ length: 400_000 }, () => draw(16));
const PACKED = new Uint8Array(gzipSync(TEXT));

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

async function unpacked(bytes: Uint8Array, step?: number): Promise<{ bytes: Uint8Array; fault: ByteSource["fault"] }> {
  const source = gunzip(bytesSource(bytes, step));
  const all = await drain(source);
  await source.close();
  return { bytes: all, fault: source.fault };
}

/** Whether `part` is the beginning of TEXT, and how much of it. */
function begun(part: Uint8Array): number {
  assert.ok(Buffer.from(part).equals(TEXT.subarray(0, part.length)), "other bytes than were packed");
  return part.length;
}

test("one member is unpacked, whatever the steps it comes in", async () => {
  for (const step of [Infinity, 1000, 37]) {
    const { bytes, fault } = await unpacked(PACKED, step);
    assert.is(begun(bytes), TEXT.length);
    assert.is(fault, null);
  }
});

test("an empty file packed is an empty file", async () => {
  assert.equal(await unpacked(new Uint8Array(gzipSync(""))), { bytes: new Uint8Array(0), fault: null });
});

test("members follow one another, wherever they are cut into steps", async () => {
  const members = [TEXT.subarray(0, 10), TEXT.subarray(10, 10), TEXT.subarray(10, 3000)].map((part) => new Uint8Array(gzipSync(part)));
  const file = joined(...members);
  for (let step = 1; step < 200; step += 3) {
    const { bytes, fault } = await unpacked(file, step);
    assert.is(begun(bytes), 3000, `${step}`);
    assert.is(fault, null);
  }
});

test("members across the pieces of a large file", async () => {
  const { bytes, fault } = await unpacked(joined(...[0, 1, 2, 3].map((i) => new Uint8Array(gzipSync(TEXT.subarray(i * 100_000, (i + 1) * 100_000))))));
  assert.is(begun(bytes), TEXT.length);
  assert.is(fault, null);
});

test("zeros behind the last member are padding, as gzip has it", async () => {
  for (const length of [1, 511, 5000, 100_000]) {
    const { bytes, fault } = await unpacked(joined(PACKED, new Uint8Array(length)));
    assert.is(begun(bytes), TEXT.length);
    assert.is(fault, null, `${length}`);
  }
});

test("other bytes behind the last member are damage, and cost at most the last small piece", async () => {
  const small = new Uint8Array(gzipSync(TEXT.subarray(0, 20_000)));
  for (const tail of ["garbage", "\0garbage", "\0".repeat(2000) + "garbage"]) {
    const { bytes, fault } = await unpacked(joined(small, Buffer.from(tail)));
    assert.ok(begun(bytes) > 18_000);
    assert.is(fault?.kind, "damaged", tail);
  }
});

test("data that is cut gives all that was unpacked of it", async () => {
  const small = new Uint8Array(gzipSync(TEXT.subarray(0, 4000)));
  let before = 0;
  for (let length = 2; length < small.length; length += 7) {
    const { bytes, fault } = await unpacked(small.subarray(0, length));
    assert.is(fault?.kind, "cut", `${length} of ${small.length}`);
    assert.ok(begun(bytes) >= before);
    before = bytes.length;
  }
  assert.is(before, 4000);
  const half = await unpacked(PACKED.subarray(0, PACKED.length / 2));
  assert.ok(begun(half.bytes) > 195_000);
  assert.is(half.fault?.kind, "cut");
});

test("damage in the middle gives what came before it", async () => {
  const changed = PACKED.slice();
  changed.fill(0xff, 100_000, 100_100);
  const { bytes, fault } = await unpacked(changed);
  assert.is(fault?.kind, "damaged");
  // What was unpacked of garbage, before it was seen to be garbage, may stand at the end.
  let same = 0;
  while (same < bytes.length && bytes[same] === TEXT[same]) same++;
  assert.ok(same > 60_000, `${same}`);
});

test("a wrong checksum is damage", async () => {
  const changed = PACKED.slice();
  changed[PACKED.length - 8] = (changed[PACKED.length - 8] ?? 0) ^ 1;
  assert.equal((await unpacked(changed)).fault, { kind: "damaged", text: "incorrect data check" });
});

test("garbage behind the magic is damage", async () => {
  const { bytes, fault } = await unpacked(joined(PACKED.subarray(0, 2), new Uint8Array(100).fill(0xee)));
  assert.is(bytes.length, 0);
  assert.is(fault?.kind, "damaged");
});

test("closing ends a read that waits, and closes what is read from", async () => {
  let end = (): void => undefined;
  let closed = 0;
  const gate = new Promise<number>((resolve) => (end = () => { resolve(0); }));
  const input: ByteSource = { fault: null, read: () => gate, close: () => { closed++; end(); return Promise.resolve(); } };
  const source = gunzip(input);
  const waiting = source.read(new Uint8Array(10), 0, 10);
  await source.close();
  assert.equal([await waiting, closed], [0, 1]);
});

test("a source may be closed half way", async () => {
  const input = bytesSource(PACKED);
  const source = gunzip(input);
  assert.ok((await source.read(new Uint8Array(10), 0, 10)) > 0);
  await source.close();
  assert.ok(input.closed);
  assert.is(await source.read(new Uint8Array(10), 0, 10), 0);
});

/** 16 MB of zeros, as often as wanted. */
const bomb = (times: number): Uint8Array => joined(...Array.from({ length: times }, () => new Uint8Array(gzipSync(new Uint8Array(1 << 24), { level: 1 }))));

test("256 MB from one piece come in portions", async () => {
  assert.is(await measure(gunzip(bytesSource(bomb(16)))), 2 ** 28);
});

test("a capture of 1 GB of zeros is streamed in less than 300 MB", () =>
  withFolder(async (folder) => {
    const member = new Uint8Array(gzipSync(new Uint8Array(1 << 24)));
    await writeFile(join(folder, "a.gz"), joined(new Uint8Array(gzipSync(pcap([]))), ...Array.from({ length: 64 }, () => member)));
    const last: unknown = await reading([join(folder, "a.gz"), "quiet"]).line();
    const said = new Map(Object.entries(last ?? {}));
    assert.equal(said.get("end"), { frames: 2 ** 26, bytes: 0, truncated: false });
    assert.ok(Number(said.get("grown")) < 300e6, `grew by ${said.get("grown")} bytes`);
  }));

test.run();
