import { test } from "uvu";
import * as assert from "uvu/assert";
import { readPcap } from "../../src/trace/pcap.js";
import { AREA_BYTES_MIN, type CaptureReader, CHUNK_BYTES } from "../../src/trace/reader.js";
import type { Fault } from "../../src/trace/source.js";
import { area, frame, readAll } from "../support/batches.js";
import { pcap } from "../support/pcapfile.js";
import { bytesSource } from "../support/sources.js";

const CUT: Fault = { kind: "cut", text: "so" };
const DAMAGED: Fault = { kind: "damaged", text: "so it is" };

function opened(file: Uint8Array, fault: Fault | null = null, step?: number): Promise<CaptureReader> {
  return readPcap("x.pcap", bytesSource(file.subarray(4), step, fault), file.subarray(0, 4));
}

async function ending(file: Uint8Array, fault: Fault): Promise<unknown[]> {
  const reader = await opened(file, fault);
  await readAll(reader);
  return [reader.end.frames, reader.end.truncated, ...reader.diagnostics.map((d) => [d.code, d.fact, d.consequence])];
}

const FILE = pcap([frame(60), frame(61)]);

test("compressed data that ends too early is a truncated capture, even between two frames", async () => {
  assert.equal(await ending(FILE, CUT), [2, true, ["WP2101", "its compressed data ends too early, behind frame 2", "verdicts hold up to frame 2"]]);
  assert.equal(await ending(FILE.subarray(0, 120), CUT), [1, true, ["WP2101", "its compressed data ends too early, behind frame 1", "verdicts hold up to frame 1"]]);
  assert.equal(await ending(FILE.subarray(0, 24), CUT), [0, true, ["WP2101", "its compressed data ends too early, before the first whole frame", "no frame could be judged"]]);
});

test("compressed data that is damaged is WP2105 and says how", async () => {
  assert.equal(await ending(FILE, DAMAGED), [2, true, ["WP2105", "its compressed data is damaged behind frame 2 (so it is)", "verdicts hold up to frame 2"]]);
});

test("a source that gives little at a time gives the same frames, each as soon as it is whole", async () => {
  const reader = await opened(FILE, null, 1);
  const room = area();
  assert.equal([await reader.next(room), await reader.next(room), await reader.next(room)], [1, 1, 0]);
  assert.equal(reader.diagnostics, []);
});

test("a reader that was closed has nothing more and finds no fault in it", async () => {
  const reader = await opened(FILE.subarray(0, 150), null, 70);
  assert.is(await reader.next(area()), 1);
  await reader.close();
  assert.is(await reader.next(area()), 0);
  assert.equal([reader.end.truncated, reader.diagnostics], [false, []]);
});

test("no reader uses more of an area than AREA_BYTES_MIN", async () => {
  const reader = await opened(pcap(Array.from({ length: 30 }, (_, i) => frame(200_000 + i))));
  const room = area(1024, AREA_BYTES_MIN + CHUNK_BYTES);
  while ((await reader.next(room)) > 0);
  assert.ok(room.bytes.subarray(AREA_BYTES_MIN).every((byte) => byte === 0));
});

test("a classic capture names no devices", async () => {
  const reader = await opened(FILE);
  await readAll(reader);
  assert.equal(reader.devices, []);
});

test.run();
