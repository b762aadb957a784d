import { isIP } from "node:net";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type Address, covers, formatAddress, formatPrefix, fromBytes, isLinkLocal, isMulticast, isUnspecified, maskWords, networkWords, parseAddress,
  parsePrefix, sameAddress, toBytes, type Words,
} from "../../src/model/address.js";
import { address, prefix, whole } from "../support/nodes.js";

/** Printed, so that SEED=… runs the same again. */
const SEED = Number(process.env["SEED"] ?? Date.now() % 0x7fffffff);
console.log(`SEED=${SEED}`);
const runs = { seed: SEED, numRuns: 300 };
const word = fc.nat({ max: 0xffffffff });
const anyWords = fc.tuple(word, word, word, word);
const any4 = word.map((top): Address => ({ family: 4, words: [top, 0, 0, 0] }));
const any6 = anyWords.map((words): Address => ({ family: 6, words }));
/** Many zero groups, so that compression has something to choose from. */
const sparse6 = fc.array(fc.constantFrom(0, 0, 0, 1, 0xabcd), { minLength: 8, maxLength: 8 }).map((groups): Address => {
  const at = (i: number): number => ((groups[i] ?? 0) * 0x10000 + (groups[i + 1] ?? 0)) >>> 0;
  return { family: 6, words: [at(0), at(2), at(4), at(6)] };
});

function bitsOf(words: Words): string {
  return words.map((value) => value.toString(2).padStart(32, "0")).join("");
}

test("an IPv4 address stands left-aligned in the first word", () => {
  assert.equal(parseAddress("192.0.2.1"), { family: 4, words: [0xc0000201, 0, 0, 0] });
  assert.equal(parseAddress("255.255.255.255"), { family: 4, words: [0xffffffff, 0, 0, 0] });
  assert.equal(parseAddress("0.0.0.0"), { family: 4, words: [0, 0, 0, 0] });
});

test("an IPv6 address is four words, most significant first", () => {
  assert.equal(parseAddress("2001:db8:1:2:3:4:5:6"), { family: 6, words: [0x20010db8, 0x00010002, 0x00030004, 0x00050006] });
  assert.equal(parseAddress("::1"), { family: 6, words: [0, 0, 0, 1] });
  assert.equal(parseAddress("::"), { family: 6, words: [0, 0, 0, 0] });
  assert.equal(parseAddress("fe80::"), { family: 6, words: [0xfe800000, 0, 0, 0] });
});

test("upper case and an IPv4 tail are text of the same IPv6 address", () => {
  assert.equal(parseAddress("2001:DB8::A"), parseAddress("2001:db8::a"));
  assert.equal(parseAddress("::ffff:192.0.2.1"), { family: 6, words: [0, 0, 0xffff, 0xc0000201] });
  assert.equal(parseAddress("64:ff9b::192.0.2.1"), { family: 6, words: [0x0064ff9b, 0, 0, 0xc0000201] });
});

