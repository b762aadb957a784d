import { test } from "uvu";
import * as assert from "uvu/assert";
import { pcap } from "./pcapfile.js";
import { recordsOf, slice } from "./slice.js";

const FRAMES = [1, 2, 3].map((byte) => new Uint8Array(20 + byte).fill(byte));

for (const bigEndian of [false, true]) {
  const file = pcap(FRAMES, { bigEndian });

  test(`records are found in a ${bigEndian ? "big" : "little"} endian file`, () => {
    assert.equal(recordsOf(file).map(({ at, captured }) => file.slice(at, at + captured)), FRAMES);
  });

  test(`a slice of a ${bigEndian ? "big" : "little"} endian file holds those frames with their records`, () => {
    assert.equal(slice(file, 0, 3), file);
    assert.equal(slice(file, 1, 2), Uint8Array.from([...file.subarray(0, 24), ...file.subarray(24 + 16 + 21, 24 + 32 + 43)]));
  });
}

test("an empty slice is a file header", () => {
  const file = pcap(FRAMES);
  assert.equal(slice(file, 1, 1), file.slice(0, 24));
  assert.equal(slice(file, 3, 9), file.slice(0, 24));
});

test("a record that is cut is none", () => {
  const file = pcap(FRAMES);
  assert.is(recordsOf(file.subarray(0, file.length - 1)).length, 2);
});

test.run();
