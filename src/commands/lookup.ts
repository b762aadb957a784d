/** `wanproof lookup NODE`: questions to a node's rules and tables, one JSON object a line, answered line by line as RTM_GETROUTE would. */
import type { Lookup } from "../core/lookup.js";
import { refuse } from "../model/diagnostic.js";
import type { Node } from "../model/node.js";
import type { Terminal } from "./terminal.js";

export interface LookupRequest {
  readonly node: string;
}

export interface LookupTools {
  readonly readNode: (path: string) => Promise<Node>;
  readonly lookup: (node: Node) => Promise<Lookup>;
}

/** Longer than any question can be written; what follows up to the next newline is not kept. */
export const QUESTION_CHARS_MAX = 65_536;

/** Answers each line of `input` with one line, in order, as soon as it is whole. Returns 0, or 2 when a line was no question. */
export async function runLookup(request: LookupRequest, terminal: Pick<Terminal, "data">, tools: LookupTools, input: AsyncIterable<string | Uint8Array>): Promise<number> {
  if (request.node === "-") refuse("WP9001", "lookup -", "both the node and the questions want standard input", "nothing was answered; give the node as a folder or a file");
  const tables = await tools.lookup(await tools.readNode(request.node));
  let number = 1;
  let bad = 0;
  for await (const lines of linesOf(input)) {
    const told = tables.lines(lines, number);
    number += lines.length;
    bad += told.bad;
    if (!(await terminal.data(told.text))) return 0;
  }
  return bad > 0 ? 2 : 0;
}

/** Lines of a stream, those of each chunk together; null for one that is too long to keep. A last line without a newline counts. */
async function* linesOf(input: AsyncIterable<string | Uint8Array>): AsyncGenerator<(string | null)[]> {
  const decoder = new TextDecoder();
  let rest: string | null = "";
  for await (const chunk of input) {
    const lines: (string | null)[] = (typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })).split("\n");
    lines[0] = bounded(rest, lines[0] ?? "");
    for (let i = 1; i < lines.length; i++) lines[i] = bounded("", lines[i] ?? "");
    rest = lines.pop() ?? null;
    if (lines.length > 0) yield lines;
  }
  rest = bounded(rest, decoder.decode());
  if (rest !== "") yield [rest];
}

function bounded(line: string | null, more: string): string | null {
  return line === null || line.length + more.length > QUESTION_CHARS_MAX ? null : line + more;
}
