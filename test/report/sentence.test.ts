import { test } from "uvu";
import * as assert from "uvu/assert";
import { leadSentence } from "../../src/report/sentence.js";
import { finding, leakReport, report } from "../support/reports.js";

const LINK = "what any host says on a link.";

test("a leak says how many of how many, and what they are not", () => {
  assert.is(leadSentence(leakReport()), "16 of the 62 frames that left on the WAN (br-wan) should not have: they are neither the VPN nor its DNS.");
});

test("one leak among many is singular", () => {
  assert.is(leadSentence(report({ result: "leak", classes: { fastd: 3, leak: 1 } })), "1 of the 4 frames that left on the WAN (br-wan) should not have: it is neither the VPN nor its DNS.");
});

test("a leak that is the only frame is singular twice", () => {
  assert.is(leadSentence(report({ result: "leak", classes: { leak: 1 } })), "The only frame that left on the WAN (br-wan) should not have: it is neither the VPN nor its DNS.");
});

test("clean says what all the frames are", () => {
  assert.is(leadSentence(report({ classes: { fastd: 36, ndp: 8 } })), `Clean: all 44 frames that left on the WAN (br-wan) are the VPN, its DNS, or ${LINK}`);
  assert.is(leadSentence(report({ classes: { fastd: 1 } })), `Clean: the only frame that left on the WAN (br-wan) is the VPN, its DNS, or ${LINK}`);
});

test("clean names answers and features only where they were seen", () => {
  assert.is(leadSentence(report({ classes: { fastd: 2, answer: 1, bridged: 1 } })),
    `Clean: all 4 frames that left on the WAN (br-wan) are the VPN, its DNS, answers to what came in, a feature that is switched on, or ${LINK}`);
});

test("a capture in which nothing left is not called clean", () => {
  assert.is(leadSentence(report({ classes: {} })), "Nothing left on the WAN (br-wan) in this capture, so there was nothing to judge.");
});

test("accepted findings are not called clean", () => {
  const accepted = report({ classes: { fastd: 5, leak: 5 }, findings: [finding({ accepted: true })] });
  assert.is(leadSentence(accepted), "5 of the 10 frames that left on the WAN (br-wan) should not have, but each of them is accepted by name.");
});

test("frames that could not be judged are counted", () => {
  assert.is(leadSentence(report({ result: "undetermined", classes: { fastd: 1, undetermined: 7 } })), "Nothing that should not have left was seen, but 7 frames could not be judged.");
  assert.is(leadSentence(report({ result: "undetermined", classes: { undetermined: 1 } })), "Nothing that should not have left was seen, but 1 frame could not be judged.");
});

test("a capture that ends early is undetermined though each frame was judged", () => {
  assert.is(leadSentence(report({ result: "undetermined" })), "Nothing that should not have left was seen, but not all of this capture could be read.");
});

test("a foreign source address is told apart from a leak", () => {
  const source = finding({ claim: "source", class: "fastd", frames: 3 });
  assert.is(leadSentence(report({ result: "violated", findings: [source] })),
    "Nothing but the VPN, its DNS and what any host says on a link left on the WAN (br-wan), yet 3 frames carried a source address that does not belong there.");
});

test("a violation beside frames that could not be judged does not say that nothing else left", () => {
  const source = finding({ claim: "source", class: "fastd", frames: 1 });
  assert.is(leadSentence(report({ result: "violated", classes: { fastd: 1, undetermined: 2 }, findings: [source] })), "1 frame carried a source address that does not belong there.");
});

test("packets that went otherwise than the state says are told apart from frames that could not be judged", () => {
  const findings = [finding({ id: "model:source", claim: "source", class: "undetermined", known: null })];
  const observed = { agreed: 3, untold: 0, disagreed: 1 };
  assert.is(leadSentence(report({ result: "undetermined", findings, observed })),
    "Nothing that should not have left was seen, but 1 packet went otherwise than the node's state says, so the state is not the one of that moment.");
  assert.match(leadSentence(report({ result: "undetermined", classes: { undetermined: 2 }, findings, observed })), /2 frames could not be judged/);
});

test("what the model has otherwise breaks no claim", () => {
  const findings = [finding({ claim: "source", class: "fastd", frames: 3 }), finding({ id: "model:mark", claim: "source", class: "undetermined", frames: 9 })];
  assert.match(leadSentence(report({ result: "violated", findings, observed: { agreed: 0, untold: 0, disagreed: 9 } })), /yet 3 frames carried/);
});

test("several broken claims stand in one sentence", () => {
  const findings = [finding({ claim: "resolver", class: "wan-dns", frames: 1 }), finding({ claim: "source", class: "fastd", frames: 2 })];
  assert.match(leadSentence(report({ result: "violated", findings })), /yet 2 frames carried .* there and 1 frame asked a DNS server that it should not have asked\.$/);
});

test("an undetermined group is not counted as a broken claim", () => {
  const findings = [finding({ claim: "source", class: "fastd", frames: 2 }), finding({ class: "undetermined", reason: "cut", frames: 9 })];
  assert.match(leadSentence(report({ result: "violated", findings })), /2 frames carried/);
});

test("a frame that could not be judged may still break another claim", () => {
  const source = finding({ claim: "source", class: "undetermined", reason: "underWay", frames: 9 });
  assert.is(leadSentence(report({ result: "violated", classes: { undetermined: 9 }, findings: [source] })), "9 frames carried a source address that does not belong there.");
});

test("every sentence begins with a capital or a number and ends in one full stop", () => {
  for (const result of ["clean", "leak", "violated", "undetermined"] as const) assert.match(leadSentence(report({ result })), /^[A-Z0-9].*[^.]\.$/);
});

test.run();
