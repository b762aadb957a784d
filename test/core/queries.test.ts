import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { QueryReader, type Reading } from "../../src/core/queries.js";

const { layout } = await Core.load();
const reader = new QueryReader(layout, new Map([["lo", 1], ["br-wan", 2]]));

/** The record of a question by names, or what was said instead. */
function read(line: string): Record<string, number> | string {
  const into = new Uint32Array(2 * reader.size).fill(7);
  const reading: Reading = reader.readLine(line, into, reader.size, () => "line 3");
  if (reading.kind === "bad") return `${reading.diagnostic.code} ${reading.diagnostic.place} ${reading.diagnostic.fact}`;
  if (reading.kind === "refused") return reading.error;
  return Object.fromEntries(Object.entries(layout.QuestionAt).filter(([name]) => name !== "SIZE").map(([name, at]) => [name, into[reader.size + at / 4] ?? -1]));
}

test("what is not given is 0, whatever stood in the record before", () => {
  assert.equal(read('{"family":4,"dst":"192.0.2.1"}'), { family: 4, dst0: 0xc0000201, src0: 0, mark: 0, uid: 0, proto: 0, sport: 0, dport: 0, tos: 0, iif: 0, oif: 0 });
});

test("every field has its place", () => {
  const line = { dst: "2001:db8::1", src: "2001:db8::2", mark: 4294967295, uid: 1000, ipproto: 58, sport: 1, dport: 65535, tos: 255, iif: "lo", oif: "br-wan" };
  assert.equal(read(JSON.stringify(line)), { family: 6, dst0: 0x20010db8, src0: 0x20010db8, mark: 0xffffffff, uid: 1000, proto: 58, sport: 1, dport: 65535, tos: 255, iif: 1, oif: 2 });
});

test("null counts as not given, numbers may be text, and other fields are ignored", () => {
  assert.equal(read('{"dst":"192.0.2.1","src":null,"oif":"","mark":"0x1","note":[1]}'), read('{"dst":"192.0.2.1","mark":1}'));
});

test("an IPv6 packet from outside is nobody's unless it is told whose it is", () => {
  const uid = (line: string): unknown => Reflect.get(Object(read(line)), "uid");
  assert.equal(['{"dst":"::1","iif":"lo"}', '{"dst":"::1","iif":"lo","uid":0}', '{"dst":"::1"}', '{"dst":"127.0.0.1","iif":"lo"}'].map(uid), [0xffffffff, 0, 0, 0]);
});

test("a device the node does not have and a protocol that rtnetlink refuses need no lookup", () => {
  assert.is(read('{"dst":"192.0.2.1","oif":"gone0"}'), "ENODEV");
  assert.is(read('{"dst":"2001:db8::1","iif":"gone0"}'), "ENODEV");
  assert.is(read('{"dst":"192.0.2.1","ipproto":2}'), "EOPNOTSUPP");
  assert.is(read('{"dst":"192.0.2.1","ipproto":58}'), "EOPNOTSUPP");
  assert.is(read('{"dst":"2001:db8::1","ipproto":1}'), "EOPNOTSUPP");
  assert.equal(read('{"dst":"192.0.2.1","ipproto":0}'), read('{"dst":"192.0.2.1"}'));
});

test("what cannot be read is told with place and fact", () => {
  const facts: Readonly<Record<string, string>> = {
    "": "is empty", no: "is not JSON", "[]": "is not a JSON object", null: "is not a JSON object", "{}": "dst is missing", '{"dst":"x"}': 'dst "x" is not an address', '{"dst":5}': "dst 5 is not an address",
    '{"dst":"::1","src":"1.2.3.4"}': 'src "1.2.3.4" is not of IPv6', '{"dst":"::1","family":4}': "family 4 does not fit dst", '{"dst":"::1","mark":-1}': "mark -1 is not a number from 0 to 4294967295",
    '{"dst":"::1","tos":256}': "tos 256 is not a number from 0 to 255", '{"dst":"::1","oif":3}': "oif 3 is not the name of a device", '{"dst":"::1","sport":[]}': "sport a list is not a number from 0 to 65535",
  };
  for (const [line, fact] of Object.entries(facts)) assert.is(read(line), `WP9003 line 3 ${fact}`, line);
});

test.run();
