import { test } from "uvu";
import * as assert from "uvu/assert";
import { diagnostic } from "../../src/model/diagnostic.js";
import { CLASSES, REASON_NAMES } from "../../src/model/verdict.js";
import { renderDocument } from "../../src/report/json.js";
import { policyDocument, renderPolicy } from "../../src/report/policy.js";
import { node, policy } from "../support/reports.js";
import { breaches, schemaOf, within } from "../support/schemas.js";

test("the text groups rows by class and names the place of each value", () => {
  assert.is(renderPolicy(policy(), node()), `\
Policy gluon for gl-node: what may leave on the WAN
  WAN devices:      br-wan, eth1  [uci.txt: network.wan.device]
  own addresses:    192.0.2.1
  VPN's mark:       0x1/0x1
  VPN's group:      gid 800
  listening ports:  22
  local ports:      32768-60999
  server by name:   vpn.example.org port 10001, IPv6, not resolved  [fastd.conf:9]

fastd  the VPN, to its configured servers
  [fastd.conf:5]  fastd to 198.51.100.10 port 10000

wan-dns  questions to the WAN's own DNS servers
  [wan-resolv.conf:1]  DNS to 192.0.2.254

undetermined  could not be judged
  [fastd.conf:9]  vpn.example.org was never seen resolved

What no class takes is a leak.
`);
});

test("what is not known is said, not left out", () => {
  const text = renderPolicy(policy({ gid: null, listeners: null, sources: [] }), node());
  assert.match(text, /own addresses: +none\n/);
  assert.match(text, /VPN's group: +not known\n/);
  assert.match(text, /listening ports: +not known \(ss\.txt is missing\)\n/);
});

test("no listening port differs from not knowing any", () => {
  assert.match(renderPolicy(policy({ listeners: [] }), node()), /listening ports: +none\n/);
});

test("warnings stand at the end, notes only with -v", () => {
  const told = policy({ diagnostics: [diagnostic("WP3002", "fastd.conf", "names no server", "any UDP packet may be the VPN"), diagnostic("WP1004", "ss.txt", "is missing", "x")] });
  assert.ok(renderPolicy(told, node()).endsWith("\nWP3002 warning: fastd.conf: names no server; any UDP packet may be the VPN\n"));
  assert.match(renderPolicy(told, node(), undefined, true), /WP1004 note/);
});

test("a name from the node's files cannot steer the terminal", () => {
  const names = [{ name: "vpn\x1b[2J", family: 4 as const, port: 1, at: "fastd.conf:1\x07", resolved: "dns" as const }];
  assert.match(renderPolicy(policy({ names, wan: ["br\x1bwan"] }), node()), /br\\x1bwan[\s\S]*vpn\\x1b\[2J port 1, IPv4, resolved by dns {2}\[fastd\.conf:1\\x07\]/);
});

test("the document keeps the order of rows, and is valid by the published schema", () => {
  const text = renderDocument(policyDocument(policy(), node()));
  assert.equal(breaches("policy", text), []);
  const rows = within(JSON.parse(text), "rows");
  assert.equal(Array.isArray(rows) ? rows.map((row: unknown) => within(row, "class")) : null, ["fastd", "wan-dns", "wan-dns", "undetermined"]);
});

test("the document's addresses are text, and unknown listeners are null", () => {
  const document = policyDocument(policy({ listeners: null }), node());
  assert.equal(document["sources"], ["192.0.2.1"]);
  assert.is(document["listeners"], null);
});

test("the schema's lists are the model's lists", () => {
  const row = within(schemaOf("policy"), "properties", "rows", "items", "properties");
  assert.equal(within(row, "class", "enum"), [...CLASSES]);
  assert.equal(within(row, "reason", "enum"), [...REASON_NAMES, null]);
});

test.run();
