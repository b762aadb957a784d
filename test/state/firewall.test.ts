import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Firewall, type Rule, type Table } from "../../src/model/netfilter.js";
import { type FirewallTexts, parseFirewall } from "../../src/state/firewall.js";
import { parseIptables } from "../../src/state/iptables.js";
import { parseNft } from "../../src/state/nft.js";
import { isObject, own } from "../../src/state/values.js";
import { link } from "../support/nodes.js";
import { random } from "../support/random.js";
import { allHold, DEVICES, type HookFields } from "./firewalls.js";

const NAT = "*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -o lo -p udp -j DNAT --to-destination :54\nCOMMIT\n";
const NFT = JSON.stringify({ nftables: [{ table: { family: "ip", name: "nat" } }, { table: { family: "inet", name: "fw4" } }, { table: { family: "ip6", name: "nat" } }] });

const WHOLE = { 4: false, 6: false, nft: false };

function firewall(parts: { 4?: string; 6?: string; nft?: string }, broken: Partial<NonNullable<FirewallTexts["broken"]>> = {}): ReturnType<typeof parseFirewall> {
  const texts: FirewallTexts = { saved: { 4: parts[4] ?? null, 6: parts[6] ?? null }, nft: parts.nft ?? null, broken: { ...WHOLE, ...broken } };
  return parseFirewall(texts, [link({ name: "lo" }), link({ name: "br-wan" })]);
}
const names = ({ tables }: Firewall): string[] => tables.map(({ backend, family, name }: Table) => `${backend} ${family} ${name}`);

test("a table that both tools print is read from iptables-save alone", () => {
  assert.equal(names(firewall({ 4: NAT, nft: NFT }).value), ["iptables ip nat", "nft inet fw4", "nft ip6 nat"]);
  assert.equal(names(firewall({ nft: NFT }).value), ["nft ip nat", "nft inet fw4", "nft ip6 nat"]);
});

test("devices are numbered as link.json lists them", () => {
  const [step] = firewall({ 4: NAT }).value.tables[0]?.chains.get("OUTPUT")?.rules[0]?.steps ?? [];
  assert.equal(step, { kind: "condition", rows: [{ matches: [{ field: "oif", mask: 0xffffffff, low: 1, span: 0 }], unknown: null }], not: false, text: "-o lo" });
});

test("a family is complete when its own save or nft.json was read whole", () => {
  const complete = (parts: Parameters<typeof firewall>[0]): Firewall["complete"] => firewall(parts).value.complete;
  assert.equal(complete({}), { 4: false, 6: false });
  assert.equal(complete({ 4: NAT }), { 4: true, 6: false });
  assert.equal(complete({ 4: "", 6: "" }), { 4: true, 6: true });
  assert.equal(complete({ nft: NFT }), { 4: true, 6: true });
  assert.equal(complete({ 4: NAT, nft: "[" }), { 4: false, 6: false });
});

test("a dump that failed or could not be opened leaves its families incomplete, whatever else was read", () => {
  const complete = (broken: Partial<NonNullable<FirewallTexts["broken"]>>): Firewall["complete"] => firewall({ 4: NAT, 6: "", nft: NFT }, broken).value.complete;
  assert.equal([complete({ 4: true }), complete({ 6: true }), complete({ nft: true })], [{ 4: false, 6: true }, { 4: true, 6: false }, { 4: false, 6: false }]);
});

test("all dumps share one room: what does not fit leaves its own family incomplete", () => {
  const rules = Array.from({ length: 35_000 }, (_, i) => `-A OUTPUT -d 10.0.${i >> 8}.${i & 255} -p udp -m udp --dport ${i} -j ACCEPT\n`).join("");
  const { value, diagnostics } = firewall({ 4: `*filter\n:OUTPUT ACCEPT [0:0]\n${rules}COMMIT\n`, 6: "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -j ACCEPT\nCOMMIT\n" });
  assert.equal([value.complete, diagnostics.map(({ code, place }) => `${code} ${place.split(":")[0] ?? ""}`)], [{ 4: false, 6: false }, ["WP1405 iptables-save.txt", "WP1405 ip6tables-save.txt"]]);
});

test("a table that only nft can print needs nft.json", () => {
  const save = `${NAT}# Table \`fw' is incompatible, use 'nft' tool.\n`;
  assert.is(firewall({ 4: save }).value.complete[4], false);
  assert.is(firewall({ 4: save, nft: NFT }).value.complete[4], true);
});

test("tables of legacy iptables behind a save of the other kind make it incomplete", () => {
  const { value, diagnostics } = firewall({ 4: `${NAT}# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n` });
  assert.equal([value.complete[4], diagnostics.map(({ code, place }) => `${code} ${place}`)], [false, ["WP1405 iptables-save.txt:5"]]);
});

