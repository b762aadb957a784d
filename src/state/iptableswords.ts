/** A line of iptables-save, cut into words as iptables-restore cuts it (xshared.c: add_param_to_argv()), and into the clauses of a rule. */

export interface Word {
  readonly text: string;
  /** A quoted word is never an option. */
  readonly quoted: boolean;
}

/** null: a quote that is opened is never closed. */
export function words(line: string): Word[] | null {
  const found: Word[] = [];
  let at = 0;
  while (at < line.length) {
    const here = line.charCodeAt(at);
    if (here === SPACE || here === TAB) {
      at++;
      continue;
    }
    const end = here === QUOTE ? quoteEnd(line, at + 1) : blankAfter(line, at);
    if (end < 0) return null;
    const text = here === QUOTE ? unescape(line.slice(at + 1, end)) : line.slice(at, end);
    found.push({ text, quoted: here === QUOTE });
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

/** Sorts the words of a rule; null when they are not the words of one (a value without an option, a `-m` without a name, a second target). */
export function clauses(list: readonly Word[]): Clauses | null {
  const draft = new Draft();
  for (let at = 0; at < list.length;) {
    const end = optionEnd(list, at);
    if (end === null || !draft.add(list.slice(at, end))) return null;
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
  #words: Word[] = [];
  #target: { module: string; goto: boolean } | null = null;

  /** One option with its words; false when it cannot be. */
  add(list: readonly Word[]): boolean {
    const [first, ...rest] = list;
    const before = isNot(first);
    const [name, ...values] = before ? rest : list;
    if (name === undefined) return false;
    const short = LONG.get(name.text) ?? name.text;
    const behind = isNot(values[0]);
    const option = { name: short, not: before || behind, values: (behind ? values.slice(1) : values).map(({ text }) => text) };
    if (short === "-m" || short === "-j" || short === "-g") return this.#begin(option, list);
    if (this.#target === null && GENERAL.has(short)) this.#general(option, list);
    else {
      this.#options.push(option);
      this.#words.push(...list);
    }
    return true;
  }

  #begin({ name, not, values }: Option, list: readonly Word[]): boolean {
    const [module, ...others] = values;
    if (module === undefined || others.length > 0 || not || this.#target !== null) return false;
    this.#flush();
    this.#module = module;
    this.#words = [...list];
    if (name !== "-m") this.#target = { module, goto: name === "-g" };
    return true;
  }

  /** General options may stand anywhere; each is a clause of its own. */
  #general(option: Option, list: readonly Word[]): void {
    this.#matches.push({ module: null, options: [option], text: textOf(list) });
  }

  #flush(): void {
    if (this.#module === null && this.#options.length === 0) return;
    this.#matches.push({ module: this.#module, options: this.#options, text: textOf(this.#words) });
    this.#options = [];
    this.#words = [];
  }

  finish(): Clauses {
    const target = this.#target === null ? null : { ...this.#target, options: this.#options, text: textOf(this.#words) };
    if (target === null) this.#flush();
    return { matches: this.#matches, target };
  }
}

function textOf(list: readonly Word[]): string {
  return list.map(({ text, quoted }) => (quoted ? JSON.stringify(text) : text)).join(" ");
}
