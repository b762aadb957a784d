import { test } from "uvu";
import * as assert from "uvu/assert";
import { NOTES } from "../../src/explain/notes.js";
import { schemaOf, within } from "../support/schemas.js";
import { aNode } from "../support/nodes.js";
import { walk } from "../support/walks.js";

const ids = (words: string): string[] => walk(aNode(), words).notes.map(({ id }) => id);

test("the schema lists every note", () => {
  assert.equal(within(schemaOf("explain"), "properties", "notes", "items", "properties", "id", "enum"), Object.keys(NOTES));
});

test("the VPN's own packet without its mark", () => {
  assert.equal(ids("dst=203.0.113.11 proto=udp dport=10010 sport=1 gid=800"), ["mark-missing"]);
  assert.equal(ids("dst=203.0.113.11 proto=udp dport=10010 sport=1 gid=800 mark=1"), []);
});

test("a source that is not the WAN's", () => {
  assert.equal(ids("dst=198.51.100.1 proto=udp dport=1 sport=1 src=10.187.0.1"), ["source"]);
});

test("a forwarded answer is told, answer or not", () => {
  const told = walk(aNode({ sysctl: new Map([["net.ipv4.conf.br-client.forwarding", "1"]]) }), "dst=198.51.100.1 proto=tcp sport=1 dport=2 iif=br-client src=10.187.0.9 ct=reply");
  assert.ok(told.notes.some(({ id }) => id === "forwarded-answer"));
});

test("rules that nobody has seen, and other places that look at packets, are told with every walk that comes to a hook", () => {
  const unseen = { tables: [], complete: { 4: false, 6: true }, others: [{ text: "table netdev t", at: "nft.json" }] };
  const notes = (words: string): string[] => walk(aNode({ firewall: unseen }), words).notes.map(({ id }) => id);
  assert.equal([notes("dst=192.0.2.42 proto=tcp"), notes("dst=2001:db8:77:10::21 proto=tcp"), notes("dst=fe80::1 proto=tcp")], [["firewall-unseen", "other-datapath"], ["other-datapath"], []]);
  assert.equal(walk(aNode({ files: ["tc.json"] }), "dst=192.0.2.42 proto=tcp").notes.map(({ id }) => id), ["other-datapath"]);
});

test.run();
