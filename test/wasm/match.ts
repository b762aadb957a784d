import { reserve } from "../../assembly/arena";
import { Field, Packet } from "../../assembly/layout";
import { holds, rowHolds } from "../../assembly/match";
import { newMatch } from "./support/images";

const ALL: u32 = 0xffffffff;

/** Whether a packet with this destination port holds. */
function dportHolds(dport: u32, mask: u32, low: u32, span: u32): bool {
  const packet = changetype<Packet>(reserve(offsetof<Packet>()));
  packet.dport = dport;
  return holds(newMatch(Field.dport, mask, low, span), packet);
}

export function a_span_of_0_is_equality(): void {
  assert(dportHolds(53, ALL, 53, 0));
  assert(!dportHolds(52, ALL, 53, 0) && !dportHolds(54, ALL, 53, 0));
}

export function a_span_takes_both_ends_and_nothing_beyond(): void {
  assert(dportHolds(100, ALL, 100, 10) && dportHolds(110, ALL, 100, 10));
  assert(!dportHolds(99, ALL, 100, 10) && !dportHolds(111, ALL, 100, 10));
}

export function a_mask_of_0_holds_for_any_value_if_low_is_0(): void {
  assert(dportHolds(0, 0, 0, 0) && dportHolds(ALL, 0, 0, 0));
}

export function a_mask_of_0_never_holds_if_low_is_not_0(): void {
  assert(!dportHolds(0, 0, 1, 0) && !dportHolds(1, 0, 1, 0));
}

export function mask_0x1_looks_at_bit_0_only(): void {
  assert(dportHolds(1, 1, 1, 0) && dportHolds(0xffffffff, 1, 1, 0));
  assert(!dportHolds(0xfffffffe, 1, 1, 0));
}

export function a_value_below_low_wraps_around_and_fails(): void {
  assert(!dportHolds(0, ALL, 1, 0xfffffffe), "0 - 1 is the largest number");
  assert(dportHolds(1, ALL, 1, 0xfffffffe));
}

export function a_range_may_wrap_around_the_largest_number(): void {
  assert(dportHolds(0xfffffff0, ALL, 0xfffffff0, 0x1f), "its low end");
  assert(dportHolds(0, ALL, 0xfffffff0, 0x1f), "beyond the wrap");
  assert(dportHolds(0xf, ALL, 0xfffffff0, 0x1f), "its high end");
  assert(!dportHolds(0x10, ALL, 0xfffffff0, 0x1f) && !dportHolds(0xffffffef, ALL, 0xfffffff0, 0x1f));
}

export function a_full_span_holds_for_any_value_and_any_low(): void {
  assert(dportHolds(0, ALL, 7, ALL) && dportHolds(ALL, ALL, 7, ALL) && dportHolds(6, ALL, 7, ALL));
}

export function a_match_reads_the_field_it_names(): void {
  const packet = changetype<Packet>(reserve(offsetof<Packet>()));
  packet.flow = 2;
  assert(holds(newMatch(Field.flow, ALL, 2, 0), packet));
  assert(!holds(newMatch(Field.family, ALL, 2, 0), packet));
}

export function an_empty_row_holds(): void {
  const packet = changetype<Packet>(reserve(offsetof<Packet>()));
  assert(rowHolds(0, 0, packet));
}

export function a_row_holds_when_each_of_its_matches_does(): void {
  const packet = changetype<Packet>(reserve(offsetof<Packet>()));
  packet.proto = 17;
  packet.dport = 53;
  const row = changetype<usize>(newMatch(Field.proto, ALL, 17, 0));
  newMatch(Field.dport, ALL, 53, 0);
  assert(rowHolds(row, 2, packet));
  packet.dport = 54;
  assert(!rowHolds(row, 2, packet), "the last fails");
  assert(rowHolds(row, 1, packet), "what is beyond the count is not read");
  packet.proto = 6;
  assert(!rowHolds(row, 1, packet), "the first fails");
}
