/** JSON that somebody else wrote: every value is looked at before it is believed, and only own keys count. */
import { refuse } from "../model/diagnostic.js";
import { type Remarks, show } from "./remarks.js";

export type JsonObject = Readonly<Record<string, unknown>>;

/** More elements than any node has rules, routes, links or sockets. */
export const ELEMENTS_MAX = 500_000;

/** iproute2 and fastd nest less than ten levels; deeper values would overflow the stack of whoever prints them. */
export const DEPTH_MAX = 64;

type Outcome = { readonly value: unknown } | { readonly place: string; readonly fact: string };

/** The elements of a required file. Throws InputError WP1003 when it is not a JSON list. */
export function requiredArray(text: string, file: string): readonly unknown[] {
  const outcome = arrayOf(text, file);
  if ("fact" in outcome) return refuse("WP1003", outcome.place, outcome.fact, "nothing can be judged without it; collect it again");
  return outcome.rows;
}

/** The elements of an optional file; null and a remark WP1005 when it is not a JSON list. */
export function optionalArray(text: string, remarks: Remarks): readonly unknown[] | null {
  const outcome = arrayOf(text, remarks.file);
  if ("rows" in outcome) return outcome.rows;
  remarks.say("WP1005", outcome.place, outcome.fact, "it is treated as missing");
  return null;
}

/** The object of an optional file; null and a remark WP1005 when it is none. */
export function optionalObject(text: string, remarks: Remarks): JsonObject | null {
  const outcome = parse(text, remarks.file);
  const broken = "fact" in outcome ? outcome : { place: remarks.file, fact: "is not a JSON object" };
  if ("value" in outcome && isObject(outcome.value)) return outcome.value;
  remarks.say("WP1005", broken.place, broken.fact, "it is treated as missing");
  return null;
}

/** Calls `read` with each object of a list and its place, `rule6.json#3`, and `lost` with what is none. iproute2 prints `{}` for what a filter hid: skipped. */
export function eachObject(rows: readonly unknown[], remarks: Remarks, read: (row: JsonObject, at: string) => void, lost: (text: string, at: string) => void = () => undefined): void {
  rows.forEach((row, i) => {
    const at = `${remarks.file}#${i}`;
    if (!isObject(row)) {
      remarks.say("WP1102", at, `is ${show(row)} instead of an object`, "it is left out, so what it describes is not known");
      lost(show(row), at);
    } else if (Object.keys(row).length > 0) read(row, at);
  });
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a key of the object itself; undefined when it has none. */
export function own(row: JsonObject, key: string): unknown {
  return Object.hasOwn(row, key) ? row[key] : undefined;
}

/** The text under a key; null when it is missing, empty or no text. */
export function ownText(row: JsonObject, key: string): string | null {
  const value = own(row, key);
  return typeof value === "string" && value !== "" ? value : null;
}

/** The texts of a list; anything else is no text. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** A whole number from 0 to `max`, printed as a number, as decimal text or as 0x hex; null when it is anything else. */
export function unsigned(value: unknown, max = 0xffffffff): number | null {
  const number = typeof value === "string" && /^(?:\d{1,16}|0x[\da-f]{1,13})$/i.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= max ? number : null;
}

function arrayOf(text: string, file: string): { readonly rows: readonly unknown[] } | { readonly place: string; readonly fact: string } {
  const outcome = parse(text, file);
  if ("fact" in outcome) return outcome;
  if (!Array.isArray(outcome.value)) return { place: file, fact: `is ${show(outcome.value)} instead of a JSON list` };
  const rows: readonly unknown[] = outcome.value;
  return rows.length > ELEMENTS_MAX ? { place: file, fact: `has ${rows.length} elements, more than any node` } : { rows };
}

function parse(text: string, file: string): Outcome {
  if (text.trim() === "") return { place: file, fact: "is empty" };
  if (isTooDeep(text)) return { place: file, fact: `is nested deeper than ${DEPTH_MAX} levels, more than any node prints` };
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    return faultOf(text, file, message);
  }
}

/** One pass over the brackets outside of strings. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) quoted = !quoted;
    else if (quoted && char === BACKSLASH) at++; // the next character is not a quote that ends the string
    else if (!quoted && (char === OPEN_LIST || char === OPEN_OBJECT)) {
      if (++depth > DEPTH_MAX) return true;
    } else if (!quoted && (char === CLOSE_LIST || char === CLOSE_OBJECT)) depth--;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** Why a text, or the part of it that begins at `from`, is not JSON. The engine's message quotes the file; only its position is used. */
export function faultOf(text: string, file: string, message: string, from = 0): { readonly place: string; readonly fact: string } {
  const position = from + Number(/ in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message)?.[1] ?? NaN);
  if (/ end of JSON input$/.test(message) || position >= text.trimEnd().length) return { place: file, fact: "is not JSON: it ends too early" };
  if (Number.isNaN(position)) return { place: file, fact: "is not JSON" };
  let line = 1;
  let start = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < position; at = text.indexOf("\n", at + 1)) {
    line++;
    start = at + 1;
  }
  return { place: `${file}:${line}`, fact: `is not JSON from column ${position - start + 1} on` };
}
