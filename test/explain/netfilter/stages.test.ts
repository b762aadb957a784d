import { test } from "uvu";
import * as assert from "uvu/assert";
import { mayTrade, openMatches, type Stage, wallsOf } from "../../../src/explain/netfilter/stages.js";
import type { Base, HookChain, Statement } from "../../../src/model/netfilter.js";
import { formatPrefix } from "../../../src/model/address.js";
import { walled } from "../../support/walls.js";

const walls = (...rules: string[]): ReturnType<typeof wallsOf> => wallsOf(walled(rules).firewall);
const names = (stages: readonly Stage[]): string[] => stages.map((stage) => (stage.kind === "chain" ? stage.chain.table.name : stage.kind));

test("conntrack stands between raw and mangle, nat between mangle and filter", () => {
  const rules = ["raw", "mangle", "nat", "filter"].map((table) => `4 ${table} -A OUTPUT -j ACCEPT`);
  assert.equal(names(walls(...rules)[4].stages.output), ["raw", "conntrack", "mangle", "nat", "filter"]);
  assert.equal(names(walls(...rules)[6].stages.output), ["conntrack", "nat"]);
  assert.equal([names(walls()[4].stages.forward), names(walls()[4].stages.postrouting)], [[], ["nat"]]);
});

test("statements of a hook are those of all chains that it leads to", () => {
  const { statements } = walls("4 filter -N mine", "4 filter -A mine -j DROP", "4 filter -A INPUT -j mine")[4];
  assert.equal([statements.input.map(({ kind }) => kind), statements.output], [["jump", "drop"], []]);
});

test("matches on fields that a packet may leave open are gathered, others are not", () => {
  assert.equal(openMatches(walled(["4 filter -A INPUT -s 10.0.0.0/8 -p udp -m udp --dport 53 -j DROP"]).firewall).filter(({ low }) => low > 0).map(({ field, low }) => [field, low]), [["proto", 17], ["dport", 53]]);
});

test("prefixes by which rules tell sources apart, and the marks they look at", () => {
  const wall = walls("4 filter -A INPUT -s 10.0.0.0/8 -j DROP", "4 mangle -A OUTPUT -m mark --mark 0x5 -j DROP", "6 filter -A INPUT -s fe80::/10 -j DROP")[4];
  assert.equal([(wall.sources ?? []).map(formatPrefix), wall.marks], [["10.0.0.0/8"], [5]]);
});

test("where a rule asks what the tables say of the source, no source stands for others", () => {
  assert.is(walls("4 filter -A INPUT -s 10.0.0.0/8 -j DROP", "4 filter -A INPUT -m addrtype --src-type LOCAL -j DROP")[4].sources, null);
});

test("too many sources are not tried one by one", () => {
  assert.is(walls(...Array.from({ length: 100 }, (_, i) => `4 filter -A INPUT -s 10.0.0.${i} -j DROP`))[4].sources, null);
});

test("neighbours of both backends may change places only where one of them does more than let through or drop", () => {
  const stage = (backend: "nft" | "iptables", ...statements: Statement[]): Stage => {
    const base: Base = { hook: "output", type: "filter", priority: 0, policy: "accept" };
    const chain = { name: "c", base, rules: [{ steps: statements, text: "", comment: null, at: "" }], at: backend };
    const found: HookChain = { table: { backend, family: "ip", name: "t", chains: new Map([["c", chain]]), at: "" }, chain, base };
    return { kind: "chain", chain: found };
  };
  const mark: Statement = { kind: "mark", target: "mark", markBits: 0, ctMarkBits: 0, value: 1 };
  assert.equal([mayTrade(stage("nft", { kind: "drop" }), stage("iptables", { kind: "accept" })), mayTrade(stage("nft", mark), stage("iptables", { kind: "drop" })), mayTrade(stage("nft", mark), stage("nft", mark))], [false, true, false]);
});

test.run();
