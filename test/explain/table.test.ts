import { test } from "uvu";
import * as assert from "uvu/assert";
import { groundOf } from "../../src/explain/fib.js";
import { lookup4, lookup6, sameHop } from "../../src/explain/table.js";
import type { NextHop, Route } from "../../src/model/node.js";
import { address, aNode, prefix, route } from "../support/nodes.js";
import { type Asked, question, reader, routed } from "../support/walks.js";

/** What table main says: a device, an error, throw, none. */
function ask(routes: readonly Route[], asked: Asked, strict?: boolean): string {
  const node = routed(routes);
  const family = routes[0]?.family ?? 6;
  const table = groundOf(node).fibs[family].tables.get(254) ?? [];
  const answer = (family === 4 ? lookup4 : lookup6)(table, question(asked, strict), reader(node, asked));
  if (answer.kind === "hit") return answer.hops.map((hop) => hop.dev).join(" or ");
  return answer.kind === "error" ? answer.error : answer.kind;
}

const hop = (dev: string, flags: readonly string[] = []): NextHop => ({ dev, via: null, weight: 1, flags });
const four = (to: string, dev: string, parts: Partial<Route> = {}): Route => route({ family: 4, to, dev, ...parts });
const [A, B, C] = ["br-wan", "br-client", "local-node"];

test("IPv4: the longest prefix, then the lowest metric", () => {
  const routes = [four("default", A), four("10.0.0.0/8", B, { metric: 5 }), four("10.0.0.0/8", C, { metric: 3 })];
  assert.is(ask(routes, { dst: "10.1.1.1" }), C);
  assert.is(ask(routes, { dst: "11.1.1.1" }), A);
});

test("IPv4: with a device, a route on another one is passed and shorter prefixes are tried", () => {
  const routes = [four("default", A), four("10.0.0.0/8", B)];
  assert.is(ask(routes, { dst: "10.1.1.1", oif: A }), A);
  assert.is(ask(routes, { dst: "10.1.1.1", oif: C }), "none");
});

test("IPv4: an error route ends the search whatever the device", () => {
  assert.is(ask([four("default", A), route({ family: 4, to: "10.0.0.0/8", type: "unreachable" })], { dst: "10.1.1.1", oif: A }), "EHOSTUNREACH");
});

test("unreachable, prohibit and blackhole have errors of their own, throw has none", () => {
  for (const family of [4, 6] as const) {
    const dst = family === 4 ? "198.51.100.1" : "2001:db8::1";
    const of = (type: Route["type"]): string => ask([route({ family, type, dev: "lo" })], { dst });
    assert.equal([of("unreachable"), of("prohibit"), of("blackhole"), of("throw"), of("unknown")], ["EHOSTUNREACH", "EACCES", "EINVAL", "throw", "unknown"]);
  }
});

test("a dead next hop is passed, linkdown alone is not", () => {
  const dead = [four("10.0.0.0/8", B, { nextHops: [hop(B, ["dead", "linkdown"])] }), four("default", A)];
  assert.is(ask(dead, { dst: "10.1.1.1" }), A);
  assert.is(ask([route({ to: "2001:db8::/32", dev: B, flags: ["linkdown"] })], { dst: "2001:db8::1" }), B);
});

test("IPv4: a route with a TOS takes only packets of that TOS, and sees bits 0x1c only", () => {
  const routes = [four("default", A), four("default", B, { tos: 0x10 })];
  assert.is(ask(routes, { dst: "10.1.1.1", tos: 0x30 }), B);
  assert.is(ask(routes, { dst: "10.1.1.1", tos: 0x08 }), A);
});

test("a multipath route offers each living next hop", () => {
  const nextHops = [hop(A), hop(B, ["dead"]), hop(C)];
  assert.is(ask([route({ family: 4, nextHops })], { dst: "10.1.1.1" }), `${A} or ${C}`);
  assert.is(ask([route({ nextHops })], { dst: "2001:db8::1" }), `${A} or ${C}`);
});

test("IPv4: default routes of one metric by gateways are rivals; those of another metric, and those without a gateway, are not", () => {
  const rivals = (routes: readonly Route[]): unknown => {
    const answer = lookup4(groundOf(routed(routes)).fibs[4].tables.get(254) ?? [], question({ dst: "10.1.1.1" }), reader(aNode(), { dst: "10.1.1.1" }));
    return answer.kind === "hit" ? answer.rivals.map((rival) => rival.nextHops[0]?.dev) : null;
  };
  const by = (dev: string, more: Partial<Route> = {}): Route => ({ ...four("default", dev, more), nextHops: [{ dev, via: address("10.9.9.9"), weight: 1, flags: [] }] });
  assert.equal(rivals([by(A), by(B), by(C, { metric: 7 })]), [B]);
  assert.equal(rivals([by(A), four("default", B)]), []);
  assert.equal(rivals([four("default", A), by(B)]), []);
});

