import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Firewall, Step, Table } from "../../src/model/netfilter.js";
import type { FibRule } from "../../src/model/node.js";
import { equals } from "../../src/model/packet.js";
import { mentionsOf } from "../../src/proof/mentions.js";

function table(family: Table["family"], steps: readonly Step[]): Table {
  const chain = { name: "OUTPUT", base: null, rules: [{ steps, text: "", comment: null, at: "" }], at: "" };
  return { backend: "iptables", family, name: "mangle", chains: new Map([["OUTPUT", chain]]), at: "" };
}

function firewall(...tables: Table[]): Firewall {
  return { tables, complete: { 4: true, 6: true }, others: [] };
}

function rule(matches: FibRule["matches"], unknown: readonly string[]): FibRule {
  return {
    family: 6, priority: 1, matches, from: null, to: null, iif: null, oif: null, invert: false, action: { kind: "table", table: 1 }, suppressPrefixLength: null,
    suppressGroup: null, unknown, text: "", at: "",
  };
}

const DNS: Step = { kind: "condition", rows: [{ matches: [equals("dport", 53)], unknown: "-m string x" }], not: false, text: "" };
const POLICY = { rows: [{ matches: [equals("gid", 800)], class: "fastd", reason: null, why: "", at: "" }] } as const;

test("rules, conditions, choices and the policy are all heard", () => {
  const choice: Step = { kind: "choice", entries: [{ rows: [{ matches: [equals("proto", 17)], unknown: null }], then: { kind: "accept" } }], text: "" };
  const node = { rules: { 4: [], 6: [rule([equals("mark", 1, 1)], ["tun_id 5"])] }, firewall: firewall(table("ip6", [DNS, choice])) };
  const found = mentionsOf(node, 6, POLICY);
  assert.equal(found.matches, [equals("mark", 1, 1), equals("dport", 53), equals("proto", 17), equals("gid", 800)]);
  assert.equal(found.unknown, ["tun_id 5", "-m string x"]);
});

test("tables of the other family are not heard, those of both are", () => {
  const node = { rules: { 4: [], 6: [] }, firewall: firewall(table("ip6", [DNS]), table("inet", [DNS])) };
  assert.is(mentionsOf(node, 4, null).matches.length, 1);
  assert.is(mentionsOf(node, 6, null).matches.length, 2);
});

test("a text stands once", () => {
  const node = { rules: { 4: [], 6: [] }, firewall: firewall(table("inet", [DNS, DNS])) };
  assert.equal(mentionsOf(node, 6, null).unknown, ["-m string x"]);
});

test("bits of a mark that are written, or come from the other mark, count as looked at in both", () => {
  const mark: Step = { kind: "mark", target: "mark", markBits: 0xfffffff0, ctMarkBits: 0, value: 1 };
  const restore: Step = { kind: "mark", target: "mark", markBits: 0xffffffff, ctMarkBits: 0x100, value: 0 };
  const save: Step = { kind: "choice", entries: [{ rows: [], then: { kind: "mark", target: "ctMark", markBits: 0x200, ctMarkBits: 0xffffffff, value: 0 } }], text: "" };
  const node = { rules: { 4: [], 6: [] }, firewall: firewall(table("ip", [mark, restore, save])) };
  assert.equal(mentionsOf(node, 4, null).matches, [equals("mark", 0, 0x30f), equals("ctMark", 0, 0x30f)]);
});

test.run();
