/** The two streams of a command: data goes to stdout, talk and progress to stderr. */
import { styleText } from "node:util";
import { InputError, diagnostic } from "../model/diagnostic.js";
import { type Paint, type Style, plain } from "../report/lines.js";

export interface Terminal {
  /** Writes to stdout and waits for it. False once the reader has gone (`| head`): then nothing more needs to be said. */
  readonly data: (text: string) => Promise<boolean>;
  /** Writes to stderr. */
  readonly talk: (text: string) => void;
  /** Colours for stdout. */
  readonly paint: Paint;
  /** Tells how far a replay has come; null where nobody watches. */
  readonly progress: ((frames: number, bytes: number) => void) | null;
  /** Takes the progress away before something else is written. */
  readonly clear: () => void;
}

export type Color = "auto" | "always" | "never";

const FORMATS = { bad: "red", good: "green", unsure: "yellow", strong: "bold", faint: "dim" } as const satisfies Record<Style, string>;

/** Colours for stdout. `auto` leaves it to the stream: a terminal, NO_COLOR, FORCE_COLOR. */
export function painter(color: Color): Paint {
  if (color === "never") return plain;
  const options = color === "always" ? { validateStream: false } : { stream: process.stdout };
  return (style, text) => styleText(FORMATS[style], text, options);
}

/** Milliseconds between two looks at the progress. */
const PROGRESS_EVERY = 100;

/** The terminal this process stands on. */
export function openTerminal(color: Color, quiet: boolean): Terminal {
  const { stdout, stderr } = process;
  const watched = stderr.isTTY && !quiet;
  let shownAt = 0;
  const clear = (): void => {
    if (shownAt === 0) return;
    shownAt = 0;
    stderr.write("\r\x1b[K");
  };
  const progress = (frames: number, bytes: number): void => {
    const now = Date.now();
    if (now - shownAt < PROGRESS_EVERY) return;
    shownAt = now;
    stderr.write(`\r\x1b[K${progressText(frames, bytes)}`);
  };
  return {
    data: (text) => new Promise((resolve, reject) => {
      stdout.write(text, (error) => {
        if (error === null || error === undefined) resolve(true);
        else if (readerGone(error)) resolve(false);
        else reject(new InputError(diagnostic("WP9002", "standard output", `cannot be written (${error.message})`, "the report is not complete")));
      });
    }),
    talk: (text) => {
      clear();
      stderr.write(text);
    },
    paint: painter(color),
    progress: watched ? progress : null,
    clear,
  };
}

/** `12345 frames, 6.7 MB`. */
export function progressText(frames: number, bytes: number): string {
  return `${frames} frames, ${(bytes / 1e6).toFixed(1)} MB`;
}

/** Whether a write failed because whoever read has closed the pipe. */
export function readerGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED");
}
