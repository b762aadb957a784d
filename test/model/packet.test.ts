import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Address, covers, type Family, maskWords } from "../../src/model/address.js";
import { equals, FIELDS, inPrefix, type Match, within } from "../../src/model/packet.js";
import { host, holds, ip, prefix, whole } from "../support/nodes.js";

/** Printed, so that SEED=… runs the same again. */
const SEED = Number(process.env["SEED"] ?? Date.now() % 0x7fffffff);
console.log(`SEED=${SEED}`);
const runs = { seed: SEED, numRuns: 400 };
const word = fc.oneof(fc.nat({ max: 0xffffffff }), fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff));
/** Values at and around the edges of a range, where an off-by-one shows. */
const EDGES = [0, 1, 2, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff];

function takes(match: Match, value: number): boolean {
  return holds(match, { [match.field]: value });
}

test("each field has one name", () => {
  assert.is(new Set(FIELDS).size, FIELDS.length);
});

test("equals without a mask takes one value of all 32 bits", () => {
  for (const wanted of EDGES) for (const value of EDGES) assert.is(takes(equals("mark", wanted), value), wanted === value, `${wanted} ${value}`);
});

test("equals is (field XOR value) AND mask = 0, for every value and mask of a byte", () => {
  for (let mask = 0; mask < 256; mask += 5) {
    for (let wanted = 0; wanted < 256; wanted += 3) {
      const match = equals("tos", wanted, mask);
      for (let value = 0; value < 256; value++) {
        if (takes(match, value) !== (((value ^ wanted) & mask) === 0)) assert.unreachable(`${value} ${wanted}/${mask}`);
      }
    }
  }
});

test("equals is (field XOR value) AND mask = 0 in the upper bits too", () => {
  fc.assert(fc.property(word, word, word, (value, wanted, mask) => {
    assert.is(takes(equals("mark", wanted, mask), value), ((value ^ wanted) & mask) === 0);
  }), runs);
});

test("fwmark 0x1/0x1 looks at bit 0 only", () => {
  const match = equals("mark", 1, 1);
  assert.equal([0, 1, 2, 3, 4, 5, 0xffffffff].filter((mark) => takes(match, mark)), [1, 3, 5, 0xffffffff]);
});

test("a mask of 0 takes every value", () => {
  for (const value of EDGES) assert.ok(takes(equals("mark", 7, 0), value));
});

test("bits of the value outside the mask do not count", () => {
  assert.equal(equals("mark", 0xff, 0x0f), equals("mark", 0x0f, 0x0f));
});

test("a match is unsigned words, whatever its numbers were made of", () => {
  fc.assert(fc.property(word, word, (a, b) => {
    for (const match of [equals("src0", a | 0, b | 0), within("uid", Math.min(a, b), Math.max(a, b))]) {
      for (const part of [match.mask, match.low, match.span]) assert.ok(Number.isInteger(part) && part >= 0 && part <= 0xffffffff);
    }
  }), runs);
});

test("within takes low and high and all between, for every range of 16 values", () => {
  for (let low = 0; low < 16; low++) {
    for (let high = low; high < 16; high++) {
      const taken = Array.from({ length: 20 }, (_, value) => value).filter((value) => takes(within("sport", low, high), value));
      assert.equal(taken, Array.from({ length: high - low + 1 }, (_, i) => low + i));
    }
  }
});

test("within is low <= field <= high, unsigned", () => {
  fc.assert(fc.property(word, word, word, (a, b, value) => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    assert.is(takes(within("uid", low, high), value), low <= value && value <= high);
  }), runs);
  for (const low of EDGES) for (const high of EDGES.filter((edge) => edge >= low)) for (const value of EDGES) {
    assert.is(takes(within("uid", low, high), value), low <= value && value <= high, `${low} ${value} ${high}`);
  }
});

test("the range 0 to 4294967295 takes every value", () => {
  for (const value of EDGES) assert.ok(takes(within("uid", 0, 0xffffffff), value));
});

test("a prefix has one match for each word with bits in the mask", () => {
  const counts = [0, 1, 32, 33, 64, 65, 96, 97, 128].map((length) => inPrefix("dst", { ...host("2001:db8::1"), length }).length);
  assert.equal(counts, [0, 1, 1, 2, 2, 3, 3, 4, 4]);
  assert.equal(inPrefix("src", whole(6)), []);
  assert.is(inPrefix("dst", host("192.0.2.1")).length, 1);
});

test("src and dst look at their own words", () => {
  const home = prefix("192.0.2.0/24");
  const packet = ip("192.0.2.42", "203.0.113.11");
  assert.ok(inPrefix("src", home).every((match) => holds(match, packet)));
  assert.not(inPrefix("dst", home).every((match) => holds(match, packet)));
});

test("host bits of a prefix do not narrow its matches", () => {
  assert.equal(inPrefix("dst", prefix("2001:db8::1/64")), inPrefix("dst", prefix("2001:db8::/64")));
});

test("an address is in a prefix exactly when the prefix covers it", () => {
  const words = fc.tuple(word, word, word, word);
  fc.assert(fc.property(fc.constantFrom<Family>(4, 6), words, fc.nat({ max: 128 }), fc.nat({ max: 128 }), words, (family, own, bits, common, noise) => {
    const length = family === 4 ? bits % 33 : bits;
    // The other address shares `common` leading bits at least.
    const masks = maskWords(common);
    const mixed = own.map((value, i) => ((value & (masks[i] ?? 0)) | ((noise[i] ?? 0) & ~(masks[i] ?? 0))) >>> 0);
    const made = (from: readonly number[]): Address => ({ family, words: family === 4 ? [from[0] ?? 0, 0, 0, 0] : [from[0] ?? 0, from[1] ?? 0, from[2] ?? 0, from[3] ?? 0] });
    const [net, other] = [{ address: made(own), length }, made(mixed)];
    const [dst0, dst1, dst2, dst3] = other.words;
    assert.is(inPrefix("dst", net).every((match) => holds(match, { dst0, dst1, dst2, dst3 })), covers(net, other));
  }), runs);
});

test.run();
