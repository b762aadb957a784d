import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { framePool, generate, xorshift } from "../../bench/generate.js";
import { REMOTES, WAN } from "../../bench/node.js";
import { FRAME_WORDS } from "../../src/model/capture.js";
import { AREA_BYTES_MIN, openPcap } from "../../src/trace/pcap.js";
import { withFolder } from "../support/files.js";
import { hex, ip } from "../support/packets.js";

const POOL = framePool(xorshift(7));
const type = (frame: Uint8Array): string => Buffer.from(frame.subarray(12, 14)).toString("hex");
const from = (frame: Uint8Array, mac: string): boolean => Buffer.from(frame.subarray(6, 12)).equals(hex(mac));
const share = (holds: (frame: Uint8Array) => boolean): number => POOL.filter(holds).length / POOL.length;

async function written(bytes: number, seed: number): Promise<Buffer> {
  return withFolder(async (folder) => {
    const path = join(folder, "bench.pcap");
    const generated = await generate(path, { bytes, seed });
    const file = await readFile(path);
    assert.is(generated.bytes, file.length);
    return file;
  });
}

test("the same seed gives the same bytes, another seed others", async () => {
  const [first, same, other] = [await written(300_000, 1), await written(300_000, 1), await written(300_000, 2)];
  assert.ok(first.equals(same));
  assert.not.ok(first.equals(other));
});

test("a longer capture begins like the shorter one", async () => {
  const [short, long] = [await written(100_000, 3), await written(200_000, 3)];
  assert.ok(long.subarray(0, short.length).equals(short));
});

test("the capture is no longer than asked for, and lacks less than a frame of it", async () => {
  const { length } = await written(250_001, 4);
  assert.ok(length <= 250_001 && length > 250_001 - 200);
});

test("a capture longer than the buffer is whole, and its reader agrees", () =>
  withFolder(async (folder) => {
    const path = join(folder, "bench.pcap");
    const generated = await generate(path, { bytes: 9_000_000, seed: 5 });
    const reader = await openPcap(path);
    const area = { bytes: new Uint8Array(AREA_BYTES_MIN), index: new Uint32Array(8192 * FRAME_WORDS.length) };
    while ((await reader.next(area)) > 0);
    await reader.close();
    assert.is(reader.end.frames, generated.frames);
    assert.is(reader.end.truncated, false);
    assert.equal(reader.diagnostics, []);
  }));

test("a length without room for the file header is refused", async () => {
  for (const bytes of [0, 23, Number.NaN, Infinity]) {
    const thrown = await generate("never-written.pcap", { bytes, seed: 1 }).then(() => null, (error: unknown) => error);
    assert.instance(thrown, Error);
  }
});

test("frames are as short as their protocols allow: 60 bytes, 62 for IPv6, none above 100", () => {
  const lengths = POOL.map((frame) => frame.length);
  assert.is(Math.min(...lengths), 60);
  assert.is(Math.min(...POOL.filter((frame) => type(frame) === "86dd").map((frame) => frame.length)), 62);
  assert.ok(Math.max(...lengths) <= 100);
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  assert.ok(mean < 68, `mean ${mean}`);
});

test("every kind of frame is there: both families, ARP, VLAN tags", () => {
  const near = (holds: (frame: Uint8Array) => boolean, wanted: number): void => {
    const found = share(holds);
    assert.ok(Math.abs(found - wanted) < 0.03, `${found}, not ${wanted}`);
  };
  near((frame) => type(frame) === "0806", 0.02);
  near((frame) => type(frame) === "8100", 0.02);
  near((frame) => type(frame) === "0800", 0.57);
  near((frame) => type(frame) === "86dd", 0.39);
});

test("frames leave and arrive, told by hardware addresses", () => {
  assert.ok(share((frame) => from(frame, WAN.mac)) > 0.4);
  assert.ok(share((frame) => from(frame, WAN.gatewayMac)) > 0.4);
});

test("first and later fragments are there", () => {
  const fragmentField = (frame: Uint8Array): number => ((frame[20] ?? 0) << 8) | (frame[21] ?? 0);
  const four = POOL.filter((frame) => type(frame) === "0800");
  assert.ok(four.some((frame) => (fragmentField(frame) & 0x3fff) === 0x2000));
  assert.ok(four.some((frame) => (fragmentField(frame) & 0x1fff) !== 0));
});

test("frames go to configured remotes and to others", () => {
  const targets = new Set(POOL.filter((frame) => type(frame) === "0800" && from(frame, WAN.mac)).map((frame) => frame.subarray(30, 34).join(".")));
  assert.ok(REMOTES[4].every((address) => targets.has(ip(address).join("."))));
  assert.ok(targets.size > 100);
});

test("xorshift is Marsaglia's: 2463534242 is followed by 723471715", () => {
  assert.is(xorshift(2463534242)(2 ** 32), 723471715);
});

test("seed 0, a fixed point of xorshift, still gives numbers", () => {
  const random = xorshift(0);
  assert.ok(new Set([1, 2, 3, 4].map(() => random(1000))).size > 1);
});

test.run();