test("IPv6: with a device and strict, other devices are no choice; else they are only less liked", () => {
  const routes = [route({ to: "2001:db8::/32", dev: B }), route({ dev: A })];
  assert.is(ask(routes, { dst: "2001:db8::1", oif: A }, true), A);
  assert.is(ask(routes, { dst: "2001:db8::1", oif: A }, false), B);
  const equal = [route({ dev: B }), route({ dev: A })];
  assert.is(ask(equal, { dst: "2001:db8::1", oif: A }, false), A);
});

test("IPv6: a strict device passes by an unreachable default, which stands on lo", () => {
  const routes = [route({ type: "unreachable", dev: "lo", metric: 65535 })];
  assert.is(ask(routes, { dst: "2001:db8::1" }), "EHOSTUNREACH");
  assert.is(ask(routes, { dst: "2001:db8::1", oif: A }, true), "none");
});

test("IPv6: router preference outweighs a device that is not strict", () => {
  const routes = [route({ dev: A }), route({ dev: B, preference: "high" })];
  assert.is(ask(routes, { dst: "2001:db8::1", oif: A }, false), B);
});

test("IPv6: the first of equals is taken", () => {
  assert.is(ask([route({ dev: B }), route({ dev: A })], { dst: "2001:db8::1" }), B);
});

test("IPv6: if no route of the lowest metric qualifies, all others are compared together by score", () => {
  const others = [route({ dev: A, metric: 1500 }), route({ dev: B, metric: 2000, preference: "high" })];
  assert.is(ask(others, { dst: "2001:db8::1" }), A);
  assert.is(ask([route({ dev: C, metric: 1000, flags: ["dead"] }), ...others], { dst: "2001:db8::1" }), B);
});

const FROM = prefix("2001:db8:1::/48");

test("IPv6: a source-specific route takes its sources, the plain default all others", () => {
  const routes = [route({ dev: A, source: FROM }), route({ dev: B })];
  assert.is(ask(routes, { dst: "2001:db8:9::1", src: "2001:db8:1::5" }), A);
  assert.is(ask(routes, { dst: "2001:db8:9::1", src: "2001:db8:2::5" }), B);
  assert.is(ask(routes, { dst: "2001:db8:9::1" }), B);
});

test("IPv6: a source-specific route hides the plain route of its prefix, except at ::/0", () => {
  const routes = [route({ to: "2001:db8:9::/48", dev: A, source: FROM }), route({ to: "2001:db8:9::/48", dev: B }), route({ dev: C })];
  assert.is(ask(routes, { dst: "2001:db8:9::1", src: "2001:db8:2::5" }), C);
  assert.is(ask(routes, { dst: "2001:db8:9::1", src: "2001:db8:1::5" }), A);
});

test("IPv6: going back from a source-specific route that does not qualify, the plain one is found", () => {
  const routes = [route({ to: "2001:db8:9::/48", dev: A, source: FROM, flags: ["dead"] }), route({ to: "2001:db8:9::/48", dev: B }), route({ dev: C })];
  assert.is(ask(routes, { dst: "2001:db8:9::1", src: "2001:db8:1::5" }), B);
});

test("IPv6: destination length beats source length, and the longer source wins in a prefix", () => {
  const routes = [route({ to: "2001:db8::/32", dev: B }), route({ dev: A, source: FROM }), route({ dev: C, source: prefix("2001:db8:1:1::/64") })];
  assert.is(ask(routes, { dst: "2001:db8:9::1", src: "2001:db8:1::5" }), B);
  assert.is(ask(routes, { dst: "2001:dead::1", src: "2001:db8:1:1::5" }), C);
});

test("next hops are one by device and gateway", () => {
  const via = (text: string): NextHop => ({ ...hop(A), via: address(text) });
  assert.ok(sameHop(via("fe80::1"), via("fe80::1")));
  assert.not(sameHop(via("fe80::1"), via("fe80::2")));
  assert.not(sameHop(via("fe80::1"), hop(A)));
});

const OBJECT = { flags: ["nhid 13"] };

test("IPv4: a next hop object on another device hides every other prefix of the same network address", () => {
  const routes = [four("10.1.0.0/24", A, OBJECT), four("10.1.0.0/16", B), four("10.0.0.0/8", C), four("10.0.0.0/8", B, { metric: 9 })];
  assert.is(ask(routes, { dst: "10.1.0.1", oif: B }), B);
  assert.is(ask(routes.slice(0, 3), { dst: "10.1.0.1", oif: B }), "none");
  assert.is(ask(routes, { dst: "10.1.0.1" }), A);
});

test("IPv6: a blackhole next hop object is met whatever the device, and hides what stands behind it", () => {
  const routes = [route({ dev: A }), route({ ...OBJECT, type: "blackhole", dev: "lo" }), route({ dev: B, preference: "high" })];
  assert.is(ask(routes, { dst: "2001:db8::1", oif: B }, true), "EINVAL");
});

test("IPv6: one next hop on the device is enough for an object, and any of its next hops may be taken", () => {
  const routes = [route({ ...OBJECT, nextHops: [hop(A), hop(B)] })];
  assert.is(ask(routes, { dst: "2001:db8::1", oif: B }, true), `${A} or ${B}`);
  assert.is(ask([route({ nextHops: [hop(A), hop(B)] })], { dst: "2001:db8::1", oif: B }, true), B);
});

test.run();
