import { test } from "uvu";
import * as assert from "uvu/assert";
import { addressMask, addressRange, bits, masked, number, only, range, Unreadable } from "../../src/state/iptablesvalues.js";

const unreadable = (read: () => unknown): void => { assert.throws(read, (error: unknown) => error instanceof Unreadable); };

test("numbers are decimal or hex, and have a limit", () => {
  assert.equal([number("80"), number("0x1f"), number("4294967295")], [80, 31, 0xffffffff]);
  for (const text of ["", "-1", "80x", "4294967296", "1e3", " 1"]) unreadable(() => number(text));
  unreadable(() => number("256", 255));
});

test("ranges include both ends, and an open end goes as far as it can", () => {
  assert.equal([range("22", ":", 0xffff), range("1:5", ":", 0xffff), range(":5", ":", 0xffff), range("5:", ":", 0xffff), range("1-5", "-", 9)].map(({ first, last }) => [first, last]), [[22, 22], [1, 5], [0, 5], [5, 65535], [1, 5]]);
  for (const text of ["5:1", "1:2:3", "a:b", "1:70000"]) unreadable(() => range(text, ":", 0xffff));
});

test("a mark without a mask is all 32 bits", () => {
  assert.equal([masked("0x1"), masked("0x1/0xff")], [{ value: 1, mask: 0xffffffff }, { value: 1, mask: 255 }]);
});

test("an address has a length, a mask, or is one host", () => {
  assert.equal(addressMask("10.1.2.3/8", 4), { value: [0x0a000000, 0, 0, 0], mask: [0xff000000, 0, 0, 0] });
  assert.equal(addressMask("10.0.0.0/255.0.255.0", 4).mask, [0xff00ff00, 0, 0, 0]);
  assert.equal(addressMask("1.2.3.4", 4).mask, [0xffffffff, 0, 0, 0]);
  assert.equal(addressMask("2001::5/ffff::ffff", 6), { value: [0x20010000, 0, 0, 5], mask: [0xffff0000, 0, 0, 0xffff] });
  for (const text of ["10.0.0.0/33", "::1", "10.0.0.1,10.0.0.2", "10.0.0.0/x"]) unreadable(() => addressMask(text, 4));
});

test("a range of addresses is of one family", () => {
  assert.equal(addressRange("10.0.0.1-10.0.0.9", 4).last.words[0], 0x0a000009);
  assert.equal(addressRange("::1", 6).first, addressRange("::1", 6).last);
  unreadable(() => addressRange("10.0.0.1-::1", 4));
});

test("names of bits add up, and an unknown one cannot be read", () => {
  const names = new Map([["A", 1], ["B", 4]]);
  assert.is(bits("A,B", names), 5);
  unreadable(() => bits("A,C", names));
});

test("an option has one value", () => {
  assert.is(only({ name: "-s", not: false, values: ["x"] }), "x");
  for (const values of [[], ["a", "b"]]) unreadable(() => only({ name: "-s", not: false, values }));
});

test.run();
