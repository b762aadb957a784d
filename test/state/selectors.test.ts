import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Match } from "../../src/model/packet.js";
import { rulePrefix, SELECTORS } from "../../src/state/selectors.js";

const DEVICES = new Map([["lo", 1], ["br-wan", 2]]);

/** `field & mask = low` or `low..high`; null when a selector of the row cannot be read. */
function read(row: Record<string, unknown>, family: 4 | 6 = 6): string[] | null {
  const readings = SELECTORS.filter(({ keys }) => keys.some((key) => Object.hasOwn(row, key))).map((selector) => selector.read(row, family, DEVICES));
  return readings.some((reading) => reading === null) ? null : readings.flatMap((reading) => (reading?.matches ?? []).map(told));
}

function told({ field, mask, low, span }: Match): string {
  return `${field}&${mask.toString(16)}=${low.toString(16)}${span === 0 ? "" : `+${span}`}`;
}

test("fwmark without a mask looks at all 32 bits", () => {
  assert.equal(read({ fwmark: "0x7" }), ["mark&ffffffff=7"]);
});

test("fwmark 0/0x1 is a real test", () => {
  assert.equal(read({ fwmark: "0", fwmask: "0x1" }), ["mark&1=0"]);
});

test("a mask without a mark compares with 0", () => {
  assert.equal(read({ fwmask: "0x1" }), ["mark&1=0"]);
});

test("a mark that is no number cannot be read", () => {
  for (const fwmark of ["one", "-1", "0x100000000", -1, 1.5, null, {}, ""]) assert.is(read({ fwmark }), null);
});

test("iif and oif are the device's place among the links", () => {
  assert.equal(read({ iif: "lo", oif: "br-wan" }), ["iif&ffffffff=1", "oif&ffffffff=2"]);
  assert.equal(read({ oif: "gone" }), ["iif&ffffffff=ffffffff"]);
});

test("a range of users is one match", () => {
  assert.equal(read({ uid_start: 10, uid_end: 20 }), ["uid&ffffffff=a+10"]);
  assert.equal(read({ uid_start: 0, uid_end: 0 }), ["uid&ffffffff=0"]);
  assert.is(read({ uid_start: 20, uid_end: 10 }), null);
  assert.is(read({ uid_start: 20 }), null);
});

test("ipproto has a name, a number, or iproute2's ipproto-200", () => {
  for (const [ipproto, number] of [["udp", "11"], ["ipv6-icmp", "3a"], ["ipproto-200", "c8"], [6, "6"]] as const) assert.equal(read({ ipproto }), [`proto&ffffffff=${number}`]);
  assert.is(read({ ipproto: "nonesuch" }), null);
  assert.is(read({ ipproto: 256 }), null);
});

test("ports come alone, as two keys, as one text, or under a mask", () => {
  assert.equal(read({ sport: 53 }), ["sport&ffffffff=35"]);
  assert.equal(read({ dport_start: 100, dport_end: 200 }), ["dport&ffffffff=64+100"]);
  assert.equal(read({ dport: "100-200" }), ["dport&ffffffff=64+100"]);
  assert.equal(read({ sport: "0x35", sport_mask: "0xff" }), ["sport&ff=35"]);
  for (const row of [{ sport: 65536 }, { sport: "2-1" }, { sport_start: 1 }, { dport_mask: "0xff" }]) assert.is(read(row), null);
});

test("IPv4 rules see IPTOS_RT_MASK of the TOS, IPv6 rules the whole DSCP", () => {
  assert.equal(read({ tos: "0x10" }, 4), ["tos&1c=10"]);
  assert.equal(read({ tos: "0x10" }, 6), ["tos&fc=10"]);
  assert.equal(read({ tos: "EF" }, 6), ["tos&fc=b8"]);
});

test("an IPv4 TOS outside of what the kernel compares takes no packet", () => {
  assert.equal(read({ tos: "0x20" }, 4), ["iif&ffffffff=ffffffff"]);
});

test("dscp is the upper six bits", () => {
  assert.equal(read({ dscp: "10" }), ["tos&fc=28"]);
  assert.equal(read({ dscp: "CS1" }), ["tos&fc=20"]);
  assert.is(read({ dscp: "64" }), null);
});

test("a prefix keeps its host bits, its matches do not", () => {
  const row = { dst: "2001:db8::1", dstlen: 64 };
  assert.is(rulePrefix(row, "dst", 6)?.address.words[3], 1);
  assert.equal(read(row), ["dst0&ffffffff=20010db8", "dst1&ffffffff=0"]);
});

test("no length is one host, all is every packet", () => {
  assert.is(rulePrefix({ src: "192.0.2.1" }, "src", 4)?.length, 32);
  assert.is(rulePrefix({ src: "all" }, "src", 4), null);
  assert.equal(read({ src: "all" }), []);
});

test("0 with a length is iproute2's word for a prefix without an address", () => {
  assert.equal(rulePrefix({ src: "0", srclen: 1 }, "src", 4), { address: { family: 4, words: [0, 0, 0, 0] }, length: 1 });
});

test("an address of the other family, a bad length and a length alone cannot be read", () => {
  for (const row of [{ src: "192.0.2.1" }, { src: "::", srclen: 129 }, { src: "::", srclen: -1 }, { srclen: 64 }, { src: 7 }]) assert.is(rulePrefix(row, "src", 6), undefined);
});

test("TOS 0 is no test", () => {
  assert.equal(read({ tos: "0" }), []);
  assert.equal(read({ tos: "0x00" }, 4), []);
});

test.run();
