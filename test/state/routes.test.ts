import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress, formatPrefix } from "../../src/model/address.js";
import { InputError } from "../../src/model/diagnostic.js";
import type { Route } from "../../src/model/node.js";
import { parseLinks } from "../../src/state/links.js";
import { parseRoutes } from "../../src/state/routes.js";

const LINKS = parseLinks('[{"ifindex":1,"ifname":"lo"},{"ifindex":7,"ifname":"br-wan"}]').value;
const read = (row: object, family: 4 | 6 = 6): ReturnType<typeof parseRoutes> => parseRoutes(JSON.stringify([row]), family, LINKS);
const only = (row: object, family: 4 | 6 = 6): Route => {
  const [route] = read(row, family).value;
  if (route === undefined) throw new Error("no route");
  return route;
};
const codes = (row: object, family: 4 | 6 = 6): string[] => read(row, family).diagnostics.map(({ code, place }) => `${code} ${place}`);
const DEFAULT = { type: "unicast", dst: "default", gateway: "fe80::1", dev: "br-wan", table: "1", protocol: "static", scope: "global", metric: 512, flags: [], pref: "medium" };

test("a default route of the WAN reads as ip prints it", () => {
  const route = only(DEFAULT);
  assert.equal(codes(DEFAULT), []);
  assert.is(route.text, "default via fe80::1 dev br-wan table 1 proto static metric 512 pref medium");
  assert.equal([route.table, route.metric, route.destination.length, route.at], [1, 512, 0, "route6.json#0"]);
  assert.equal(route.nextHops.map(({ dev, via }) => [dev, via === null ? null : formatAddress(via)]), [["br-wan", "fe80::1"]]);
});

test("a missing type is unicast and a missing table is main", () => {
  const route = only({ dst: "2001:db8::/64", dev: "br-wan", metric: 256 });
  assert.equal([route.type, route.table, route.preference], ["unicast", 254, "medium"]);
});

test("an IPv4 route without a metric has metric 0", () => {
  const row = { dst: "192.0.2.0/24", dev: "br-wan", scope: "link", prefsrc: "192.0.2.62", flags: [] };
  assert.equal([only(row, 4).metric, codes(row, 4)], [0, []]);
  assert.is(only(row, 4).text, "192.0.2.0/24 dev br-wan scope link src 192.0.2.62");
});

test("an IPv6 route without a metric is WP1102: the kernel always tells it", () => {
  assert.equal(codes({ dst: "default", dev: "br-wan" }), ["WP1102 route6.json#0"]);
});

test("a negative metric is WP1102 and the last choice", () => {
  assert.equal(codes({ ...DEFAULT, metric: -1 }), ["WP1102 route6.json#0"]);
  assert.is(only({ ...DEFAULT, metric: -1 }).metric, 0xffffffff);
  assert.is(only({ ...DEFAULT, metric: 4294967295 }).metric, 4294967295);
});

test("from makes a route source-specific, from default does not", () => {
  const { source } = only({ ...DEFAULT, from: "2001:db8:6::/48" });
  assert.is(source === null ? null : formatPrefix(source), "2001:db8:6::/48");
  assert.is(only({ ...DEFAULT, from: "default" }).source, null);
});

test("several next hops keep their order, weights and flags", () => {
  const nexthops = [{ gateway: "192.0.2.1", dev: "br-wan", weight: 3, flags: [] }, { gateway: "192.0.2.9", dev: "br-wan", weight: 1, flags: ["onlink", "dead"] }];
  const route = only({ dst: "198.51.100.0/24", flags: [], nexthops }, 4);
  assert.equal(route.nextHops.map(({ weight, flags }) => [weight, flags]), [[3, []], [1, ["onlink", "dead"]]]);
  assert.match(route.text, "nexthop via 192.0.2.9 dev br-wan weight 1 onlink dead");
});

test("via is a gateway of the other family", () => {
  const route = only({ dst: "198.51.101.0/24", via: { family: "inet6", host: "fe80::1" }, dev: "br-wan", flags: [] }, 4);
  assert.is(route.nextHops[0]?.via?.family, 6);
  assert.is(route.text, "198.51.101.0/24 via inet6 fe80::1 dev br-wan");
});

test("a blackhole without a device has no next hop", () => {
  assert.equal(only({ type: "blackhole", dst: "198.51.102.0/24", tos: "0x10", table: "77", flags: [] }, 4).nextHops, []);
});

test("lifetimes, path parameters and next hop objects say nothing about the choice", () => {
  const row = { ...DEFAULT, expires: 299, metrics: [{ mtu: 1300 }], nhid: 4, nh_info: { id: 4 }, error: -101 };
  assert.equal([codes(row), only(row).unknown], [[], []]);
});

