import { test } from "uvu";
import * as assert from "uvu/assert";
import { address, device, number, oneOf, show, Unreadable } from "../../src/explain/row.js";
import { formatAddress } from "../../src/model/address.js";

const row = new Map<string, unknown>([["a", "192.0.2.1"], ["n", "0x10"], ["d", "br-wan"], ["w", "UDP"], ["e", ""], ["o", {}]]);
const refused = (read: () => unknown): void => { assert.throws(read, (error: unknown) => error instanceof Unreadable); };

test("fields are read, empty or missing ones are null", () => {
  const read = address(row, "a");
  assert.equal([read === null ? "" : formatAddress(read), number(row, "n", 99), device(row, "d"), oneOf(row, "w", ["tcp", "udp"])], ["192.0.2.1", 16, "br-wan", "udp"]);
  assert.equal([address(row, "e"), device(row, "x"), number(row, "x", 1), oneOf(row, "x", ["a"])], [null, null, null, null]);
});

test("what cannot be read is refused", () => {
  refused(() => address(row, "d"));
  refused(() => number(row, "n", 9));
  refused(() => device(row, "o"));
  refused(() => oneOf(row, "w", ["tcp"]));
});

test("values are shown short", () => {
  assert.equal([show([]), show({}), show("x".repeat(99)).length], ["a list", "an object", 49]);
});

test.run();
