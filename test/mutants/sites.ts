/** Places in the core's source where one comparison can be turned into another. */

/** Files of assembly/ that lookups go through. */
export const LOOKUP_FILES = [
  "lookup/gateway4.ts", "lookup/input4.ts", "lookup/lookup.ts", "lookup/output4.ts", "lookup/output6.ts", "lookup/reply.ts", "lookup/rules.ts", "lookup/saddr4.ts", "lookup/saddr6.ts",
  "lookup/table4.ts", "lookup/table6.ts", "lookup/walk.ts", "lpm/intervals.ts", "match.ts",
] as const;

export interface Site {
  readonly file: string;
  /** Of the operator's first letter in the file. */
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly from: string;
  readonly to: string;
  /** Its line without the indent and the comment, and how many places stand before it there: what names it when other lines move. */
  readonly code: string;
  readonly nth: number;
}

/** Each comparison and what it becomes. */
const FLIPS: Readonly<Record<string, string>> = { "==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">" };
const OPERATOR = / (==|!=|<=|>=|<|>) /g;

/** All comparisons of a source, without those in comments, assertions and loop heads (a loop that never ends tells nothing of the answer). */
export function sitesIn(file: string, text: string): Site[] {
  const sites: Site[] = [];
  let start = 0;
  text.split("\n").forEach((line, i) => {
    const code = line.replace(/\/\/.*$/, "");
    const passedOver = /^\s*(?:\*|\/\*)|\bassert\(|\bfor \(|\bwhile \(|\bERROR\(/.test(code);
    [...(passedOver ? [] : code.matchAll(OPERATOR))].forEach((match, nth) => {
      const from = match[1] ?? "";
      sites.push({ file, offset: start + match.index + 1, line: i + 1, column: match.index + 2, from, to: FLIPS[from] ?? "", code: code.trim(), nth });
    });
    start += line.length + 1;
  });
  return sites;
}

export function flipped(text: string, { offset, from, to }: Site): string {
  if (text.slice(offset, offset + from.length) !== from) throw new Error(`there is no ${from} at ${offset}`);
  return text.slice(0, offset) + to + text.slice(offset + from.length);
}
