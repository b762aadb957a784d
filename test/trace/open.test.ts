import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openCapture } from "../../src/trace/open.js";
import { frame, readAll, refusalOf, withoutPlaces } from "../support/batches.js";
import { withFolder } from "../support/files.js";
import { FIRST_SECOND, pcap } from "../support/pcapfile.js";
import { Blocks, joined } from "../support/pcapngfile.js";
import { has, reading } from "../support/program.js";

const SKIP = joined(Uint8Array.of(0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3));

/** A zstd frame (RFC 8878) that holds bytes as they are. */
function stored(bytes: Uint8Array): Uint8Array {
  const word = (bytes.length << 3) | 1;
  return joined(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x38, word & 255, (word >> 8) & 255, word >> 16), bytes);
}

const gzip = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));

async function framesOf(path: string): Promise<unknown[]> {
  const reader = await openCapture(path);
  const all = withoutPlaces(await readAll(reader));
  await reader.close();
  return [all, reader.end, reader.diagnostics.map((d) => d.code)];
}

function framesIn(file: Uint8Array): Promise<unknown[]> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, "wan.pcap"), file);
    return framesOf(join(folder, "wan.pcap"));
  });
}

function refusalIn(file: Uint8Array): Promise<[code: string, fact: string]> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, "x"), file);
    const { diagnostic } = await refusalOf(openCapture(join(folder, "x")));
    return [diagnostic.code, diagnostic.fact];
  });
}

const CLASSIC = pcap([frame(60), frame(61), frame(1000)]);

/** The same frames, at the same times, as CLASSIC. */
function modern(blocks: Blocks): Uint8Array {
  const ticks = (i: number): bigint => BigInt(FIRST_SECOND + i) * 1_000_000n + BigInt(i);
  return joined(blocks.section(), blocks.interface(), ...[60, 61, 1000].map((length, i) => blocks.enhanced(frame(length), { ticks: ticks(i) })));
}

for (const [name, file] of [
  ["pcapng, little endian,", modern(new Blocks(true))], ["pcapng, big endian,", modern(new Blocks(false))], ["classic pcap in gzip", gzip(CLASSIC)],
  ["pcapng in gzip", gzip(modern(new Blocks()))], ["classic pcap in zstd", stored(CLASSIC)], ["zstd that begins with a frame to be skipped", joined(SKIP, stored(CLASSIC))],
  ["gzip of two members", joined(gzip(CLASSIC.subarray(0, 30)), gzip(CLASSIC.subarray(30)))],
] as const) {
  test(`${name} gives the same frames as classic pcap, whatever the file's name`, async () => {
    assert.equal(await framesIn(file), await framesIn(CLASSIC));
  });

  test(`${name} cut at any byte never throws anything but a refusal`, async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "x");
      for (let length = 0; length < file.length; length += 23) {
        await writeFile(path, file.subarray(0, length));
        const found = await framesOf(path).catch((error: unknown) => error);
        const codes = Array.isArray(found) ? JSON.stringify(found[2]) : String(found);
        assert.match(codes, /^(\["WP2101"\]|\[\]|InputError: WP2103.*)$/, `${length} bytes`);
      }
    });
  });
}

for (const run of ["01-clean", "02-ipv4-ntp-leak", "03-rule-missing", "05-late-mark", "10-netifd-mesh-lost"]) {
  const path = fileURLToPath(new URL(`../vectors/captures/${run}/wan.pcap`, import.meta.url));
  test(`${run}: the capture of a real run is the same packed and plain`, async () => {
    const plain = await framesOf(path);
    assert.equal(plain[2], []);
    assert.equal(await framesIn(gzip(readFileSync(path))), plain);
    assert.equal(await framesIn(stored(readFileSync(path))), plain);
  });
}

test("gzip and zstd come through standard input too", async () => {
  for (const file of [gzip(CLASSIC), stored(CLASSIC), gzip(modern(new Blocks(false)))]) {
    const program = reading(["-", "quiet"]);
    program.child.stdin?.end(file);
    const said = new Map(Object.entries((await program.line()) ?? {}));
    assert.equal([said.get("end"), said.get("codes")], [{ frames: 3, bytes: 1121, truncated: false }, []]);
  }
});

test("a packed live pipe is seen before it ends", async () => {
  const program = reading(["-"]);
  program.child.stdin?.write(gzip(CLASSIC.subarray(0, 24 + 76)));
  assert.equal(await program.line(), { count: 1 });
  program.child.stdin?.end(gzip(CLASSIC.subarray(24 + 76)));
  assert.equal(await program.line(), { count: 2 });
});

