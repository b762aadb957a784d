// Rules and tables as the core walks them: what explains a packet on the WAN.
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FibRule, Node, Route } from "../../src/model/node.js";
import { equals, inPrefix } from "../../src/model/packet.js";
import type { Finding } from "../../src/model/report.js";
import { aNode, prefix, route, rule } from "../support/nodes.js";
import { udp } from "../support/packets.js";
import { judged, out } from "../support/wire.js";

const DST = "2001:db8:9::99";
const local = rule({ priority: 0, table: 255 });
const byWan = route({ table: 1, dev: "br-wan", via: "fe80::1", at: "the WAN's default" });
const byMesh = route({ dev: "br-client", via: "fe80::11", at: "the mesh's default" });

function node(rules: readonly FibRule[], routes: readonly Route[]): Node {
  const base = aNode();
  return { ...base, rules: { ...base.rules, 6: [local, ...rules] }, routes: { ...base.routes, 6: routes } };
}

/** The lines that let a stranger's packet out: rule and route, or nothing. */
async function because(rules: readonly FibRule[], routes: readonly Route[], dst = DST): Promise<string[]> {
  const { report } = await judged(node(rules, routes), [out(udp({ sport: 5000, dport: 123 }), { dst })]);
  const leak = report.findings.find((finding: Finding) => finding.claim === "containment");
  return (leak?.because ?? []).map((line) => line.at);
}

test("the rule of the smallest priority decides, equal priorities in the dump's order", async () => {
  const rules = [rule({ priority: 9, table: 254, at: "second" }), rule({ priority: 5, table: 1, at: "first" }), rule({ priority: 5, table: 254, at: "equal" })];
  assert.equal(await because(rules, [byWan, byMesh]), ["first", "the WAN's default"]);
});

test("a table without a covering route passes the packet on to the next rule", async () => {
  const rules = [rule({ priority: 1, table: 7 }), rule({ priority: 2, table: 1, at: "next" })];
  assert.equal(await because(rules, [byWan, route({ table: 7, to: "2001:db8:8::/48", dev: "br-client" })]), ["next", "the WAN's default"]);
});

test("a longer prefix wins over a default, and an error route ends the walk", async () => {
  const rules = [rule({ priority: 1, table: 1, at: "one" })];
  const specific = route({ table: 1, to: "2001:db8:9::/48", dev: "br-wan", at: "specific" });
  assert.equal(await because(rules, [byWan, specific]), ["one", "specific"]);
  assert.equal(await because([...rules, rule({ priority: 2, table: 5 })], [
    route({ table: 1, to: "2001:db8:9::/48", type: "unreachable", dev: "lo" }), byWan, { ...byWan, table: 5 },
  ]), []);
});

test("throw goes on with the next rule", async () => {
  const rules = [rule({ priority: 1, table: 7 }), rule({ priority: 2, table: 1, at: "next" })];
  assert.equal(await because(rules, [route({ table: 7, type: "throw" }), byWan]), ["next", "the WAN's default"]);
});

test("of two routes to one prefix the lower metric is taken", async () => {
  const rules = [rule({ priority: 1, table: 1, at: "one" })];
  const better = route({ table: 1, dev: "br-client", metric: 10 });
  assert.equal(await because(rules, [byWan, better]), []);
  assert.equal(await because(rules, [byWan, { ...better, metric: 9999 }]), ["one", "the WAN's default"]);
});

test("a dead next hop is skipped, and a multipath route may take any of the living ones", async () => {
  const rules = [rule({ priority: 1, table: 1, at: "one" })];
  const hop = (dev: string, ...flags: string[]): Route["nextHops"][number] => ({ dev, via: null, weight: 1, flags });
  assert.equal(await because(rules, [route({ table: 1, nextHops: [hop("br-client"), hop("br-wan")], at: "both" })]), ["one", "both"]);
  assert.equal(await because(rules, [route({ table: 1, nextHops: [hop("br-client"), hop("br-wan", "dead")] })]), []);
});

