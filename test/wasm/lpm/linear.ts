import { Fib } from "../../../assembly/layout";
import { Linear } from "../../../assembly/lpm/linear";
import { addPrefix, newFib } from "../support/fibs";

function lookup(fib: Fib, d0: u32, d1: u32 = 0, d2: u32 = 0, d3: u32 = 0): u32 {
  return changetype<Linear>(fib).lookup(d0, d1, d2, d3);
}

export function without_prefixes_the_oracle_answers_0(): void {
  assert(lookup(newFib(1), 0x0a000001) == 0);
}

export function the_oracle_answers_with_the_longest_prefix(): void {
  const fib = newFib(1);
  const host = addPrefix(fib, 32, 0xc0000202);
  const net = addPrefix(fib, 24, 0xc0000200);
  const any = addPrefix(fib, 0);
  assert(lookup(fib, 0xc0000202) == host);
  assert(lookup(fib, 0xc0000201) == net && lookup(fib, 0xc0000203) == net, "neighbours of the host");
  assert(lookup(fib, 0xc00001ff) == any && lookup(fib, 0xc0000300) == any, "one beyond either end");
  assert(lookup(fib, 0) == any && lookup(fib, 0xffffffff) == any, "both ends of the space");
}

export function the_oracle_looks_at_all_128_bits_of_a_host_route(): void {
  const fib = newFib(1);
  const host = addPrefix(fib, 128, 0x20010db8, 1, 2, 3);
  assert(lookup(fib, 0x20010db8, 1, 2, 3) == host);
  assert(lookup(fib, 0x20010db8, 1, 2, 2) == 0 && lookup(fib, 0x20010db8, 1, 3, 3) == 0 && lookup(fib, 0x20010db8, 0, 2, 3) == 0);
}

export function an_address_outside_every_prefix_has_no_answer(): void {
  const fib = newFib(1);
  addPrefix(fib, 8, 0x0a000000);
  assert(lookup(fib, 0x09ffffff) == 0 && lookup(fib, 0x0b000000) == 0);
}
