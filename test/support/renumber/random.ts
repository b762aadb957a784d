/** Chance that can be repeated: the same seed gives the same numbers everywhere. */

/** Mulberry32: 32 bits of state, more than a test needs. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** 32 unsigned bits. */
  word(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor((this.word() / 2 ** 32) * count);
  }

  /** A number of `count` bits that is not zero; zero when there are no bits. */
  bits(count: number): bigint {
    if (count <= 0) return 0n;
    for (;;) {
      let bits = 0n;
      for (let have = 0; have < count; have += 32) bits = (bits << 32n) | BigInt(this.word());
      bits &= (1n << BigInt(count)) - 1n;
      if (bits !== 0n) return bits;
    }
  }

  /** The same items in another order. */
  shuffled<T>(items: readonly T[]): T[] {
    const rest = [...items];
    const order: T[] = [];
    while (rest.length > 0) {
      const at = this.below(rest.length);
      const last = rest.pop();
      if (last === undefined) break;
      order.push(rest[at] ?? last);
      if (at < rest.length) rest[at] = last;
    }
    return order;
  }

  /** A word of lower-case letters and digits that begins with a letter. */
  name(length: number): string {
    const letter = (choices: string): string => choices.charAt(this.below(choices.length));
    return letter(LETTERS) + Array.from({ length: length - 1 }, () => letter(LETTERS + DIGITS)).join("");
  }
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
