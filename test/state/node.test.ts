import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/model/diagnostic.js";
import type { Node } from "../../src/model/node.js";
import { assembleNode } from "../../src/state/node.js";
import { parseState } from "../../src/state/parts.js";

const REQUIRED = {
  "rule4.json": '[{"priority":0,"src":"all","table":"local"}]', "rule6.json": '[{"priority":0,"src":"all","table":"local"}]',
  "route4.json": '[{"dst":"default","gateway":"192.0.2.1","dev":"br-wan","flags":[]}]', "route6.json": "[]",
  "addr.json": '[{"ifname":"br-wan","addr_info":[{"local":"192.0.2.62","prefixlen":24}]}]', "link.json": '[{"ifindex":1,"ifname":"lo"},{"ifindex":2,"ifname":"br-wan"}]',
};
const UCI = `package fastd
config fastd 'mesh_vpn'
\toption enabled '1'
\toption group 'gluon-mesh-vpn'
\toption packet_mark '1'
config peer 'gw01'
\toption enabled '1'
\toption net 'mesh_vpn'
\tlist remote '"gw01.example" port 10010'
\tlist remote '[2001:db8:9::11] port 10010'
config peer 'gw02'
\toption enabled '0'
\tlist remote '"gw02.example" port 10010'
package gluon-wan-dnsmasq
config static
\tlist server 'fe80::1%br-wan'
`;
const CONF = 'group "g";\npacket mark 3;\ninclude peers from "/var/peers";\n# remote "comment.example" port 1;\npeer "gw01" { remote "gw01.example" port 10010; }\n';

function node(files: Record<string, string>, exits: Record<string, number> = {}): Node {
  const sources = Object.entries({ ...REQUIRED, ...files }).map(([name, text]) => [name, { name, text, exit: exits[name] ?? null }] as const);
  return assembleNode({ path: "n", name: "n", files: new Map(sources) });
}
const said = (of: Node, code: string): string[] => of.diagnostics.filter((d) => d.code === code).map(({ place }) => place);
const hosts = (of: Node): string[] => (of.fastd?.remotes ?? []).map(({ host }) => (host.kind === "name" ? host.name : host.address.words.join(".")));

test("six files make a node, and each optional file is missed in one note", () => {
  const made = node({});
  assert.equal([made.rules[4].length, made.routes[4].length, made.links.length, made.addresses.length], [1, 1, 2, 1]);
  assert.equal([made.sockets, made.fastd, made.uci, made.wanResolvers, made.bridgePorts], [null, null, null, null, null]);
  assert.is(said(made, "WP1004").length, 13);
  assert.ok(made.diagnostics.every(({ severity }) => severity === "note"));
  assert.match(made.diagnostics.find(({ place }) => place === "ss.txt")?.consequence ?? "", "under way");
});

test("all required files that are missing are named at once", () => {
  const files = new Map([["link.json", { name: "link.json", text: "[]", exit: null }], ["rule4.json", { name: "rule4.json", text: "", exit: 127 }]]);
  try {
    assembleNode({ path: "n", name: "n", files });
    assert.unreachable();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    assert.is(error.diagnostic.code, "WP1002");
    for (const name of ["rule4.json (its command failed with exit status 127)", "rule6.json", "route4.json", "route6.json", "addr.json"]) assert.match(error.diagnostic.fact, name);
    assert.not.match(error.diagnostic.fact, "link.json");
    assert.match(error.diagnostic.consequence, "rtnetlink.txt");
  }
});

test("a required file that is no JSON is WP1003 with its place", () => {
  assert.throws(() => node({ "route6.json": "[{" }), (error: unknown) => error instanceof InputError && error.diagnostic.code === "WP1003" && error.diagnostic.place === "route6.json");
});

const SAVE = "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -o br-wan -j ACCEPT\nCOMMIT\n";
const NFT = '{"nftables":[{"table":{"family":"ip","name":"filter"}},{"table":{"family":"inet","name":"fw4"}}]}';

