import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Backend, type Base, type Chain, chainsAt, type Firewall, isOrderUnknown, type Table } from "../../src/model/netfilter.js";

function table(backend: Backend, family: Table["family"], bases: Readonly<Record<string, Base | null>>): Table {
  const chains = new Map(Object.entries(bases).map(([name, base]): [string, Chain] => [name, { name, base, rules: [], at: name }]));
  return { backend, family, name: "t", chains, at: "t" };
}
const base = (priority: number, hook: Base["hook"] = "output"): Base => ({ hook, type: "filter", priority, policy: "accept" });
const firewall = (...tables: readonly Table[]): Firewall => ({ tables, complete: { 4: true, 6: true }, others: [] });
const order = (of: Firewall, family: 4 | 6 = 4): string[] => chainsAt(of, family, "output").map(({ chain }) => chain.name);

test("chains of a hook come by priority, whatever table they are in", () => {
  assert.equal(order(firewall(table("nft", "ip", { filter: base(0), raw: base(-300) }), table("nft", "inet", { nat: base(-100), other: base(-150, "input"), plain: null }))), ["raw", "nat", "filter"]);
});

test("ip is for IPv4, ip6 for IPv6, inet for both", () => {
  const of = firewall(table("nft", "ip", { four: base(0) }), table("nft", "ip6", { six: base(1) }), table("nft", "inet", { both: base(2) }));
  assert.equal([order(of, 4), order(of, 6)], [["four", "both"], ["six", "both"]]);
});

test("of equal priorities the chain registered last comes first", () => {
  assert.equal(order(firewall(table("nft", "ip", { one: base(0), two: base(0) }), table("nft", "inet", { three: base(0) }))), ["three", "two", "one"]);
});

test("the order of iptables and nft at one priority is not known", () => {
  const [a, b] = chainsAt(firewall(table("iptables", "ip", { one: base(0) }), table("nft", "ip", { two: base(0) })), 4, "output");
  const [c, d] = chainsAt(firewall(table("nft", "ip", { one: base(0), two: base(0) })), 4, "output");
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error("no chains");
  assert.equal([isOrderUnknown(a, b), isOrderUnknown(c, d)], [true, false]);
});

test.run();