test("packed data that ends inside the capture's header is WP2103, damaged there WP2002", async () => {
  assert.equal(await refusalIn(gzip(CLASSIC).subarray(0, 15)), ["WP2103", "its gzip data ends too early, inside the capture's file header"]);
  assert.equal(await refusalIn(stored(CLASSIC).subarray(0, 15)), ["WP2103", "its zstd data ends too early, inside the capture's file header"]);
  const [code, fact] = await refusalIn(joined(Uint8Array.of(0x1f, 0x8b), new Uint8Array(50).fill(0xee)));
  assert.is(code, "WP2002");
  assert.match(fact, "its gzip data is damaged inside the capture's file header (");
});

test("packed data that is no capture is WP2002, an empty one WP2103", async () => {
  assert.equal(await refusalIn(gzip(Buffer.from("hello world"))), ["WP2002", "begins with 68656c6c, which is no capture format known here"]);
  assert.equal(await refusalIn(gzip(gzip(CLASSIC))), ["WP2002", "this is a gzip file, not a classic pcap capture"]);
  assert.equal(await refusalIn(gzip(new Uint8Array(0))), ["WP2103", "ends after 0 of the 24 bytes of its file header"]);
  assert.equal(await refusalIn(new Uint8Array(0)), ["WP2103", "ends after 0 of the 24 bytes of its file header"]);
  assert.equal(await refusalIn(Uint8Array.of(0x1f)), ["WP2103", "ends after 1 of the 24 bytes of its file header"]);
});

test("bzip2 and xz are named with their remedy", async () => {
  assert.equal(await refusalIn(Buffer.from("BZh91AY&SY.................")), ["WP2002", "this is a bzip2 file, not a classic pcap capture"]);
});

test("garbage behind a packed capture is WP2105", async () => {
  assert.equal((await framesIn(joined(stored(CLASSIC), frame(10))))[2], ["WP2105"]);
});

/** What capinfos says: frames, first and last time. */
function capinfos(path: string): string[] {
  const said = execFileSync("capinfos", ["-T", "-r", "-M", "-S", "-c", "-a", "-e", path], { encoding: "utf8" }).trim().split("\t");
  return said.slice(1);
}

if (has("capinfos")) {
  const ng = new Blocks(false);
  const nanos = 1_700_000_000_123_456_789n;
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ["microseconds", modern(new Blocks())],
    ["nanoseconds, big endian", joined(ng.section(), ng.interface({ resolution: 9 }), ng.enhanced(frame(60), { ticks: nanos }), ng.enhanced(frame(60), { ticks: nanos + 1n }))],
    ["binary ticks", joined(ng.section(), ng.interface({ resolution: 0x80 | 10 }), ng.enhanced(frame(60), { ticks: (1_700_000_000n << 10n) | 512n }))],
    ["an offset", joined(ng.section(), ng.interface({ offset: 3600 }), ng.enhanced(frame(60)))],
    ["two sections", joined(modern(new Blocks()), modern(ng))],
    ["unknown blocks", joined(modern(ng), ng.block(0x80000001, frame(64)), ng.enhanced(frame(70)), ng.obsolete(frame(71)))],
    ["gzip", gzip(modern(ng))],
  ];
  for (const [name, file] of cases) {
    test(`capinfos counts and times the same frames: ${name}`, () =>
      withFolder(async (folder) => {
        const path = join(folder, "x.pcapng");
        await writeFile(path, file);
        const reader = await openCapture(path);
        const times = (await readAll(reader)).map(({ row }) => row.seconds + row.nanos / 1e9);
        await reader.close();
        const [count, first, last] = capinfos(path);
        assert.equal([Number(count), Number(first).toFixed(6), Number(last).toFixed(6)], [times.length, Math.min(...times).toFixed(6), Math.max(...times).toFixed(6)]);
      }));
  }
} else console.log("there is no capinfos: what it would say is not compared");

if (has("zstd")) {
  test("what the zstd command packed is read from a file and from a pipe", () =>
    withFolder(async (folder) => {
      const path = join(folder, "wan.zst");
      const fd = openSync(path, "w");
      writeSync(fd, spawnSync("zstd", ["-qc"], { input: CLASSIC }).stdout);
      closeSync(fd);
      assert.equal(await framesOf(path), await framesIn(CLASSIC));
      const program = reading(["-", "quiet"]);
      program.child.stdin?.end(readFileSync(path));
      assert.equal(new Map(Object.entries((await program.line()) ?? {})).get("codes"), []);
    }));
}

test.run();
