import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatPrefix } from "../../src/model/address.js";
import { deviceIndex } from "../../src/model/device.js";
import { deviceNumbers, dscpByte, prefixOf, tableNumber, tosByte } from "../../src/state/fields.js";
import { link } from "../support/nodes.js";

test("tables have a number or one of three names", () => {
  assert.equal(["local", "main", "default", "1", 1, "4294967295"].map(tableNumber), [255, 254, 253, 1, 1, 4294967295]);
  for (const value of ["mesh", "-1", "", null, undefined, {}, "constructor", "__proto__"]) assert.is(tableNumber(value), null);
});

test("a TOS is a byte in hex or decimal, or a name", () => {
  assert.equal(["0x10", 16, "lowdelay", "CS6", "AF11", "EF"].map(tosByte), [0x10, 16, 0x10, 0xc0, 0x28, 0xb8]);
  for (const value of ["0x100", 256, "AF44", "CS8", null]) assert.is(tosByte(value), null);
});

test("a DSCP is the upper six bits", () => {
  assert.equal([46, "46", "EF", 0].map(dscpByte), [0xb8, 0xb8, 0xb8, 0]);
  assert.is(dscpByte(64), null);
});

test("a prefix is default, an address, or an address and a length; 0/4 has no address", () => {
  const shown = (value: unknown, family: 4 | 6): string | null => {
    const prefix = prefixOf(value, family);
    return prefix === null ? null : formatPrefix(prefix);
  };
  assert.equal([shown("default", 4), shown("10.0.0.0/8", 4), shown("0/4", 4), shown("0/3", 6)], ["default", "10.0.0.0/8", "0.0.0.0/4", "::/3"]);
  assert.equal([shown("10.0.0.0/8", 6), shown("2001:db8::/129", 6), shown("10.0.0.0/33", 4), shown("", 4), shown(0, 4), shown(null, 6)], [null, null, null, null, null, null]);
});

test("device numbers are those of deviceIndex(), the first of a name counts", () => {
  const links = ["lo", "eth0", "br-wan", "eth0", "__proto__"].map((name) => link({ name }));
  const numbers = deviceNumbers(links);
  for (const { name } of links) assert.is(numbers.get(name), deviceIndex(links, name));
  assert.is(numbers.get("constructor"), undefined);
});

test.run();
