import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/model/diagnostic.js";
import type { FibRule } from "../../src/model/node.js";
import { parseLinks } from "../../src/state/links.js";
import { parseRules } from "../../src/state/rules.js";

const LINKS = parseLinks('[{"ifindex":1,"ifname":"lo"},{"ifindex":7,"ifname":"br-wan"}]').value;
const rules = (rows: readonly unknown[], family: 4 | 6 = 6): ReturnType<typeof parseRules> => parseRules(JSON.stringify(rows), family, LINKS);
const only = (row: object, family: 4 | 6 = 6): FibRule => {
  const [rule] = rules([{ priority: 5, src: "all", table: "main", ...row }], family).value;
  if (rule === undefined) throw new Error("no rule");
  return rule;
};
const codes = (row: object): string[] => rules([{ priority: 5, src: "all", table: "main", ...row }]).diagnostics.map(({ code, place }) => `${code} ${place}`);

test("netifd's rules read as ip prints them", () => {
  const { value, diagnostics } = rules([
    { priority: 1, src: "all", fwmark: "0x1", fwmask: "0x1", table: "1", protocol: "unspec" },
    { priority: 20000, src: "all", dst: "2001:db8:178:1:0:ff:fe00:101", dstlen: 64, table: "1" },
    { priority: 90006, src: "all", iif: "lo", table: "1" },
    { priority: 4200000001, src: "all", iif: "lo", action: "12" },
  ]);
  assert.equal(diagnostics, []);
  assert.equal(value.map(({ text }) => text), [
    "1: from all fwmark 0x1/0x1 lookup 1", "20000: from all to 2001:db8:178:1:0:ff:fe00:101/64 lookup 1", "90006: from all iif lo lookup 1", "4200000001: from all iif lo 12",
  ]);
  assert.equal(value.map(({ at }) => at), ["rule6.json#0", "rule6.json#1", "rule6.json#2", "rule6.json#3"]);
  assert.equal(value[3]?.action, { kind: "failedPolicy" });
});

test("pretty and compact JSON give the same rules", () => {
  const rows = [{ priority: 0, src: "all", table: "local" }, { priority: 32766, src: "all", table: "main" }];
  assert.equal(parseRules(JSON.stringify(rows, null, 1), 6, LINKS), rules(rows));
});

test("tables have their names and numbers", () => {
  for (const [table, number] of [["local", 255], ["main", 254], ["default", 253], ["1", 1], [7, 7], ["4294967295", 4294967295]] as const) {
    assert.equal(only({ table }).action, { kind: "table", table: number });
  }
});

test("a table by a made-up name is an unknown action", () => {
  assert.is(only({ table: "guests" }).action.kind, "unknown");
  assert.equal(codes({ table: "guests" }), ["WP1101 rule6.json#0"]);
});

test("each action of iproute2 is read", () => {
  for (const kind of ["unreachable", "prohibit", "blackhole"] as const) assert.equal(only({ table: undefined, action: kind }).action, { kind });
  assert.equal(only({ table: undefined, nop: null }).action, { kind: "nop" });
  assert.equal(only({ table: undefined, goto: 10 }).action, { kind: "goto", target: 10, resolved: true });
  assert.equal(only({ table: undefined, goto: 10, unresolved: null }).action, { kind: "goto", target: 10, resolved: false });
  assert.equal(only({ table: undefined, goto: "none" }).action, { kind: "goto", target: 0, resolved: false });
});

test("an action nobody knows, and none at all, are WP1101", () => {
  assert.equal(codes({ table: undefined, action: "masquerade" }), ["WP1101 rule6.json#0"]);
  assert.equal(codes({ table: undefined }), ["WP1101 rule6.json#0"]);
});

test("a key nobody knows makes the rule a maybe", () => {
  for (const row of [{ tun_id: 5 }, { l3mdev: null }, { ["__proto__x"]: 1 }]) {
    assert.is(only(row).unknown.length, 1);
    assert.equal(codes(row), ["WP1101 rule6.json#0"]);
  }
});

test("an own key __proto__ or toString is a selector like any other that is not known", () => {
  const { value } = parseRules('[{"priority":5,"src":"all","table":"main","__proto__":{"iif":"lo"},"toString":1}]', 6, LINKS);
  assert.is(value[0]?.unknown.length, 2);
  assert.is(value[0]?.iif, null);
});

test("not is a key whose value is null", () => {
  const rule = only({ not: null, fwmark: "0x1" });
  assert.is(rule.invert, true);
  assert.is(rule.text, "5: not from all fwmark 0x1 lookup main");
});

test("suppress_prefixlength 0 is a value, and -1 is none", () => {
  assert.is(only({ suppress_prefixlen: 0 }).suppressPrefixLength, 0);
  assert.is(only({ suppress_prefixlen: -1 }).suppressPrefixLength, null);
  assert.equal(codes({ suppress_prefixlen: -1 }), []);
  assert.is(only({ suppress_ifgroup: "default" }).suppressGroup, "default");
});

test("a priority that cannot be read keeps the rule where it stood, and is a maybe", () => {
  const { value, diagnostics } = rules([{ priority: 9, src: "all", table: "1" }, { priority: "x", src: "all", table: "2" }]);
  assert.equal(value.map(({ priority }) => priority), [9, 9]);
  assert.is(value[1]?.unknown.length, 1);
  assert.equal(diagnostics.map(({ code }) => code), ["WP1102"]);
});

test("an address that cannot be read is WP1102, and no match stands for it", () => {
  const row = { src: "2001:db8::zz", srclen: 64 };
  assert.equal(only(row).matches, []);
  assert.is(only(row).unknown.length, 1);
  assert.equal(codes(row), ["WP1102 rule6.json#0"]);
});

