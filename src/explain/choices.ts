/** Values that nobody gave. A walk asks for one where it matters; every answer is tried, in turn, by walking again. */

/** One way an unknown may be. Fields of a packet have ranges; anything else is told in words. */
export interface Option {
  readonly text: string;
  /** Low and high, both included. */
  readonly ranges?: readonly (readonly [number, number])[];
}

/** What one run answered to one question. */
export interface Pick {
  readonly name: string;
  readonly options: readonly Option[];
  readonly index: number;
}

/** Answers of one run. The same name always gets the same answer. */
export class Choices {
  readonly #picks: Pick[] = [];
  readonly #script: readonly number[];
  constructor(script: readonly number[] = []) {
    this.#script = script;
  }

  /** The index of the option that holds in this run. */
  ask(name: string, options: readonly Option[]): number {
    const before = this.#picks.find((pick) => pick.name === name);
    if (before !== undefined) return before.index;
    if (options.length < 2) return 0;
    const index = this.#script[this.#picks.length] ?? 0;
    this.#picks.push({ name, options, index });
    return index;
  }

  picks(): readonly Pick[] {
    return this.#picks;
  }
}

export interface Run<T> {
  readonly value: T;
  readonly picks: readonly Pick[];
}

/** Walks once for each combination of answers that the walk itself asked for, at most `limit` times. */
export function everyRun<T>(walk: (choices: Choices) => T, limit: number): { readonly runs: readonly Run<T>[]; readonly complete: boolean } {
  const runs: Run<T>[] = [];
  let script: readonly number[] | null = [];
  while (script !== null && runs.length < limit) {
    const choices = new Choices(script);
    const value = walk(choices);
    runs.push({ value, picks: choices.picks() });
    script = following(choices.picks());
  }
  return { runs, complete: script === null };
}

/** The answers to try next: the last question that has another option is answered differently; null when all were tried. */
function following(picks: readonly Pick[]): number[] | null {
  const last = picks.findLastIndex((pick) => pick.index + 1 < pick.options.length);
  if (last < 0) return null;
  return picks.slice(0, last + 1).map((pick, i) => (i === last ? pick.index + 1 : pick.index));
}
