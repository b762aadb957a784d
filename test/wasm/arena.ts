import { mark, reserve, rewind } from "../../assembly/arena";

export function reserve_aligns_to_16(): void {
  const first = reserve(3), second = reserve(1);
  assert(first % 16 == 0, "first is not aligned");
  assert(second == first + 16, "second does not follow first");
}

export function reserve_of_nothing_takes_nothing(): void {
  const first = reserve(0);
  assert(reserve(0) == first, "an empty reservation moved the top");
}

export function a_mark_is_where_the_next_reservation_starts(): void {
  reserve(5);
  const at = mark();
  assert(reserve(32) == at, "the reservation does not start at the mark");
}

export function rewind_gives_the_same_memory_again_and_zeroed(): void {
  const at = reserve(64);
  store<u64>(at, 0x0123456789abcdef);
  store<u64>(at + 56, 0xfedcba9876543210);
  rewind(at);
  assert(reserve(64) == at, "the memory is not the same");
  assert(load<u64>(at) == 0 && load<u64>(at + 56) == 0, "the memory is not zeroed");
}

export function reserve_grows_the_memory_beyond_its_first_pages(): void {
  const bytes: usize = <usize>(memory.size() + 3) << 16;
  const at = reserve(bytes);
  store<u8>(at + bytes - 1, 7);
  assert(load<u8>(at + bytes - 1) == 7, "the last byte is not there");
}
