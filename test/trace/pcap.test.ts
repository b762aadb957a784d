import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FRAME_BYTES_MAX, FRAME_WORDS } from "../../src/model/capture.js";
import { InputError } from "../../src/model/diagnostic.js";
import { openPcap } from "../../src/trace/pcap.js";
import { AREA_BYTES_MIN, CHUNK_BYTES, type CaptureReader } from "../../src/trace/reader.js";
import { area, readAll } from "../support/batches.js";
import { withFolder } from "../support/files.js";
import { FIRST_SECOND, type PcapOptions, type Recorded, pcap } from "../support/pcapfile.js";

async function withCapture<T>(file: Uint8Array, use: (reader: CaptureReader, path: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const path = join(folder, "wan.pcap");
    await writeFile(path, file);
    const reader = await openPcap(path);
    try {
      return await use(reader, path);
    } finally {
      await reader.close();
    }
  });
}

async function refusal(path: string): Promise<InputError> {
  try {
    await (await openPcap(path)).close();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error(`${path} was opened`);
}

async function refusalOf(file: Uint8Array): Promise<InputError> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, "x.pcap"), file);
    return refusal(join(folder, "x.pcap"));
  });
}

const frame = (length: number, seed = length): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 255);
const THREE = [frame(60), frame(61), frame(90)];

const LAYOUTS: readonly PcapOptions[] = [{}, { bigEndian: true }, { nano: true }, { nano: true, bigEndian: true }];
for (const layout of LAYOUTS) {
  const name = `${layout.bigEndian === true ? "big" : "little"} endian with ${layout.nano === true ? "nanoseconds" : "microseconds"}`;

  test(`a ${name} capture gives its frames, byte for byte`, () =>
    withCapture(pcap(THREE, layout), async (reader) => {
      assert.equal((await readAll(reader)).map((r) => r.bytes), THREE);
      assert.equal(reader.end, { frames: 3, bytes: 211, truncated: false });
      assert.equal(reader.diagnostics, []);
    }));

  test(`a ${name} capture gives seconds and nanoseconds`, () =>
    withCapture(pcap([{ bytes: frame(60), seconds: 4_000_000_000, nanos: 999_999_999 }], layout), async (reader) => {
      const [only] = await readAll(reader);
      assert.is(only?.row.seconds, 4_000_000_000);
      assert.is(only?.row.nanos, layout.nano === true ? 999_999_999 : 999_999_000);
    }));

  test(`a ${name} capture is read alike when cut at every byte`, async () => {
    const file = pcap(THREE, layout);
    const ends = [24, 100, 177, 283];
    await withFolder(async (folder) => {
      const path = join(folder, "cut.pcap");
      for (let length = 0; length <= file.length; length++) {
        await writeFile(path, file.subarray(0, length));
        if (length < 24) {
          assert.is((await refusal(path)).diagnostic.code, "WP2103", `${length} bytes`);
          continue;
        }
        const reader = await openPcap(path);
        const whole = ends.filter((end) => end <= length).length - 1;
        assert.equal((await readAll(reader)).map((r) => r.bytes), THREE.slice(0, whole), `${length} bytes`);
        assert.is(reader.end.truncated, !ends.includes(length), `${length} bytes`);
        assert.equal(reader.diagnostics.map((d) => d.code), ends.includes(length) ? [] : ["WP2101"]);
        await reader.close();
      }
    });
  });
}

test("a row says where the frame stands, its lengths and its link type, and leaves device and flags 0", () =>
  withCapture(pcap([{ bytes: frame(60), original: 1500, nanos: 5000 }]), async (reader) => {
    const [only] = await readAll(reader);
    assert.equal(only?.row, { at: 16, captured: 60, original: 1500, seconds: FIRST_SECOND, nanos: 5000, device: 0, linkType: 1, flags: 0 });
  }));

test("the sum of bytes counts original lengths", () =>
  withCapture(pcap([frame(100), frame(200)], { snaplen: 50 }), async (reader) => {
    assert.equal((await readAll(reader)).map((r) => [r.row.captured, r.row.original]), [[50, 100], [50, 200]]);
    assert.equal(reader.end, { frames: 2, bytes: 300, truncated: false });
  }));

test("a capture without frames is empty, not truncated", () =>
  withCapture(pcap([]), async (reader) => {
    assert.equal(await readAll(reader), []);
    assert.equal(reader.end, { frames: 0, bytes: 0, truncated: false });
  }));

test("a frame of no bytes is a frame", () =>
  withCapture(pcap([frame(0), frame(60), frame(0)]), async (reader) => {
    assert.equal((await readAll(reader)).map((r) => r.row.captured), [0, 60, 0]);
    assert.is(reader.end.frames, 3);
  }));

