import { reserve } from "../../../assembly/arena";
import { Field, Packet } from "../../../assembly/layout";
import { begin, Index, isOpen, Key, next, NO_ITEM, Search, SEARCH_BYTES } from "../../../assembly/netfilter/search";

/** 130 items by port: the first 100 want a port below 1000, item 0 and every one from 64 on any other. */
function index(): Index {
  const made = changetype<Index>(reserve(offsetof<Index>()));
  made.words = 3;
  made.summaries = 1;
  made.all = row(~0, ~0, 3);
  made.keyCount = 1;
  const key = changetype<Key>(reserve(offsetof<Key>()));
  made.keys = <u32>changetype<usize>(key);
  key.field = Field.dport;
  key.mask = 0xffff;
  key.count = 2;
  key.bounds = <u32>reserve(8);
  store<u32>(key.bounds, 1000, 4);
  key.rows = <u32>reserve(8);
  store<u32>(key.rows, row(~0, 0xfffffffff, 0));
  store<u32>(key.rows, row(1, ~0, 3), 4);
  return made;
}

function row(first: u64, second: u64, third: u64): u32 {
  const at = reserve(32);
  store<u64>(at, u64(first != 0) | (u64(second != 0) << 1) | (u64(third != 0) << 2));
  store<u64>(at, first, 8);
  store<u64>(at, second, 16);
  store<u64>(at, third, 24);
  return <u32>at;
}

function search(port: u32, item: u32, open: u64 = 0): Search {
  const made = changetype<Search>(reserve(SEARCH_BYTES));
  const packet = changetype<Packet>(reserve(offsetof<Packet>()));
  packet.dport = port;
  begin(made, index(), changetype<usize>(packet), open, item);
  return made;
}

function count(under: Search): u32 {
  let found: u32 = 0;
  while (next(under) != NO_ITEM) found++;
  return found;
}

export function items_come_in_order_and_those_that_cannot_hold_are_left_out(): void {
  const under = search(1000, 0);
  assert(next(under) == 0 && next(under) == 64 && next(under) == 65);
  assert(count(search(999, 0)) == 100 && count(search(1000, 0)) == 67);
}

export function the_value_is_masked_first(): void {
  assert(count(search(0x10000 + 999, 0)) == 100);
}

export function a_search_begins_at_any_item(): void {
  assert(next(search(1000, 1)) == 64);
  assert(next(search(1000, 64)) == 64);
  assert(next(search(1000, 66)) == 66);
  assert(next(search(1000, 129)) == 129);
  assert(next(search(1000, 130)) == NO_ITEM);
  assert(next(search(999, 128)) == NO_ITEM);
  assert(next(search(999, 64 * 64)) == NO_ITEM, "behind the last word of the summary");
}

export function a_field_that_is_not_told_rules_nothing_out(): void {
  const dport: u64 = 1 << u64(Field.dport >> 2);
  assert(isOpen(dport, Field.dport) && !isOpen(dport, Field.sport));
  assert(count(search(999, 0, dport)) == 130);
}
