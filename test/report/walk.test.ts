import { test } from "uvu";
import * as assert from "uvu/assert";
import { renderWalk, renderWalkJson, renderWalkLine, walkSentence } from "../../src/report/walk.js";
import type { Station, Walk } from "../../src/model/walk.js";
import { ERROR_NAMES, FATES, STATIONS } from "../../src/model/walk.js";
import { breaches, schemaOf, within } from "../support/schemas.js";

const PACKET = { family: 4, dst: "198.51.100.123", mark: 0, proto: 17, dport: 123, uid: 123 } as const;
const STATION: Station = {
  station: "rule", text: "32766: from all lookup main", at: "rule4.json#1", why: "matches: table main decides", decides: true, packet: PACKET,
};
const EGRESS = { dev: "br-wan", table: 254, via: "192.0.2.1", src: "192.0.2.42", dst: "198.51.100.123", dport: 123, mark: 0 } as const;

function told(parts: Partial<Walk> = {}): Walk {
  return {
    schema: "wanproof/explain@1", node: { name: "gl-node", path: "state" }, policy: { name: "gluon", wan: ["br-wan"] }, origin: "local", packet: PACKET,
    stations: [STATION], disposition: "egress", egress: EGRESS, verdict: "leak", notes: [], ...parts,
  };
}

test("the answer comes first, then the packet, then each station with its place", () => {
  assert.equal(renderWalk(told()).split("\n"), [
    "It leaves on the WAN (br-wan) and should not: a leak.",
    "  192.0.2.42 -> 198.51.100.123:123 udp, from the node, mark 0, uid 123",
    "",
    "  rule       32766: from all lookup main  [rule4.json#1]",
    "             matches: table main decides",
    "  leaves     dev br-wan via 192.0.2.1 from 192.0.2.42 to 198.51.100.123",
    "",
  ]);
});

test("a rule of netfilter is told with its hook, its table and its chain", () => {
  const rule: Station = { ...STATION, station: "netfilter", text: "-A OUTPUT -j ACCEPT", at: "iptables-save.txt:3", why: "accepted", decides: false, hook: "output", chain: "filter OUTPUT" };
  assert.equal(renderWalk(told({ stations: [rule, { ...rule, station: "reroute", why: "", hook: "output" }] })).split("\n").slice(3, 6), [
    "  netfilter  -A OUTPUT -j ACCEPT  [iptables-save.txt:3]", "             output, filter OUTPUT: accepted", "  reroute    -A OUTPUT -j ACCEPT  [iptables-save.txt:3]",
  ]);
});

test("each end has a sentence", () => {
  const gone = { egress: null, verdict: null } as const;
  assert.equal([
    walkSentence(told({ verdict: "fastd" })),
    walkSentence(told({ verdict: "undetermined", reason: "upstreams" })),
    walkSentence(told({ egress: { ...EGRESS, dev: "br-client" }, verdict: null })),
    walkSentence(told({ ...gone, disposition: "local" })),
    walkSentence(told({ ...gone, disposition: "noRoute", error: "ENETUNREACH" })),
    walkSentence(told({ ...gone, disposition: "rejected", error: "EHOSTUNREACH" })),
    walkSentence(told({ ...gone, disposition: "dropped" })),
    walkSentence(told({ ...gone, disposition: "undetermined", verdict: "undetermined" })),
  ], [
    "It leaves on the WAN (br-wan) and may: fastd, the VPN, to its configured servers.",
    "It leaves on the WAN (br-wan); whether it may cannot be told: the upstreams of the WAN's DNS daemon are not known (wan-resolv.conf), so any DNS packet may be its.",
    "It leaves on br-client, which is not the WAN.",
    "It stays on the node: the destination is the node itself.",
    "It goes nowhere: there is no route (ENETUNREACH).",
    "It goes nowhere: it is refused (EHOSTUNREACH).",
    "It goes nowhere: it is dropped.",
    "It cannot be told: a line of the node's own text is not modelled.",
  ]);
});

const CASE = { when: { uid: 0 }, disposition: "egress", egress: EGRESS, verdict: "leak", because: [{ station: "rule", text: "a", at: "rule4.json#1" }] } as const;
const DEPENDS = told({
  disposition: "depends", egress: null, verdict: "undetermined",
  cases: [CASE, { ...CASE, when: { uid: 7, api: "connect" } }, { ...CASE, when: { uid: "1-6,8-4294967294" }, egress: null, verdict: null, disposition: "noRoute", because: [] }],
});

test("what it depends on is named for a person, with the name of the field", () => {
  assert.is(walkSentence(DEPENDS), "It depends on who sends it (uid) and how it is sent (api: connect or sendto).");
});

test("cases that read alike stand together", () => {
  assert.match(renderWalk(DEPENDS), "\n  if  uid 0\n  or  uid 7, api connect\n      It leaves on the WAN (br-wan) and should not: a leak.\n");
  assert.match(renderWalk(DEPENDS), "\n  if  uid 1-6,8-4294967294\n      It goes nowhere: there is no route.\n");
});

test("a text of the node cannot steer a terminal", () => {
  const wild = told({ stations: [{ ...STATION, text: "a\u001b[2Jb" }] });
  for (const text of [renderWalk(wild), renderWalkJson(wild), renderWalkLine(wild)]) assert.not(text.includes("\u001b"));
});

test("a walk is one document, or one line, of one shape", () => {
  for (const walk of [told(), DEPENDS]) {
    assert.equal(breaches("explain", renderWalkJson(walk)), []);
    assert.is(renderWalkLine(walk).indexOf("\n"), renderWalkLine(walk).length - 1);
    assert.equal(JSON.parse(renderWalkLine(walk)), JSON.parse(renderWalkJson(walk)));
  }
});

test("the schema knows the words of the model", () => {
  const list = (name: string): unknown => within(schemaOf("explain"), "$defs", name, "enum");
  assert.equal([list("station"), list("disposition"), list("error")], [[...STATIONS], [...FATES], [...ERROR_NAMES]]);
});

test("colours are for whoever asks for them", () => {
  assert.match(renderWalk(told(), (style, text) => `<${style}>${text}`), /^<bad>It leaves/);
});

test.run();
