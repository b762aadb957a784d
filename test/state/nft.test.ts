import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseNft, type Ruleset } from "../../src/state/nft.js";
import { Room } from "../../src/state/room.js";
import { DEVICES, isCondition, tableOf } from "./firewalls.js";

const vector = (name: string): string => readFileSync(new URL(`../vectors/firewall/${name}.json`, import.meta.url), "utf8");
const parse = (nftables: readonly unknown[]): ReturnType<typeof parseNft> => parseNft(JSON.stringify({ nftables }), DEVICES);
const TABLE = { table: { family: "inet", name: "t" } };
const place = { family: "inet", table: "t" };
const codes = (nftables: readonly unknown[]): string[] => parse(nftables).diagnostics.map(({ code, place: at }) => `${code} ${at}`);
const complete = (nftables: readonly unknown[]): boolean | undefined => parse(nftables).value?.complete;

test("a ruleset as fw4 makes it is read whole", () => {
  const { value, diagnostics } = parseNft(vector("fw4"), DEVICES);
  assert.equal([value?.complete, diagnostics, value?.others], [true, [], []]);
  const table = tableOf(value?.tables ?? [], "fw4");
  const bases = [...table.chains.values()].flatMap(({ name, base }) => (base === null ? [] : [`${name} ${base.hook} ${base.type} ${base.priority} ${base.policy}`]));
  assert.equal(bases, [
    "input input filter 0 drop", "forward forward filter 0 drop", "output output filter 0 accept", "dns_redirect output nat -100 accept", "srcnat postrouting nat 100 accept",
    "mangle_output output route -150 accept", "mangle_forward forward filter -150 accept", "mangle_postrouting postrouting filter -150 accept",
  ]);
  const unknown = [...table.chains.values()].flatMap(({ rules }) => rules.flatMap(({ steps }) => steps.filter(isCondition).flatMap(({ rows }) => rows.flatMap((row) => row.unknown ?? []))));
  assert.ok(unknown.every((text) => text.startsWith("limit rate")), unknown.join());
});

