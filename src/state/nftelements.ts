/** The list of nft.json, element by element: parsed as a whole, a big ruleset takes ten times its own size. */
import type { Remarks } from "./remarks.js";
import { DEPTH_MAX, ELEMENTS_MAX, faultOf, optionalObject, own } from "./values.js";

/** `{ "nftables": [...] }`, its elements still as text. */
export class Elements {
  constructor(readonly text: string, readonly remarks: Remarks, readonly bounds: readonly number[]) {}

  get count(): number {
    return this.bounds.length - 1;
  }

  /** Whether the element's text begins with this key; where it is written in another way, this says no. */
  begins(i: number, key: string): boolean {
    const at = this.#from(i);
    const quote = this.text.indexOf('"', at);
    return quote >= 0 && quote - at < BLANKS_MAX && this.text.startsWith(key, quote + 1) && this.text[quote + 1 + key.length] === '"';
  }

  /** Whether the element's text holds one of these words. An escape may hide any of them. */
  mentions(i: number, words: readonly string[]): boolean {
    const text = this.text.slice(this.#from(i), this.bounds[i + 1]);
    return text.includes("\\") || words.some((word) => text.includes(word));
  }

  /** The element; undefined and a remark WP1005 when it is not JSON. */
  at(i: number): unknown {
    const from = this.#from(i);
    try {
      return JSON.parse(this.text.slice(from, this.bounds[i + 1]));
    } catch (error) {
      const { place, fact } = faultOf(this.text, this.remarks.file, error instanceof Error ? error.message : "", from);
      this.remarks.say("WP1005", place, fact, "it is treated as missing");
      return undefined;
    }
  }

  /** Behind the comma, or the bracket, in front of it. */
  #from(i: number): number {
    return (this.bounds[i] ?? 0) + 1;
  }
}

/** Between an element's brace and its first key; nft prints none. */
const BLANKS_MAX = 64;
const HEAD = /\s*\{\s*"nftables"\s*:\s*\[/y;
const TAIL = /\s*\}\s*$/y;
const EMPTY = /^\s*$/;

/** The elements of a ruleset; null, and a remark, when the text is none. */
export function elementsOf(text: string, remarks: Remarks): Elements | null {
  HEAD.lastIndex = 0;
  if (!HEAD.test(text)) return odd(text, remarks);
  const cut = bounds(text, HEAD.lastIndex - 1);
  if (typeof cut === "string") {
    remarks.say(cut.startsWith("has more") ? "WP1405" : "WP1005", remarks.file, cut, cut.startsWith("has more") ? "nothing of it was read" : "it is treated as missing");
    return null;
  }
  TAIL.lastIndex = (cut.at(-1) ?? 0) + 1;
  return TAIL.test(text) ? new Elements(text, remarks, cut) : odd(text, remarks);
}

/** Other JSON than nft prints: parsed as a whole, so that its fault is named. */
function odd(text: string, remarks: Remarks): Elements | null {
  const whole = optionalObject(text, remarks);
  if (whole === null) return null;
  const list = own(whole, "nftables");
  if (Array.isArray(list)) return elementsOf(JSON.stringify({ nftables: list }), remarks);
  remarks.say("WP1005", remarks.file, `has no list "nftables"`, "it is treated as missing");
  return null;
}

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d];

/** Where the list's bracket, its commas and its closing bracket stand; what is wrong when it has no end, or is too deep or too long. One pass over the brackets outside of strings. */
function bounds(text: string, open: number): readonly number[] | string {
  const found = [open];
  let depth = 0;
  for (let at = open + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = stringEnd(text, at);
    else if (char === OPEN_LIST || char === OPEN_OBJECT) {
      // The list itself and the object around it are two levels.
      if (++depth > DEPTH_MAX - 2) return `is nested deeper than ${DEPTH_MAX} levels, more than any node prints`;
    } else if (char === COMMA && depth === 0) {
      if (found.length >= ELEMENTS_MAX) return `has more than ${ELEMENTS_MAX} elements, more than any ruleset`;
      found.push(at);
    } else if (char === CLOSE_LIST || char === CLOSE_OBJECT) {
      if (depth-- > 0) continue;
      return found.length === 1 && EMPTY.test(text.slice(open + 1, at)) ? [at] : [...found, at];
    }
  }
  return "is not JSON: it ends too early";
}

/** The closing quote of the string that begins here; the text's end when there is none. */
function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) return at;
    if (char === BACKSLASH) at++; // the next character is not a quote that ends the string
  }
  return text.length;
}
