/** `wanproof explain NODE FIELD=VALUE...` and `wanproof explain NODE -`: where packets go, station by station. */
import { type Explainer, explainer } from "../explain/explain.js";
import { type Asked, packetOfJson, packetOfWords, refused } from "../explain/packet.js";
import { type Diagnostic, InputError, refuse } from "../model/diagnostic.js";
import type { Node } from "../model/node.js";
import { DEFAULT_POLICY, readPolicy } from "../policy/policies.js";
import { harmless } from "../report/json.js";
import { printable } from "../report/lines.js";
import { renderWalk, renderWalkJson, renderWalkLine, walkSentence } from "../report/walk.js";
import { policyName } from "./policies.js";
import type { Terminal } from "./terminal.js";

export interface ExplainRequest {
  readonly node: string;
  /** `FIELD=VALUE` words, or `-` alone. */
  readonly words: readonly string[];
  readonly policy?: string;
  readonly wan?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Longer than any packet can be written; what follows up to the next newline is not kept. */
export const LINE_CHARS_MAX = 65_536;

/** Explains. `input` is read only for `-`. Returns 0, or 2 when a line of a stream was not a packet; a bad packet of the command line is thrown as an InputError. */
export async function runExplain(
  request: ExplainRequest, terminal: Terminal, tools: { readonly readNode: (path: string) => Promise<Node> }, input: AsyncIterable<string | Uint8Array>,
): Promise<number> {
  const streams = request.words.length === 1 && request.words[0] === "-";
  if (streams && request.node === "-") refuse("WP9001", "explain - -", "both the node and the packets want standard input", "nothing was walked; give the node as a folder or a file");
  const name = request.policy === undefined ? DEFAULT_POLICY : policyName(request.policy);
  const asked = streams ? null : demanded(packetOfWords(request.words));
  const node = await tools.readNode(request.node);
  const policy = readPolicy(name, node, request.wan === undefined ? {} : { wan: request.wan });
  const ground = explainer(node, policy);
  if (asked === null) return answerLines(ground, terminal, input);
  const strange = ground.objection(asked);
  if (strange !== null) refuse("WP9003", "command line", strange, "this packet was not walked");
  const walk = ground.explain(asked);
  if (request.json ?? false) await terminal.data(renderWalkJson(walk));
  else await terminal.data(request.quiet ?? false ? `${printable(walkSentence(walk))}\n` : renderWalk(walk, terminal.paint));
  return 0;
}

function demanded(asked: Asked): Extract<Asked, { packet: unknown }>["packet"] {
  if ("error" in asked) throw new InputError(asked.error);
  return asked.packet;
}

/** One line out for each line in, in order, as soon as it is whole. */
async function answerLines(ground: Explainer, terminal: Terminal, input: AsyncIterable<string | Uint8Array>): Promise<number> {
  let number = 0;
  let bad = 0;
  for await (const batch of linesOf(input)) {
    const answers = batch.map((line) => {
      number++;
      const place = `line ${number}`;
      const asked = line === null ? refused(place, `is longer than ${LINE_CHARS_MAX} characters`) : packetOfJson(line, place);
      const answer = answerOf(ground, asked, place);
      if (answer.bad) bad++;
      return answer.text;
    });
    if (!(await terminal.data(answers.join("")))) return 0;
  }
  return bad > 0 ? 2 : 0;
}

function answerOf(ground: Explainer, asked: Asked, place: string): { readonly text: string; readonly bad: boolean } {
  if ("error" in asked) return { text: errorLine(asked.error), bad: true };
  const strange = ground.objection(asked.packet);
  if (strange !== null) return { text: errorLine(refused(place, strange).error), bad: true };
  return { text: renderWalkLine(ground.explain(asked.packet)), bad: false };
}

function errorLine({ code, place, fact, consequence }: Diagnostic): string {
  return `${harmless(JSON.stringify({ schema: "wanproof/error@1", error: { code, place, fact, consequence } }))}\n`;
}

/** Lines of a stream, those of each chunk together; null for one that is too long to keep. A last line without a newline counts. */
async function* linesOf(input: AsyncIterable<string | Uint8Array>): AsyncGenerator<(string | null)[]> {
  const decoder = new TextDecoder();
  let rest: string | null = "";
  for await (const chunk of input) {
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    const [first = "", ...others] = text.split("\n");
    const begun = longer(rest, first);
    rest = begun;
    if (others.length === 0) continue;
    const parts = others.map((part) => longer("", part));
    rest = parts.pop() ?? null;
    yield [begun, ...parts];
  }
  rest = longer(rest, decoder.decode());
  if (rest !== "") yield [rest];
}

function longer(line: string | null, more: string): string | null {
  return line === null || line.length + more.length > LINE_CHARS_MAX ? null : line + more;
}
