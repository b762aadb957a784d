// Big-endian reads: the byte order of the wire (RFC 1700).

export function be16(at: usize): u32 {
  return bswap<u16>(load<u16>(at));
}

export function be32(at: usize): u32 {
  return bswap<u32>(load<u32>(at));
}
