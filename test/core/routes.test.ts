import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { groupNumber, groupNumbers, scopeNumber, writeRoutes } from "../../src/core/routes.js";
import type { NextHop, Route } from "../../src/model/node.js";
import { link, route } from "../support/nodes.js";

const core = await Core.load();
const LINKS = [link({ name: "lo", group: null }), link({ name: "a0", group: "7" }), link({ name: "b0", group: "guests" }), link({ name: "c0", group: "0" })];

/** The words of the first route, or of its first next hop, by name. */
function written(routes: readonly Route[]): { readonly route: Record<string, number>; readonly hop: Record<string, number>; readonly hops: readonly NextHop[] } {
  const hops: NextHop[] = [];
  const at = writeRoutes(core, routes, hops, LINKS, new Set());
  const words = (offsets: Readonly<Record<string, number>>, start: number): Record<string, number> =>
    Object.fromEntries(Object.entries(offsets).map(([name, offset]) => [name, core.view().getUint32(start + offset, true)]));
  const first = words(core.layout.RouteAt, at);
  return { route: first, hop: words(core.layout.HopAt, first["hops"] ?? 0), hops };
}

test("a route carries its table, type, metric, scope and rating", () => {
  const { RouteType } = core.layout;
  const { route: words } = written([route({ family: 4, table: 7, type: "broadcast", dev: "a0", metric: 9, scope: "link", preference: "high" })]);
  assert.equal([words["table"], words["type"], words["metric"], words["scope"], words["rating"]], [7, RouteType.BROADCAST, 9, 253, 12]);
});

test("a next hop knows its device, group, gateway and number, which counts through all routes", () => {
  const { hop, hops } = written([route({ family: 4, dev: "b0", via: "192.0.2.1" }), route({ family: 4, dev: "a0" })]);
  assert.equal([hop["device"], hop["group"], hop["gateway"], hop["via0"], hop["number"], hops.length], [3, groupNumber(LINKS, "guests"), 1, 0xc0000201, 1, 2]);
  assert.is(written([route({ dev: "a0", via: "fe80::1" })]).hop["via0"], 0, "an IPv6 gateway lies in no IPv4 network");
});

test("an IPv6 error route without a next hop stands on lo, an IPv4 one on nothing", () => {
  assert.is(written([route({ type: "unreachable" })]).hop["device"], 1);
  assert.is(written([route({ family: 4, type: "unreachable" })]).route["hopCount"], 0);
});

test("a gateway that somebody put on the link is marked, by the route or by the next hop", () => {
  const onlink = (parts: Parameters<typeof route>[0]): unknown => written([route({ family: 4, dev: "a0", via: "192.0.2.42", ...parts })]).hop["onlink"];
  assert.equal([onlink({}), onlink({ flags: ["onlink"] }), onlink({ nextHops: [{ dev: "a0", via: null, weight: 1, flags: ["onlink"] }] })], [0, 1, 1]);
});

test("traits tell what was not understood, what stays, what names a source, what shares an object and what the kernel did not make", () => {
  const { RouteTrait } = core.layout;
  const traits = (parts: Parameters<typeof route>[0]): unknown => written([route({ protocol: "kernel", ...parts })]).route["traits"];
  assert.is(traits({ dev: "a0" }), 0);
  assert.is(traits({ dev: "a0", unknown: ["encap"] }), RouteTrait.MAYBE);
  assert.is(traits({ dev: "a0", type: "local" }), RouteTrait.STAYS);
  assert.is(traits({ dev: "a0", type: "anycast", protocol: "kernel" }), RouteTrait.STAYS);
  assert.is(traits({ dev: "a0", type: "anycast", protocol: "static" }), RouteTrait.OTHERS);
  assert.is(traits({ dev: "a0", flags: ["nhid 5"] }), RouteTrait.OBJECT);
});

test("group 0 is called default, and a group that no device is in is like no other", () => {
  assert.equal(groupNumbers(LINKS), [0, 1, 2, 0]);
  assert.equal([groupNumber(LINKS, "0"), groupNumber(LINKS, "default"), groupNumber(LINKS, "7"), groupNumber(LINKS, "nobody")], [0, 0, 1, 3]);
});

test("scopes are the kernel's numbers, and numbers stand for themselves", () => {
  assert.equal([null, "global", "site", "link", "host", "nowhere", "100", "what"].map(scopeNumber), [0, 0, 200, 253, 254, 255, 100, 0]);
});

test.run();
