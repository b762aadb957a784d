import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress } from "../../src/model/address.js";
import type { Node } from "../../src/model/node.js";
import { TRUE } from "../../src/proof/bdd.js";
import type { Ground } from "../../src/proof/ground.js";
import type { Question, Source } from "../../src/proof/outcome.js";
import { Report } from "../../src/proof/outcome.js";
import { output4 } from "../../src/proof/output4.js";
import { cofactor } from "../../src/proof/quantify.js";
import { address, aNode, link, onDevice, route, rule } from "../support/nodes.js";
import { at, FREE, groundFor, outcomeText } from "./spaces.js";

function sourceText(source: Source): string {
  return source === null || typeof source === "string" ? String(source) : formatAddress(source);
}

/** What TCP packets to, and from, an address come to. */
function ask(ground: Ground, dst: string, { src, ...question }: Partial<Question> & { readonly src?: string } = {}, proto = 6): string {
  const { space } = ground;
  const report = new Report(space.bdd);
  output4(ground, { ...FREE, ...question, ...(src === undefined ? {} : { source: "packet" as const }) }, TRUE, report);
  const values = space.bdd.and(at(ground, dst, src), space.literals("proto", proto));
  const found = report.list().filter(({ set }) => cofactor(space.bdd, set, values) !== 0);
  return found.map(({ outcome }) => `${outcomeText(outcome)}${outcome.kind === "way" ? ` from ${sourceText(outcome.source)}` : ""}`).sort().join(" or ");
}

function ground(parts: Partial<Node> = {}): Ground {
  return groundFor(aNode(parts), 4);
}

test("without a source the route's device gives one", () => {
  assert.equal([ask(ground(), "8.8.8.8"), ask(ground(), "10.187.1.1"), ask(ground(), "192.0.2.42")], ["br-wan table 254 from 192.0.2.42", "local-node table 254 from 10.187.0.1", "lo table 255 from destination"]);
});

test("a source that was given must be a host's, and the node's own", () => {
  const said = ["192.0.2.42", "192.0.2.43", "224.0.0.1", "0.0.0.0", "255.255.255.255"].map((src) => ask(ground(), "8.8.8.8", { src }));
  assert.equal(said, ["br-wan table 254 from given", "ENETUNREACH", "EINVAL", "EINVAL", "EINVAL"]);
  assert.is(ask(ground(), "8.8.8.8", { src: "192.0.2.43", anySource: true }), "br-wan table 254 from given");
  assert.is(ask(ground(), "8.8.8.8", { source: address("192.0.2.42") }), "br-wan table 254 from given");
});

test("multicast and limited broadcast leave on the device of their source, whatever the tables say", () => {
  assert.equal(["239.1.1.1", "255.255.255.255"].map((dst) => ask(ground(), dst, { src: "10.187.0.1" })), ["local-node table 0 from given", "local-node table 0 from given"]);
  const both = ground({ addresses: [onDevice("br-wan", "10.0.0.1/8"), onDevice("br-client", "10.0.0.1/8")] });
  assert.is(ask(both, "239.1.1.1", { src: "10.0.0.1" }), "br-client table 0 from given or br-wan table 0 from given");
});

test("with a device that is up there is always a way: without a route, and against error routes and rules", () => {
  const closed = { rules: { 4: [rule({ family: 4, priority: 1, action: { kind: "blackhole" } as const })], 6: [] } };
  assert.is(ask(ground(closed), "8.8.8.8", { oif: "br-wan" }), "br-wan table 0 from 192.0.2.42");
  assert.is(ask(ground(closed), "8.8.8.8"), "EINVAL");
  assert.is(ask(ground({ routes: { 4: [], 6: [] } }), "8.8.8.8", { oif: "local-node" }), "local-node table 0 from 10.187.0.1");
  assert.is(ask(ground({ links: [link({ name: "lo" }), link({ name: "br-wan", up: false })] }), "8.8.8.8", { oif: "br-wan" }), "ENETUNREACH");
});

test("with a device link multicast, limited broadcast and IGMP ask no table", () => {
  const said = [ask(ground(), "224.0.0.9", { oif: "br-wan" }), ask(ground(), "255.255.255.255", { oif: "br-wan" }), ask(ground(), "10.187.1.1", { oif: "br-wan" }, 2)];
  assert.equal(said, Array.from({ length: 3 }, () => "br-wan table 0 from 192.0.2.42"));
});

test("other multicast with a device has its source before the rules are asked", () => {
  const rules = [rule({ family: 4, priority: 1, table: 7, matches: [{ field: "src0", mask: 0xffffffff, low: 0xc000022a, span: 0 }] }), rule({ family: 4 })];
  const node = { rules: { 4: rules, 6: [] }, routes: { 4: [route({ family: 4, table: 7, dev: "br-wan" }), route({ family: 4, dev: "br-wan" })], 6: [] } };
  assert.equal([ask(ground(node), "239.1.1.1", { oif: "br-wan" }), ask(ground(node), "8.8.8.8", { oif: "br-wan" })], ["br-wan table 7 from 192.0.2.42", "br-wan table 254 from 192.0.2.42"]);
});

test("0.0.0.0 is the node itself", () => {
  assert.equal([ask(ground(), "0.0.0.0"), ask(ground(), "0.0.0.0", { src: "192.0.2.42" })], ["lo table 0 from 127.0.0.1", "lo table 0 from given"]);
});

test("a loopback source leaves on lo only, unless route_localnet is on", () => {
  const [off, on] = [ground(), ground({ sysctl: new Map([["net.ipv4.conf.br-wan.route_localnet", "1"]]) })];
  assert.equal([off, on].map((one) => ask(one, "8.8.8.8", { src: "127.0.0.1" })), ["EINVAL", "br-wan table 254 from given"]);
  const named = ground({ routes: { 4: [route({ family: 4, dev: "br-wan", prefsrc: address("127.0.0.1") })], 6: [] } });
  assert.is(ask(named, "8.8.8.8"), "EINVAL");
});

test.run();
