/** Files a command writes. Opened before the work begins, so that a wrong path is said at once and never a stale report is left behind. */
import { open, stat } from "node:fs/promises";
import { refuse } from "../model/diagnostic.js";
import type { Terminal } from "./terminal.js";

export interface Sink {
  /** Resolves when the text is written. False: the reader has gone. */
  readonly write: (text: string) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** `-` is stdout. A file among `taken`, those this run reads or already writes, is refused: what was read is never modified. */
export async function openSink(path: string, taken: readonly string[], terminal: Pick<Terminal, "data">): Promise<Sink> {
  if (path === "-") return { write: terminal.data, close: () => Promise.resolve() };
  if (await isOneOf(path, taken)) refuse("WP9002", path, "is a file that this run already reads or writes", "it was not overwritten and nothing was judged");
  const handle = await open(path, "w").catch((error: unknown) => unwritable(path, error));
  return {
    // writeFile() on a handle goes on where the last one ended, and writes all of the text.
    write: async (text) => {
      await handle.writeFile(text).catch((error: unknown) => unwritable(path, error));
      return true;
    },
    close: () => handle.close(),
  };
}

function unwritable(path: string, error: unknown): never {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return refuse("WP9002", path, `cannot be written (${code})`, "the report is not complete");
}

/** Compares the files themselves, so another spelling or a link of the same file is found too. */
async function isOneOf(path: string, taken: readonly string[]): Promise<boolean> {
  const target = await identity(path);
  if (target === null) return false;
  const others = await Promise.all(taken.map(identity));
  return others.includes(target);
}

async function identity(path: string): Promise<string | null> {
  const info = await stat(path, { bigint: true }).catch(() => null);
  // A device such as /dev/null may be written whoever else reads it.
  return info?.isFile() ? `${info.dev}:${info.ino}` : null;
}
