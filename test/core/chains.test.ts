import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { writeWall } from "../../src/core/wall.js";
import type { Family } from "../../src/model/address.js";
import type { Chain, Firewall, Row, Rule, Statement, Step } from "../../src/model/netfilter.js";
import { equals, type HookField } from "../../src/model/packet.js";
import { ALL_KNOWN, type Probe, type Walked, walkProbe } from "../support/probes.js";

const core = await Core.load();
const UDP: Row = { matches: [equals<HookField>("proto", 17)], unknown: null };

const rule = (...steps: readonly Step[]): Rule => ({ steps, text: `rule of ${steps.length}`, comment: null, at: "nft.json#r" });
const when = (row: Row, not = false): Step => ({ kind: "condition", rows: [row], not, text: "condition" });

/** One inet table with a base chain at output and chain `c`. */
function firewall(rules: readonly Rule[], others: readonly Rule[] = []): Firewall {
  const chains: readonly Chain[] = [
    { name: "c", base: null, rules: others, at: "nft.json#c" },
    { name: "out", base: { hook: "output", type: "filter", priority: 0, policy: "accept" }, rules, at: "nft.json#out" },
  ];
  return { tables: [{ backend: "nft", family: "inet", name: "t", chains: new Map(chains.map((chain) => [chain.name, chain])), at: "nft.json" }], complete: { 4: true, 6: true }, others: [] };
}

function walk(rules: readonly Rule[], { others = [], fields = {}, family = 4, path = 0 }: { readonly others?: readonly Rule[]; readonly fields?: Partial<Record<HookField, number>>; readonly family?: Family; readonly path?: number } = {}): Walked {
  const probe: Probe = { fields: new Map<HookField, number>([["family", family], ["proto", 17], ...entriesOf(fields)]), known: ALL_KNOWN };
  const wall = writeWall(core, firewall(rules, others), family);
  return walkProbe(core, wall, wall.chains.output, probe, path);
}

function entriesOf(fields: Partial<Record<HookField, number>>): [HookField, number][] {
  const names: readonly HookField[] = ["mark", "ctMark", "tos", "hopLimit", "dport"];
  return names.flatMap((name): [HookField, number][] => { const value = fields[name]; return value === undefined ? [] : [[name, value]]; });
}

const end = (...statements: readonly Statement[]): string => walk([rule(...statements)]).end;

test("every verdict ends a chain as it says", () => {
  assert.equal([end({ kind: "accept" }), end({ kind: "drop" }), end({ kind: "return" }), end({ kind: "queue", bypass: true })], ["ACCEPT", "DROP", "ACCEPT", "ACCEPT"]);
  assert.equal([end({ kind: "reject", reset: false, code: { 4: 3, 6: 4 } }), end({ kind: "reject", reset: true, code: { 4: 3, 6: 4 } })], ["REJECT_ERROR", "ACCEPT"]);
  assert.equal([end({ kind: "jump", chain: "nowhere" }), end({ kind: "goto", chain: "nowhere" })], ["UNKNOWN", "UNKNOWN"]);
});

test("jumps lead into chains of their table", () => {
  assert.is(walk([rule({ kind: "jump", chain: "c" })], { others: [rule({ kind: "drop" })] }).end, "DROP");
  assert.is(walk([rule({ kind: "goto", chain: "c" }), rule({ kind: "drop" })], { others: [rule({ kind: "return" })] }).end, "ACCEPT");
});

test("marks, TOS and hop limit are set as the statements say", () => {
  const left = walk([rule({ kind: "mark", target: "mark", markBits: 0xff, ctMarkBits: 0xf00, value: 1 }, { kind: "mark", target: "ctMark", markBits: 0xffffffff, ctMarkBits: 0, value: 0 }, { kind: "field", field: "tos", mask: 0xf0, value: 0x20 }, { kind: "field", field: "hopLimit", mask: 0xff, value: 9 })], { fields: { mark: 0x1234, ctMark: 0xabc, tos: 0xff, hopLimit: 64 } });
  assert.equal([left.field("mark"), left.field("ctMark"), left.field("tos"), left.field("hopLimit")], [0xa35, 0xa35, 0x2f, 9]);
});

test("a condition behind a statement sees what that did", () => {
  const marked = when({ matches: [equals<HookField>("mark", 7)], unknown: null });
  assert.is(walk([rule(marked, { kind: "drop" })]).end, "ACCEPT");
  assert.is(walk([rule({ kind: "mark", target: "mark", markBits: 0, ctMarkBits: 0, value: 7 }, marked, { kind: "drop" })]).end, "DROP");
});

test("rules that do nothing to a family are left out, and keep their numbers", () => {
  const six = when({ matches: [equals<HookField>("family", 6)], unknown: null });
  const unsure = when({ matches: [], unknown: "-m x" });
  const rules = [rule(unsure), rule(unsure, { kind: "none", text: "-j LOG" }), rule(six, unsure, { kind: "drop" }), rule(unsure, { kind: "drop" })];
  const [four, other] = [walk(rules), walk(rules, { family: 6 })];
  assert.equal([four.asked, four.rule], [1, 4]);
  assert.equal([other.asked, other.rule], [2, 3]);
});

test("rules are named by number, table by table and chain by chain", () => {
  const wall = writeWall(core, firewall([{ ...rule({ kind: "drop" }), text: "second", at: "b" }], [{ ...rule({ kind: "drop" }), text: "first", at: "a" }]), 4);
  assert.equal(wall.rules, [{ text: "first", at: "a" }, { text: "second", at: "b" }]);
});

test("a map leads to its first entry that holds, in a long one too", () => {
  const entries = Array.from({ length: 100 }, (_, i) => ({ rows: [{ matches: [equals<HookField>("dport", i)], unknown: null }], then: { kind: i === 53 ? "drop" : "continue" } as const }));
  const map: Step = { kind: "choice", entries, text: "dport vmap" };
  assert.equal([walk([rule(map)], { fields: { dport: 53 } }).end, walk([rule(map)], { fields: { dport: 54 } }).end], ["DROP", "ACCEPT"]);
  assert.is(walk([rule(map, { kind: "drop" })], { fields: { dport: 54 } }).end, "DROP", "continue goes on with the rule");
  assert.is(walk([rule(map, { kind: "drop" })], { fields: { dport: 100 } }).end, "ACCEPT", "nothing in it holds");
});

test("long conditions are searched, negated ones too", () => {
  const rows = Array.from({ length: 300 }, (_, i): Row => ({ matches: [equals<HookField>("dport", 2 * i)], unknown: null }));
  const listed = (not: boolean, dport: number): string => walk([rule({ kind: "condition", rows, not, text: "@ports" }, { kind: "drop" })], { fields: { dport } }).end;
  assert.equal([listed(false, 598), listed(false, 599), listed(true, 598), listed(true, 599)], ["DROP", "ACCEPT", "ACCEPT", "DROP"]);
});

test("translations leave a rule where the packet has no entry", () => {
  const nat: Statement = { kind: "dnat", to: null, ports: { first: 53, last: 53 }, flags: [] };
  const wall = writeWall(core, firewall([rule(when(UDP), nat), rule({ kind: "drop" })]), 4);
  const probe = (entry: number): Walked => walkProbe(core, wall, wall.chains.output, { fields: new Map<HookField, number>([["family", 4], ["proto", 17], ["dport", 99]]), known: { ...ALL_KNOWN, entry } });
  assert.equal([probe(0).end, probe(0).field("dport")], ["DROP", 99]);
  assert.equal([probe(1).end, probe(1).field("dport")], ["ACCEPT", 53]);
});

test.run();
