import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ByteSource, FileSource, openSource } from "../../src/trace/source.js";
import { nodeDecoder, packageDecoder, unzstd, unzstdByCommand, unzstdWith } from "../../src/trace/zstd.js";
import { withFolder } from "../support/files.js";
import { has } from "../support/program.js";
import { random } from "../support/random.js";
import { bytesSource, drain, measure } from "../support/sources.js";

const joined = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array => new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))));
const u32 = (value: number): number[] => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

interface Block {
  readonly type: 0 | 1 | 3;
  readonly size: number;
  readonly body: Uint8Array;
}
const raw = (body: Uint8Array): Block => ({ type: 0, size: body.length, body });
const run = (byte: number, size: number): Block => ({ type: 1, size, body: Uint8Array.of(byte) });

/** A frame (RFC 8878) of blocks that are not compressed, with a window descriptor. */
function frameOf(blocks: readonly Block[], { window = 0x38, checksum = false } = {}): Uint8Array {
  const parts = blocks.map(({ type, size, body }, i) => {
    const word = (size << 3) | (type << 1) | (i === blocks.length - 1 ? 1 : 0);
    return joined([word & 255, (word >> 8) & 255, word >> 16], body);
  });
  return joined(MAGIC, [checksum ? 4 : 0, window], ...parts, checksum ? u32(0xdead) : []);
}

const draw = random(11);
const TEXT = Uint8Array.from({ length: 500_000 }, (_, i) => draw(16) + (i >> 14));
const HELLO = Buffer.from("hello, this is a frame");

interface Means {
  readonly name: string;
  readonly open: (bytes: Uint8Array, step?: number) => Promise<ByteSource>;
}

const ofNode = nodeDecoder();
const MEANS: readonly Means[] = [
  { name: "the package", open: (bytes, step) => Promise.resolve(unzstdWith(packageDecoder, bytesSource(bytes, step))) },
  ...(ofNode === null ? [] : [{ name: "Node", open: (bytes: Uint8Array, step?: number) => Promise.resolve(unzstdWith(ofNode, bytesSource(bytes, step))) }]),
];
const COMMAND = has("zstd");
if (ofNode === null) console.log("this Node has no zstd of its own: that way is not tested here");
if (!COMMAND) console.log("there is no zstd command: neither that way nor compressed blocks are tested here");

/** What the zstd command makes of bytes. */
function packed(bytes: Uint8Array, ...flags: readonly string[]): Uint8Array {
  return new Uint8Array(spawnSync("zstd", ["-qc", ...flags], { input: bytes, maxBuffer: 1 << 28 }).stdout);
}

async function unpacked(opening: Promise<ByteSource>): Promise<{ bytes: Uint8Array; fault: ByteSource["fault"] }> {
  const source = await opening;
  const bytes = await drain(source);
  await source.close();
  return { bytes, fault: source.fault };
}

const same = (bytes: Uint8Array, wanted: Uint8Array): void => { assert.ok(Buffer.from(bytes).equals(wanted), `${bytes.length} bytes instead of the ${wanted.length} wanted`); };

