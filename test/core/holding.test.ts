import { test } from "uvu";
import * as assert from "uvu/assert";
import { Holding } from "../../src/core/holding.js";
import type { FrameVerdict } from "../../src/model/report.js";

function verdict(frame: number): FrameVerdict {
  return { capture: "c", frame, dir: "out", dev: "br-wan", class: "leak", disposition: "egress" };
}

const numbers = (list: readonly FrameVerdict[]): number[] => list.map((entry) => entry.frame);

test("without held frames everything goes at once, in order", () => {
  const holding = new Holding();
  [1, 2, 3].forEach((frame) => { holding.add(frame, verdict(frame)); });
  assert.equal(numbers(holding.release()), [1, 2, 3]);
  assert.equal(holding.release(), []);
});

test("a held frame holds up those behind it until it is settled", () => {
  const holding = new Holding();
  holding.add(1, verdict(1));
  holding.add(2, null);
  holding.add(3, verdict(3));
  assert.equal(numbers(holding.release()), [1]);
  assert.equal(holding.release(), []);
  holding.settle(2, verdict(2));
  assert.equal(numbers(holding.release()), [2, 3]);
});

test("settling a frame that does not wait changes nothing", () => {
  const holding = new Holding();
  holding.settle(9, verdict(9));
  assert.equal(holding.release(), []);
});

test("it is full once more frames wait than it may hold", () => {
  const holding = new Holding();
  holding.add(1, null);
  for (let frame = 2; frame <= 262_144; frame++) holding.add(frame, null);
  assert.not(holding.full);
  holding.add(262_145, null);
  assert.ok(holding.full);
});

test.run();
