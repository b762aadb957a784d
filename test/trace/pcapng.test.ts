import { test } from "uvu";
import * as assert from "uvu/assert";
import { FRAME_BYTES_MAX } from "../../src/model/capture.js";
import { DEVICES_MAX, INTERFACES_MAX, readPcapng } from "../../src/trace/pcapng.js";
import { AREA_BYTES_MIN, type CaptureReader } from "../../src/trace/reader.js";
import { area, frame, type Read, readAll, refusalOf } from "../support/batches.js";
import { Blocks, FIRST_SECOND, FIRST_TICKS, joined } from "../support/pcapngfile.js";
import { bytesSource } from "../support/sources.js";

const little = new Blocks(true);
const big = new Blocks(false);

async function opened(file: Uint8Array, step?: number): Promise<CaptureReader> {
  return readPcapng("x.pcapng", bytesSource(file.subarray(4), step), file.subarray(0, 4));
}

async function read(file: Uint8Array, step?: number): Promise<{ all: Read[]; reader: CaptureReader }> {
  const reader = await opened(file, step);
  return { all: await readAll(reader), reader };
}

/** The facts of a file's diagnostics. */
async function facts(file: Uint8Array): Promise<{ codes: string[]; facts: string[]; frames: number; truncated: boolean }> {
  const { reader } = await read(file);
  return { codes: reader.diagnostics.map((d) => d.code), facts: reader.diagnostics.map((d) => d.fact), frames: reader.end.frames, truncated: reader.end.truncated };
}

const THREE = [frame(60), frame(61), frame(90)];

for (const [name, blocks] of [["little", little], ["big", big]] as const) {
  test(`a ${name} endian section gives its frames, byte for byte`, async () => {
    const { all, reader } = await read(joined(blocks.section(), blocks.interface(), ...THREE.map((bytes) => blocks.enhanced(bytes))));
    assert.equal(all.map((r) => r.bytes), THREE);
    assert.equal(reader.end, { frames: 3, bytes: 211, truncated: false });
    assert.equal(reader.diagnostics, []);
  });

  test(`a ${name} endian row has lengths, time, device, link type and direction`, async () => {
    const file = joined(blocks.section(), blocks.interface({ name: "br-wan" }), blocks.enhanced(frame(60), { original: 1500, flags: 2, ticks: FIRST_TICKS + 7n }));
    const { all } = await read(file);
    const { at, ...row } = all[0]?.row ?? { at: -1 };
    assert.is(at % 4, 0);
    assert.equal(row, { captured: 60, original: 1500, seconds: FIRST_SECOND, nanos: 7000, device: 1, linkType: 1, flags: 1 });
  });

  test(`a ${name} endian file is read alike when cut at every byte`, async () => {
    const parts = [
      blocks.section({ options: [{ code: 4, value: frame(20) }] }), blocks.interface({ name: "eth0", resolution: 9 }), blocks.enhanced(frame(13), { flags: 1 }),
      blocks.block(5, frame(24)), blocks.simple(frame(9)), blocks.obsolete(frame(14)), blocks.section(), blocks.interface(), blocks.enhanced(frame(3)),
    ];
    const file = joined(...parts);
    let end = 0;
    const ends = parts.map((part) => (end += part.length));
    const framesAt = [0, 0, 1, 1, 2, 3, 3, 3, 4];
    for (let length = 4; length <= file.length; length++) {
      const cut = file.subarray(0, length);
      if (length < 28) {
        assert.is((await refusalOf(opened(cut))).diagnostic.code, "WP2103", `${length} bytes`);
        continue;
      }
      const { reader, all } = await read(cut);
      const whole = ends.filter((at) => at <= length).length;
      assert.is(all.length, whole === 0 ? 0 : framesAt[whole - 1], `${length} bytes`);
      assert.is(reader.end.truncated, !ends.includes(length), `${length} bytes`);
      assert.equal(reader.diagnostics.map((d) => d.code), ends.includes(length) ? [] : ["WP2101"], `${length} bytes`);
    }
  });

  test(`a ${name} endian file may be changed at any byte without an exception`, async () => {
    const file = joined(blocks.section(), blocks.interface({ name: "eth0", resolution: 9 }), blocks.enhanced(frame(13), { flags: 1 }), blocks.block(5, frame(24)), blocks.simple(frame(9)));
    for (let at = 28; at < file.length; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const changed = file.slice();
        changed[at] = value;
        const { reader, all } = await read(changed);
        assert.is(all.length, reader.end.frames);
        assert.ok(all.length <= 2);
      }
    }
  });
}

