import { test } from "uvu";
import * as assert from "uvu/assert";
import { foreignFormat, linkTypeName } from "../../src/trace/formats.js";

test("two bytes are enough to know a gzip file", () => {
  assert.is(foreignFormat("1f8b")?.name, "a gzip file");
  assert.is(foreignFormat("1f8b0800")?.name, "a gzip file");
});

test("a classic pcap magic is no foreign format", () => {
  for (const magic of ["a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1"]) assert.is(foreignFormat(magic), null);
});

test("no bytes are no format", () => {
  assert.is(foreignFormat(""), null);
});

test("both numbers of raw IP have its name", () => {
  assert.equal([linkTypeName(12), linkTypeName(101)], ["RAW", "RAW"]);
});

test("a number without a name says so", () => {
  assert.is(linkTypeName(65535), "no name known");
});

test.run();
