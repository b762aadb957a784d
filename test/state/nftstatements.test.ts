import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Step } from "../../src/model/netfilter.js";
import { allHold } from "./firewalls.js";
import { ct, match, meta, payload, ruleOf } from "./rulesets.js";

/** The steps that are no conditions. */
const effects = (...statements: unknown[]): Step[] => ruleOf(statements).steps.filter(({ kind }) => kind !== "condition");
const kinds = (...statements: unknown[]): string => ruleOf(statements).steps.map(({ kind }) => kind).join(" ");
const set = (key: unknown, value: unknown): unknown => ({ mangle: { key, value } });
const marks = (key: unknown, value: unknown): string => effects(set(key, value)).map((step) => (step.kind === "mark" ? `${step.target} = mark&${step.markBits.toString(16)} ^ ct&${step.ctMarkBits.toString(16)} ^ ${step.value.toString(16)}` : step.kind)).join();

test("verdicts are themselves", () => {
  assert.equal(effects({ accept: null }, { drop: null }, { return: null }, { continue: null }, { jump: { target: "d" } }, { goto: { target: "d" } }), [
    { kind: "accept" }, { kind: "drop" }, { kind: "return" }, { kind: "continue" }, { kind: "jump", chain: "d" }, { kind: "goto", chain: "d" },
  ]);
  assert.is(kinds({ jump: {} }), "condition unknown");
});

test("a verdict map has an entry for each key, and one for the rest at its end", () => {
  const data = { set: [["*", { drop: null }], [22, { accept: null }], [{ range: [23, 25] }, { goto: { target: "d" } }]] };
  const [choice] = effects({ vmap: { key: payload("tcp", "dport"), data } });
  const entries = choice?.kind === "choice" ? choice.entries : [];
  assert.equal(entries.map(({ rows, then }) => [rows.map(({ matches }) => matches.map(({ low, span }) => [low, span])), then.kind]), [[[[[22, 0]]], "accept"], [[[[23, 2]]], "goto"], [[[]], "drop"]]);
  assert.is(kinds({ vmap: { key: payload("tcp", "dport"), data: { set: [[22, { fly: null }]] } } }), "condition unknown");
});

test("marks are computed with and, or, xor and constants", () => {
  assert.is(marks(meta("mark"), 5), "mark = mark&0 ^ ct&0 ^ 5");
  assert.is(marks(meta("mark"), { "|": [meta("mark"), 16] }), "mark = mark&ffffffef ^ ct&0 ^ 10");
  assert.is(marks(meta("mark"), { "|": [{ "&": [meta("mark"), 0xfffffffe] }, 1] }), "mark = mark&fffffffe ^ ct&0 ^ 1");
  assert.is(marks(meta("mark"), { "^": [meta("mark"), 16] }), "mark = mark&ffffffff ^ ct&0 ^ 10");
  assert.is(marks(meta("mark"), { "|": [{ "&": [meta("mark"), 0xff00] }, { "&": [ct("mark"), 0xff] }] }), "mark = mark&ff00 ^ ct&ff ^ 0");
  assert.is(marks(ct("mark"), meta("mark")), "ctMark = mark&ffffffff ^ ct&0 ^ 0");
  assert.is(marks(ct("mark"), { "|": [ct("mark"), 5] }), "ctMark = mark&0 ^ ct&fffffffa ^ 5");
});

test("reading a connection's mark leaves the rule where there is no connection", () => {
  assert.equal([kinds(set(meta("mark"), ct("mark"))), kinds(set(ct("mark"), meta("mark")))], ["condition mark", "mark"]);
});

test("a mark from a map is a choice, from chance it is unknown", () => {
  assert.is(kinds(set(meta("mark"), { map: { key: payload("ip", "saddr"), data: { set: [["1.2.3.4", 5]] } } })), "condition choice");
  for (const value of [{ numgen: { mode: "inc", mod: 5 } }, { "<<": [meta("mark"), 5] }, { "&": [meta("mark"), ct("mark")] }, "x"]) assert.is(kinds(set(meta("mark"), value)), "condition unknown");
});

test("header fields are set in their family; addresses are not modelled", () => {
  assert.equal(effects(set(payload("ip", "dscp"), "ef"), set(payload("ip6", "hoplimit"), 5)), [{ kind: "field", field: "tos", mask: 0xfc, value: 0xb8 }, { kind: "field", field: "hopLimit", mask: 0xff, value: 5 }]);
  assert.equal([kinds(set(payload("ip", "ttl"), 5)), kinds(set(payload("ip", "saddr"), "1.2.3.4"))], ["condition field", "condition unknown"]);
});

const address = (text: string): unknown => ({ family: 4, words: [...text.split(".").map(Number)].reduce<number[]>((sum, byte) => [((sum[0] ?? 0) * 256 + byte), 0, 0, 0], [0]) });

