import { test } from "uvu";
import * as assert from "uvu/assert";
import { expressionText, only, ruleText, statementText } from "../../src/state/nfttext.js";
import { ct, match, meta, payload } from "./rulesets.js";

test("expressions are what nft prints", () => {
  assert.equal([meta("mark"), meta("iifname"), ct("state"), { ct: { key: "ip saddr", dir: "original" } }, payload("tcp", "dport"), { prefix: { addr: "10.0.0.0", len: 8 } }, { range: [1, 5] }, { "&": [meta("mark"), 255] }, { payload: { base: "nh", offset: 8, len: 8 } }].map(expressionText), [
    "meta mark", "iifname", "ct state", "ct original ip saddr", "tcp dport", "10.0.0.0/8", "1-5", "meta mark & 255", "@nh,8,8",
  ]);
});

test("a rule is its statements, without counters", () => {
  assert.is(ruleText([match(meta("iifname"), { set: ["lo", "eth*"] }, "!="), match(payload("tcp", "dport"), 22), { counter: { packets: 5, bytes: 9 } }, { accept: null }]), "iifname != { lo, eth* } tcp dport 22 accept");
  assert.is(ruleText([{ vmap: { key: ct("state"), data: { set: [["invalid", { drop: null }], ["new", { jump: { target: "x" } }]] } } }]), "ct state vmap { invalid : drop, new : jump x }");
  assert.is(ruleText([{ mangle: { key: meta("mark"), value: { "|": [meta("mark"), 1] } } }, { reject: { type: "icmpx", expr: "no-route" } }]), "meta mark set meta mark | 1 reject with icmpx no-route");
  assert.is(ruleText([{ limit: { rate: 5, per: "second", inv: true } }, { dnat: { family: "ip", addr: "1.2.3.4", port: 54 } }, { log: { prefix: "a b", group: 5 } }]), 'limit rate over 5/second dnat to 1.2.3.4 port 54 log prefix "a b" group 5');
});

test("long sets and unknown things stay short", () => {
  assert.is(expressionText({ set: Array.from({ length: 20 }, (_, i) => i) }), "{ 0, 1, 2, 3, 4, 5, 6, 7, … }");
  assert.ok(statementText({ strange: { text: "x".repeat(10_000) } }).length < 500);
  assert.equal([expressionText(undefined), expressionText(null), statementText(null), ruleText([])], ["", "null", "", ""]);
});

test("an object of one key is that key, all else is nothing", () => {
  assert.equal([only({ a: 1 }), only({ a: 1, b: 2 }), only([1]), only("x"), only({})], [["a", 1], ["", undefined], ["", undefined], ["", undefined], ["", undefined]]);
});

test.run();