test("the version of the file does not matter", () =>
  withCapture(pcap(THREE, { version: [9, 9] }), async (reader) => {
    assert.is((await readAll(reader)).length, 3);
  }));

test("upper bits of the link type tell of a frame check sequence and are left out", () =>
  withCapture(pcap(THREE, { linkType: 0x54000001 }), async (reader) => {
    assert.is(reader.linkType, 1);
    assert.is((await readAll(reader))[0]?.row.linkType, 1);
  }));

test("more bytes captured than the frame had are tolerated, as libpcap does", () =>
  withCapture(pcap([{ bytes: frame(60), original: 10 }, frame(61)]), async (reader) => {
    assert.equal((await readAll(reader)).map((r) => r.row.captured), [60, 61]);
    assert.is(reader.end.truncated, false);
  }));

test("a frame of the largest possible length is read", () =>
  withCapture(pcap([frame(1), frame(FRAME_BYTES_MAX), frame(2)]), async (reader) => {
    const all = await readAll(reader);
    assert.equal(all.map((r) => r.bytes.length), [1, FRAME_BYTES_MAX, 2]);
    assert.ok(Buffer.from(all[1]?.bytes ?? []).equals(frame(FRAME_BYTES_MAX)));
  }));

for (const claimed of [FRAME_BYTES_MAX + 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
  test(`a record that claims ${claimed} bytes ends the reading with WP2102`, () =>
    withCapture(pcap([frame(60), frame(61), { bytes: frame(62), captured: claimed }, frame(63)]), async (reader, path) => {
      assert.is((await readAll(reader)).length, 2);
      assert.equal(reader.end, { frames: 2, bytes: 121, truncated: true });
      const [found] = reader.diagnostics;
      assert.is(reader.diagnostics.length, 1);
      assert.is(found?.code, "WP2102");
      assert.is(found?.place, path);
      assert.is(found?.fact, `frame 3 at byte 177 claims ${claimed} bytes, more than the 262144 a capture can hold`);
      assert.is(found?.consequence, "verdicts hold up to frame 2");
    }));
}

test("an impossible first record leaves nothing to judge", () =>
  withCapture(pcap([{ bytes: frame(60), captured: 0xffffffff }]), async (reader) => {
    assert.equal(await readAll(reader), []);
    assert.is(reader.diagnostics[0]?.consequence, "no frame could be judged");
  }));

test("a record that claims more than the file holds ends inside that frame", () =>
  withCapture(pcap([frame(60), { bytes: frame(10), captured: 11 }]), async (reader) => {
    assert.is((await readAll(reader)).length, 1);
    assert.equal(reader.diagnostics.map((d) => [d.code, d.fact, d.consequence]), [
      ["WP2101", "ends inside frame 2, which begins at byte 100 of 126", "verdicts hold up to frame 1"],
    ]);
  }));

/** A capture of about 1 MB in which records straddle the ends of chunks. */
const LARGE: readonly Recorded[] = Array.from({ length: 3000 }, (_, i) => ({ bytes: frame(i % 700, i) }));

for (const [rows, bytes] of [[4096, AREA_BYTES_MIN], [7, AREA_BYTES_MIN], [1, AREA_BYTES_MIN], [256, 4 * CHUNK_BYTES]] as const) {
  test(`a capture of many chunks is the same through ${rows} rows and ${bytes} bytes`, () =>
    withCapture(pcap(LARGE), async (reader) => {
      const all = await readAll(reader, area(rows, bytes));
      assert.is(all.length, LARGE.length);
      const wrong = all.findIndex((r, i) => !Buffer.from(r.bytes).equals(LARGE[i]?.bytes ?? new Uint8Array(1)) || r.row.seconds !== FIRST_SECOND + i);
      assert.is(wrong, -1);
      assert.equal(reader.end, { frames: 3000, bytes: LARGE.reduce((sum, f) => sum + f.bytes.length, 0), truncated: false });
    }));
}

test("a batch never has more frames than the index has rows, and a ragged row is not used", () =>
  withCapture(pcap(LARGE), async (reader) => {
    const room = { bytes: new Uint8Array(AREA_BYTES_MIN), index: new Uint32Array(10 * FRAME_WORDS.length + 7).fill(7) };
    assert.is(await reader.next(room), 10);
    assert.equal([...room.index.subarray(80)], [7, 7, 7, 7, 7, 7, 7]);
  }));

test("giants one after another pass through the smallest area", () =>
  withCapture(pcap(Array.from({ length: 5 }, (_, i) => frame(FRAME_BYTES_MAX - i))), async (reader) => {
    assert.equal((await readAll(reader)).map((r) => r.row.captured), [0, 1, 2, 3, 4].map((i) => FRAME_BYTES_MAX - i));
  }));

test("a cut far behind the first chunk names its place in the file", async () => {
  const file = pcap(LARGE);
  await withCapture(file.subarray(0, file.length - 1), async (reader) => {
    await readAll(reader);
    const begins = file.length - 16 - (2999 % 700);
    assert.is(reader.diagnostics[0]?.fact, `ends inside frame 3000, which begins at byte ${begins} of ${file.length - 1}`);
  });
});

test("the end stays the end", () =>
  withCapture(pcap([frame(60), { bytes: frame(1), captured: 2 }]), async (reader) => {
    const room = area();
    assert.equal([await reader.next(room), await reader.next(room), await reader.next(room)], [1, 0, 0]);
    assert.is(reader.diagnostics.length, 1);
  }));

test("bytes outside the area are not touched", () =>
  withCapture(pcap(LARGE), async (reader) => {
    const memory = new Uint8Array(AREA_BYTES_MIN + 64).fill(0xaa);
    const lent = { bytes: memory.subarray(32, 32 + AREA_BYTES_MIN), index: area().index };
    while ((await reader.next(lent)) > 0);
    assert.ok([...memory.subarray(0, 32), ...memory.subarray(32 + AREA_BYTES_MIN)].every((byte) => byte === 0xaa));
  }));

test("an area that could not hold the largest record is a bug of the caller", () =>
  withCapture(pcap(THREE), async (reader) => {
    const thrown = await reader.next(area(1, AREA_BYTES_MIN - 1)).then(() => null, (error: unknown) => error);
    assert.instance(thrown, Error);
    assert.not.instance(thrown, InputError);
  }));

test("closing twice is harmless, and nothing is read afterwards", () =>
  withCapture(pcap(THREE), async (reader) => {
    await reader.close();
    await reader.close();
    assert.is(await reader.next(area()), 0);
  }));

test("reading changes neither bytes nor time of the capture, and needs no write permission", () =>
  withFolder(async (folder) => {
    const path = join(folder, "wan.pcap");
    await writeFile(path, pcap(THREE));
    await chmod(path, 0o444);
    const before = await stat(path);
    const reader = await openPcap(path);
    await readAll(reader);
    await reader.close();
    assert.equal((await stat(path)).mtimeMs, before.mtimeMs);
    assert.equal(new Uint8Array(await readFile(path)), pcap(THREE));
  }));

test("a missing capture is WP2001", async () => {
  const { diagnostic } = await refusal("no/such.pcap");
  assert.equal([diagnostic.code, diagnostic.place, diagnostic.fact], ["WP2001", "no/such.pcap", "does not exist"]);
});

test("a directory is WP2001", () =>
  withFolder(async (folder) => {
    const { diagnostic } = await refusal(folder);
    assert.equal([diagnostic.code, diagnostic.fact], ["WP2001", "is a directory, not a capture file"]);
  }));

test("an empty file is WP2103", async () => {
  const { diagnostic } = await refusalOf(new Uint8Array(0));
  assert.equal([diagnostic.code, diagnostic.fact], ["WP2103", "ends after 0 of the 24 bytes of its file header"]);
});

for (const [magic, says] of [
  ["0a0d0d0a", "this is a pcapng capture"],
  ["1f8b0800", "this is a gzip file"],
  ["28b52ffd", "this is a zstd file"],
  ["7b22610a", "begins with 7b22610a"],
] as const) {
  test(`magic ${magic} is WP2002: ${says}`, async () => {
    const { diagnostic } = await refusalOf(Buffer.concat([Buffer.from(magic, "hex"), Buffer.alloc(40)]));
    assert.is(diagnostic.code, "WP2002");
    assert.ok(diagnostic.fact.startsWith(says), diagnostic.fact);
  });
}

test("a pcapng capture comes with the command that converts it", async () => {
  const { diagnostic } = await refusalOf(Buffer.from("0a0d0d0a", "hex"));
  assert.is(diagnostic.consequence, "convert it with: tcpdump -r X -w Y.pcap");
});

for (const [linkType, name] of [[9, "PPP"], [51, "PPP_ETHER"], [9999, "no name known"]] as const) {
  test(`link type ${linkType} is WP2003 and called ${name}`, async () => {
    const { diagnostic } = await refusalOf(pcap(THREE, { linkType }));
    assert.is(diagnostic.code, "WP2003");
    assert.is(diagnostic.fact, `link type ${linkType} (${name}) is not supported`);
  });
}

test.run();
