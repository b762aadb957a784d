/** A terminal that keeps what was written. */
import type { Terminal } from "../../src/commands/terminal.js";
import { plain } from "../../src/report/lines.js";

export interface Kept {
  readonly terminal: Terminal;
  readonly out: () => string;
  readonly err: () => string;
}

/** `reads`: how many writes to stdout are taken before the reader goes away. */
export function keepingTerminal(reads = Infinity): Kept {
  let out = "", err = "", taken = 0;
  return {
    terminal: {
      data: (text) => {
        if (taken >= reads) return Promise.resolve(false);
        taken += 1;
        out += text;
        return Promise.resolve(true);
      },
      talk: (text) => { err += text; },
      paint: plain, progress: null, clear: () => undefined,
    },
    out: () => out, err: () => err,
  };
}
