// The oracle: every prefix, longest first, one after the other. Slow and obviously right; every other structure must agree with it.

import { Fib, Prefix } from "../layout";
import { Lpm } from "./lpm";

@unmanaged @final export class Linear extends Lpm {
  lookup(d0: u32, d1: u32, d2: u32, d3: u32): u32 {
    const fib = changetype<Fib>(changetype<usize>(this));
    for (let number: u32 = 1; number <= fib.prefixCount; number++) {
      const prefix = changetype<Prefix>(fib.prefixes + (number - 1) * <u32>offsetof<Prefix>());
      const covers = (d0 & prefix.mask0) == prefix.word0 && (d1 & prefix.mask1) == prefix.word1 &&
        (d2 & prefix.mask2) == prefix.word2 && (d3 & prefix.mask3) == prefix.word3;
      if (covers) return number;
    }
    return 0;
  }
}
