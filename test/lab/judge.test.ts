import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FrameVerdict } from "../../src/model/report.js";
import type { Frame } from "./frames.js";
import { wrongFindings, wrongFrames } from "./judge.js";
import type { Found, Named } from "./scenario.js";

const FOUND: Found = { result: "leak", causes: { "flow:ntp": "leak" }, findings: [] };
const FRAMES: readonly Frame[] = [
  { number: 1, epoch: "1.000000000", bytes: 60, out: true, cause: "flow:ntp", src: "-" },
  { number: 2, epoch: "2.000000000", bytes: 60, out: false, cause: "in", src: "-" },
];
const RIGHT: readonly FrameVerdict[] = [
  { capture: "wan.pcap", frame: 1, dir: "out", dev: "br-wan", class: "leak", disposition: "egress" },
  { capture: "wan.pcap", frame: 2, dir: "in", dev: "br-wan", class: null, disposition: "ingress" },
];

test("true verdicts are no problem; each wrong one is named with its cause", () => {
  assert.equal(wrongFrames(FRAMES, RIGHT, FOUND), []);
  const [first, second] = RIGHT;
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(wrongFrames(FRAMES, [{ ...first, class: "undetermined", reason: "name" }, second], FOUND), [
    "wan.pcap frame 1 (1.000000000): its cause is flow:ntp, so it is out leak; wanproof says out undetermined (name)",
  ]);
  assert.is(wrongFrames(FRAMES, [first, { ...second, dir: "out", class: "answer" }], FOUND).length, 1);
});

test("a frame that was not judged is a problem, and so is one that nobody sent", () => {
  const [first] = RIGHT;
  assert.ok(first !== undefined);
  assert.is(wrongFrames(FRAMES, [first], FOUND).length, 2);
  assert.equal(wrongFrames(FRAMES.slice(0, 1), RIGHT, FOUND), ["wan.pcap has 1 frames, wanproof judged 2"]);
});

function leaks(...ids: readonly string[]): Named[] {
  return ids.map((id) => ({ claim: "containment", id, known: null }));
}

test("findings are compared as often as they are named", () => {
  assert.equal(wrongFindings("a", leaks("leak:udp/1", "leak:udp/1"), ["containment leak:udp/1", "containment leak:udp/1"]), []);
  assert.equal(wrongFindings("a", leaks("leak:udp/1"), ["containment leak:udp/1", "containment leak:udp/1"]), ['a: the finding "containment leak:udp/1" is missing']);
  assert.equal(wrongFindings("a", leaks("leak:udp/1", "leak:udp/2"), ["containment leak:udp/1"]), ['a: the finding "containment leak:udp/2" is not true']);
});

test("a star stands for a port, a question mark for chance", () => {
  assert.equal(wrongFindings("a", leaks("leak:tcp/40000"), ["containment leak:tcp/*"]), []);
  assert.equal(wrongFindings("a", leaks(), ["? containment leak:tcp/1"]), []);
  assert.equal(wrongFindings("a", leaks("leak:tcp/1"), ["? containment leak:tcp/1"]), []);
  assert.is(wrongFindings("a", leaks("leak:tcp/"), ["containment leak:tcp/*"]).length, 2);
});

test.run();