test("a rule on a device that is gone takes no packet", () => {
  assert.equal(only({ iif: "gone", iif_detached: null }).matches, [{ field: "iif", mask: 0xffffffff, low: 0xffffffff, span: 0 }]);
  assert.equal(codes({ iif: "gone", iif_detached: null }), []);
  assert.equal(codes({ iif: "gone" }), ["WP1103 rule6.json#0"]);
});

test("an element that is no object is WP1102, an empty one is what a filter hid", () => {
  const { value, diagnostics } = rules([{}, 7, null, { priority: 0, src: "all", table: "local" }]);
  assert.equal(value.map(({ at }) => at), ["rule6.json#1", "rule6.json#2", "rule6.json#3"]);
  assert.equal(diagnostics.filter(({ code, fact }) => code === "WP1102" && fact.includes("instead of")).map(({ place }) => place), ["rule6.json#1", "rule6.json#2"]);
});

test("a file that is no JSON list is an InputError WP1003", () => {
  for (const text of ["", "{}", "null", "[{", "ip: not found", "[".repeat(1_000_000)]) {
    assert.throws(() => parseRules(text, 4, LINKS), (error: unknown) => error instanceof InputError && error.diagnostic.code === "WP1003");
  }
});

test("100000 rules are read in one pass", () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => ({ priority: i, src: "all", iif: `d${i}`, table: "made-up" }));
  const start = performance.now();
  const { value, diagnostics } = rules(rows);
  assert.is(value.length, 100_000);
  assert.ok(diagnostics.length < 100);
  assert.ok(performance.now() - start < 5000);
});

/** Printed by Linux 6.18 through iproute2 6.1: `-j -d` here, without both below. */
const PRINTED = `[{"priority":0,"src":"all","table":"local","protocol":"kernel"},
{"priority":5,"not":null,"src":"10.0.0.0","srclen":8,"dst":"1.2.3.0","dstlen":24,"tos":"0x10","fwmark":"0","fwmask":"0x1","iif":"lo","oif":"gone","oif_detached":null,"uid_start":0,"uid_end":0,"ipproto":"udp","sport":5,"dport_start":6,"dport_end":9,"table":"77","suppress_prefixlen":0,"protocol":"unspec"},
{"priority":6,"src":"0.0.0.0","srclen":8,"table":"78","suppress_ifgroup":"7","protocol":"unspec"},
{"priority":7,"src":"all","fwmark":"0x7","goto":500,"unresolved":null,"protocol":"unspec"},
{"priority":8,"src":"all","nop":null,"protocol":"unspec"},{"priority":9,"src":"all","ipproto":"ipv6","action":"unreachable","protocol":"unspec"},
{"priority":11,"src":"all","action":"blackhole","protocol":"unspec"},{"priority":12,"src":"all","l3mdev":null,"protocol":"babel"},
{"priority":13,"src":"all","tun_id":4,"table":"9","protocol":"unspec"},{"priority":4294967295,"src":"all","table":"999999","protocol":"unspec"}]`;

test("whatever iproute2 prints in JSON becomes its own text again", () => {
  assert.equal(parseRules(PRINTED, 4, LINKS).value.map(({ text }) => text), [
    "0: from all lookup local",
    "5: not from 10.0.0.0/8 to 1.2.3.0/24 tos 0x10 fwmark 0/0x1 iif lo oif gone [detached] uidrange 0-0 ipproto udp sport 5 dport 6-9 lookup 77 suppress_prefixlength 0",
    "6: from 0.0.0.0/8 lookup 78 suppress_ifgroup 7",
    "7: from all fwmark 0x7 goto 500 [unresolved]",
    "8: from all nop",
    "9: from all ipproto ipv6 unreachable",
    "11: from all blackhole",
    "12: from all lookup [l3mdev-table]",
    "13: from all tun_id 4 lookup 9",
    "4294967295: from all lookup 999999",
  ]);
});

test("of all that iproute2 prints only l3mdev and tun_id are not modelled", () => {
  const { value, diagnostics } = parseRules(PRINTED, 4, LINKS);
  assert.equal(diagnostics.map(({ code, place }) => `${code} ${place}`), ["WP1101 rule4.json#7", "WP1101 rule4.json#8"]);
  assert.equal(value.filter(({ unknown }) => unknown.length > 0).map(({ unknown }) => unknown), [["l3mdev"], ["tun_id 4"]]);
});

test("an element that is no rule may be any rule", () => {
  const { value, diagnostics } = parseRules('[{"priority":0,"src":"all","table":"local"},null,{}]', 4, LINKS);
  assert.equal(value.map(({ priority, action, unknown }) => [priority, action.kind, unknown.includes("null")]), [[0, "table", false], [0, "unknown", true]]);
  assert.ok(diagnostics.some(({ code, place }) => code === "WP1102" && place === "rule4.json#1"));
});

test("realms and who installed a rule do not select packets", () => {
  assert.equal(codes({ protocol: "babel", flow_from: "4", flow_to: "5", realms: "4/5" }), []);
});

test("a hostile rule stays one short line of text", () => {
  for (const row of [{ iif: "a\nb\u001b[31m" }, { action: "x".repeat(1_000_000), table: undefined }, { table: "\0" }, { ["k".repeat(1_000_000)]: "\n" }, { suppress_ifgroup: "\n" }]) {
    const { text } = only(row);
    assert.ok(text.length < 300 && !/[\0-\x1f]/.test(text), JSON.stringify(text.slice(0, 100)));
  }
});

test.run();
