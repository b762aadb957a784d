/** The running kernel's answers, by getroute.c. */
import { isObject, own, ownText, type JsonObject } from "../../../src/state/values.js";
import type { Answer } from "./answer.js";
import { lineOf, type Query } from "./query.js";
import { inside } from "./space.js";

/**
 * Asks the kernel of a network namespace. One answer for each query, in order. IPv4 keeps the last output route in the next hop, with its type: a multicast
 * destination and a unicast one by the same next hop would find each other's. So multicast is asked apart, behind a flush.
 */
export function askKernel(program: string, space: string, queries: readonly Query[]): Answer[] {
  const apart = queries.map(({ dst }) => /^2(2[4-9]|3\d)\./.test(dst));
  const answers: Answer[] = [];
  for (const turn of [false, true]) {
    const mine = queries.map((_, i) => i).filter((i) => apart[i] === turn);
    if (mine.length === 0) continue;
    if (turn) inside(space, "sysctl", ["-qw", "net.ipv4.route.flush=1"]);
    const lines = inside(space, program, [], mine.map((i) => queries[i]).filter((query) => query !== undefined).map((query) => `${lineOf(query)}\n`).join("")).trimEnd().split("\n");
    if (lines.length !== mine.length) throw new Error(`${mine.length} questions, ${lines.length} answers`);
    mine.forEach((i, at) => {
      const query = queries[i];
      if (query !== undefined) answers[i] = answerOf(query, lines[at] ?? "");
    });
  }
  return answers;
}

/** One line of getroute.c in the words of `wanproof lookup`. */
export function answerOf(query: Query, line: string): Answer {
  const both: unknown = JSON.parse(line);
  const plain = isObject(both) ? own(both, "plain") : undefined;
  const match = isObject(both) ? own(both, "match") : undefined;
  if (!isObject(plain) || !isObject(match)) throw new Error(`${line} is no answer`);
  const error = ownText(plain, "error");
  if (error !== null) return { error };
  const metric = query.family === 6 ? own(plain, "metric") : own(match, "metric");
  const [via, prefsrc, prefix] = [ownText(plain, "via"), ownText(plain, "prefsrc"), prefixOf(query, match)];
  return {
    type: ownText(plain, "type") ?? "", table: Number(own(plain, "table")), dev: ownText(plain, "dev") ?? "",
    ...(via === null ? {} : { via }), ...(prefsrc === null ? {} : { prefsrc }), ...(prefix === null ? {} : { prefix }),
    ...(typeof metric === "number" && (query.family === 6 || metric !== 0) ? { metric } : {}),
  };
}

/** The prefix of the FIB entry; null when there is none (IPv4 on-link by device). */
function prefixOf({ family }: Query, match: JsonObject): string | null {
  if (own(match, "error") !== undefined) return null;
  const length = Number(own(match, "dstlen"));
  const zero = family === 4 ? "0.0.0.0" : "::";
  const address = ownText(match, "dst") ?? zero;
  return `${address}/${length}`;
}