test("a rule has nft's own words, its comment, and its handle for a place", () => {
  const rule = tableOf(parseNft(vector("fw4"), DEVICES).value?.tables ?? [], "fw4").chains.get("output")?.rules[0];
  assert.match(rule?.at ?? "", /^nft\.json#fw4\/output\/\d+$/);
  assert.equal([rule?.text, rule?.comment], ["oif lo accept", "!fw4: Accept traffic towards loopback"]);
});

test("of 150 kinds of rules only those that ask what is not modelled are messages", () => {
  const { value, diagnostics } = parseNft(vector("expressions"), DEVICES);
  assert.equal([value?.complete, value?.tables.map(({ name }) => name), value?.others.map(({ text }) => text)], [true, ["t", "old", "old6"], ["table netdev nd", "table bridge br", "table arp ar"]]);
  const facts = diagnostics.filter(({ code }) => code === "WP1401").map(({ fact }) => /"the (\w+ \S+ \S+)/.exec(fact)?.[1] ?? fact);
  assert.equal(facts.length, 21);
});

test("xt expressions of iptables' own tables are unknown, unless the table is read elsewhere", () => {
  assert.ok(parseNft(vector("xt"), DEVICES).diagnostics.some(({ fact }) => fact.includes("xt")));
  const { value, diagnostics } = parseNft(vector("xt"), DEVICES, () => true);
  assert.equal([value?.tables, diagnostics], [[], []]);
});

test("tables of other families are other data paths", () => {
  const list = ["netdev", "bridge", "arp"].map((family) => ({ table: { family, name: "x" } }));
  const { value, diagnostics } = parse([...list, { chain: { family: "netdev", table: "x", name: "c", hook: "ingress" } }]);
  assert.equal([value?.others.map(({ text }) => text), value?.complete, diagnostics.map(({ code }) => code)], [["table netdev x", "table bridge x", "table arp x"], true, ["WP1404", "WP1404", "WP1404"]]);
  assert.equal(codes([TABLE, { chain: { ...place, name: "c", type: "filter", hook: "ingress", prio: 0, policy: "accept" } }]), ["WP1404 nft.json#t/c"]);
});

test("chains of a dormant table are not called", () => {
  const { value } = parse([{ table: { family: "ip", name: "t", flags: "dormant" } }, { chain: { family: "ip", table: "t", name: "c", type: "filter", hook: "input", prio: 0, policy: "drop" } }]);
  assert.is(value?.tables[0]?.chains.get("c")?.base, null);
});

test("a chain may be listed behind its rules", () => {
  const { value, diagnostics } = parse([TABLE, { rule: { ...place, chain: "c", handle: 1, expr: [{ jump: { target: "d" } }] } }, { chain: { ...place, name: "c" } }, { chain: { ...place, name: "d" } }]);
  assert.equal([value?.tables[0]?.chains.get("c")?.rules.length, diagnostics], [1, []]);
});

test("what cannot be read makes the ruleset incomplete", () => {
  for (const element of [5, "x", null, {}, { dragon: {} }, { table: 5 }, { chain: { name: "c" } }, { rule: { ...place, chain: "nowhere", expr: [] } }, { chain: { family: "ip", table: "nowhere", name: "c" } }, TABLE, { chain: { ...place, name: "c", type: "filter", hook: "sideways", prio: 0 } }, { chain: { ...place, name: "c", type: "filter", hook: "input", prio: "low" } }, { element: { ...place, name: "s" } }]) {
    assert.equal([complete([TABLE, element]), codes([TABLE, element]).map((code) => code.slice(0, 6))], [false, ["WP1402"]], JSON.stringify(element));
  }
  assert.is(complete([TABLE, { metainfo: {} }, { counter: { ...place, name: "x" } }, { flowtable: { ...place, name: "f" } }]), true);
});

test("a rule without its expressions may do anything", () => {
  const { value, diagnostics } = parse([TABLE, { chain: { ...place, name: "c" } }, { rule: { ...place, chain: "c", handle: 3 } }]);
  assert.equal([value?.tables[0]?.chains.get("c")?.rules[0]?.steps.map(({ kind }) => kind), diagnostics.map(({ code }) => code)], [["condition", "unknown"], ["WP1402"]]);
});

test("a text that is no ruleset is missing", () => {
  for (const text of ["", "[", "[]", "{}", '{"nftables":5}', `{"nftables":${"[".repeat(1_000_000)}`]) {
    const { value, diagnostics } = parseNft(text, DEVICES);
    assert.equal([value, diagnostics.map(({ code }) => code)], [null, ["WP1005"]], text.slice(0, 20));
  }
});

test("a rule has at most as many statements as the kernel takes", () => {
  const kinds = (count: number): unknown => {
    const { value, diagnostics } = parse([TABLE, { chain: { ...place, name: "c" } }, { rule: { ...place, chain: "c", handle: 3, expr: Array(count).fill({ log: null }) } }]);
    return [value?.tables[0]?.chains.get("c")?.rules[0]?.steps[0]?.kind, diagnostics.map(({ code }) => code)];
  };
  assert.equal([kinds(128), kinds(129)], [["none", []], ["condition", ["WP1402"]]]);
});

test("a ruleset that fills the room is incomplete and says so once", () => {
  const rules = Array.from({ length: 50 }, (_, i) => ({ rule: { ...place, chain: "c", handle: i, expr: [{ accept: null }] } }));
  const { value, diagnostics } = parseNft(JSON.stringify({ nftables: [TABLE, { chain: { ...place, name: "c" } }, ...rules] }), DEVICES, () => false, new Room(60));
  assert.equal([value?.complete, diagnostics.map(({ code }) => code)], [false, ["WP1405"]]);
  assert.ok((value?.tables[0]?.chains.get("c")?.rules.length ?? 50) < 50);
});

test("a set with more elements than are kept is named as such, and its rules may hold or not", () => {
  const elem = Array.from({ length: 100_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
  const match = { match: { op: "==", left: { payload: { protocol: "ip", field: "saddr" } }, right: "@s" } };
  const { value, diagnostics } = parse([TABLE, { set: { ...place, name: "s", type: "ipv4_addr", elem } }, { chain: { ...place, name: "c" } }, { rule: { ...place, chain: "c", handle: 3, expr: [match, { drop: null }] } }]);
  assert.equal([value?.complete, diagnostics.map(({ code, fact }) => [code, /looks up in 100000 elements, more than are kept/.test(fact)])], [true, [["WP1401", true]]]);
});

test("hostile rulesets end soon and say what was not read", () => {
  const chains = Array.from({ length: 100_000 }, (_, i) => ({ chain: { ...place, name: `c${i}` } }));
  const jumps = Array.from({ length: 100_000 }, (_, i) => ({ rule: { ...place, chain: `c${i}`, handle: i, expr: [{ goto: { target: `c${(i + 1) % 100_000}` } }] } }));
  const range = { range: ["2001::1:1:1:1", "2002:1:1:1:1:1:1:1"] };
  const ip6 = { payload: { protocol: "ip6", field: "saddr" } };
  const wide = { match: { op: "==", left: { concat: Array(8).fill(ip6) }, right: { set: [{ concat: Array(8).fill(range) }] } } };
  const many = Array.from({ length: 1000 }, (_, i) => ({ rule: { ...place, chain: "c", handle: i, expr: Array(1000).fill({ accept: null }) } }));
  const expected: [readonly unknown[], string][] = [[[...chains, ...jumps], "WP1405"], [[...chains.slice(0, 1000), ...jumps.slice(0, 1000)], "WP1403"], [[{ chain: { ...place, name: "c" } }, { rule: { ...place, chain: "c", expr: [wide] } }], "WP1401"], [[{ chain: { ...place, name: "c" } }, ...many], "WP1402"]];
  for (const [list, code] of expected) {
    const started = performance.now();
    const { value, diagnostics } = parse([TABLE, ...list]);
    const read: Ruleset | null = value;
    assert.ok(read !== null && diagnostics.some((said) => said.code === code), code);
    assert.ok(performance.now() - started < 10_000, code);
  }
});

test.run();
