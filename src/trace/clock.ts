/** pcapng's timestamps (draft-ietf-opsawg-pcapng, if_tsresol and if_tsoffset) as seconds and nanoseconds. */

const MICROSECONDS = 6;
const BINARY = 0x80;
const NANOSECONDS = 1_000_000_000;
/** The finest decimal resolution that is split in plain numbers: 10^9 units times 65536 is far below 2^53. */
const FAST_DIGITS_MAX = 9;
const SECONDS_MAX = 0xffff_ffff;

/** Splits the ticks of one interface. The answer stands in `seconds` and `nanos` until the next call. */
export class Clock {
  /** Since 1970, held within 32 unsigned bits. */
  seconds = 0;
  nanos = 0;
  /** Ticks a second where plain numbers are exact, else 0. */
  readonly #units: number;
  readonly #exact: bigint;
  readonly #nanosToUnit: number;

  /** `resolution`: the byte of if_tsresol, a negative power of 10, or of 2 with its top bit set. `offset`: seconds to add. */
  constructor(resolution = MICROSECONDS, private readonly offset = 0) {
    const digits = resolution & ~BINARY;
    this.#exact = (resolution & BINARY) === 0 ? 10n ** BigInt(digits) : 2n ** BigInt(digits);
    const fast = (resolution & BINARY) === 0 && digits <= FAST_DIGITS_MAX;
    this.#units = fast ? 10 ** digits : 0;
    this.#nanosToUnit = fast ? NANOSECONDS / this.#units : 0;
  }

  /** Takes a timestamp of 64 bits, high word first. */
  set(high: number, low: number): void {
    const units = this.#units;
    if (units === 0) {
      this.#setExactly(high, low);
      return;
    }
    // Long division in base 65536, each step within 53 bits.
    const upper = (high % units) * 65_536 + (low >>> 16);
    const lower = (upper % units) * 65_536 + (low & 0xffff);
    const seconds = Math.floor(high / units) * 4_294_967_296 + Math.floor(upper / units) * 65_536 + Math.floor(lower / units);
    this.seconds = within(seconds + this.offset);
    this.nanos = (lower % units) * this.#nanosToUnit;
  }

  #setExactly(high: number, low: number): void {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    this.seconds = within(Number(ticks / this.#exact) + this.offset);
    this.nanos = Number(((ticks % this.#exact) * BigInt(NANOSECONDS)) / this.#exact);
  }
}

function within(seconds: number): number {
  return Math.min(Math.max(seconds, 0), SECONDS_MAX);
}
