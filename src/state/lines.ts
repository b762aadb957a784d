/** Text files line by line, with bounded memory whatever the file holds. */
import type { Remarks } from "./remarks.js";

/** No file of a node has more lines; a `sysctl -a` has about a thousand. */
export const LINES_MAX = 200_000;

/** Calls `read` with each line (without its end, LF or CRLF) and its number, counted from 1. Lines beyond LINES_MAX are one remark. */
export function eachLine(text: string, remarks: Remarks, read: (line: string, number: number) => void): void {
  let at = 0;
  for (let number = 1; at < text.length; number++) {
    if (number > LINES_MAX) {
      remarks.say("WP1301", `${remarks.file}:${number}`, `has more than ${LINES_MAX} lines`, "the rest was not read");
      return;
    }
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    read(text.slice(at, text[end - 1] === "\r" && end > at ? end - 1 : end), number);
    at = end + 1;
  }
}

/** Lines that say something: trimmed, not empty, and not beginning with one of the comment marks. */
export function eachStatement(text: string, remarks: Remarks, comments: string, read: (line: string, at: string) => void): void {
  eachLine(text, remarks, (line, number) => {
    const trimmed = line.trim();
    if (trimmed !== "" && !comments.includes(trimmed.charAt(0))) read(trimmed, `${remarks.file}:${number}`);
  });
}
