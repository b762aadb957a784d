import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type CaptureSet, openAll } from "../../src/trace/merge.js";
import { openCapture } from "../../src/trace/open.js";
import { AREA_BYTES_MIN } from "../../src/trace/reader.js";
import { area, frame, type Read, readAll, refusalOf, withoutPlaces } from "../support/batches.js";
import { withFolder } from "../support/files.js";
import { pcap, type Recorded } from "../support/pcapfile.js";
import { Blocks, joined } from "../support/pcapngfile.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";

/** Opens files in the order in which they are written down, and reads what they are together. */
function merged(files: readonly Uint8Array[], room = area()): Promise<{ all: Read[]; set: CaptureSet }> {
  return withFolder(async (folder) => {
    const paths = files.map((_, i) => join(folder, `${i}`));
    for (const [i, file] of files.entries()) await writeFile(paths[i] ?? "", file);
    const set = await openAll(paths);
    const all = await readAll(set, room);
    await set.close();
    return { all, set };
  });
}

/** A capture whose frames are `length` bytes long and recorded at these seconds. */
function at(length: number, ...seconds: readonly number[]): Uint8Array {
  return pcap(seconds.map((second): Recorded => ({ bytes: frame(length, second), seconds: second, nanos: 0 })));
}

const order = (all: readonly Read[]): string => all.map(({ row }) => `${row.flags >> 8}:${row.seconds}`).join(" ");

test("rotated files are one stream, in whatever order they are given", async () => {
  const { all, set } = await merged([at(62, 7, 8, 9), at(60, 1, 2, 3), at(61, 4, 5, 6)]);
  assert.is(order(all), "1:1 1:2 1:3 2:4 2:5 2:6 0:7 0:8 0:9");
  assert.equal(all.map(({ bytes, row }) => Buffer.from(bytes).equals(frame(row.captured, row.seconds))), Array<boolean>(9).fill(true));
  assert.equal(set.ends, [{ frames: 3, bytes: 186, truncated: false }, { frames: 3, bytes: 180, truncated: false }, { frames: 3, bytes: 183, truncated: false }]);
  assert.equal(set.end, { frames: 9, bytes: 549, truncated: false });
});

test("captures that overlap are sorted frame by frame", async () => {
  assert.is(order((await merged([at(60, 1, 4, 5, 9), at(61, 2, 3, 6, 7), at(62, 8)])).all), "0:1 1:2 1:3 0:4 0:5 1:6 1:7 2:8 0:9");
});

test("of equal times that of the capture named first comes first", async () => {
  assert.is(order((await merged([at(60, 5, 5), at(61, 5), at(62, 4, 5)])).all), "2:4 0:5 0:5 1:5 2:5");
});

test("nanoseconds decide within a second", async () => {
  const frames = (...nanos: readonly number[]): Uint8Array => pcap(nanos.map((n) => ({ bytes: frame(9), seconds: 1, nanos: n })), { nano: true });
  const { all } = await merged([frames(2, 999_999_999), frames(1, 3)]);
  assert.equal(all.map(({ row }) => row.nanos), [1, 2, 3, 999_999_999]);
});

test("a capture that is not sorted is passed in its own order", async () => {
  assert.is(order((await merged([at(60, 5, 1, 9), at(61, 4, 6)])).all), "1:4 0:5 0:1 1:6 0:9");
});

test("a capture alone is read without a copy, as number 0", async () => {
  const { all, set } = await merged([at(60, 3, 1, 2)]);
  assert.is(order(all), "0:3 0:1 0:2");
  assert.is(all[0]?.row.at, 16);
  assert.equal([set.captures.length, set.linkType, set.ends.length], [1, 1, 1]);
});

test("captures without frames are counted and cost nothing", async () => {
  const { all, set } = await merged([pcap([]), at(60, 1), pcap([])]);
  assert.is(order(all), "1:1");
  assert.equal(set.ends.map((end) => end.frames), [0, 1, 0]);
});

test("two captures without a frame are an end at once", async () => {
  assert.equal((await merged([pcap([]), pcap([])])).all, []);
});

test("each capture keeps its own truncation and diagnostics", async () => {
  const whole = at(60, 1, 2, 3);
  const { all, set } = await merged([whole.subarray(0, whole.length - 1), at(61, 1, 5), whole.subarray(0, 30)]);
  assert.is(order(all), "0:1 1:1 0:2 1:5");
  assert.equal(set.ends.map((end) => end.truncated), [true, false, true]);
  assert.equal(set.captures.map((capture) => capture.diagnostics.map((d) => d.code)), [["WP2101"], [], ["WP2101"]]);
  assert.equal(set.diagnostics.map((d) => d.consequence), ["verdicts hold up to frame 2", "no frame could be judged"]);
  assert.is(set.end.truncated, true);
});

