/** A pen over the arena: tests write the bytes of the wire with it, most significant byte first. */
import { reserve } from "../../../assembly/arena";

/** More than any frame of a test. */
const FRAME_BYTES: usize = 2048;

let pen: usize = 0;

/** Fresh zeroed memory for a frame; the pen stands at its first byte, whose address this is. */
export function begin(): usize {
  pen = reserve(FRAME_BYTES);
  return pen;
}

/** Where the next byte goes. */
export function here(): usize {
  return pen;
}

export function put8(value: u32): void {
  store<u8>(pen, <u8>value);
  pen += 1;
}

export function put16(value: u32): void {
  store<u16>(pen, bswap<u16>(<u16>value));
  pen += 2;
}

export function put32(value: u32): void {
  store<u32>(pen, bswap<u32>(value));
  pen += 4;
}

/** The low six bytes: a hardware address. */
export function put48(value: u64): void {
  put16(<u32>(value >> 32));
  put32(<u32>value);
}

/** Zeroes. */
export function skip(bytes: usize): void {
  pen += bytes;
}

/** Hex digits; blanks are for the eye. */
export function hex(text: string): void {
  let high: i32 = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code == 32) continue;
    const digit = code <= 57 ? code - 48 : code - 87;
    if (high < 0) high = digit;
    else {
      put8(<u32>((high << 4) | digit));
      high = -1;
    }
  }
}

/** Fresh memory that starts with these bytes. */
export function bytes(text: string): usize {
  const at = begin();
  hex(text);
  return at;
}
