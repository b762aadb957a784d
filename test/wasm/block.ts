import { reserve } from "../../assembly/arena";
import { clearBlock, copyBlock, sameBlock } from "../../assembly/block";

/** Fresh memory of which no byte is zero. */
function filled(bytes: usize): usize {
  const at = reserve(bytes);
  for (let i: usize = 0; i < bytes; i++) store<u8>(at + i, <u8>(i % 251 + 1));
  return at;
}

export function a_block_is_cleared_from_its_first_to_its_last_byte(): void {
  const at = filled(96);
  clearBlock(at + 16, 64);
  for (let i: usize = 0; i < 96; i++) assert((load<u8>(at + i) == 0) == (i >= 16 && i < 80));
}

export function a_block_is_copied_from_its_first_to_its_last_byte(): void {
  const from = filled(96);
  const to = reserve(96);
  copyBlock(to + 16, from + 16, 64);
  for (let i: usize = 0; i < 96; i++) assert(load<u8>(to + i) == (i >= 16 && i < 80 ? load<u8>(from + i) : 0));
}

export function blocks_are_the_same_when_each_byte_is(): void {
  const one = filled(64);
  const other = filled(64);
  assert(sameBlock(one, other, 64));
  for (let i: usize = 0; i < 64; i++) {
    store<u8>(other + i, 0);
    assert(!sameBlock(one, other, 64));
    assert(sameBlock(one, other, i & ~15), "what lies beyond the block is not compared");
    store<u8>(other + i, load<u8>(one + i));
  }
}

export function a_block_of_nothing_is_left_alone_and_the_same(): void {
  const one = filled(16);
  const other = reserve(16);
  clearBlock(one, 0);
  copyBlock(other, one, 0);
  assert(load<u8>(one) == 1 && load<u8>(other) == 0 && sameBlock(one, other, 0));
}
