import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseSysctl } from "../../src/state/sysctl.js";

test("settings are read with and without blanks around the sign", () => {
  assert.equal([...parseSysctl("net.ipv4.ip_forward = 1\nnet.ipv6.conf.br-client.forwarding=0\r\n").value], [["net.ipv4.ip_forward", "1"], ["net.ipv6.conf.br-client.forwarding", "0"]]);
});

test("tabs inside a value are kept", () => {
  assert.is(parseSysctl("net.ipv4.ip_local_port_range = 32768\t60999\n").value.get("net.ipv4.ip_local_port_range"), "32768\t60999");
});

test("an empty value is a value, and a later sign belongs to it", () => {
  const { value, diagnostics } = parseSysctl("a.b =\na.c = x = y\n");
  assert.equal([...value], [["a.b", ""], ["a.c", "x = y"]]);
  assert.equal(diagnostics, []);
});

test("the last line of a key counts", () => {
  assert.is(parseSysctl("a.b = 1\na.b = 2\n").value.get("a.b"), "2");
});

test("a line without a sign or a key is WP1301 at its line", () => {
  for (const line of ["net.ipv4.ip_forward", "= 1", "a b = 1", "sysctl: error reading key"]) {
    assert.equal(parseSysctl(`# c\n${line}\n`).diagnostics.map(({ code, place }) => `${code} ${place}`), ["WP1301 sysctl.txt:2"], line);
  }
});

test("a key like __proto__ is a key", () => {
  assert.equal([...parseSysctl("__proto__ = 1").value], [["__proto__", "1"]]);
});

test("hostile text is read in one pass, with few words", () => {
  for (const text of ["=".repeat(1_000_000), "x\n".repeat(100_000), "\0".repeat(1_000_000), `${" ".repeat(1_000_000)}x`, "a = 1\n".repeat(100_000), `a =${" ".repeat(1_000_000)}1`]) {
    const start = performance.now();
    assert.ok(parseSysctl(text).diagnostics.length < 1000);
    assert.ok(performance.now() - start < 5000, text.slice(0, 20));
  }
});

test.run();
