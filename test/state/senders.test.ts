import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseSenders } from "../../src/state/senders.js";

function codes(text: string): string[] {
  return parseSenders(text).diagnostics.map(({ code, place }) => `${code} ${place}`);
}

test("a sender's numbers and role are read, and other keys are not looked at", () => {
  const text = JSON.stringify([
    { comm: "fastd", uid: 0, gid: 800, groups: [800], mark: 1, mark_source: "packet_mark", sockets: [{ family: "inet6" }] },
    { comm: "dnsmasq", role: "gluon-wan-dnsmasq", uid: 0, gid: 0, mark: 1 },
  ]);
  assert.equal(parseSenders(text), {
    value: [
      { command: "fastd", role: null, uid: 0, gid: 800, groups: [800], mark: 1, at: "senders.json#0" },
      { command: "dnsmasq", role: "gluon-wan-dnsmasq", uid: 0, gid: 0, groups: [], mark: 1, at: "senders.json#1" },
    ],
    diagnostics: [],
  });
});

test("what is missing is null, not 0", () => {
  assert.equal(parseSenders('[{"comm":"ntpd"},{"comm":"x","uid":null}]').value?.map(({ uid, gid, mark, groups }) => [uid, gid, mark, groups]), [[null, null, null, []], [null, null, null, []]]);
});

test("a number may be text, decimal or hexadecimal", () => {
  assert.equal(parseSenders('[{"comm":"x","uid":"5","mark":"0x1"}]').value?.map(({ uid, mark }) => [uid, mark]), [[5, 1]]);
});

test("a number that cannot be read is null and WP1102", () => {
  for (const value of ['"root"', "-1", "1.5", "4294967296", "[]", "{}", "true"]) {
    const text = `[{"comm":"x","uid":${value}}]`;
    assert.is(parseSenders(text).value?.[0]?.uid, null, value);
    assert.equal(codes(text), ["WP1102 senders.json#0"], value);
  }
});

test("a group that cannot be read is left out and said", () => {
  for (const groups of ['[800,"x"]', "800", '"800"', "{}"]) assert.equal(codes(`[{"comm":"x","groups":${groups}}]`), ["WP1102 senders.json#0"], groups);
  assert.equal(parseSenders('[{"comm":"x","groups":[800,"x"]}]').value?.[0]?.groups, [800]);
});

test("an element without a command is left out, and places count on", () => {
  const text = '[{"uid":1},7,null,{"comm":""},{"comm":5},{"comm":"ok"}]';
  assert.equal(parseSenders(text).value?.map(({ command, at }) => `${command} ${at}`), ["ok senders.json#5"]);
  assert.equal(codes(text), ["WP1102 senders.json#0", "WP1102 senders.json#1", "WP1102 senders.json#2", "WP1102 senders.json#3", "WP1102 senders.json#4"]);
});

test("text that is no list is null and WP1005", () => {
  for (const text of ["", "{}", "null", "[", "x", "\0", '[{"comm":'.repeat(100_000)]) {
    assert.is(parseSenders(text).value, null, text.slice(0, 10));
    assert.is(codes(text).length, 1, text.slice(0, 10));
    assert.match(codes(text)[0] ?? "", /^WP1005 senders\.json/, text.slice(0, 10));
  }
});

test("keys of an object's prototype say nothing", () => {
  assert.is(parseSenders('[{"comm":"x","__proto__":{"uid":7}}]').value?.[0]?.uid, null);
});

test.run();
