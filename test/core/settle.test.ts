import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Group } from "../../src/core/groups.js";
import { settleNames } from "../../src/core/settle.js";
import type { Policy } from "../../src/model/policy.js";
import { CLASSES, type Class } from "../../src/model/verdict.js";
import { readPolicy } from "../../src/policy/policies.js";
import { aNode, address, fastd, remote } from "../support/nodes.js";

const node = aNode({ fastd: fastd({ remotes: [remote("vpn.example.org", 10010, { family: 4, peer: "gw" })] }), sockets: [] });
const resolvedTo = (...addresses: readonly string[]): Policy =>
  readPolicy("gluon", node, { resolutions: [{ name: "vpn.example.org", family: 4, addresses: addresses.map(address), complete: true }] });

const group = (dst: string, parts: Partial<Group> = {}): Group => ({
  kind: "CONTAINMENT", class: "undetermined", reason: "name", family: 4, etherType: 0x0800, proto: 17, src: address("192.0.2.42"), dst: address(dst),
  sport: 47558, dport: 10010, icmpType: null, rule: null, route: null, explained: 0, flow: 1, device: 0, mark: null, uid: null, gid: null,
  frames: 5, bytes: 500, frame: 3, capture: 0, seconds: 10, nanos: 0, ...parts,
});

function counts(undetermined: number): Record<Class, number> {
  const zero = Object.fromEntries(CLASSES.map((name) => [name, 0]));
  return { fastd: 0, "wan-dns": 0, dhcp4: 0, dhcp6: 0, arp: 0, ndp: 0, mld: 0, igmp: 0, answer: 0, "mesh-on-wan": 0, bridged: 0, leak: 0, ...zero, undetermined };
}

test("frames to an address the name turned out to have become the VPN's", () => {
  const classes = counts(5);
  assert.equal(settleNames([group("203.0.113.5")], resolvedTo("203.0.113.5"), classes), []);
  assert.equal([classes.fastd, classes.undetermined], [5, 0]);
});

test("frames to another address become a leak", () => {
  const classes = counts(5);
  const [leak] = settleNames([group("203.0.113.6")], resolvedTo("203.0.113.5"), classes);
  assert.equal([leak?.class, leak?.reason, classes.leak, classes.undetermined], ["leak", null, 5, 0]);
});

test("while the name is unresolved nothing moves", () => {
  const classes = counts(5);
  const [same] = settleNames([group("203.0.113.5")], readPolicy("gluon", node), classes);
  assert.equal([same?.reason, classes.undetermined], ["name", 5]);
});

test("what was undetermined for another reason stays", () => {
  const classes = counts(5);
  const [same] = settleNames([group("203.0.113.5", { reason: "underWay" })], resolvedTo("203.0.113.5"), classes);
  assert.equal([same?.reason, classes.undetermined], ["underWay", 5]);
});

test("a foreign source keeps its finding under the class its frames got", () => {
  const classes = counts(5);
  const [source] = settleNames([group("203.0.113.5", { kind: "SOURCE", reason: null })], resolvedTo("203.0.113.5"), classes);
  assert.is(source?.class, "fastd");
  assert.is(classes.undetermined, 5);
});

test("groups that have become the same are one, from the earlier frame on", () => {
  const classes = counts(10);
  const early = group("203.0.113.6", { seconds: 1, frame: 1 });
  const late = group("203.0.113.6", { class: "leak", reason: null, seconds: 9, frame: 20 });
  const [one, ...rest] = settleNames([late, early], resolvedTo("203.0.113.5"), classes);
  assert.equal([one?.frames, one?.bytes, one?.frame, rest.length], [10, 1000, 1, 0]);
});

test.run();
