/** Text for a terminal as values: lines of spans. Only here do they become characters, so nothing a capture or a node says reaches a terminal unescaped. */

export type Style = "bad" | "good" | "unsure" | "strong" | "faint";

/** Dresses a text that is already escaped. The caller decides about colours; this room has none of its own. */
export type Paint = (style: Style, text: string) => string;

/** No colours at all: files, pipes and tests. */
export const plain: Paint = (_style, text) => text;

export type Span = string | { readonly style: Style; readonly text: string };
export type Line = readonly Span[];

/** The lines joined, each ended by a newline. */
export function renderLines(lines: readonly Line[], paint: Paint): string {
  return lines.map((line) => `${line.map((span) => renderSpan(span, paint)).join("")}\n`).join("");
}

function renderSpan(span: Span, paint: Paint): string {
  return typeof span === "string" ? printable(span) : paint(span.style, printable(span.text));
}

/** Rows with aligned columns, two spaces between them. The last column is not padded, so no line ends in spaces. */
export function table(rows: readonly (readonly Span[])[], sides: readonly ("left" | "right")[], indent = ""): Line[] {
  const widths = sides.map((_, column) => Math.max(0, ...rows.map((row) => width(row[column] ?? ""))));
  return rows.map((row) => {
    const spans = row.flatMap((cell, column): Span[] => {
      const gap = column === 0 ? indent : "  ";
      const space = " ".repeat((widths[column] ?? 0) - width(cell));
      if (sides[column] === "right") return [gap + space, cell];
      return column === row.length - 1 ? [gap, cell] : [gap, cell, space];
    });
    return spans.filter((span) => span !== "");
  });
}

/** Characters as they will be printed; wide and combining ones count as one. */
function width(span: Span): number {
  return Array.from(printable(typeof span === "string" ? span : span.text)).length;
}

// Controls (ESC, CSI, newline), format characters that reorder text, line separators, and halves of surrogate pairs.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The text with every character that could steer a terminal or reorder a line written as `\x1b` or `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}