test("the firewall comes from iptables-save, ip6tables-save and nft.json together", () => {
  const tables = (files: Record<string, string>): string[] => node(files).firewall.tables.map(({ backend, family, name }) => `${backend} ${family} ${name}`);
  assert.equal(tables({ "iptables-save.txt": SAVE, "ip6tables-save.txt": SAVE, "nft.json": NFT }), ["iptables ip filter", "iptables ip6 filter", "nft inet fw4"]);
  assert.equal(tables({}), []);
});

test("a family without any firewall file is missed, and its firewall is not complete", () => {
  const missed = (files: Record<string, string>): unknown => [said(node(files), "WP1004").filter((file) => /save|nft/.test(file)), node(files).firewall.complete];
  assert.equal(missed({}), [["iptables-save.txt", "ip6tables-save.txt"], { 4: false, 6: false }]);
  assert.equal(missed({ "iptables-save.txt": SAVE }), [["ip6tables-save.txt"], { 4: true, 6: false }]);
  assert.equal(missed({ "nft.json": NFT }), [[], { 4: true, 6: true }]);
});

test("iptables-save that failed tells nothing of its family", () => {
  const made = node({ "iptables-save.txt": "" }, { "iptables-save.txt": 127 });
  assert.equal([made.firewall.complete[4], said(made, "WP1007")], [false, ["iptables-save.txt"]]);
});

test("a dump of the firewall whose command failed half way leaves its families incomplete, nft.json or not", () => {
  const complete = (failed: string, more: Record<string, string> = {}): unknown => node({ "iptables-save.txt": SAVE, "ip6tables-save.txt": SAVE, ...more }, { [failed]: 1 }).firewall.complete;
  assert.equal(complete("iptables-save.txt"), { 4: false, 6: true });
  assert.equal(complete("ip6tables-save.txt", { "nft.json": NFT }), { 4: true, 6: false });
  assert.equal(complete("nft.json", { "nft.json": NFT }), { 4: false, 6: false });
  assert.equal(complete("nft.json", { "nft.json": "" }), { 4: true, 6: true });
});

test("an optional file that is no JSON is WP1005 and null, without a note that it is missing", () => {
  const made = node({ "senders.json": "[" });
  assert.equal([made.senders, said(made, "WP1005"), said(made, "WP1004").includes("senders.json")], [null, ["senders.json"], false]);
});

test("a command that failed without output is WP1007 and leaves the file out", () => {
  const made = node({ "ss.txt": "" }, { "ss.txt": 127 });
  assert.equal([made.sockets, said(made, "WP1007"), said(made, "WP1004").includes("ss.txt")], [null, ["ss.txt"], false]);
});

test("a command that failed with output is WP1007 and read", () => {
  assert.equal(node({ group: "root:x:0:\n" }, { group: 1 }).groups, new Map([["root", 0]]));
  assert.equal(said(node({ group: "root:x:0:\n" }, { group: 1 }), "WP1007"), ["group"]);
});

test("an empty file of a folder is read: it names no resolvers", () => {
  assert.equal(node({ "wan-resolv.conf": "" }).wanResolvers, []);
});

test("included peers that UCI does not know stay missing", () => {
  const made = node({ "fastd.conf": CONF });
  assert.equal([hosts(made), made.fastd?.missing, said(made, "WP1202")], [["gw01.example"], ["fastd.conf:3"], ["fastd.conf:3"]]);
});

test("UCI's enabled peers stand in for included ones, once each, and nothing is missing", () => {
  const made = node({ "fastd.conf": CONF, "uci.txt": UCI });
  assert.equal([hosts(made), made.fastd?.missing, said(made, "WP1202")], [["gw01.example", "536939960.589824.0.17"], [], []]);
  assert.equal([made.fastd?.mark, made.fastd?.group], [3, "g"]);
});

test("UCI does not stand in for an included file of any kind", () => {
  assert.equal(node({ "fastd.conf": 'include "more";', "uci.txt": UCI }).fastd?.missing, ["fastd.conf:1"]);
});

test("without fastd.conf UCI gives mark and group", () => {
  const made = node({ "uci.txt": UCI });
  assert.equal([made.fastd?.mark, made.fastd?.group, hosts(made).length, made.fastd?.missing], [1, "gluon-mesh-vpn", 2, []]);
});

