import { test } from "uvu";
import * as assert from "uvu/assert";
import { Bdd } from "../../src/proof/bdd.js";
import { finish, type Outcome, Report } from "../../src/proof/outcome.js";
import { address, route } from "../support/nodes.js";

test("a route gives one way for each next hop, and one for each rival's first", () => {
  const hops = ["a", "b"].map((dev) => ({ dev, via: null, weight: 1, flags: [] }));
  const ways = finish({ kind: "route", rule: null, route: route({ nextHops: hops, table: 7 }), hops, rivals: [route({ dev: "c", via: "fe80::1", table: 7 })] });
  assert.equal(ways.map(({ dev, table, hop }) => `${dev} ${table} ${hop.dev ?? ""}`), ["a 7 a", "b 7 b", "c 7 c"]);
});

test("local routes, and the kernel's own anycast routes of IPv6, stay on lo", () => {
  const devOf = (parts: Parameters<typeof route>[0]): string | undefined => {
    const one = route({ dev: "br-wan", ...parts });
    return finish({ kind: "route", rule: null, route: one, hops: one.nextHops, rivals: [] })[0]?.dev;
  };
  assert.equal([devOf({ type: "local" }), devOf({ type: "anycast", protocol: "kernel" }), devOf({ type: "anycast", protocol: "static" }), devOf({ type: "broadcast", family: 4 })], ["lo", "lo", "br-wan", "br-wan"]);
});

test("equal outcomes are one, those by different rules or from different sources are not", () => {
  const bdd = new Bdd(), [a, b] = [bdd.variable(0), bdd.variable(1)];
  const report = new Report(bdd), rule = { at: "rule6.json#1", text: "1:" };
  const way: Outcome = { kind: "way", dev: "br-wan", table: 1, route: null, hop: null, rule, source: "given" };
  report.add(a, way);
  report.add(b, { ...way });
  report.add(a, { ...way, rule: { ...rule } });
  report.add(a, { ...way, source: address("192.0.2.1") });
  report.add(0, { kind: "none" });
  assert.equal(report.list().map(({ set }) => set), [bdd.or(a, b), a, a]);
});

test.run();
