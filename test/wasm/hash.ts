import { reserve } from "../../assembly/arena";
import { hashKey } from "../../assembly/hash";

export function the_same_key_has_the_same_hash(): void {
  const a = reserve(32), b = reserve(32);
  store<u64>(a, 7, 8);
  store<u64>(b, 7, 8);
  assert(hashKey(a, 1) == hashKey(b, 1));
}

export function each_word_of_both_addresses_counts(): void {
  const key = reserve(32);
  const none = hashKey(key, 0);
  for (let word: usize = 0; word < 32; word += 4) {
    store<u32>(key + word, 1);
    assert(hashKey(key, 0) != none);
    store<u32>(key + word, 0);
  }
}

export function what_else_is_in_the_key_counts(): void {
  const key = reserve(32);
  assert(hashKey(key, 1) != hashKey(key, 2));
  assert(hashKey(key, 1) != hashKey(key, 0x100000000));
}

export function source_and_destination_are_not_interchangeable(): void {
  const a = reserve(32), b = reserve(32);
  store<u64>(a, 5);
  store<u64>(b, 5, 16);
  assert(hashKey(a, 0) != hashKey(b, 0));
}

export function neighbouring_keys_spread_over_the_low_bits(): void {
  const key = reserve(32);
  let seen: u32 = 0;
  for (let port: u32 = 0; port < 64; port++) seen |= 1 << (hashKey(key, port) & 31);
  assert(popcnt<u32>(seen) > 20);
}
