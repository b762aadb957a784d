import { test } from "uvu";
import * as assert from "uvu/assert";
import { Remarks } from "../../src/state/remarks.js";
import { readBind, readNumber, readRemote } from "../../src/state/remotes.js";
import { tokenize } from "../../src/state/tokens.js";

const remote = (text: string): ReturnType<typeof readRemote> => readRemote(tokenize(text, new Remarks("f")));

test("each form of a remote has a host and a port", () => {
  for (const text of ["192.0.2.1 port 7", "192.0.2.1:7", "[2001:db8::1] port 7", "[2001:db8::1]:7", '"a.example" port 7', '"a.example":7', 'ipv4 "a.example" port 7', 'ipv6 "a.example":7 float']) {
    assert.is(remote(text)?.port, 7, text);
  }
});

test("a family word belongs to the name", () => {
  assert.equal(remote('ipv6 "a.example" port 7')?.host, { kind: "name", name: "a.example", family: 6 });
  assert.equal(remote('"a.example" port 7')?.host, { kind: "name", name: "a.example", family: null });
});

test("what fastd refuses is no remote", () => {
  for (const text of ["", "a.example port 7", "192.0.2.1", "192.0.2.1 port 0", "192.0.2.1:65536", "192.0.2.1 port 7 8", "ipv4 [::1]:7", '"":7', "[192.0.2.1]:7"]) assert.is(remote(text), null, text);
});

test("a number is decimal, hex or octal, as for strtoul with base 0", () => {
  assert.equal(["1", "0x10", "010", "0", "08", "-1", "", "1x"].map((text) => readNumber(text, 99)), [1, 16, 8, 0, null, null, null, null]);
  assert.is(readNumber("100", 99), null);
});

test("a bind without a port, or with port 0, has none", () => {
  assert.equal(["any:10000", "any", "any:0"].map((text) => readBind(tokenize(text, new Remarks("f")))), [10000, null, null]);
});

test.run();
