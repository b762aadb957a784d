/** What parsers of this room give back: a value, and what could not be read of it. */
import { type Code, type Diagnostic, diagnostic } from "../model/diagnostic.js";

export interface Parsed<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** A damaged file may be wrong in every line; a person reads the first few. */
export const REMARKS_MAX = 40;
const EXCERPT_CHARS = 40;

/** The diagnostics of one file. Beyond REMARKS_MAX they are counted, and the count is the last diagnostic. */
export class Remarks {
  readonly #said: Diagnostic[] = [];
  #last: Diagnostic | null = null;
  #omitted = 0;
  constructor(readonly file: string) {}

  say(code: Code, place: string, fact: string, consequence: string): void {
    if (this.#said.length < REMARKS_MAX) {
      this.#said.push(diagnostic(code, place, fact, consequence));
      return;
    }
    this.#omitted++;
    const fact2 = this.#omitted === 1 ? `1 more message is left out, from ${place} on` : `${this.#omitted} more messages are left out`;
    this.#last = diagnostic(code, this.file, fact2, "what they are about is treated alike");
  }

  list(): Diagnostic[] {
    return this.#last === null ? [...this.#said] : [...this.#said, this.#last];
  }
}

/** A value as a word of a printed rule or route: bare where it is short and plain, else as show() has it. */
export function word(value: unknown): string {
  return typeof value === "string" && /^[\x21-\x7e]{1,64}$/.test(value) ? value : show(value);
}

/** A value from a file as a message may show it: short, on one line, without control characters. */
export function show(value: unknown): string {
  if (typeof value === "string") {
    return value.length <= EXCERPT_CHARS ? JSON.stringify(value) : `${JSON.stringify(value.slice(0, EXCERPT_CHARS))}…`;
  }
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : value === undefined ? "nothing" : "an object";
}
