import { test } from "uvu";
import * as assert from "uvu/assert";
import { Clock } from "../../src/trace/clock.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";

function split(clock: Clock, ticks: bigint): [seconds: number, nanos: number] {
  clock.set(Number(ticks >> 32n), Number(ticks & 0xffff_ffffn));
  return [clock.seconds, clock.nanos];
}

test("without if_tsresol a tick is a microsecond", () => {
  assert.equal(split(new Clock(), 1_700_000_000_123_456n), [1_700_000_000, 123_456_000]);
});

test("if_tsresol 9 keeps every nanosecond, although 2^53 of them are only 104 days", () => {
  assert.equal(split(new Clock(9), 1_700_000_000_999_999_999n), [1_700_000_000, 999_999_999]);
  assert.equal(split(new Clock(9), 1_700_000_000_000_000_001n), [1_700_000_000, 1]);
});

test("if_tsresol 3 is milliseconds, 0 is seconds", () => {
  assert.equal(split(new Clock(3), 1_700_000_000_042n), [1_700_000_000, 42_000_000]);
  assert.equal(split(new Clock(0), 1_700_000_000n), [1_700_000_000, 0]);
});

test("if_tsresol with its top bit is a power of two", () => {
  assert.equal(split(new Clock(0x80 | 10), (1_700_000_000n << 10n) | 512n), [1_700_000_000, 500_000_000]);
  assert.equal(split(new Clock(0x80 | 32), (1_700_000_000n << 32n) | 1n), [1_700_000_000, 0]);
  assert.equal(split(new Clock(0x80 | 32), (1_700_000_000n << 32n) | 0xffff_ffffn), [1_700_000_000, 999_999_999]);
  assert.equal(split(new Clock(0x80), 77n), [77, 0]);
});

test("picoseconds and still finer ticks are cut to nanoseconds", () => {
  assert.equal(split(new Clock(12), 1_000_000_001_999n), [1, 1]);
  assert.equal(split(new Clock(127), 0xffff_ffff_ffff_ffffn), [0, 0]);
  assert.equal(split(new Clock(255), 0xffff_ffff_ffff_ffffn), [0, 0]);
});

test("if_tsoffset is added in seconds and may be negative", () => {
  assert.equal(split(new Clock(6, 100), 1_000_001n), [101, 1000]);
  assert.equal(split(new Clock(6, -100), 200_000_001n), [100, 1000]);
});

test("seconds stay within 32 bits whatever ticks and offset say", () => {
  assert.equal(split(new Clock(6, -100), 1n), [0, 1000]);
  assert.equal(split(new Clock(0), 0xffff_ffff_ffff_ffffn), [0xffff_ffff, 0]);
  assert.equal(split(new Clock(6, 9e18), 5n), [0xffff_ffff, 5000]);
});

test("any decimal resolution agrees with whole-number arithmetic", () => {
  const draw = random(seed());
  for (let i = 0; i < 2000; i++) {
    const digits = i % 10;
    const ticks = (BigInt(draw(2 ** 32)) << 32n) | BigInt(draw(2 ** 32));
    const unit = 10n ** BigInt(digits);
    const seconds = ticks / unit > 0xffff_ffffn ? 0xffff_ffffn : ticks / unit;
    assert.equal(split(new Clock(digits), ticks), [Number(seconds), Number(((ticks % unit) * 1_000_000_000n) / unit)], `${ticks} of 10^-${digits}`);
  }
});

test.run();
