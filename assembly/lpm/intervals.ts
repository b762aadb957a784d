// Prefixes cut the address space into intervals; the answer is constant inside each. A binary search over the lower bounds finds it.
//
//   bounds   | high u64 | low u64 | high | low | ...   ascending; the first is 0
//   leaves   | prefix number | ...                     what covers the interval that starts there

import { Fib } from "../layout";
import { Lpm } from "./lpm";

const BOUND = 16;

@unmanaged @final export class Intervals extends Lpm {
  lookup(d0: u32, d1: u32, d2: u32, d3: u32): u32 {
    const fib = changetype<Fib>(changetype<usize>(this));
    const high = (<u64>d0 << 32) | <u64>d1;
    const low = (<u64>d2 << 32) | <u64>d3;
    let first: u32 = 0;
    let size = fib.boundCount;
    if (size == 0) return 0;
    // The answer lies in first .. first + size - 1; halve until one is left.
    while (size > 1) {
      const half = size >> 1;
      const at = fib.bounds + (first + half) * BOUND;
      const boundHigh = load<u64>(at);
      // Bitwise on purpose: a jump here is mispredicted every other time.
      const reached = u32(boundHigh < high) | (u32(boundHigh == high) & u32(load<u64>(at, 8) <= low));
      first = select<u32>(first + half, first, reached != 0);
      size -= half;
    }
    return load<u32>(fib.leaves + (first << 2));
  }
}
