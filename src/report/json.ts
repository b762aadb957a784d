/** JSON documents: pretty, two spaces, a newline at the end. Their shapes are published under docs/schema/. */
import type { Diagnostic } from "../model/diagnostic.js";
import type { ReplayReport } from "../model/report.js";

/** The report of a replay, `wanproof/replay@1` (docs/schema/replay.schema.json). */
export function renderJson(report: ReplayReport): string {
  return renderDocument(report);
}

/** Input that could not be used, `wanproof/error@1` (docs/schema/error.schema.json). */
export function renderErrorJson({ code, place, fact, consequence }: Diagnostic): string {
  return renderDocument({ schema: "wanproof/error@1", error: { code, place, fact, consequence } });
}

/** Any value that JSON can carry. */
export function renderDocument(value: unknown): string {
  return `${harmless(JSON.stringify(value, null, 2))}\n`;
}

// JSON.stringify() escapes only what is below 0x20. The rest can steer a terminal (0x9b is CSI) or reorder a line, and in
// JSON such a character can stand in strings only, where `\u009b` means the same.
const UNESCAPED = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One JSON text with what a terminal might obey written as `\uXXXX`: the same value, harmless to look at. */
export function harmless(json: string): string {
  return json.replace(UNESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
