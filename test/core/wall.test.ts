import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { type WallImage, writeWall } from "../../src/core/wall.js";
import { wallsOf } from "../../src/explain/netfilter/stages.js";
import type { Family } from "../../src/model/address.js";
import { type Firewall, type Hook, HOOKS } from "../../src/model/netfilter.js";
import { parseFirewall } from "../../src/state/firewall.js";
import { walled } from "../support/walls.js";

const core = await Core.load();

const ALL = [
  "4 raw -A PREROUTING -j ACCEPT", "4 raw -A OUTPUT -j ACCEPT", "4 mangle -A PREROUTING -j ACCEPT", "4 mangle -A FORWARD -j ACCEPT", "4 mangle -A OUTPUT -j ACCEPT", "4 mangle -A POSTROUTING -j ACCEPT",
  "4 nat -A PREROUTING -j ACCEPT", "4 nat -A OUTPUT -j ACCEPT", "4 nat -A POSTROUTING -j MASQUERADE", "4 filter -P FORWARD DROP", "4 filter -A INPUT -j ACCEPT", "4 filter -A OUTPUT -j ACCEPT",
];

interface Stage {
  readonly kind: string;
  readonly chains: readonly { readonly name: string; readonly type: string; readonly drops: boolean }[];
  readonly trades: boolean;
}

/** The stages of a hook as they stand in memory. */
function stagesOf({ address, bases }: WallImage, hook: Hook): Stage[] {
  const { WallAt, SpanAt, StageAt, StageKind, BaseAt, ChainType } = core.layout;
  const view = core.view();
  const word = (at: number): number => view.getUint32(at, true);
  const nameOf = (names: Readonly<Record<string, number>>, number: number): string => Object.entries(names).find(([, value]) => value === number)?.[0] ?? "";
  const span = word(address + WallAt.hooks) + HOOKS.indexOf(hook) * SpanAt.SIZE;
  return Array.from({ length: word(span + SpanAt.count) }, (_, i) => {
    const stage = word(span + SpanAt.first) + i * StageAt.SIZE;
    const chains = Array.from({ length: word(stage + StageAt.count) }, (__, k) => {
      const base = word(stage + StageAt.bases) + k * BaseAt.SIZE;
      return { name: bases[word(base + BaseAt.number) - 1]?.text ?? "", type: nameOf(ChainType, word(base + BaseAt.type)), drops: word(base + BaseAt.drops) === 1 };
    });
    return { kind: nameOf(StageKind, word(stage + StageAt.kind)), chains, trades: word(stage + StageAt.trades) === 1 };
  });
}

/** `CONNTRACK`, `CHAIN raw OUTPUT`. */
function shown(image: WallImage, hook: Hook): string[] {
  return stagesOf(image, hook).map(({ kind, chains }) => [kind, ...chains.map(({ name }) => name)].join(" "));
}

test("chains stand in the order of their priorities, conntrack and translation among them", () => {
  const image = writeWall(core, walled(ALL).firewall, 4);
  assert.equal(shown(image, "output"), ["CHAIN raw OUTPUT", "CONNTRACK", "CHAIN mangle OUTPUT", "NAT nat OUTPUT", "CHAIN filter OUTPUT"]);
  assert.equal(shown(image, "forward"), ["CHAIN mangle FORWARD", "CHAIN filter FORWARD"]);
  assert.equal(shown(image, "postrouting"), ["CHAIN mangle POSTROUTING", "NAT nat POSTROUTING"]);
});

test("without any chain conntrack and what entries remember are left", () => {
  const image = writeWall(core, walled([]).firewall, 6);
  assert.equal(HOOKS.map((hook) => shown(image, hook)), [["CONNTRACK", "NAT"], ["NAT"], [], ["CONNTRACK", "NAT"], ["NAT"]]);
  assert.equal([image.rules, image.bases], [[], []]);
});

test("policies and types are told, and the addresses of the base chains by hook", () => {
  const image = writeWall(core, walled(ALL).firewall, 4);
  assert.equal(stagesOf(image, "forward").at(-1)?.chains, [{ name: "filter FORWARD", type: "FILTER", drops: true }]);
  assert.is(stagesOf(image, "output")[2]?.chains[0]?.type, "ROUTE");
  assert.equal(HOOKS.map((hook) => image.chains[hook].length), [3, 1, 2, 4, 2]);
});

test("a family sees its own tables and those of inet", () => {
  const both = { ...walled(["6 filter -A INPUT -j DROP", "4 filter -A INPUT -j ACCEPT"]).firewall };
  assert.equal(([4, 6] as const).map((family) => writeWall(core, both, family).rules.map(({ text }) => text)), [["-A INPUT -j ACCEPT"], ["-A INPUT -j DROP"]]);
});

/** iptables' filter table, and an nft table with a chain of the same hook and priority. */
function mixed(expr: unknown): Firewall {
  const place = { family: "ip", table: "t" };
  const nftables = [
    { table: { family: "ip", name: "t", handle: 1 } }, { chain: { ...place, name: "c", handle: 2, type: "filter", hook: "output", prio: 0, policy: "accept" } }, { rule: { ...place, chain: "c", handle: 3, expr: [expr] } },
  ];
  const saved = "*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -j DROP\nCOMMIT\n";
  return parseFirewall({ saved: { 4: saved, 6: null }, nft: JSON.stringify({ nftables }) }, []).value;
}

test("neighbours whose order is not known may trade places only where that may matter", () => {
  const trades = (expr: unknown): boolean[] => stagesOf(writeWall(core, mixed(expr), 4), "output").map((stage) => stage.trades);
  assert.equal(trades({ drop: null }), [false, false, false, false]);
  assert.equal(trades({ mangle: { key: { meta: { key: "mark" } }, value: 5 } }), [false, false, true, false]);
});

test("stages are those of the readable walk", () => {
  const lists: readonly (readonly [Firewall, Family])[] = [[walled(ALL).firewall, 4], [walled(ALL).firewall, 6], [mixed({ drop: null }), 4]];
  for (const [firewall, family] of lists) {
    const image = writeWall(core, firewall, family);
    const expected = HOOKS.map((hook) => wallsOf(firewall)[family].stages[hook].map((stage) => {
      const chains = stage.kind === "chain" ? [stage.chain] : stage.kind === "nat" ? stage.chains : [];
      return [stage.kind.toUpperCase(), ...chains.map(({ table, chain }) => `${table.name} ${chain.name}`)].join(" ");
    }));
    assert.equal(HOOKS.map((hook) => shown(image, hook)), expected);
  }
});

test("a match on address types is told", () => {
  const asks = (rule: string): number => core.view().getUint32(writeWall(core, walled([rule]).firewall, 4).address + core.layout.WallAt.asksTypes, true);
  assert.equal([asks("4 filter -A INPUT -m addrtype --dst-type LOCAL -j DROP"), asks("4 filter -A INPUT -p tcp -j DROP")], [1, 0]);
});

test.run();