for (const { name, open } of MEANS) {
  test(`${name}: frames follow one another, and frames to be skipped are`, async () => {
    const skipped = joined([0x5a, 0x2a, 0x4d, 0x18], u32(300_000), new Uint8Array(300_000));
    const file = joined(frameOf([raw(HELLO)]), skipped, frameOf([raw(HELLO), run(7, 100), raw(HELLO)]), skipped, frameOf([raw(new Uint8Array(0))]));
    for (const step of [Infinity, 1000, 1]) {
      const { bytes, fault } = await unpacked(open(file, step));
      same(bytes, joined(HELLO, HELLO, new Uint8Array(100).fill(7), HELLO));
      assert.is(fault, null);
    }
  });

  test(`${name}: data that is cut gives all blocks before the cut`, async () => {
    const file = joined(frameOf([raw(HELLO), raw(HELLO)]), frameOf([raw(HELLO)]));
    for (let length = 1; length < file.length; length++) {
      const { bytes, fault } = await unpacked(open(file.subarray(0, length)));
      assert.is(bytes.length % HELLO.length, 0, `${length}`);
      if (bytes.length < 2 * HELLO.length) assert.is(fault?.kind, "cut", `${length}`);
    }
  });

  test(`${name}: other bytes behind a frame are damage`, async () => {
    const { bytes, fault } = await unpacked(open(joined(frameOf([raw(HELLO)]), Buffer.from("garbage"))));
    same(bytes, HELLO);
    assert.equal(fault, { kind: "damaged", text: "other bytes follow its end" });
  });

  test(`${name}: a reserved block is damage`, async () => {
    const { bytes, fault } = await unpacked(open(frameOf([raw(HELLO), { type: 3, size: 1, body: HELLO }])));
    assert.ok(bytes.length === HELLO.length || bytes.length === 0);
    assert.is(fault?.kind, "damaged");
  });

  test(`${name}: a window of more than 128 MB is not allocated`, async () => {
    for (const window of [0x90, 0xff]) {
      const { fault } = await unpacked(open(frameOf([raw(HELLO)], { window })));
      assert.match(fault?.text ?? "", "it asks for a window of");
    }
    const single = joined(MAGIC, [0xe0], new Uint8Array(8).fill(0xff), [1, 0, 0]);
    assert.match((await unpacked(open(single))).fault?.text ?? "", "it asks for a window of");
  });

  test(`${name}: 256 MB of zeros from 8 KB come in portions`, async () => {
    const source = await open(frameOf(Array.from({ length: 2048 }, () => run(0, 131_072))));
    const before = process.memoryUsage.rss();
    assert.is(await measure(source), 2 ** 28);
    assert.is(source.fault, null);
    assert.ok(process.memoryUsage.rss() - before < 100e6);
  });

  if (COMMAND) {
    for (const flags of [["-1"], ["-19"], ["--no-check"], ["-3", "--format=zstd", "--long=24"], ["--content-size"]]) {
      test(`${name}: what zstd ${flags.join(" ")} packed is unpacked`, async () => {
        for (const length of [0, 1, 300, 131_073, TEXT.length]) {
          const { bytes, fault } = await unpacked(open(packed(TEXT.subarray(0, length), ...flags), 70_000));
          assert.is(fault, null);
          same(bytes, TEXT.subarray(0, length));
        }
      });
    }

    test(`${name}: compressed data that is cut or changed is never more than it was, and never an exception`, async () => {
      const file = packed(TEXT.subarray(0, 5000));
      for (let at = 4; at < file.length - 4; at += 37) {
        const cut = await unpacked(open(file.subarray(0, at)));
        assert.is(cut.fault?.kind, "cut");
        const changed = file.slice();
        changed[at] = (changed[at] ?? 0) ^ 0x55;
        assert.ok((await unpacked(open(changed))).bytes.length <= 131_072 * 2);
      }
    });
  }
}

if (COMMAND) {
  const byCommand = (bytes: Uint8Array, use: (source: ByteSource, file: FileSource) => Promise<void>): Promise<void> =>
    withFolder(async (folder) => {
      await writeFile(join(folder, "a.zst"), bytes);
      const file = await openSource(join(folder, "a.zst"));
      if (!(file instanceof FileSource)) throw new Error("no regular file");
      file.read(new Uint8Array(4), 0, 4);
      const source = await unzstdByCommand(file);
      if (source === null) throw new Error("zstd did not start");
      try {
        await use(source, file);
      } finally {
        await source.close();
      }
    });

  test("the command: a file is unpacked from its first byte", () =>
    byCommand(joined(packed(TEXT), packed(HELLO)), async (source) => {
      same(await drain(source), joined(TEXT, HELLO));
      assert.is(source.fault, null);
    }));

  test("the command: a cut is told from damage", async () => {
    await byCommand(packed(TEXT).subarray(0, 100_000), async (source) => {
      assert.ok((await drain(source)).length > 0);
      assert.is(source.fault?.kind, "cut");
    });
    await byCommand(joined(packed(TEXT), Buffer.from("garbage garbage")), async (source) => {
      same(await drain(source), TEXT);
      assert.is(source.fault?.kind, "damaged");
    });
  });

  test("the command: closing half way ends it, and closes the file", () =>
    byCommand(packed(new Uint8Array(1 << 26)), async (source, file) => {
      assert.ok((await source.read(new Uint8Array(100), 0, 100)) > 0);
      await source.close();
      assert.is(file.whole, null);
      assert.is(await source.read(new Uint8Array(100), 0, 100), 0);
    }));

  test("without the command, a file is unpacked all the same", () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, "a.zst"), packed(TEXT));
      const path = process.env["PATH"];
      process.env["PATH"] = folder;
      try {
        const file = await openSource(join(folder, "a.zst"));
        const source = await unzstd(file, file);
        same(await drain(source), TEXT);
        await source.close();
      } finally {
        process.env["PATH"] = path;
      }
    }));
}

test.run();
