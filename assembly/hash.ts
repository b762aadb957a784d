// One hash for every table: multiply and fold, in 64-bit steps, so that a key of forty bytes costs five multiplications at most.

/** 2^64 divided by the golden ratio. */
const PHI: u64 = 0x9e3779b97f4a7c15;

/** Folds two addresses (32 bytes) and two words of what else is in a key. */
export function hashKey(addresses: usize, more: u64): u32 {
  let sum = load<u64>(addresses) ^ rotl<u64>(load<u64>(addresses, 8), 17) ^ rotl<u64>(load<u64>(addresses, 16), 31) ^ rotl<u64>(load<u64>(addresses, 24), 47);
  sum = (sum ^ more) * PHI;
  sum ^= sum >> 32;
  return <u32>(sum * PHI >> 32);
}