for (const text of ["010.0.0.1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "0x1.2.3.4", "16909060", "1.2.3.4/32", "1..2.3", "1.2.3.4 ", "", "localhost"]) {
  test(`"${text}" is no IPv4 address`, () => {
    assert.is(parseAddress(text), null);
  });
}

for (const text of ["fe80::1%br-wan", "1::2::3", ":::", ":", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2:3:4:5:6:7:8", "12345::", "::g", "[::1]", "::/64", "::ffff:010.0.0.1", " ::1", "::1\n"]) {
  test(`${JSON.stringify(text)} is no IPv6 address`, () => {
    assert.is(parseAddress(text), null);
  });
}

test("what Node's own parser refuses is refused, what it takes is taken", () => {
  const pieces = fc.array(fc.constantFrom("::", ":", "1", "0", "db8", "ffff", "00", "1.2.3.4", ".", "256", "g", "2001:", "12345"), { maxLength: 12 });
  fc.assert(fc.property(pieces, (parts) => {
    const text = parts.join("");
    assert.is(parseAddress(text)?.family ?? 0, isIP(text), text);
  }), { ...runs, numRuns: 2000 });
});

test("a text of any length gives an answer", () => {
  assert.is(parseAddress(":".repeat(100_000)), null);
  assert.is(parseAddress("1".repeat(100_000)), null);
});

test("every address survives its own text", () => {
  fc.assert(fc.property(fc.oneof(any4, any6, sparse6), (own) => {
    assert.equal(parseAddress(formatAddress(own)), own);
  }), runs);
});

test("every address survives its own bytes", () => {
  fc.assert(fc.property(fc.oneof(any4, any6, sparse6), (own) => {
    assert.is(toBytes(own).length, own.family === 4 ? 4 : 16);
    assert.equal(fromBytes(toBytes(own)), own);
  }), runs);
});

test("bytes are in network order, wherever they stand in their buffer", () => {
  assert.equal(fromBytes(Uint8Array.of(9, 9, 192, 0, 2, 1).subarray(2)), address("192.0.2.1"));
  assert.equal([...toBytes(address("2001:db8::1"))].map((byte) => byte.toString(16)).join(" "), "20 1 d b8 0 0 0 0 0 0 0 0 0 0 0 1");
});

for (const [from, to] of [
  ["2001:0DB8:0:0:0:0:0:1", "2001:db8::1"], // RFC 5952, 4.1 and 4.3
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"], // 4.2.2: one group alone is not shortened
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"], // 4.2.3: the longest run
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"], // 4.2.3: the first of equal runs
  ["0:0:0:0:0:0:0:0", "::"], ["1:0:0:0:0:0:0:0", "1::"], ["1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"],
] as const) {
  test(`${from} is written ${to}`, () => {
    assert.is(formatAddress(address(from)), to);
  });
}

test("text of IPv6 is as the URL standard writes it", () => {
  fc.assert(fc.property(fc.oneof(any6, sparse6), (own) => {
    assert.is(`[${formatAddress(own)}]`, new URL(`http://[${formatAddress(own)}]/`).hostname);
  }), runs);
});

test("a prefix keeps its host bits, its network does not", () => {
  const own = prefix("2001:db8::1/64");
  assert.equal(own, { address: address("2001:db8::1"), length: 64 });
  assert.equal(networkWords(own), [0x20010db8, 0, 0, 0]);
  assert.equal(networkWords(prefix("255.255.255.255/31")), [0xfffffffe, 0, 0, 0]);
});

test("an address without a length is one host", () => {
  assert.is(prefix("192.0.2.1").length, 32);
  assert.is(prefix("2001:db8::1").length, 128);
});

test("default, all and any are every address of the family asked for", () => {
  for (const text of ["default", "all", "any"]) {
    assert.equal(parsePrefix(text, 4), whole(4));
    assert.equal(parsePrefix(text, 6), whole(6));
  }
});

for (const text of ["1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/+8", "1.2.3.4/8 ", "1.2.3.4/8/8", "1.2.3.4/255.0.0.0", "1.2.3.4/1e1", "1.2.3/24", "10/8", "/8", "", "::/64", "Default"]) {
  test(`"${text}" is no IPv4 prefix`, () => {
    assert.is(parsePrefix(text, 4), null);
  });
}

test("an IPv6 prefix has at most 128 bits and an IPv6 address", () => {
  assert.is(parsePrefix("::/128", 6)?.length, 128);
  for (const text of ["::/129", "::/", "192.0.2.0/24", "fe80::1%br-wan/64"]) assert.is(parsePrefix(text, 6), null, text);
});

test("a prefix is written as iproute2 writes it", () => {
  assert.is(formatPrefix(whole(4)), "default");
  assert.is(formatPrefix(whole(6)), "default");
  assert.is(formatPrefix(prefix("192.0.2.1/32")), "192.0.2.1");
  assert.is(formatPrefix(prefix("2001:db8::1/128")), "2001:db8::1");
  assert.is(formatPrefix(prefix("2001:DB8::1/64")), "2001:db8::1/64");
});

test("a mask has as many leading ones as its length, for each length", () => {
  for (let length = 0; length <= 128; length++) assert.is(bitsOf(maskWords(length)), "1".repeat(length).padEnd(128, "0"), `/${length}`);
});

test("a prefix covers an address when its leading bits are the address's", () => {
  const near = fc.tuple(any6, fc.nat({ max: 128 }), fc.nat({ max: 127 }), fc.boolean());
  fc.assert(fc.property(near, ([own, length, bit, flipped]) => {
    const words = own.words.map((value, i) => (flipped && i === bit >> 5 ? (value ^ (1 << (31 - (bit & 31)))) >>> 0 : value));
    const other: Address = { family: 6, words: [words[0] ?? 0, words[1] ?? 0, words[2] ?? 0, words[3] ?? 0] };
    const same = bitsOf(own.words).slice(0, length) === bitsOf(other.words).slice(0, length);
    assert.is(covers({ address: own, length }, other), same);
  }), runs);
});

test("host bits of a prefix do not narrow what it covers", () => {
  assert.ok(covers(prefix("2001:db8::1/64"), address("2001:db8::ffff:2")));
  assert.not(covers(prefix("2001:db8::1/64"), address("2001:db8:0:1::1")));
  assert.ok(covers(prefix("192.0.2.42/24"), address("192.0.2.0")));
  assert.not(covers(prefix("192.0.2.42/24"), address("192.0.3.42")));
});

test("no prefix covers an address of the other family, not even the whole", () => {
  assert.ok(covers(whole(4), address("192.0.2.1")));
  assert.not(covers(whole(4), address("::")));
  assert.not(covers(whole(6), address("0.0.0.0")));
});

test("0.0.0.0 and :: are two addresses, both unspecified", () => {
  assert.not(sameAddress(address("0.0.0.0"), address("::")));
  assert.ok(isUnspecified(address("0.0.0.0")));
  assert.ok(isUnspecified(address("::")));
  assert.not(isUnspecified(address("::1")));
  assert.ok(sameAddress(address("2001:db8::1"), address("2001:db8:0::1")));
  assert.not(sameAddress(address("2001:db8::1"), address("2001:db8::2")));
});

test("link-local is fe80::/10 and 169.254.0.0/16, to the edge", () => {
  for (const text of ["fe80::", "febf:ffff::1", "169.254.0.0", "169.254.255.255"]) assert.ok(isLinkLocal(address(text)), text);
  for (const text of ["fe7f:ffff::", "fec0::", "169.253.255.255", "169.255.0.0", "::1"]) assert.not(isLinkLocal(address(text)), text);
});

test("multicast is ff00::/8 and 224.0.0.0/4, to the edge", () => {
  for (const text of ["ff00::", "ff02::1", "ffff::", "224.0.0.0", "239.255.255.255"]) assert.ok(isMulticast(address(text)), text);
  for (const text of ["feff:ffff::", "223.255.255.255", "240.0.0.0", "255.255.255.255"]) assert.not(isMulticast(address(text)), text);
});

test.run();
