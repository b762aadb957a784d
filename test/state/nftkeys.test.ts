import { test } from "uvu";
import * as assert from "uvu/assert";
import { isMaybe, keyOf } from "../../src/state/nftkeys.js";
import { allHold, DEVICES, type HookFields, type Truth } from "./firewalls.js";
import { ct, match, meta, payload, ruleOf } from "./rulesets.js";

const truths = (left: unknown, right: unknown, packets: readonly HookFields[], op = "=="): Truth[] => packets.map((fields) => allHold(ruleOf([match(left, right, op)]).steps, fields));
const TCP = { proto: 6 };

test("an owner is a process's, inverted or not; the kernel leaves the rule otherwise", () => {
  const packets = [{ owner: 0 }, { owner: 1 }, { owner: 2, uid: 0 }, { owner: 2, uid: 7 }];
  assert.equal(truths(meta("skuid"), 0, packets), [false, false, true, false]);
  assert.equal(truths(meta("skuid"), 0, packets, "!="), [false, false, false, true]);
  assert.equal(truths(meta("skgid"), { range: [800, 900] }, [{ owner: 2, gid: 850 }, { owner: 2, gid: 901 }]), [true, false]);
});

test("conntrack's state is there without an entry, all else is not", () => {
  const packets = [1, 2, 4, 8, 64].map((ctState) => ({ ctState, ctDirection: 1, ctStatus: 32, ctMark: 5 }));
  assert.equal(truths(ct("state"), ["established", "related"], packets, "in"), [false, true, true, false, false]);
  assert.equal(truths(ct("state"), "established", packets, "!="), [true, false, true, true, true]);
  assert.equal(truths(ct("direction"), "reply", packets), [false, true, true, true, false]);
  assert.equal(truths(ct("direction"), "original", packets, "!="), [false, true, true, true, false]);
  assert.equal(truths(ct("status"), ["snat", "dnat"], packets, "in"), [false, true, true, true, false]);
  assert.equal(truths({ "&": [ct("mark"), 4] }, 4, packets), [false, true, true, true, false]);
});

test("ports need their protocol and a whole header, inverted or not", () => {
  const packets = [{ ...TCP, dport: 22 }, { ...TCP, dport: 23 }, { ...TCP, fragment: 2 }, { proto: 17, dport: 22 }];
  assert.equal(truths(payload("tcp", "dport"), 22, packets), [true, false, false, false]);
  assert.equal(truths(payload("tcp", "dport"), 22, packets, "!="), [false, true, false, false]);
});

test("th is any protocol: ports of TCP and UDP are known, others are not", () => {
  const packets = [{ proto: 6, dport: 53 }, { proto: 17, dport: 54 }, { proto: 132 }, { proto: 17, fragment: 2 }];
  assert.equal(truths(payload("th", "dport"), 53, packets), [true, false, null, false]);
  assert.equal(truths(payload("th", "dport"), 53, packets, "!="), [false, true, null, false]);
});

test("the next header is the last protocol where no extension stands before", () => {
  const packets = [{ family: 6, proto: 6 }, { family: 6, proto: 58 }, { family: 4, proto: 6 }];
  assert.equal(truths(payload("ip6", "nexthdr"), "tcp", packets), [null, false, false]);
  assert.equal(truths(payload("ip6", "nexthdr"), "tcp", packets, "!="), [null, true, false]);
  assert.equal(truths(payload("ip6", "nexthdr"), "hopopt", packets), [null, null, false]);
});

test("addresses are hosts, prefixes, ranges or masked, of their family", () => {
  const packets = [{ family: 4, src0: 0x0a000005 }, { family: 4, src0: 0x0b000005 }, { family: 6, src0: 0x0a000005 }];
  assert.equal(truths(payload("ip", "saddr"), { prefix: { addr: "10.0.0.0", len: 8 } }, packets), [true, false, false]);
  assert.equal(truths(payload("ip", "saddr"), "10.0.0.5", packets, "!="), [false, true, false]);
  assert.equal(truths(payload("ip", "saddr"), { range: ["10.0.0.5", "10.255.0.0"] }, packets), [true, false, false]);
  assert.equal(truths({ "&": [payload("ip", "saddr"), "255.0.255.0"] }, "10.0.0.0", packets), [true, false, false]);
  assert.equal(truths(payload("ip6", "daddr"), { range: ["2001:db8::1", "2001:db8::77"] }, [{ family: 6, dst0: 0x20010db8, dst3: 0x77 }, { family: 6, dst0: 0x20010db8, dst3: 0x78 }]), [true, false]);
});

