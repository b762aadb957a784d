/** Words of fastd.conf, as fastd's own lexer cuts them (fastd src/lex.c). Comments never give a word. */
import type { Remarks } from "./remarks.js";

export interface Token {
  /** `address6` is what stands in brackets; `mark` is one of `{` `}` `;` `:`. */
  readonly kind: "word" | "string" | "address6" | "mark";
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
  /** The text ended before its closing quote or bracket. */
  readonly broken: boolean;
}

/** A character that begins another token, or a comment, ends a word. */
const WORD = /(?:[^\s"{};:[\]#/]|\/(?![/*]))+/y;
const BLANK = /\s+/y;

/** Cuts the text; an unterminated comment or string is a remark WP1201 and gives a broken token. */
export function tokenize(text: string, remarks: Remarks): Token[] {
  const scan = new Scan(text, remarks);
  while (scan.at < text.length) scan.next();
  return scan.tokens;
}

class Scan {
  at = 0;
  readonly tokens: Token[] = [];
  #line = 1;
  /** After one string without an end, strings end with their line: a missing quote must not swallow the file, nor be searched again and again. */
  #lost = false;
  /** The first newline at or behind `at`: found once for each line, not once for each token. */
  #newline = -1;
  constructor(readonly text: string, readonly remarks: Remarks) {}

  next(): void {
    const here = this.text.charAt(this.at);
    const pair = this.text.slice(this.at, this.at + 2);
    if (here.trim() === "") this.#skip(this.#end(BLANK));
    else if (here === "#" || pair === "//") this.#skip(this.#lineEnd());
    else if (pair === "/*") this.#comment();
    else if (here === '"') this.#string();
    else if (here === "[") this.#bracket();
    else if ("{};:".includes(here)) this.#push("mark", here, this.at + 1);
    else this.#push("word", null, this.#end(WORD));
  }

  /** Where the pattern ends here; one character on when it does not fit (a stray bracket). */
  #end(pattern: RegExp): number {
    pattern.lastIndex = this.at;
    return pattern.test(this.text) ? pattern.lastIndex : this.at + 1;
  }

  #lineEnd(): number {
    if (this.#newline < this.at) {
      const found = this.text.indexOf("\n", this.at);
      this.#newline = found < 0 ? this.text.length : found;
    }
    return this.#newline;
  }

  #comment(): void {
    const end = this.text.indexOf("*/", this.at + 2);
    if (end < 0) this.#complain("a comment that begins here never ends", "the rest of the file was not read");
    if (end < 0) this.#push("word", "", this.text.length, true);
    else this.#skip(end + 2);
  }

  /** A string may run over several lines; a backslash keeps the next character, and joins lines. */
  #string(): void {
    const parts: string[] = [];
    let at = this.at + 1;
    const limit = this.#lost ? this.#lineEnd() : this.text.length;
    for (let from = at; at < limit; at++) {
      const here = this.text.charAt(at);
      if (here === '"') {
        this.#push("string", parts.join("") + this.text.slice(from, at), at + 1);
        return;
      }
      if (here !== "\\") continue;
      parts.push(this.text.slice(from, at));
      at++;
      from = this.text.charAt(at) === "\n" ? at + 1 : at;
    }
    this.#complain("a string that begins here never ends", "its line was not read");
    this.#lost = true;
    this.#push("string", "", this.#lineEnd(), true);
  }

  #bracket(): void {
    const lineEnd = this.#lineEnd();
    const end = this.text.slice(this.at, Math.min(lineEnd, this.at + 80)).indexOf("]");
    if (end < 0) this.#push("word", "[", this.at + 1, true);
    else this.#push("address6", this.text.slice(this.at + 1, this.at + end), this.at + end + 1);
  }

  #push(kind: Token["kind"], text: string | null, end: number, broken = false): void {
    this.tokens.push({ kind, text: text ?? this.text.slice(this.at, end), line: this.#line, broken });
    this.#skip(end);
  }

  #skip(end: number): void {
    for (; this.#lineEnd() < end; this.at = this.#newline + 1) this.#line++;
    this.at = end;
  }

  #complain(fact: string, consequence: string): void {
    this.remarks.say("WP1201", `${this.remarks.file}:${this.#line}`, fact, consequence);
  }
}