test("if_tsresol and if_tsoffset set an interface's clock", async () => {
  const file = joined(
    little.section(),
    little.interface({ resolution: 9 }), little.interface({ resolution: 3 }), little.interface({ resolution: 0x80 | 10 }), little.interface({ resolution: 0, offset: -1000 }),
    little.enhanced(frame(1), { device: 0, ticks: 1_700_000_000_123_456_789n }), little.enhanced(frame(1), { device: 1, ticks: 1_700_000_000_042n }),
    little.enhanced(frame(1), { device: 2, ticks: (1_700_000_000n << 10n) | 256n }), little.enhanced(frame(1), { device: 3, ticks: 1_700_001_000n }),
  );
  const { all } = await read(file);
  assert.equal(all.map(({ row }) => [row.seconds, row.nanos]), [[FIRST_SECOND, 123_456_789], [FIRST_SECOND, 42_000_000], [FIRST_SECOND, 250_000_000], [FIRST_SECOND, 0]]);
});

test("epb_flags 1 is inbound, 2 is outbound, 0 and 3 do not say", async () => {
  const { all } = await read(joined(little.section(), little.interface(), ...[0, 1, 2, 3, 0xfffffff6].map((flags) => little.enhanced(frame(5), { flags }))));
  assert.equal(all.map(({ row }) => row.flags), [0, 2, 1, 0, 1]);
});

test("epb_flags is found behind other options", async () => {
  const options = [{ code: 1, value: new TextEncoder().encode("a comment") }, { code: 4, value: frame(8) }];
  const { all } = await read(joined(little.section(), little.interface(), little.enhanced(frame(5), { options, flags: 2 })));
  assert.is(all[0]?.row.flags, 1);
});

test("an option that claims more than its block holds is as good as absent", async () => {
  const options = [{ code: 1, value: frame(4), length: 0xffff }];
  const { all, reader } = await read(joined(little.section(), little.interface({ options, name: "eth0" }), little.enhanced(frame(5), { options, flags: 2 }), little.enhanced(frame(6), { flags: 2 })));
  assert.equal(all.map(({ row }) => [row.captured, row.flags, row.device]), [[5, 0, 1], [6, 1, 1]]);
  assert.equal(reader.diagnostics, []);
});

test("an option of the wrong length says nothing", async () => {
  const file = joined(little.section(), little.interface({ options: [{ code: 9, value: Uint8Array.of(9, 9) }, { code: 14, value: frame(4) }] }), little.enhanced(frame(5), { options: [{ code: 2, value: Uint8Array.of(2, 0) }] }));
  const { all } = await read(file);
  assert.equal([all[0]?.row.seconds, all[0]?.row.nanos, all[0]?.row.flags], [FIRST_SECOND, 0, 0]);
});

test("devices are the names of interfaces in the order they were met, each once", async () => {
  const file = joined(
    little.section(), little.interface({ name: "br-wan" }), little.interface({ name: "mesh-vpn" }), little.interface(),
    little.enhanced(frame(1), { device: 1 }), little.enhanced(frame(2), { device: 0 }), little.enhanced(frame(3), { device: 2 }),
    big.section(), big.interface({ name: "mesh-vpn" }), big.interface({ name: "bat0" }), big.enhanced(frame(4), { device: 0 }), big.enhanced(frame(5), { device: 1 }),
  );
  const { all, reader } = await read(file);
  assert.equal(reader.devices, ["br-wan", "mesh-vpn", "bat0"]);
  assert.equal(all.map(({ row }) => row.device), [2, 1, 0, 2, 3]);
});

test("zeros behind a name are no part of it, and a name of another tongue is read", async () => {
  const { reader } = await read(joined(little.section(), little.interface({ name: "eth0\0\0" }), little.interface({ name: "Übung" }), little.interface({ name: "\0" })));
  assert.equal(reader.devices, ["eth0", "Übung"]);
});

test("the link type is that of the frame's interface; the file's is that of its first", async () => {
  const file = joined(little.section(), little.interface({ linkType: 276 }), little.interface({ linkType: 1 }), little.enhanced(frame(30), { device: 1 }), little.enhanced(frame(30)));
  const { all, reader } = await read(file);
  assert.equal(all.map(({ row }) => row.linkType), [1, 276]);
  assert.is(reader.linkType, 276);
  assert.equal(reader.diagnostics, []);
});

test("a file without an interface has no link type", async () => {
  assert.is((await read(little.section())).reader.linkType, -1);
});

