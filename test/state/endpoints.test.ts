import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress } from "../../src/model/address.js";
import { parseEndpoint } from "../../src/state/endpoints.js";

/** `family address%device port`, with `*` for null. */
function told(text: string): string {
  const end = parseEndpoint(text);
  if (end === null) return "none";
  return `${end.family ?? "*"} ${end.address === null ? "*" : formatAddress(end.address)}${end.dev === null ? "" : `%${end.dev}`} ${end.port ?? "*"}`;
}

test("addresses are read in the ways that ss and fastd print them", () => {
  const forms = {
    "0.0.0.0:53": "4 * 53", "[::]:53": "6 * 53", ":::53": "6 * 53", "*:53": "* * 53", "*:*": "* * *", "0.0.0.0:*": "4 * *", "192.0.2.1%eth0:68": "4 192.0.2.1%eth0 68",
    "[fe80::1]%br-wan:546": "6 fe80::1%br-wan 546", "[fe80::1%br-wan]:546": "6 fe80::1%br-wan 546", "*%eth0:546": "* *%eth0 546",
  };
  for (const [text, expected] of Object.entries(forms)) assert.is(told(text), expected, text);
});

test("an IPv4 address in an IPv6 socket is IPv4 on the wire", () => {
  assert.is(told("[::ffff:192.0.2.1]:80"), "4 192.0.2.1 80");
});

test("anything else is none", () => {
  for (const text of ["", ":", "53", "any", "192.0.2.1", "192.0.2.1:65536", "192.0.2.1:x", "[::1:53", "::1]:53", "[x]:1", "x:1", "9".repeat(1_000_000), ":".repeat(1_000_000)]) {
    assert.is(told(text), "none", text.slice(0, 20));
  }
});

test.run();
