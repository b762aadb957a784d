import { Fib } from "../../../assembly/layout";
import { Intervals } from "../../../assembly/lpm/intervals";
import { addPrefix, finish, newFib } from "../support/fibs";

function lookup(fib: Fib, d0: u32, d1: u32 = 0, d2: u32 = 0, d3: u32 = 0): u32 {
  return changetype<Intervals>(fib).lookup(d0, d1, d2, d3);
}

export function without_bounds_intervals_answer_0(): void {
  assert(lookup(newFib(1), 0x0a000001) == 0);
}

export function one_bound_covers_the_whole_space(): void {
  const fib = newFib(1);
  const any = addPrefix(fib, 0);
  finish(fib);
  assert(fib.boundCount == 1);
  assert(lookup(fib, 0) == any && lookup(fib, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff) == any);
}

export function a_bound_belongs_to_the_interval_it_starts(): void {
  const fib = newFib(1);
  const net = addPrefix(fib, 24, 0xc0000200);
  finish(fib);
  assert(lookup(fib, 0xc0000200) == net && lookup(fib, 0xc00002ff, 0xffffffff, 0xffffffff, 0xffffffff) == net);
  assert(lookup(fib, 0xc00001ff, 0xffffffff, 0xffffffff, 0xffffffff) == 0 && lookup(fib, 0xc0000300) == 0);
}

export function bounds_differ_in_the_low_half_too(): void {
  const fib = newFib(1);
  const host = addPrefix(fib, 128, 0x20010db8, 0, 0, 5);
  const net = addPrefix(fib, 64, 0x20010db8);
  finish(fib);
  assert(lookup(fib, 0x20010db8, 0, 0, 4) == net && lookup(fib, 0x20010db8, 0, 0, 5) == host && lookup(fib, 0x20010db8, 0, 0, 6) == net);
}

export function the_low_half_is_compared_without_a_sign(): void {
  const fib = newFib(1);
  const upper = addPrefix(fib, 65, 0x20010db8, 0, 0x80000000);
  const lower = addPrefix(fib, 65, 0x20010db8);
  finish(fib);
  assert(lookup(fib, 0x20010db8, 0, 0x7fffffff, 0xffffffff) == lower && lookup(fib, 0x20010db8, 0, 0x80000000) == upper);
  assert(lookup(fib, 0x20010db8, 0, 0xffffffff, 0xffffffff) == upper);
}

export function the_last_address_of_the_space_has_an_interval(): void {
  const fib = newFib(1);
  const last = addPrefix(fib, 128, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff);
  finish(fib);
  assert(lookup(fib, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff) == last);
  assert(lookup(fib, 0xffffffff, 0xffffffff, 0xffffffff, 0xfffffffe) == 0);
}
