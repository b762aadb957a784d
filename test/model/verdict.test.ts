import { test } from "uvu";
import * as assert from "uvu/assert";
import { CLAIMS, CLASSES, DIRECTIONS, DISPOSITIONS, FLOW, REASON_NAMES, REASONS } from "../../src/model/verdict.js";

test("the classes are the public ones, in the order of the report", () => {
  assert.equal([...CLASSES], ["fastd", "wan-dns", "dhcp4", "dhcp6", "arp", "ndp", "mld", "igmp", "answer", "mesh-on-wan", "bridged", "leak", "undetermined"]);
});

test("the claims are the public ones", () => {
  assert.equal([...CLAIMS].sort(), ["confinement", "containment", "resolver", "source", "uplink"]);
});

test("directions are -, out and in", () => {
  assert.equal([...DIRECTIONS], ["-", "out", "in"]);
});

test("what is not known is number 0", () => {
  assert.is(DIRECTIONS[0], "-");
  assert.is(DISPOSITIONS[0], "unknown");
  assert.is(FLOW.none, 0);
});

test("what the flow memory says are distinct small numbers", () => {
  const values = Object.values(FLOW);
  assert.is(new Set(values).size, values.length);
  assert.ok(values.every((value) => Number.isInteger(value) && value < 16));
});

test("the reasons are listed in the order of their sentences", () => {
  assert.equal([...REASON_NAMES], Object.keys(REASONS));
});

test("every reason is one line that can stand inside a sentence", () => {
  for (const [reason, words] of Object.entries(REASONS)) assert.match(words, /^[a-z][^\n]*[^.\n]$/, reason);
});

test.run();
