import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FrameVerdict } from "../../src/model/report.js";
import { CLAIMS, CLASSES, DIRECTIONS, DISPOSITIONS, REASON_NAMES } from "../../src/model/verdict.js";
import { renderFrames } from "../../src/report/frames.js";
import { breaches, schemaOf, within } from "../support/schemas.js";

const LEAK: FrameVerdict = { capture: "wan.pcap", frame: 40, dir: "out", dev: "br-wan", class: "leak", disposition: "egress", claim: "containment" };
const INBOUND: FrameVerdict = { capture: "wan.pcap", frame: 41, dir: "in", dev: "br-wan", class: null, disposition: "ingress" };
const UNSURE: FrameVerdict = { capture: "-", frame: 1, dir: "-", dev: null, class: "undetermined", disposition: "malformed", reason: "malformed" };

test("a verdict is one line, with the fields in the contract's order", () => {
  assert.is(renderFrames([LEAK]), '{"capture":"wan.pcap","frame":40,"dir":"out","dev":"br-wan","class":"leak","disposition":"egress","claim":"containment"}\n');
});

test("claim and reason are absent where there is none", () => {
  assert.is(renderFrames([INBOUND]), '{"capture":"wan.pcap","frame":41,"dir":"in","dev":"br-wan","class":null,"disposition":"ingress"}\n');
});

test("the order of the fields does not depend on who built the verdict", () => {
  const { capture, frame, ...rest } = LEAK;
  assert.is(renderFrames([{ ...rest, frame, capture }]), renderFrames([LEAK]));
});

test("a batch is as many lines as verdicts, an empty one is no text", () => {
  assert.is(renderFrames([LEAK, INBOUND, UNSURE]).split("\n").length, 4);
  assert.is(renderFrames([]), "");
});

test("a device name with a line break stays on one line", () => {
  const text = renderFrames([{ ...LEAK, dev: "a\nb\u2028c\x1b" }]);
  assert.is(text.trimEnd().split(/[\n\u2028]/).length, 1);
  assert.is(within(JSON.parse(text), "dev"), "a\nb\u2028c\x1b");
});

test("each line is valid by the published schema, and a stranger's field is not", () => {
  for (const verdict of [LEAK, INBOUND, UNSURE]) assert.equal(breaches("frame", renderFrames([verdict])), []);
  assert.ok(breaches("frame", JSON.stringify({ ...LEAK, extra: 1 })).length > 0);
  assert.ok(breaches("frame", JSON.stringify({ ...LEAK, frame: 0 })).length > 0);
});

test("the schema's lists are the model's lists", () => {
  const list = (name: string): unknown => within(schemaOf("frame"), "properties", name, "enum");
  assert.equal(list("class"), [...CLASSES, null]);
  assert.equal(list("dir"), [...DIRECTIONS]);
  assert.equal(list("disposition"), [...DISPOSITIONS]);
  assert.equal(list("claim"), [...CLAIMS]);
  assert.equal(list("reason"), [...REASON_NAMES]);
});

test.run();
