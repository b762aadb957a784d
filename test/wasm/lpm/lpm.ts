import { reserve } from "../../../assembly/arena";
import { Fib } from "../../../assembly/layout";
import { Intervals } from "../../../assembly/lpm/intervals";
import { Linear } from "../../../assembly/lpm/linear";
import { lookupBatch } from "../../../assembly/lpm/lpm";
import { addPrefix, finish, highOf, lastHighOf, lastLowOf, lowOf, newFib, prefixAt } from "../support/fibs";

const PREFIXES: u32 = 160;

/** xorshift32: the same numbers in every run. */
let state: u32 = 0x9e3779b9;
function random(): u32 {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state;
}

function both(fib: Fib, high: u64, low: u64): void {
  const d0 = <u32>(high >> 32);
  const d1 = <u32>high;
  const d2 = <u32>(low >> 32);
  const d3 = <u32>low;
  const slow = changetype<Linear>(fib).lookup(d0, d1, d2, d3);
  const fast = changetype<Intervals>(fib).lookup(d0, d1, d2, d3);
  assert(slow == fast, "intervals and the oracle differ");
}

/** Compares at the first and last address of each prefix, one beyond either, one inside, and anywhere. */
function agree(fib: Fib): void {
  for (let number: u32 = 1; number <= fib.prefixCount; number++) {
    const prefix = prefixAt(fib, number);
    const high = highOf(prefix);
    const low = lowOf(prefix);
    const lastHigh = lastHighOf(prefix);
    const lastLow = lastLowOf(prefix);
    both(fib, high, low);
    both(fib, lastHigh, lastLow);
    both(fib, low == 0 ? high - 1 : high, low - 1);
    both(fib, lastLow == u64.MAX_VALUE ? lastHigh + 1 : lastHigh, lastLow + 1);
    both(fib, high | (lastHigh & random()), low | (lastLow & random()));
    both(fib, (<u64>random() << 32) | random(), (<u64>random() << 32) | random());
  }
}

/** Prefixes of random lengths that share their first words, so that they nest; longest first. */
function randomFib(longest: u32, common: u32): Fib {
  const fib = newFib(1);
  const lengths = reserve(PREFIXES);
  for (let i: u32 = 0; i < PREFIXES; i++) store<u8>(lengths + i, <u8>(random() % (longest + 1)));
  for (let length = longest + 1; length > 0; length--) {
    for (let i: u32 = 0; i < PREFIXES; i++) {
      if (load<u8>(lengths + i) != length - 1) continue;
      const few = random() & 3;
      addPrefix(fib, length - 1, common ^ (few << 20), few << 31, longest > 64 ? random() & 0xc0000001 : 0, longest > 96 ? random() & 0x80000003 : 0);
    }
  }
  finish(fib);
  return fib;
}

export function both_structures_agree_on_random_nested_ipv4_prefixes(): void {
  agree(randomFib(32, 0x0a000000));
  agree(randomFib(32, 0xffffff00));
  agree(randomFib(32, 0));
}

export function both_structures_agree_on_random_nested_ipv6_prefixes(): void {
  agree(randomFib(128, 0x20010db8));
  agree(randomFib(128, 0xffffffff));
  agree(randomFib(64, 0xfe800000));
}

export function both_structures_agree_on_a_default_route_with_host_routes_at_both_ends(): void {
  const fib = newFib(1);
  addPrefix(fib, 128, 0, 0, 0, 0);
  addPrefix(fib, 128, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff);
  addPrefix(fib, 128, 0x20010db8, 0, 0, 1);
  addPrefix(fib, 128, 0x20010db8, 0, 0, 2);
  addPrefix(fib, 127, 0x20010db8, 0, 0, 2);
  addPrefix(fib, 0);
  finish(fib);
  agree(fib);
}

export function both_structures_agree_on_prefixes_that_fill_the_space(): void {
  const fib = newFib(1);
  addPrefix(fib, 2, 0xc0000000);
  addPrefix(fib, 2, 0x80000000);
  addPrefix(fib, 1, 0x80000000);
  addPrefix(fib, 1, 0);
  finish(fib);
  agree(fib);
}

export function a_batch_answers_each_address_in_its_place(): void {
  const fib = newFib(1);
  const inner = addPrefix(fib, 24, 0xc0000200);
  const outer = addPrefix(fib, 8, 0xc0000000);
  finish(fib);
  const addresses = reserve(3 * 16);
  store<u32>(addresses, 0xc0000263);
  store<u32>(addresses + 16, 0xc1000000);
  store<u32>(addresses + 32, 0xc0000363);
  const answers = reserve(4 * 4);
  store<u32>(answers + 12, 99);
  lookupBatch<Linear>(changetype<usize>(fib), addresses, answers, 3);
  assert(load<u32>(answers) == inner && load<u32>(answers, 4) == 0 && load<u32>(answers, 8) == outer, "linear");
  memory.fill(answers, 0xff, 12);
  lookupBatch<Intervals>(changetype<usize>(fib), addresses, answers, 3);
  assert(load<u32>(answers) == inner && load<u32>(answers, 4) == 0 && load<u32>(answers, 8) == outer, "intervals");
  assert(load<u32>(answers, 12) == 99, "nothing is written beyond the batch");
}
