// Small blocks of memory, sizes a multiple of 16. The engine's own memory.fill and memory.copy cost a call out of wasm: 20 ns and more for a record.

/** Sets the block to zero. */
export function clearBlock(at: usize, bytes: usize): void {
  const end = at + bytes;
  if (ASC_FEATURE_SIMD) {
    for (; at < end; at += 16) v128.store(at, i64x2.splat(0));
  } else {
    for (; at < end; at += 16) {
      store<u64>(at, 0);
      store<u64>(at, 0, 8);
    }
  }
}

/** Copies a block; the two must not overlap. */
export function copyBlock(to: usize, from: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    if (ASC_FEATURE_SIMD) {
      v128.store(to + i, v128.load(from + i));
    } else {
      store<u64>(to + i, load<u64>(from + i));
      store<u64>(to + i, load<u64>(from + i, 8), 8);
    }
  }
}

/** True when both blocks hold the same bytes. */
export function sameBlock(a: usize, b: usize, bytes: usize): bool {
  for (let i: usize = 0; i < bytes; i += 16) {
    if (load<u64>(a + i) != load<u64>(b + i) || load<u64>(a + i, 8) != load<u64>(b + i, 8)) return false;
  }
  return true;
}