test("frames of a link type that is not supported are handed on with one warning", async () => {
  const file = joined(little.section(), little.interface({ name: "wlan0", linkType: 127 }), little.interface(), little.enhanced(frame(9), { device: 1 }), little.enhanced(frame(8)), little.enhanced(frame(7)));
  const { all, reader } = await read(file);
  assert.equal(all.map(({ row }) => row.linkType), [1, 127, 127]);
  assert.equal(reader.diagnostics.map((d) => [d.code, d.severity, d.fact]), [
    ["WP2004", "warning", "frame 2 is of interface wlan0, whose link type 127 (IEEE802_11_RADIOTAP) is not supported"],
  ]);
  assert.is(reader.end.truncated, false);
});

test("an interface of another link type that has no frame needs no warning", async () => {
  assert.equal((await read(joined(little.section(), little.interface(), little.interface({ linkType: 127 }), little.enhanced(frame(9))))).reader.diagnostics, []);
});

test("a simple packet has the time of the frame before, and is cut to its interface's snaplen", async () => {
  const file = joined(little.section(), little.interface({ snaplen: 20 }), little.simple(frame(10)), little.enhanced(frame(5), { ticks: FIRST_TICKS + 3n }), little.simple(frame(20), 1000));
  const { all } = await read(file);
  assert.equal(all.map(({ row }) => [row.captured, row.original, row.seconds, row.nanos]), [[10, 10, 0, 0], [5, 5, FIRST_SECOND, 3000], [20, 1000, FIRST_SECOND, 3000]]);
});

test("a snaplen of 0 cuts nothing", async () => {
  assert.is((await read(joined(little.section(), little.interface({ snaplen: 0 }), little.simple(frame(10))))).all[0]?.row.captured, 10);
});

test("an obsolete packet block is a frame, its interface 16 bits wide", async () => {
  const { all } = await read(joined(big.section(), big.interface(), big.interface({ name: "eth1" }), big.obsolete(frame(33), { device: 1, flags: 1 })));
  assert.equal(all.map(({ row, bytes }) => [bytes.length, row.device, row.flags, row.seconds]), [[33, 1, 2, FIRST_SECOND]]);
});

test("unknown blocks are passed over, of any number and any size", async () => {
  const many = Array.from({ length: 30_000 }, () => little.block(0x0bad, new Uint8Array(0)));
  const giant = little.block(0x40000bad, new Uint8Array(3_000_000));
  const { all, reader } = await read(joined(little.section(), ...many, little.interface(), giant, little.enhanced(frame(60)), giant, little.enhanced(frame(61))));
  assert.equal(all.map((r) => r.bytes), [frame(60), frame(61)]);
  assert.equal(reader.diagnostics, []);
});

test("a giant unknown block that is cut, or ends with another length, is told with its place", async () => {
  const start = joined(little.section(), little.interface(), little.enhanced(frame(4)));
  const giant = little.block(0x0bad, new Uint8Array(1_000_000));
  const cut = await facts(joined(start, giant.subarray(0, 900_000)));
  assert.equal([cut.codes, cut.facts], [["WP2101"], [`ends inside the block behind frame 1, which begins at byte ${start.length} of ${start.length + 900_000}`]]);
  const other = await facts(joined(start, little.block(0x0bad, new Uint8Array(1_000_000), { again: 16 }), little.enhanced(frame(4))));
  assert.equal([other.codes, other.facts, other.frames], [["WP2102"], [`the block at byte ${start.length} begins with the length 1000012 and ends with 16`], 1]);
});

for (const [total, name] of [[0, "0"], [8, "8"], [28, "less than its fixed part"], [49, "not a multiple of 4"], [0xfffffffc, "4 GB"], [AREA_BYTES_MIN + 4, "more than an area"]] as const) {
  test(`a packet block that claims a length of ${name} ends the reading with WP2102`, async () => {
    const start = joined(little.section(), little.interface(), little.enhanced(frame(4)));
    const found = await facts(joined(start, little.block(6, new Uint8Array(38), { total }), little.enhanced(frame(4))));
    assert.equal([found.codes, found.frames, found.truncated], [["WP2102"], 1, true]);
    assert.match(found.facts[0] ?? "", `the block at byte ${start.length} claims a length of ${total} bytes`);
  });
}

for (const total of [0, 4, 8, 10, 13]) {
  test(`an unknown block that claims a length of ${total} ends the reading`, async () => {
    const found = await facts(joined(little.section(), little.block(99, new Uint8Array(8), { total })));
    assert.equal([found.codes, found.truncated], [["WP2102"], true]);
  });
}

test("a block whose two lengths differ ends the reading", async () => {
  const found = await facts(joined(little.section(), little.interface(), little.block(6, new Uint8Array(40), { again: 48 })));
  assert.equal([found.codes, found.facts], [["WP2102"], ["the block at byte 48 begins with the length 52 and ends with 48"]]);
});