/** Rules that iptables-translate put into nft's words, saved by iptables and listed by nft. */
const PAIRS: readonly unknown[] = readFileSync(new URL("../vectors/firewall/translated.jsonl", import.meta.url), "utf8").trim().split("\n").map((line): unknown => JSON.parse(line));

function pairOf(value: unknown): { readonly save: string; readonly iptables: Rule; readonly nft: Rule; readonly family: 4 | 6 } {
  if (!isObject(value)) throw new Error("no pair");
  const family = own(value, "family") === 4 ? 4 : 6;
  const save = String(own(value, "save"));
  const chain = save.split(" ")[1] ?? "";
  const table = parseIptables(`*${String(own(value, "table"))}\n:${chain} ACCEPT [0:0]\n${save}\nCOMMIT\n`, family, DEVICES).value.tables[0];
  const place = { family: family === 4 ? "ip" : "ip6", table: "t" };
  const ruleset = { nftables: [{ table: { family: place.family, name: "t" } }, { chain: { ...place, name: "c" } }, { rule: { ...place, chain: "c", handle: 1, expr: own(value, "nft") } }] };
  const [iptables] = table?.chains.get(chain)?.rules ?? [];
  const [nft] = parseNft(JSON.stringify(ruleset), DEVICES).value?.tables[0]?.chains.get("c")?.rules ?? [];
  if (iptables === undefined || nft === undefined) throw new Error(save);
  return { save, iptables, nft, family };
}

const ADDRESSES = {
  4: [0x0a000005, 0x0a000109, 0x0a00010a, 0xc000022a, 0xc633648f, 0xcb007107, 0xcb0071ff, 0x7f000001, 0xe0000001].map((word) => [word, 0, 0, 0]),
  6: [
    [0x20010db8, 0, 0, 5], [0x20010db8, 0, 0, 4], [0x20010db8, 0x00010000, 0, 9], [0x20010db8, 0x00010000, 0, 10], [0x20010db8, 0x00770010, 0, 0x21], [0xfe800000, 0, 0, 1],
    [0xfe800000, 0, 0, 0x10000], [0, 0, 0, 1], [0x20010db8, 0x80000000, 0, 0], [0xff020000, 0, 0, 1],
  ],
} as const;

function packet(family: 4 | 6, next: (limit: number) => number): HookFields {
  const pick = <T>(...values: readonly T[]): T | undefined => values[next(values.length)];
  const one = (...values: readonly number[]): number => pick(...values) ?? 0;
  const [src0 = 0, src1 = 0, src2 = 0, src3 = 0] = pick<readonly number[]>(...ADDRESSES[family]) ?? [];
  const [dst0 = 0, dst1 = 0, dst2 = 0, dst3 = 0] = pick<readonly number[]>(...ADDRESSES[family]) ?? [];
  return {
    family, src0, src1, src2, src3, dst0, dst1, dst2, dst3, proto: one(6, 17, family === 4 ? 1 : 58, 50), sport: one(53, 22, 80, 67, 1023, 1024, 65535), dport: one(53, 22, 80, 67, 68, 69),
    icmpType: one(8, 0, 3, 128, 1, 135), tcpFlags: one(2, 18, 16, 4, 1, 0, 22), hopLimit: one(4, 5, 64, 255, 100, 101), tos: one(0, 40, 184, 185), mark: one(0, 1, 5, 0x10, 0x1f),
    ctMark: one(0, 1, 5), uid: one(0, 100, 150, 201), gid: one(0, 800), oif: one(1, 2, 3, 4), fragment: one(0, 0, 1, 2), ctState: one(1, 2, 4, 8, 64), ctDirection: one(0, 1),
    ctStatus: one(0, 2, 4, 6), owner: one(0, 1, 2), dstType: one(2, 4, 8, 32), packetType: one(0, 1, 2),
  };
}

test("240 rules mean the same in iptables' words and in nft's, on random packets", () => {
  const next = random(20_240);
  let taken = 0;
  for (const { save, iptables, nft, family } of PAIRS.map(pairOf)) {
    const effect = (rule: Rule): unknown => rule.steps.filter(({ kind }) => kind !== "condition");
    assert.equal(effect(nft), effect(iptables), save);
    for (let i = 0; i < 60; i++) {
      const fields = packet(family, next);
      const truth = allHold(iptables.steps, fields);
      if (allHold(nft.steps, fields) !== truth) assert.unreachable(`${save}: iptables ${truth}, nft otherwise, for ${JSON.stringify(fields)}`);
      if (truth === true) taken++;
    }
  }
  assert.ok(taken > 500, `${taken}`);
});

test.run();
