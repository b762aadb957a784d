/** A line of iptables-save, cut into words as iptables-restore cuts it (xshared.c: add_param_to_argv()), and into the clauses of a rule. */

export interface Word {
  readonly text: string;
  /** A quoted word is never an option. */
  readonly quoted: boolean;
  /** Where it begins and ends in its line, quotes included. */
  readonly from: number;
  readonly to: number;
}

/** The words from `at` on. null: a quote that is opened is never closed. */
export function words(line: string, at = 0): Word[] | null {
  const found: Word[] = [];
  while (at < line.length) {
    const here = line.charCodeAt(at);
    if (here === SPACE || here === TAB) {
      at++;
      continue;
    }
    const end = here === QUOTE ? quoteEnd(line, at + 1) : blankAfter(line, at);
    if (end < 0) return null;
    const text = here === QUOTE ? unescape(line.slice(at + 1, end)) : line.slice(at, end);
    const to = Math.min(here === QUOTE ? end + 1 : end, line.length);
    found.push({ text, quoted: here === QUOTE, from: at, to });
    at = end + 1;
  }
  return found;
}

const [SPACE, TAB, QUOTE, BACKSLASH] = [0x20, 0x09, 0x22, 0x5c];

function quoteEnd(line: string, from: number): number {
  for (let at = from; at < line.length; at++) {
    const here = line.charCodeAt(at);
    if (here === QUOTE) return at;
    if (here === BACKSLASH) at++; // the next character ends nothing
  }
  return -1;
}

function blankAfter(line: string, from: number): number {
  for (let at = from; at < line.length; at++) {
    const here = line.charCodeAt(at);
    if (here === SPACE || here === TAB) return at;
  }
  return line.length;
}

function unescape(text: string): string {
  return text.includes("\\") ? text.replace(/\\(.)/gsu, "$1") : text;
}

/** An option with its words: `! --dport 22`. */
export interface Option {
  readonly name: string;
  readonly not: boolean;
  readonly values: readonly string[];
}

/** What stands between two `-m`: a match module with its options, the general options (no module), or the target. */
export interface Clause {
  /** null: `-s`, `-d`, `-p`, `-i`, `-o`, `-f`. */
  readonly module: string | null;
  readonly options: readonly Option[];
  /** As printed: `-m owner --gid-owner 800`. */
  readonly text: string;
}

/** A rule behind its `-A CHAIN`. */
export interface Clauses {
  readonly matches: readonly Clause[];
  /** null: the rule only counts. */
  readonly target: (Clause & { readonly module: string; readonly goto: boolean }) | null;
}

/** Words that may begin with a dash and belong to their option: xtables_save_string() does not quote them. */
const TEXTS = new Set(["--comment", "--log-prefix", "--nflog-prefix", "--helper", "--string", "--name", "--match-set", "--add-set", "--del-set", "--hashlimit-name"]);
const LONG = new Map([
  ["--source", "-s"], ["--src", "-s"], ["--destination", "-d"], ["--dst", "-d"], ["--protocol", "-p"], ["--proto", "-p"], ["--in-interface", "-i"], ["--out-interface", "-o"], ["--fragment", "-f"],
  ["--match", "-m"], ["--jump", "-j"], ["--goto", "-g"],
]);
const GENERAL = new Set(["-s", "-d", "-p", "-i", "-o", "-f"]);

/** Sorts the words of a line; null when they are not those of a rule (a value without an option, a `-m` without a name, a second target). */
export function clauses(list: readonly Word[], line: string): Clauses | null {
  const draft = new Draft(list, line);
  for (let at = 0; at < list.length;) {
    const end = optionEnd(list, at);
    if (end === null || !draft.add(at, end)) return null;
    at = end;
  }
  return draft.finish();
}

/** Where the option that begins here ends; null when none begins here. */
function optionEnd(list: readonly Word[], at: number): number | null {
  const start = isNot(list[at]) ? at + 1 : at;
  const option = list[start];
  if (!isOption(option)) return null;
  let end = start + 1;
  if (option !== undefined && TEXTS.has(option.text) && end < list.length) end += isNot(list[end]) ? 2 : 1;
  while (end < list.length && !isOption(list[end]) && !(isNot(list[end]) && isOption(list[end + 1]))) end++;
  return Math.min(end, list.length);
}

function isNot(word: Word | undefined): boolean {
  return word?.text === "!" && !word.quoted;
}

function isOption(word: Word | undefined): boolean {
  return word !== undefined && !word.quoted && /^-(?:-[a-z]|[a-z]$)/i.test(word.text);
}

class Draft {
  readonly #matches: Clause[] = [];
  #module: string | null = null;
  #options: Option[] = [];
  /** First word of the open clause, and the one behind its last. */
  #from = 0;
  #to = 0;
  #isTarget = false;
  #goto = false;
  constructor(readonly list: readonly Word[], readonly line: string) {}

  /** One option with its words; false when it cannot be. */
  add(from: number, to: number): boolean {
    const before = isNot(this.list[from]);
    const at = before ? from + 1 : from;
    const behind = at + 1 < to && isNot(this.list[at + 1]);
    const name = this.list[at];
    if (name === undefined || at >= to) return false;
    const values: string[] = [];
    for (let i = behind ? at + 2 : at + 1; i < to; i++) values.push(this.list[i]?.text ?? "");
    const short = LONG.get(name.text) ?? name.text;
    const option = { name: short, not: before || behind, values };
    if (short === "-m" || short === "-j" || short === "-g") return this.#begin(option, from, to);
    // General options may stand anywhere; each is a clause of its own.
    if (!this.#isTarget && GENERAL.has(short)) this.#matches.push({ module: null, options: [option], text: this.#text(from, to) });
    else {
      if (this.#module === null && this.#options.length === 0) this.#from = from;
      this.#options.push(option);
      this.#to = to;
    }
    return true;
  }

  #begin({ name, not, values }: Option, from: number, to: number): boolean {
    const module = values[0];
    if (module === undefined || values.length > 1 || not || this.#isTarget) return false;
    this.#flush();
    this.#module = module;
    [this.#from, this.#to] = [from, to];
    this.#isTarget = name !== "-m";
    this.#goto = name === "-g";
    return true;
  }

  #flush(): void {
    if (this.#module === null && this.#options.length === 0) return;
    this.#matches.push({ module: this.#module, options: this.#options, text: this.#text(this.#from, this.#to) });
    this.#options = [];
  }

  finish(): Clauses {
    if (this.#isTarget && this.#module !== null) {
      const text = this.#text(this.#from, this.#to);
      return { matches: this.#matches, target: { module: this.#module, goto: this.#goto, options: this.#options, text } };
    }
    this.#flush();
    return { matches: this.#matches, target: null };
  }

  /** The words as they stand in the line: a slice costs no copy. */
  #text(from: number, to: number): string {
    return this.line.slice(this.list[from]?.from ?? 0, this.list[to - 1]?.to ?? 0);
  }
}