test("a mark rule looks at its bits only; a marked sender alone explains what an unmarked one does not", async () => {
  const rules = [rule({ priority: 1, table: 1, matches: [equals("mark", 1, 1)], at: "marked" }), rule({ priority: 2 })];
  assert.equal(await because(rules, [byWan, byMesh]), ["marked", "the WAN's default"]);
  assert.equal(await because([rule({ priority: 1, table: 1, matches: [equals("mark", 2, 2)] }), rule({ priority: 2 })], [byWan, byMesh]), []);
});

test("an inverted rule matches what its selectors do not", async () => {
  const not = rule({ priority: 1, table: 1, invert: true, matches: inPrefix("dst", prefix("2001:db8:8::/48")), at: "not" });
  assert.equal(await because([not, rule({ priority: 2 })], [byWan, byMesh]), ["not", "the WAN's default"]);
  assert.equal(await because([not, rule({ priority: 2 })], [byWan, byMesh], "2001:db8:8::1"), []);
});

test("goto jumps forward, an unresolved one and nop do nothing", async () => {
  const jump = (resolved: boolean): FibRule => rule({ priority: 1, action: { kind: "goto", target: 9, resolved } });
  const stop = rule({ priority: 5, action: { kind: "unreachable" } });
  const wan = rule({ priority: 9, table: 1, at: "target" });
  assert.equal(await because([jump(true), stop, wan], [byWan]), ["target", "the WAN's default"]);
  assert.equal(await because([jump(false), stop, wan], [byWan]), []);
  assert.equal(await because([rule({ priority: 1, action: { kind: "nop" } }), wan], [byWan]), ["target", "the WAN's default"]);
});

test("OpenWrt's failed_policy ends the walk as unreachable does", async () => {
  for (const kind of ["failedPolicy", "unreachable", "prohibit", "blackhole"] as const) {
    assert.equal(await because([rule({ priority: 1, action: { kind } }), rule({ priority: 2, table: 1 })], [byWan]), [], kind);
  }
});

test("suppress_prefixlength 0 hides a default route but no longer prefix and no error route", async () => {
  const quiet = (table: number): FibRule => rule({ priority: 1, table, suppressPrefixLength: 0, at: "quiet" });
  const next = rule({ priority: 2, table: 1, at: "next" });
  assert.equal(await because([quiet(1), rule({ priority: 2, table: 5 })], [byWan]), []);
  assert.equal(await because([quiet(7), next], [route({ table: 7, to: "2001:db8:9::/48", dev: "br-wan", at: "long" }), byWan]), ["quiet", "long"]);
  assert.equal(await because([quiet(7), next], [route({ table: 7, type: "unreachable", dev: "lo" }), byWan]), []);
});

test("a rule with a selector nobody understands may match and may not", async () => {
  const strange = rule({ priority: 1, table: 1, unknown: ["l3mdev"], at: "strange" });
  assert.equal(await because([strange, rule({ priority: 2 })], [byWan, byMesh]), ["strange", "the WAN's default"]);
  const refuse = rule({ priority: 1, action: { kind: "unreachable" }, unknown: ["l3mdev"] });
  assert.equal(await because([refuse, rule({ priority: 2, table: 1, at: "next" })], [byWan]), ["next", "the WAN's default"]);
});

test("a source-specific route takes only its sources, and not a lookup without one", async () => {
  const rules = [rule({ priority: 1, table: 1, at: "one" })];
  const own = route({ table: 1, dev: "br-wan", source: prefix("2001:db8:77:10::/64"), at: "own" });
  assert.equal(await because(rules, [own]), ["one", "own"]);
  assert.equal(await because(rules, [{ ...own, source: prefix("2001:db8:aaaa::/64") }]), []);
});

test("a local destination does not leave, whatever device its address is on", async () => {
  assert.equal(await because([rule({ priority: 1, table: 1 })], [route({ table: 255, type: "local", to: DST, dev: "br-wan" }), byWan]), []);
});

test.run();
