/** Addresses of questions, read straight into the core's words: parseAddress() takes longer for one address than a whole lookup does. */

/** Reads a strict address into `into[at..at + 3]`. Returns its family, or 0 when the text is no address; the words are then of no use. */
export function readWords(text: string, into: Uint32Array, at: number): 0 | 4 | 6 {
  if (text.length > 45) return 0;
  if (!text.includes(":")) {
    const word = readDotted(text, 0);
    into[at] = word;
    into[at + 1] = into[at + 2] = into[at + 3] = 0;
    return word < 0 ? 0 : 4;
  }
  return readGroups(text, into, at) ? 6 : 0;
}

const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;

/** Four numbers without leading zeros, from `start` to the end; -1: anything else. */
function readDotted(text: string, start: number): number {
  let word = 0;
  let number = -1;
  let dots = 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= ZERO && code <= NINE) {
      if (number === 0) return -1;
      number = number < 0 ? code - ZERO : 10 * number + code - ZERO;
      if (number > 255) return -1;
    } else {
      if (code !== DOT || number < 0 || ++dots > 3) return -1;
      word = word * 256 + number;
      number = -1;
    }
  }
  return dots === 3 && number >= 0 ? word * 256 + number : -1;
}

const GROUPS = new Uint16Array(8);

/** Eight groups, of which `::` stands for one or more; the last two may be dotted (RFC 4291, section 2.2). */
function readGroups(text: string, into: Uint32Array, at: number): boolean {
  let count = 0;
  let gap = -1;
  let group = -1;
  let digits = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === COLON) {
      if (group >= 0) {
        if (count === 8) return false;
        GROUPS[count++] = group;
      } else if (i === 0) {
        if (text.charCodeAt(1) !== COLON) return false;
      } else if (text.charCodeAt(i - 1) !== COLON || gap >= 0) return false;
      if (group < 0 && i > 0) gap = count;
      group = -1;
      digits = 0;
      start = i + 1;
    } else if (code === DOT) {
      const word = readDotted(text, start);
      if (word < 0 || count > 6) return false;
      GROUPS[count++] = word >>> 16;
      GROUPS[count++] = word & 0xffff;
      return settle(count, gap, into, at);
    } else {
      const digit = HEX[code] ?? -1;
      if (digit < 0 || ++digits > 4) return false;
      group = group < 0 ? digit : 16 * group + digit;
    }
  }
  if (group >= 0) {
    if (count === 8) return false;
    GROUPS[count++] = group;
  } else if (gap !== count) return false;
  return settle(count, gap, into, at);
}

/** Spreads the groups over the words, zeros where the gap is. */
function settle(count: number, gap: number, into: Uint32Array, at: number): boolean {
  if (gap < 0 ? count !== 8 : count > 7) return false;
  const zeros = 8 - count;
  const read = (i: number): number => (gap < 0 || i < gap ? GROUPS[i] : i < gap + zeros ? 0 : GROUPS[i - zeros]) ?? 0;
  for (let i = 0; i < 4; i++) into[at + i] = read(2 * i) * 65536 + read(2 * i + 1);
  return true;
}

/** Value of each hexadecimal digit by its code. */
const HEX: readonly number[] = Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? -1 : value;
});
