// The interface of every longest-prefix-match structure, and the list of them (docs/architecture.md): linear, intervals.

/** A structure is a view of a Fib: `this` is the Fib's address. */
@unmanaged export abstract class Lpm {
  /** The 1-based number of the longest prefix that covers the address (left-aligned words); 0 when none does. */
  abstract lookup(d0: u32, d1: u32, d2: u32, d3: u32): u32;
}

/** Answers a batch of 16-byte addresses, one u32 each: the loop in which every structure is compared and timed. */
export function lookupBatch<L extends Lpm>(fib: usize, addresses: usize, answers: usize, count: u32): void {
  const lpm = changetype<L>(fib);
  for (let i: u32 = 0; i < count; i++) {
    const at = addresses + (<usize>i << 4);
    store<u32>(answers + (<usize>i << 2), lpm.lookup(load<u32>(at), load<u32>(at, 4), load<u32>(at, 8), load<u32>(at, 12)));
  }
}
