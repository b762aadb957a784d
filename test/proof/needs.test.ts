import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Firewall, Step, Table } from "../../src/model/netfilter.js";
import { equals } from "../../src/model/packet.js";
import { openText } from "../../src/proof/conditions.js";
import { needsOf } from "../../src/proof/needs.js";

function firewall(family: Table["family"], ...steps: Step[]): Firewall {
  const chain = { name: "OUTPUT", base: null, rules: [{ steps, text: "-j RULE", comment: null, at: "" }], at: "" };
  return { tables: [{ backend: "iptables", family, name: "nat", chains: new Map([["OUTPUT", chain]]), at: "" }], complete: { 4: true, 6: true }, others: [] };
}

const PORT: Step = { kind: "condition", rows: [{ matches: [equals("sport", 53), equals("mark", 1)], unknown: null }], not: false, text: "" };

test("a reset asks whether a packet is TCP, another reject does not", () => {
  const reject = (reset: boolean): Firewall => firewall("ip", { kind: "reject", reset, code: { 4: 3, 6: 4 } });
  assert.equal([needsOf(reject(true), 4).matches, needsOf(reject(false), 4).matches], [[equals("proto", 6)], []]);
});

test("programs and statements that are not understood may act or not, from maps, too", () => {
  const map: Step = { kind: "choice", entries: [{ rows: [], then: { kind: "unknown", text: "-j MAGIC" } }], text: "" };
  assert.equal(needsOf(firewall("inet", { kind: "queue", bypass: false }, map), 6).unknown, ["the program behind -j RULE", "-j MAGIC"]);
});

test("ports are matched freely only where something may rewrite them", () => {
  assert.equal(needsOf(firewall("ip", PORT, { kind: "accept" }), 4).unknown, []);
  assert.equal(needsOf(firewall("ip", PORT, { kind: "masquerade", ports: null, flags: [] }), 4).unknown, [openText(equals("sport", 53))]);
});

test("tables of the other family need nothing", () => {
  assert.equal(needsOf(firewall("ip6", { kind: "queue", bypass: false }), 4), { matches: [], unknown: [] });
});

test.run();