test("translations have addresses, ports, or both, in their family", () => {
  assert.equal(effects({ dnat: { family: "ip", addr: { range: ["1.2.3.4", "1.2.3.9"] }, port: { range: [5, 9] }, flags: ["random", "persistent"] } }), [
    { kind: "dnat", to: { first: address("1.2.3.4"), last: address("1.2.3.9") }, ports: { first: 5, last: 9 }, flags: ["random", "persistent"] },
  ]);
  assert.equal(effects({ snat: { family: "ip", addr: { prefix: { addr: "10.0.0.0", len: 8 } } } }), [{ kind: "snat", to: { first: address("10.0.0.0"), last: address("10.255.255.255") }, ports: null, flags: [] }]);
  assert.equal(effects({ masquerade: null }, { redirect: { port: 54, flags: "random" } }), [{ kind: "masquerade", ports: null, flags: [] }, { kind: "redirect", ports: { first: 54, last: 54 }, flags: ["random"] }]);
  assert.equal([kinds({ dnat: { family: "ip", addr: "1.2.3.4" } }), kinds({ dnat: { addr: "1.2.3.4" } })], ["condition dnat", "dnat"]);
});

test("a translation by a map is a choice of translations", () => {
  const key = payload("tcp", "dport");
  const [choice] = effects({ dnat: { family: "ip", addr: { map: { key, data: { set: [[80, { concat: ["1.2.3.4", 5] }], [81, "1.2.3.5"]] } } } } });
  const then = choice?.kind === "choice" ? choice.entries.map((entry) => entry.then) : [];
  assert.equal(then, [
    { kind: "dnat", to: { first: address("1.2.3.4"), last: address("1.2.3.4") }, ports: { first: 5, last: 5 }, flags: [] },
    { kind: "dnat", to: { first: address("1.2.3.5"), last: address("1.2.3.5") }, ports: null, flags: [] },
  ]);
  assert.is(kinds({ redirect: { port: { map: { key, data: { set: [[53, 54]] } } } } }), "condition choice");
});

test("a translation that cannot be read may do anything", () => {
  for (const body of [{ addr: "x" }, { addr: "1.2.3.4", port: 70_000 }, { addr: { range: ["1.2.3.4", "::1"] } }, { addr: { prefix: { addr: "10.0.0.0", len: 8 } }, type_flags: "prefix", flags: "netmap" }]) {
    assert.equal(ruleOf([{ dnat: body }]).said, ["WP1401 nft.json#t/c/7"], JSON.stringify(body));
  }
});

test("reject answers by the code of each family, or by a reset", () => {
  assert.equal(effects({ reject: null }, { reject: { type: "icmpx", expr: "admin-prohibited" } }, { reject: { type: "tcp reset" } }), [
    { kind: "reject", reset: false, code: { 4: 3, 6: 4 } }, { kind: "reject", reset: false, code: { 4: 13, 6: 1 } }, { kind: "reject", reset: true, code: { 4: 0, 6: 0 } },
  ]);
  assert.is(kinds({ reject: { type: "icmpv6", expr: "no-route" } }), "condition reject");
  assert.is(kinds({ reject: { type: "icmpx", expr: "nonesuch" } }), "condition unknown");
});

test("a reset is for TCP alone, whether nft printed the match or not", () => {
  const { steps } = ruleOf([{ reject: { type: "tcp reset" } }]);
  assert.equal([allHold(steps, { proto: 6 }), allHold(steps, { proto: 6, fragment: 2 }), allHold(steps, { proto: 17 })], [true, true, false]);
});

test("rates, budgets and sets that may be full may hold or not, without a message", () => {
  for (const statement of [{ limit: { rate: 5, per: "second" } }, { quota: "q" }, { "ct count": { val: 5 } }, { set: { op: "add", elem: 1, set: "@s" } }, { meter: { key: 1, stmt: {}, name: "m" } }]) {
    const { steps, said } = ruleOf([statement]);
    assert.equal([steps.map(({ kind }) => kind), said], [["condition"], []]);
  }
});

test("counters leave no trace, logs no effect", () => {
  assert.equal([kinds({ counter: { packets: 1, bytes: 2 } }, { counter: "x" }), kinds({ log: { group: 5 } }), kinds({ notrack: null }), kinds({ flow: { op: "add", flowtable: "@f" } })], ["", "none", "notrack", "offload"]);
  assert.equal(effects({ "ct helper": "ftp" }, { queue: { num: 5, flags: ["bypass"] } }), [{ kind: "helper", name: "ftp" }, { kind: "queue", bypass: true }]);
});

test("what is not known may leave the rule, or do anything", () => {
  for (const statement of [{ xt: null }, { xt: { type: "match", name: "owner" } }, { tproxy: { port: 5 } }, { dup: { addr: "1.2.3.4" } }, {}, null, { accept: null, drop: null }, { constructor: null }]) {
    const { steps, said } = ruleOf([statement, { accept: null }]);
    assert.equal([steps.map(({ kind }) => kind), said], [["condition", "unknown", "accept"], ["WP1401 nft.json#t/c/7"]], JSON.stringify(statement));
  }
});

test("conditions stand between the statements they stood between", () => {
  assert.is(kinds(match(meta("mark"), 5), set(meta("mark"), 6), match(payload("tcp", "dport"), 5), set(meta("mark"), 7), { accept: null }), "condition mark condition condition mark accept");
});

test.run();
