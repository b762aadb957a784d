import { test } from "uvu";
import * as assert from "uvu/assert";
import { captureOf, FrameNumbers } from "../../src/core/numbers.js";
import { FRAME_WORDS, type FrameArea } from "../../src/model/capture.js";

/** A batch whose frames belong to these captures. */
function batch(...captures: readonly number[]): FrameArea {
  const index = new Uint32Array(captures.length * FRAME_WORDS.length);
  captures.forEach((capture, i) => { index[i * FRAME_WORDS.length + FRAME_WORDS.indexOf("flags")] = (capture << 8) | 1; });
  return { bytes: new Uint8Array(), index };
}

test("frames count from 1 within their own capture", () => {
  const numbers = new FrameNumbers(2);
  const first = batch(0, 1, 0, 0, 1);
  assert.equal([0, 1, 2, 3, 4].map((i) => numbers.of(first, i)), [1, 1, 2, 3, 2]);
  assert.equal([0, 1].map((i) => captureOf(first, i)), [0, 1]);
  numbers.advance(first, 5);
  const second = batch(1, 0);
  assert.equal([0, 1].map((i) => numbers.of(second, i)), [3, 4]);
  assert.equal([numbers.done(0), numbers.done(1), numbers.done(2)], [3, 2, 0]);
});

test("one capture is counted without a look at its frames", () => {
  const numbers = new FrameNumbers(1);
  numbers.advance(batch(), 1_024);
  assert.is(numbers.of(batch(0), 0), 1_025);
});

test.run();