test("devices are names, wildcards, or numbers of devices that are gone", () => {
  const packets = [{ iif: 1 }, { iif: 3 }, { iif: 0 }];
  assert.equal(truths(meta("iifname"), "eth*", packets), [false, true, false]);
  assert.equal(truths(meta("iifname"), "lo", packets, "!="), [false, true, true]);
  assert.equal(truths(meta("iif"), 10, packets), [true, false, false]);
  assert.equal(truths(meta("iif"), 99, packets), [false, false, false]);
  assert.equal(truths(meta("iifname"), "\ufffd", packets), [null, null, null]);
});

test("families, packet types, DSCP, hop limits and address types", () => {
  assert.equal(truths(meta("nfproto"), "ipv6", [{ family: 4 }, { family: 6 }]), [false, true]);
  assert.equal(truths(meta("protocol"), "arp", [{ family: 4 }, { family: 6 }]), [false, false]);
  assert.equal(truths(meta("pkttype"), "multicast", [{ packetType: 2 }, { packetType: 0 }]), [true, false]);
  assert.equal(truths(payload("ip", "dscp"), "ef", [{ family: 4, tos: 0xb9 }, { family: 4, tos: 0xb4 }]), [true, false]);
  assert.equal(truths(payload("ip6", "hoplimit"), 255, [{ family: 6, hopLimit: 255 }, { family: 4, hopLimit: 255 }]), [true, false]);
  assert.equal(truths({ fib: { result: "type", flags: ["daddr"] } }, "local", [{ dstType: 4 }, { dstType: 2 }]), [true, false]);
  assert.equal(truths({ "&": [payload("ip", "frag-off"), 0x1fff] }, 0, [{ family: 4, fragment: 2 }, { family: 4, fragment: 1 }], "!="), [true, false]);
});

test("ICMP belongs to IPv4, ICMPv6 to IPv6", () => {
  assert.equal(truths(payload("icmp", "type"), "echo-request", [{ family: 4, proto: 1, icmpType: 8 }, { family: 6, proto: 58, icmpType: 8 }]), [true, false]);
  assert.equal(truths(payload("icmpv6", "code"), "no-route", [{ family: 6, proto: 58, icmpCode: 0 }, { family: 6, proto: 58, icmpCode: 1 }]), [true, false]);
});

test("several fields together are one key", () => {
  const left = { concat: [payload("ip", "saddr"), payload("tcp", "dport")] };
  const packets = [{ family: 4, proto: 6, src0: 0x0a000001, dport: 6 }, { family: 4, proto: 6, src0: 0x0a000001, dport: 8 }, { family: 4, proto: 17, src0: 0x0a000001, dport: 6 }];
  assert.equal(truths(left, { set: [{ concat: [{ prefix: { addr: "10.0.0.0", len: 8 } }, { range: [5, 7] }] }] }, packets), [true, false, false]);
  assert.equal(truths(left, { set: [{ concat: ["10.0.0.1"] }] }, packets), [null, null, false]);
});

test("what no packet tells has no key, and nobody has to hear of it", () => {
  for (const expression of [meta("length"), meta("hour"), ct("bytes"), { numgen: { mode: "random", mod: 2 } }, payload("ether", "saddr")]) assert.equal([keyOf(expression, DEVICES), isMaybe(expression)], [null, true]);
  for (const expression of [payload("tcp", "sequence"), { exthdr: { name: "frag" } }, { fib: { result: "oif", flags: ["saddr", "iif"] } }, meta("constructor"), null, 5, "x"]) assert.equal([keyOf(expression, DEVICES), isMaybe(expression)], [null, false]);
});

test.run();