test("UCI's static resolvers stand for a missing wan-resolv.conf only", () => {
  assert.equal(node({ "uci.txt": UCI }).wanResolvers?.map(({ dev }) => dev), ["br-wan"]);
  assert.equal(node({ "uci.txt": UCI, "wan-resolv.conf": "nameserver 192.0.2.1\n" }).wanResolvers?.map(({ dev }) => dev), [null]);
});

test("a node.state cut at any line is read or refused, never a stack trace", () => {
  const parts = { ...REQUIRED, "fastd.conf": CONF, "uci.txt": UCI, "ss.txt": 'udp UNCONN 0 0 0.0.0.0:53 0.0.0.0:* users:(("a",pid=1,fd=2))\n' };
  const lines = Object.entries(parts).flatMap(([name, text]) => [`#### wanproof ${name} exit=0 cmd=x`, ...JSON.stringify(text).startsWith('"[') ? JSON.stringify(JSON.parse(text), null, 1).split("\n") : text.split("\n")]);
  let whole = 0;
  for (let end = 0; end <= lines.length; end++) {
    try {
      const { value, diagnostics } = parseState(lines.slice(0, end).join("\n"), "n.state");
      assembleNode({ path: "n.state", name: "n", files: value, diagnostics });
      whole++;
    } catch (error) {
      assert.instance(error, InputError, `cut after ${end} lines`);
    }
  }
  assert.ok(whole > 0 && whole < lines.length);
});

test("hostile text in every file is a message or an InputError", () => {
  const hostile = ["\0".repeat(100_000), "x".repeat(1_000_000), '{"__proto__":1}', '"'.repeat(50_000), "'\n".repeat(50_000), "[".repeat(200_000)];
  for (const text of hostile) {
    const files = Object.fromEntries(["fastd.conf", "fastd-status.json", "ss.txt", "wan-resolv.conf", "resolv.conf", "group", "passwd", "sysctl.txt", "senders.json", "bridge-link.json", "uci.txt"].map((name) => [name, text]));
    const start = performance.now();
    assert.ok(node(files).diagnostics.length < 1000);
    assert.ok(performance.now() - start < 5000, `${text.slice(0, 5)} took ${performance.now() - start} ms`);
    for (const name of Object.keys(REQUIRED)) assert.throws(() => node({ [name]: text }), (error: unknown) => error instanceof InputError);
  }
});

test("a node is called what it calls itself, else after its folder", () => {
  assert.is(node({ "meta.json": '{"hostname":"attic-north","kernel":"6.6"}' }).name, "attic-north");
  assert.is(node({ "meta.json": '{"kernel":"6.6"}' }).name, "n");
  assert.is(node({}).name, "n");
});

test("meta.json says whether IPv4's tables local and main have parted; other words say nothing", () => {
  const told = (text: string): string | null => node({ "meta.json": text }).localTable;
  assert.equal(['{"localTable":"split"}', '{"localTable":"merged"}', '{"localTable":"else"}', '{"localTable":1}', "{}", "{"].map(told), ["split", "merged", null, null, null, null]);
  assert.is(node({}).localTable, null);
});

test("a meta.json that cannot be read is WP1005 and costs the name only", () => {
  const made = node({ "meta.json": "{" });
  assert.equal([made.name, said(made, "WP1005")], ["n", ["meta.json"]]);
});

test("a required file without any text is missing, a list without elements is not", () => {
  assert.throws(() => node({ "rule6.json": "\n" }), (error: unknown) => error instanceof InputError && error.diagnostic.code === "WP1002" && error.diagnostic.fact.includes("rule6.json (it is empty)"));
  assert.equal(node({ "route4.json": "[ ]\n" }).routes[4], []);
});

test("a required file whose command failed half way is read, with WP1007", () => {
  assert.equal(said(node({}, { "rule6.json": 2 }), "WP1007"), ["rule6.json"]);
});

test("rules find the devices of link.json by their place", () => {
  const made = node({ "rule6.json": '[{"priority":1,"src":"all","iif":"br-wan","table":"main"},{"priority":2,"src":"all","iif":"gone","table":"main"}]' });
  assert.equal(made.rules[6].map(({ matches }) => matches[0]?.low), [2, 0xffffffff]);
});

test.run();
