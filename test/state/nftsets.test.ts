import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseNft } from "../../src/state/nft.js";
import { allHold, DEVICES, type HookFields, type Truth, rowsHold, rulesOf } from "./firewalls.js";
import { match, meta, payload, ruleOf } from "./rulesets.js";

const SETS = parseNft(readFileSync(new URL("../vectors/firewall/sets.json", import.meta.url), "utf8"), DEVICES).value?.tables ?? [];
const truth = (text: string, fields: HookFields): Truth => {
  const rule = rulesOf(SETS, "t", "in").find((each) => each.text === text);
  if (rule === undefined) throw new Error(text);
  return allHold(rule.steps, fields);
};
const named = (elem: readonly unknown[], more: object = {}): unknown => ({ set: { family: "inet", table: "t", name: "s", type: "mark", elem, ...more } });

test("prefixes, ranges and hosts of a set with intervals", () => {
  const inside = [0x01020304, 0x0a123456, 0xc0a80005, 0xc0a80009].map((src0) => truth("ip saddr @s4 accept", { family: 4, src0 }));
  const outside = [0x01020305, 0x0b000000, 0xc0a8000a].map((src0) => truth("ip saddr @s4 accept", { family: 4, src0 }));
  assert.equal([inside, outside], [[true, true, true, true], [false, false, false]]);
});

test("an inverted set holds outside of it", () => {
  const of = (src0: number, dport: number): Truth => truth("ip saddr != @s4 tcp dport != { 1, 5-9 } drop", { family: 4, proto: 6, src0, dport });
  assert.equal([of(0x0b000000, 10), of(0x0b000000, 7), of(0x0a000000, 10)], [true, false, false]);
});

test("concatenations of a set hold together", () => {
  const of = (src0: number, dport: number): Truth => truth("ip saddr . tcp dport @cc accept", { family: 4, proto: 6, src0, dport });
  assert.equal([of(0x0a000001, 80), of(0x0a000077, 150), of(0x0a000077, 80), of(0x0a000101, 150)], [true, true, false, false]);
});

test("elements with counters and comments are elements", () => {
  assert.equal([truth("tcp dport @ctr accept", { proto: 6, dport: 6 }), truth("meta mark @mk accept", { mark: 5 }), truth("iifname @ifs accept", { iif: 2 })], [true, true, true]);
});

test("a set that packets or time change may hold anything", () => {
  assert.is(truth("ip saddr @dyn accept", { family: 4 }), null);
  const asked = match(meta("mark"), "@s");
  assert.is(allHold(ruleOf([asked], [named([1], { flags: ["dynamic"] })]).steps, { mark: 2 }), null);
  assert.is(allHold(ruleOf([asked], [named([1])]).steps, { mark: 2 }), false);
});

test("a set that a rule writes to may hold anything, although nothing says that it is dynamic", () => {
  const writes = { set: { op: "add", elem: meta("mark"), set: "@s" } };
  const { steps, said } = ruleOf([match(meta("mark"), "@s"), writes], [named([1])]);
  assert.equal([allHold(steps, { mark: 2 }), said], [null, []]);
});

test("a set that is too big, or holds what cannot be read, is unknown", () => {
  const many = Array.from({ length: 70_000 }, (_, i) => i);
  for (const elem of [many, [1, "x"]]) {
    const { steps, said } = ruleOf([match(meta("mark"), "@s")], [named(elem)]);
    assert.equal([allHold(steps, { mark: 1 }), said], [null, ["WP1401 nft.json#t/c/7"]]);
  }
});

test("rules share the rows of a set they all ask", () => {
  const asked = match(payload("tcp", "dport"), "@s");
  const { steps } = ruleOf([asked, asked], [named([1, 2, 3])]);
  const rows = steps.flatMap((step) => (step.kind === "condition" && step.rows.length === 3 ? [step.rows] : []));
  assert.is(rows[0], rows[1]);
  assert.is(rowsHold(rows[0] ?? [], { dport: 2 }), true);
});

test.run();
