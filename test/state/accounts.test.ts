import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseAccounts } from "../../src/state/accounts.js";

test("a group's number is its third field", () => {
  const { value, diagnostics } = parseAccounts("gluon-mesh-vpn:x:800:\nroot:x:0:\naudio:x:29:a,b\n", "group");
  assert.equal([...value], [["gluon-mesh-vpn", 800], ["root", 0], ["audio", 29]]);
  assert.equal(diagnostics, []);
});

test("a user's number is the third field, not the fourth", () => {
  const { value } = parseAccounts("root:x:0:0:root:/root:/bin/ash\ndnsmasq:x:453:454:dnsmasq:/var/run/dnsmasq:/bin/false\r\n", "passwd");
  assert.equal([...value], [["root", 0], ["dnsmasq", 453]]);
});

test("the first line of a name counts", () => {
  assert.is(parseAccounts("a:x:1:\na:x:2:\n", "group").value.get("a"), 1);
});

test("comments, empty lines and lines for a network directory are skipped", () => {
  assert.equal(parseAccounts("# a:x:1:\n\n+::::::\n-b:x:1:\n", "passwd"), { value: new Map(), diagnostics: [] });
});

test("a number that is none is WP1301 at its line", () => {
  for (const line of ["a", "a:x", "a:x:", "a:x:-1:", "a:x:1e3:", "a:x:0x10:", "a:x:4294967296:", ":x:1:", "a:x: :"]) {
    const { value, diagnostics } = parseAccounts(`ok:x:1:\n${line}\n`, "group");
    assert.is(value.size, 1, line);
    assert.equal(diagnostics.map(({ code, place }) => `${code} ${place}`), ["WP1301 group:2"], line);
  }
});

test("a message never repeats a password", () => {
  const { diagnostics } = parseAccounts("root:$1$hush:x:0:root:/root:/bin/ash\n", "passwd");
  assert.is(diagnostics.length, 1);
  assert.not.match(JSON.stringify(diagnostics), "hush");
});

test("a name like __proto__ is a name", () => {
  const { value } = parseAccounts("__proto__:x:7:\n", "group");
  assert.is(value.get("__proto__"), 7);
  assert.is(value.get("constructor"), undefined);
});

test("hostile text is read in one pass, with few words", () => {
  for (const text of [":".repeat(1_000_000), "a\n".repeat(100_000), "\0".repeat(1_000_000), `a:x:${"9".repeat(1_000_000)}`, "a:x:1:\n".repeat(100_000)]) {
    const start = performance.now();
    assert.ok(parseAccounts(text, "group").diagnostics.length < 1000);
    assert.ok(performance.now() - start < 5000, text.slice(0, 20));
  }
});

test.run();
