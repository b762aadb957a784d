import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Frame } from "./frames.js";
import type { Found } from "./scenario.js";
import { byName, classOf, countCauses, disagreements, unforeseen } from "./truth.js";

const FOUND: Found = { result: "leak", causes: { "flow:ntp": "leak" }, findings: [] };

function frame(cause: string, out = true): Frame {
  return { number: 1, epoch: "1.000000000", bytes: 60, out, cause, src: "-" };
}

test("only what left is counted", () => {
  assert.equal(countCauses([frame("arp"), frame("arp"), frame("in", false)]), new Map([["arp", 2]]));
});

test("a counter of a uid is the sender's that has it, and adds to what was counted by its port", () => {
  const sent = [{ sending: { name: "ntp", kind: "tcp", to: "internet", family: 4 }, uid: 2001, proto: 6, dst: "", src: "", sport: 0, dport: 0, sent: 1, replies: 0, errors: {} }] as const;
  assert.equal(byName(new Map([["uid:2001", 4], ["flow:ntp", 1], ["uid:2002", 3]]), sent), new Map([["flow:ntp", 5], ["uid:2002", 3]]));
});

test("accounts that differ by one packet disagree", () => {
  assert.equal(disagreements(new Map([["arp", 2]]), new Map([["arp", 2]])), []);
  assert.equal(disagreements(new Map([["arp", 2]]), new Map([["arp", 1]])), ["arp: the counters saw 2, the capture shows 1"]);
  assert.equal(disagreements(new Map(), new Map([["mld", 1]])), ["mld: the counters saw 0, the capture shows 1"]);
});

test("a packet that neither account can name is a disagreement even when they count it alike", () => {
  assert.equal(disagreements(new Map([["other", 1]]), new Map([["other", 1]])), ["other: the counters saw 1, the capture shows 1"]);
});

test("a scenario foresees what it names and what every node sends, no more and no less", () => {
  assert.equal(unforeseen(new Map([["flow:ntp", 1], ["arp", 1]]), FOUND), []);
  assert.equal(unforeseen(new Map([["arp", 1]]), FOUND), ["flow:ntp never left on the WAN"]);
  assert.equal(unforeseen(new Map([["flow:ntp", 1], ["primary-dns", 1]]), FOUND), ["primary-dns left on the WAN, which the scenario does not foresee"]);
  assert.is(classOf("reply:error", { ...FOUND, causes: { "reply:error": "leak" } }), "leak");
});

test.run();