for (const captured of [9, 0x7fffffff, 0xffffffff]) {
  test(`a frame that claims ${captured} bytes in a block of 8 ends the reading`, async () => {
    const found = await facts(joined(little.section(), little.interface(), little.enhanced(frame(8)), little.enhanced(frame(8), { captured })));
    assert.equal([found.codes, found.frames], [["WP2102"], 1]);
    assert.match(found.facts[0] ?? "", `claims a frame of ${captured} bytes, more than the 8 it can hold`);
  });
}

test("a simple packet that claims more than its block holds ends the reading", async () => {
  const found = await facts(joined(little.section(), little.interface(), little.simple(frame(8), 13)));
  assert.equal([found.codes, found.frames], [["WP2102"], 0]);
});

test("a frame of the largest length with its options passes, and one byte more does not", async () => {
  const options = [{ code: 1, value: frame(60_000) }];
  const { all } = await read(joined(little.section(), little.interface({ snaplen: 0 }), little.enhanced(frame(FRAME_BYTES_MAX), { options, flags: 2 }), little.enhanced(frame(3))));
  assert.equal(all.map(({ row }) => [row.captured, row.flags]), [[FRAME_BYTES_MAX, 1], [3, 0]]);
  const found = await facts(joined(little.section(), little.interface({ snaplen: 0 }), little.enhanced(frame(FRAME_BYTES_MAX + 1))));
  assert.equal(found.codes, ["WP2102"]);
});

test("a frame of an interface that its section does not describe ends the reading", async () => {
  const found = await facts(joined(little.section(), little.interface(), little.enhanced(frame(8)), little.section(), little.enhanced(frame(8))));
  assert.equal([found.codes, found.frames], [["WP2102"], 1]);
  assert.match(found.facts[0] ?? "", "holds a frame of interface 0, and its section describes 0");
});

test("a later section may have the other byte order", async () => {
  const { all, reader } = await read(joined(big.section(), big.interface(), big.enhanced(frame(8)), little.section(), little.interface(), little.enhanced(frame(9)), big.section(), big.interface(), big.enhanced(frame(10))));
  assert.equal(all.map(({ bytes }) => bytes.length), [8, 9, 10]);
  assert.equal(reader.diagnostics, []);
});

test("a later section without a byte order, or of another version, ends the reading", async () => {
  const start = joined(little.section(), little.interface(), little.enhanced(frame(8)));
  const orderless = little.section();
  orderless.fill(7, 8, 12);
  assert.equal((await facts(joined(start, orderless))).codes, ["WP2102"]);
  assert.match((await facts(joined(start, little.section({ version: 2 })))).facts[0] ?? "", "begins a section of version 2");
});

test("a first section without a byte order, or of another version, is WP2002", async () => {
  const orderless = little.section();
  orderless.fill(7, 8, 12);
  assert.is((await refusalOf(opened(orderless))).diagnostic.code, "WP2002");
  assert.is((await refusalOf(opened(big.section({ version: 2 })))).diagnostic.fact, "is pcapng of version 2, and only version 1 is known");
});

test("interfaces and their names are bounded", async () => {
  const named = Array.from({ length: INTERFACES_MAX }, (_, i) => little.interface({ name: `eth${i}` }));
  assert.equal((await facts(joined(little.section(), ...named))).codes, []);
  assert.match((await facts(joined(little.section(), ...named, little.interface()))).facts[0] ?? "", "one interface more than the 4096");
  assert.is(DEVICES_MAX, INTERFACES_MAX);
  assert.match((await facts(joined(little.section(), ...named, little.section(), little.interface({ name: "one" })))).facts[0] ?? "", "one device more than the 4096");
});

test("bytes that come one by one, or in crooked steps, give the same", async () => {
  const file = joined(little.section(), little.interface({ name: "eth0" }), little.block(99, frame(40)), ...THREE.map((bytes) => little.enhanced(bytes, { flags: 1 })));
  for (const step of [1, 3, 29, 1000]) assert.equal((await read(file, step)).all.map(({ bytes }) => bytes), THREE, `${step}`);
});

test("frames come as many as the index has rows", async () => {
  const reader = await opened(joined(little.section(), little.interface(), ...Array.from({ length: 20 }, (_, i) => little.enhanced(frame(i)))));
  const room = area(7);
  assert.equal([await reader.next(room), await reader.next(room), await reader.next(room), await reader.next(room)], [7, 7, 6, 0]);
});

test.run();
