import { test } from "uvu";
import * as assert from "uvu/assert";
import { firewallStation } from "../../src/explain/firewall.js";
import type { Firewall } from "../../src/model/netfilter.js";
import type { Node } from "../../src/model/node.js";
import { aNode } from "../support/nodes.js";
import { packet } from "../support/walks.js";

const UNKNOWN: Firewall = { tables: [], complete: { 4: false, 6: false }, others: [] };
const told = (node: Node, dst: string): string => {
  const station = firewallStation(node, packet(`dst=${dst}`));
  return `${station?.text ?? ""} [${station?.at ?? ""}]`;
};

test("a file whose rules are not all known is named, by family", () => {
  const node = aNode({ files: ["iptables-save.txt", "ip6tables-save.txt"], firewall: UNKNOWN });
  assert.is(told(node, "192.0.2.1"), "not all rules are known [iptables-save.txt]");
  assert.is(told(node, "2001:db8::1"), "not all rules are known [ip6tables-save.txt]");
});

test("no file is not the same as no firewall", () => {
  assert.is(told(aNode({ firewall: UNKNOWN }), "192.0.2.1"), "whether there is a firewall is not known (no iptables-save.txt, no nft.json) []");
  assert.is(told(aNode(), "192.0.2.1"), "no rules []");
});

test("rules that are all known speak for themselves, those of the other family do not count", () => {
  const table = { backend: "iptables", family: "ip", name: "filter", chains: new Map(), at: "" } as const;
  const node = aNode({ firewall: { tables: [table], complete: { 4: true, 6: true }, others: [] } });
  assert.is(firewallStation(node, packet("dst=192.0.2.1")), null);
  assert.is(told(node, "2001:db8::1"), "no rules []");
});

test.run();
