/** uci.txt: `uci export` of one or more packages. */
import type { UciSection } from "../model/node.js";
import { eachLine } from "./lines.js";
import { type Parsed, Remarks, show } from "./remarks.js";

/** The sections in the order of the file. A value may run over several lines, as long as none of them looks like a statement. */
export function parseUci(text: string): Parsed<readonly UciSection[]> {
  const remarks = new Remarks("uci.txt");
  const reader = new Reader(remarks);
  for (const statement of statementsOf(text, remarks)) reader.take(statement);
  return { value: reader.finish(), diagnostics: remarks.list() };
}

interface Statement {
  readonly words: readonly string[];
  readonly at: string;
  /** A quote never ends: only the first word is known, and there is a remark already. */
  readonly cut: boolean;
}

const KEYWORD = /^\s*(?:package|config|option|list)(?:\s|$)/;

/** Cuts the text before each line that begins with a keyword, so that a quote that never ends costs one statement and not the file. */
function statementsOf(text: string, remarks: Remarks): Statement[] {
  const statements: Statement[] = [];
  let block: string[] = [];
  let first = 1;
  const flush = (): void => {
    if (block.length > 0) statements.push(...readBlock(block, first, remarks));
  };
  eachLine(text, remarks, (line, number) => {
    if (KEYWORD.test(line)) {
      flush();
      block = [];
      first = number;
    } else if (block.length === 0) first = number;
    block.push(line);
  });
  flush();
  return statements;
}

/** One statement, and lines behind it that belong to nothing. */
function readBlock(block: readonly string[], first: number, remarks: Remarks): Statement[] {
  const at = `${remarks.file}:${first}`;
  const text = block.join("\n");
  const cut = KEYWORD.test(block[0] ?? "") ? cutWords(text) : { words: [], end: 0 };
  if (cut === null) remarks.say("WP1301", at, `a quote never ends (${headOf(block[0] ?? "")})`, "what the line says is not known");
  const rest = cut === null ? block.slice(1) : text.slice(cut.end).split("\n");
  const skipped = cut === null ? 1 : block.length - rest.length;
  rest.forEach((line, i) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return;
    remarks.say("WP1301", `${remarks.file}:${first + skipped + i}`, `is no UCI statement (${show(trimmed)})`, "what the line says is not known");
  });
  if (cut === null) return [{ words: [wordOf(block[0] ?? "")], at, cut: true }];
  return cut.words.length === 0 ? [] : [{ words: cut.words, at, cut: false }];
}

/** The first word of a line. */
function wordOf(line: string): string {
  return line.trimStart().slice(0, 20).split(/\s/, 1)[0] ?? "";
}

/** For a message: the keyword and the option's name. Values may be secrets. */
function headOf(line: string): string {
  return show(line.trimStart().slice(0, 100).split(/\s+/, 2).join(" "));
}

const BLANKS = /[ \t\r\v\f]+/y;
const PIECE = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y;

/** Words up to the end of the line, quotes removed: `'it'\''s'` is one word. null when a quote never ends. */
function cutWords(text: string): { readonly words: string[]; readonly end: number } | null {
  const words: string[] = [];
  let word: string[] | null = null;
  let at = 0;
  while (at < text.length && text.charAt(at) !== "\n") {
    BLANKS.lastIndex = at;
    if (BLANKS.test(text)) {
      if (word !== null) words.push(word.join(""));
      word = null;
      at = BLANKS.lastIndex;
      continue;
    }
    PIECE.lastIndex = at;
    const piece = PIECE.exec(text);
    if (piece === null) return null;
    const [, single, double, escaped, plain] = piece;
    word ??= [];
    word.push(single ?? double?.replace(/\\([\s\S])/g, "$1") ?? escaped ?? plain ?? "");
    at = PIECE.lastIndex;
  }
  if (word !== null) words.push(word.join(""));
  return { words, end: at };
}

interface Draft {
  readonly package: string;
  readonly type: string;
  readonly name: string | null;
  readonly options: Map<string, string>;
  readonly lists: Map<string, string[]>;
  readonly at: string;
}

class Reader {
  readonly #sections: UciSection[] = [];
  #package = "";
  #section: Draft | null = null;
  constructor(readonly remarks: Remarks) {}

  take({ words, at, cut }: Statement): void {
    const [keyword = "", first, second, ...more] = words;
    const isHead = keyword === "package" || keyword === "config";
    if (keyword === "package" && first !== undefined && second === undefined) {
      this.#close();
      this.#package = first;
    } else if (keyword === "config" && first !== undefined && more.length === 0) {
      this.#close();
      this.#section = { package: this.#package, type: first, name: second ?? null, options: new Map(), lists: new Map(), at };
    } else if (isHead) {
      // What follows belongs to a section that nobody knows, and must not be taken for the one before.
      this.#close();
      if (keyword === "package") this.#package = "";
      if (!cut) this.remarks.say("WP1301", at, `is no UCI statement (${show(keyword)})`, "what follows up to the next section is not known");
    } else if (this.#section !== null && first !== undefined && second !== undefined && more.length === 0) this.#value(this.#section, keyword, first, second);
    else if (!cut) this.remarks.say("WP1301", at, `belongs to no section, or has not just a name and a value (${show(`${keyword} ${first ?? ""}`)})`, "what the line says is not known");
  }

  finish(): UciSection[] {
    this.#close();
    return this.#sections;
  }

  /** The last `option` of a name counts; `list` adds. */
  #value(section: Draft, keyword: string, key: string, value: string): void {
    if (keyword === "option") section.options.set(key, value);
    else {
      const list = section.lists.get(key);
      if (list === undefined) section.lists.set(key, [value]);
      else list.push(value);
    }
  }

  #close(): void {
    if (this.#section === null) return;
    const { options, lists, ...rest } = this.#section;
    this.#sections.push({ ...rest, options: Object.fromEntries(options), lists: Object.fromEntries(lists) });
    this.#section = null;
  }
}
