import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Firewall } from "../../src/model/netfilter.js";
import { translatedFamilies } from "../../src/policy/translated.js";
import { parseFirewall } from "../../src/state/firewall.js";
import { link } from "../support/nodes.js";

const LINKS = ["lo", "br-wan", "br-client"].map((name) => link({ name }));
const WAN = [2];
const table = (...rules: readonly string[]): string => `*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:zone_wan_postrouting - [0:0]\n${rules.map((rule) => `-A ${rule}\n`).join("")}COMMIT\n`;
const EMPTY = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";

function firewall(saved4: string | null, saved6: string | null = EMPTY): Firewall {
  return parseFirewall({ saved: { 4: saved4, 6: saved6 }, nft: null }, LINKS).value;
}

test("a masquerade for the WAN, as fw3 writes it, changes IPv4 sources and no others", () => {
  const fw3 = table('POSTROUTING -o br-wan -m comment --comment "!fw3" -j zone_wan_postrouting', 'zone_wan_postrouting -m comment --comment "!fw3" -j MASQUERADE');
  assert.equal(translatedFamilies(firewall(fw3), WAN), { 4: true, 6: false });
});

test("a masquerade for another device changes nothing that leaves on the WAN", () => {
  assert.equal(translatedFamilies(firewall(table("POSTROUTING -o br-client -j MASQUERADE")), WAN), { 4: false, 6: false });
  assert.equal(translatedFamilies(firewall(table("POSTROUTING ! -o br-client -j MASQUERADE")), WAN), { 4: true, 6: false });
  assert.equal(translatedFamilies(firewall(table("POSTROUTING ! -o br-wan -j MASQUERADE")), WAN), { 4: false, 6: false });
});

test("other conditions may hold, so they do not count", () => {
  assert.is(translatedFamilies(firewall(table("POSTROUTING -s 10.0.0.0/8 -p tcp -j SNAT --to-source 192.0.2.1")), WAN)[4], true);
});

test("translation of destinations, and chains that nothing calls, change no source", () => {
  assert.is(translatedFamilies(firewall(table("OUTPUT -p udp --dport 53 -j REDIRECT --to-ports 54", "zone_wan_postrouting -j MASQUERADE")), WAN)[4], false);
});

test("a firewall that was not collected may change anything", () => {
  assert.equal(translatedFamilies(firewall(null, null), WAN), { 4: true, 6: true });
});

test("nft's masquerade under meta nfproto is of that family alone", () => {
  const chain = { family: "inet", table: "fw4", name: "srcnat", handle: 1, type: "nat", hook: "postrouting", prio: 100, policy: "accept" };
  const expr = [
    { match: { op: "==", left: { meta: { key: "oifname" } }, right: "br-wan" } }, { match: { op: "==", left: { meta: { key: "nfproto" } }, right: "ipv4" } }, { masquerade: null },
  ];
  const nft = JSON.stringify({ nftables: [{ table: { family: "inet", name: "fw4", handle: 1 } }, { chain }, { rule: { family: "inet", table: "fw4", chain: "srcnat", handle: 2, expr } }] });
  assert.equal(translatedFamilies(parseFirewall({ saved: { 4: null, 6: null }, nft }, LINKS).value, WAN), { 4: true, 6: false });
});

test.run();
