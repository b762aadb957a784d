// Big-endian reads: the byte order of the wire (RFC 1700).

export function be16(at: usize): u32 {
  return bswap<u16>(load<u16>(at));
}

export function be32(at: usize): u32 {
  return bswap<u32>(load<u32>(at));
}

/** Copies sixteen bytes as four words, each from the wire's byte order to this machine's. */
export function copyWords(to: usize, from: usize): void {
  if (ASC_FEATURE_SIMD) {
    const bytes = v128.load(from);
    v128.store(to, v128.shuffle<u8>(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
  } else {
    for (let word: usize = 0; word < 16; word += 4) store<u32>(to + word, be32(from + word));
  }
}
