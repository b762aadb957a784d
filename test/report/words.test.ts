import { test } from "uvu";
import * as assert from "uvu/assert";
import { CLASSES } from "../../src/model/verdict.js";
import { CLASS_WORDS, count, formatFlow, isModel, isUnsure, listing } from "../../src/report/words.js";
import { finding } from "../support/reports.js";

test("every class has words", () => {
  assert.equal(Object.keys(CLASS_WORDS), [...CLASSES]);
});

test("one is singular, none and many are plural", () => {
  assert.equal([0, 1, 2].map((n) => count(n, "frame")), ["0 frames", "1 frame", "2 frames"]);
  assert.is(count(2, "entry", "entries"), "2 entries");
});

test("a list ends in `and`", () => {
  assert.equal([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listing), ["", "a", "a and b", "a, b and c"]);
});

test("a group is unsure when its class could not be told and no other claim was broken", () => {
  assert.ok(isUnsure(finding({ class: "undetermined" })));
  assert.not.ok(isUnsure(finding({ class: "undetermined", claim: "source" })));
  assert.not.ok(isUnsure(finding()));
});

test("what the model has otherwise is neither unsure nor a leak", () => {
  const other = finding({ id: "model:device", class: "undetermined", known: null });
  assert.equal([isModel(other), isUnsure(other), isModel(finding())], [true, false, false]);
});

test("an IPv4 flow is address:port", () => {
  assert.is(formatFlow({ family: 4, src: "192.0.2.1", dst: "198.51.100.123", proto: 17, sport: 59298, dport: 123 }), "192.0.2.1:59298 -> 198.51.100.123:123 udp");
});

test("an IPv6 address with a port stands in brackets", () => {
  assert.is(formatFlow({ family: 6, src: "2001:db8::1", dst: "fe80::1", proto: 6, sport: 22, dport: null }), "[2001:db8::1]:22 -> fe80::1 tcp");
});

test("an ICMP echo has an identifier and no ports", () => {
  assert.is(formatFlow({ family: 4, src: "192.0.2.1", dst: "192.0.2.2", proto: 1, sport: 77, dport: 1 }), "192.0.2.1 -> 192.0.2.2 icmp id 77");
  assert.is(formatFlow({ family: 6, src: "2001:db8::1", dst: "ff02::2", proto: 58, sport: null, dport: null }), "2001:db8::1 -> ff02::2 icmpv6");
});

test("a protocol without a name is a number", () => {
  assert.is(formatFlow({ family: 4, src: "192.0.2.1", dst: "192.0.2.2", proto: 253, sport: null, dport: null }), "192.0.2.1 -> 192.0.2.2 protocol 253");
});

test("a frame without IP has no protocol", () => {
  assert.is(formatFlow({ family: 0, src: "192.0.2.1", dst: "192.0.2.2", proto: 0, sport: null, dport: null }), "192.0.2.1 -> 192.0.2.2");
  assert.is(formatFlow({ family: 0, src: "", dst: "", proto: 0, sport: null, dport: null }), "not an IP packet");
});

test.run();