test("a route by a next hop object says so with its flags", () => {
  assert.equal(only({ ...DEFAULT, nhid: 4, flags: ["onlink"] }).flags, ["nhid 4", "onlink"]);
});

test("a next hop object without its next hop is WP1101", () => {
  assert.equal(codes({ dst: "2001:db8::/64", nhid: 4, metric: 1 }), ["WP1101 route6.json#0"]);
});

test("an unknown type and a made-up table are WP1101 and stand in unknown", () => {
  for (const more of [{ type: "nat" }, { table: "guests" }]) {
    assert.equal(codes({ ...DEFAULT, ...more }), ["WP1101 route6.json#0"]);
    assert.is(only({ ...DEFAULT, ...more }).unknown.length, 1);
  }
});

test("a route whose destination cannot be read is WP1102 and left out", () => {
  for (const dst of [undefined, "x", "192.0.2.0/24", "2001:db8::/129", 7, null]) {
    assert.equal(codes({ ...DEFAULT, dst }), ["WP1102 route6.json#0"]);
    assert.equal(read({ ...DEFAULT, dst }).value, []);
  }
});

test("a device that link.json does not know is WP1103", () => {
  assert.equal(codes({ ...DEFAULT, dev: "gone" }), ["WP1103 route6.json#0"]);
});

test("each readable field with an unreadable value is WP1102", () => {
  for (const more of [{ gateway: "x" }, { prefsrc: "x" }, { pref: "best" }, { tos: "x" }, { from: "x" }, { via: "x" }, { nexthops: 7 }, { nexthops: [7] }, { dev: 7 }]) {
    assert.ok(codes({ ...DEFAULT, ...more }).includes("WP1102 route6.json#0"), JSON.stringify(more));
  }
});

test("a text that is no JSON list is an InputError WP1003", () => {
  assert.throws(() => parseRoutes("Usage: ip route", 4, LINKS), (error: unknown) => error instanceof InputError && error.diagnostic.place === "route4.json");
});

test("a lone light-weight tunnel prints its own dst over the route's, so where the route leads is not known", () => {
  const text = '[{"type":"unicast","dst":"5.0.0.0/8","encap":"ip","id":5,"src":"0.0.0.0","dst":"10.0.0.1","ttl":0,"tos":0,"dev":"br-wan","table":"main","flags":[]}]';
  const { value, diagnostics, unread } = parseRoutes(text, 4, LINKS);
  assert.equal([value.length, diagnostics.map(({ code, fact }) => [code, fact])], [0, [["WP1102", 'encap "ip" hides the destination']]]);
  assert.equal(unread, [{ family: 4, text: 'encap "ip" hides the destination', at: "route4.json#0" }]);
});

test("a route that cannot be read is not forgotten: it may take any packet of its family", () => {
  const { value, unread } = parseRoutes('[{"dst":"2001:zz::/64","dev":"br-wan"},7,{},{"dst":"default","dev":"br-wan","metric":1}]', 6, LINKS);
  assert.is(value.length, 1);
  assert.equal(unread.map(({ family, text, at }) => [family, text, at]), [[6, 'dst "2001:zz::/64" cannot be read', "route6.json#0"], [6, "7", "route6.json#1"]]);
});

test("a tunnel in one of several next hops leaves the destination readable", () => {
  const route = only({ dst: "2001:db8:2::/48", metric: 1024, nexthops: [{ encap: "mpls", dst: "100", gateway: "fe80::1", dev: "br-wan", weight: 1, flags: [] }] });
  assert.is(formatPrefix(route.destination), "2001:db8:2::/48");
});

test("a hostile route stays one line of text", () => {
  const hops = Array.from({ length: 50_000 }, () => ({ dev: "br-wan", weight: 1, flags: ["x".repeat(100)] }));
  for (const more of [{ dev: "a\nb" }, { protocol: "\u001b[0m" }, { scope: "x".repeat(1_000_000) }, { table: "\0" }, { flags: Array.from({ length: 50_000 }, () => "\n") }, { nexthops: hops }]) {
    const { text } = only({ ...DEFAULT, ...more });
    assert.ok(text.length < 3000 && !/[\0-\x1f]/.test(text), JSON.stringify(text.slice(0, 100)));
  }
});

test("100000 routes are read in one pass", () => {
  const start = performance.now();
  const rows = Array.from({ length: 100_000 }, (_, i) => `{"dst":"10.${i >> 16}.${(i >> 8) & 255}.${i & 255}","dev":"d${i}","flags":[]}`);
  const { value, diagnostics } = parseRoutes(`[${rows.join(",")}]`, 4, LINKS);
  assert.is(value.length, 100_000);
  assert.ok(diagnostics.length < 50);
  assert.ok(performance.now() - start < 10_000);
});

test.run();