test("devices of all captures are one list, directions stay, link types are those of the frames", async () => {
  const blocks = new Blocks();
  const file = (second: number, linkType: number, ...names: readonly string[]): Uint8Array =>
    joined(blocks.section(), ...names.map((name) => blocks.interface({ name, linkType })), ...names.map((_, device) => blocks.enhanced(frame(9), { device, flags: 2, ticks: BigInt(second + device) * 1_000_000n })));
  const { all, set } = await merged([file(10, 1, "br-wan", "mesh-vpn"), file(1, 276, "bat0", "br-wan"), at(60, 5)]);
  assert.equal(set.devices, ["bat0", "br-wan", "mesh-vpn"]);
  assert.equal(all.map(({ row }) => [row.device, row.linkType, row.flags]), [[1, 276, 0x101], [2, 276, 0x101], [0, 1, 0x200], [2, 1, 1], [3, 1, 1]]);
  assert.equal(set.captures.map(({ linkType }) => linkType), [1, 276, 1]);
});

test("containers and compressions may be mixed", async () => {
  const blocks = new Blocks(false);
  const { all } = await merged([at(60, 2), new Uint8Array(gzipSync(at(61, 1, 3))), joined(blocks.section(), blocks.interface(), blocks.enhanced(frame(4), { ticks: 2_500_000n }))]);
  assert.is(order(all), "1:1 0:2 2:2 1:3");
});

test("standard input stands alone", async () => {
  const { diagnostic } = await refusalOf(openAll(["a.pcap", "-"]));
  assert.equal([diagnostic.code, diagnostic.fact], ["WP9001", "- stands among other captures"]);
});

test("no capture at all is WP9001", async () => {
  assert.is((await refusalOf(openAll([]))).diagnostic.code, "WP9001");
});

test("one capture that cannot be read refuses them all, before anything is judged", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "a"), at(60, 1));
    await writeFile(join(folder, "b"), "no capture");
    assert.is((await refusalOf(openAll([join(folder, "a"), join(folder, "b")]))).diagnostic.code, "WP2002");
    assert.is((await refusalOf(openAll([join(folder, "a"), join(folder, "c")]))).diagnostic.code, "WP2001");
  }));

test("closing half way is the end", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "a"), at(60, 1, 3));
    await writeFile(join(folder, "b"), at(60, 2, 4));
    const set = await openAll([join(folder, "a"), join(folder, "b")]);
    assert.is(await set.next(area(1)), 1);
    await set.close();
    assert.is(await set.next(area()), 0);
    assert.is(set.end.frames, 1);
  }));

/** Captures with steps of time that are often 0, of frames that are now and then giants. */
function drawn(draw: (limit: number) => number): Recorded[][] {
  return Array.from({ length: 2 + draw(5) }, () => {
    let second = draw(40);
    return Array.from({ length: draw(300) }, () => ({ bytes: frame(draw(50) === 0 ? 100_000 : draw(200), draw(256)), seconds: (second += draw(3)), nanos: 0 }));
  });
}

for (const [rows, bytes] of [[1024, AREA_BYTES_MIN], [3, AREA_BYTES_MIN], [5000, 3 * AREA_BYTES_MIN]] as const) {
  test(`through ${rows} rows and ${bytes} bytes, a merge is a stable sort by time that loses and changes nothing`, async () => {
    const draw = random(seed());
    for (let round = 0; round < 6; round++) {
      const captures = drawn(draw);
      const { all } = await merged(captures.map((frames) => pcap(frames)), area(rows, bytes));
      const wanted = captures.flatMap((frames, number) => frames.map((f) => ({ ...f, number })));
      wanted.sort((a, b) => (a.seconds ?? 0) - (b.seconds ?? 0) || a.number - b.number);
      assert.is(all.length, wanted.length);
      const wrong = all.findIndex(({ row, bytes: got }, i) => row.flags >> 8 !== wanted[i]?.number || row.seconds !== wanted[i].seconds || !Buffer.from(got).equals(wanted[i].bytes));
      assert.is(wrong, -1);
    }
  });
}

test("a hundred rotated files are as one file of all their frames", async () => {
  const frames = Array.from({ length: 2000 }, (_, i): Recorded => ({ bytes: frame(40 + (i % 90), i), seconds: i, nanos: 0 }));
  const files = Array.from({ length: 100 }, (_, i) => pcap(frames.slice(i * 20, i * 20 + 20)));
  const { all } = await merged(files.reverse());
  await withFolder(async (folder) => {
    await writeFile(join(folder, "all"), pcap(frames));
    const reader = await openCapture(join(folder, "all"));
    const bare = (list: readonly Read[]): unknown[] => withoutPlaces(list.map(({ row, bytes }) => ({ row: { ...row, flags: 0 }, bytes })));
    assert.equal(bare(all), bare(await readAll(reader)));
    await reader.close();
  });
});

test.run();
