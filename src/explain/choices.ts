/** Values that nobody gave. A walk asks for one where it matters; every answer is tried, in turn, by walking again. */

/** One way an unknown may be. Fields of a packet have ranges; anything else is told in words. */
export interface Option {
  readonly text: string;
  /** Low and high, both included. */
  readonly ranges?: readonly (readonly [number, number])[];
}

/** What one run knows of one unknown: the options that are left. */
export interface Condition {
  readonly options: readonly Option[];
  readonly chosen: ReadonlySet<number>;
}

/** What one run answered to one question: which of so many answers. */
interface Pick {
  readonly index: number;
  readonly count: number;
}

/** Answers of one run. The same name always gets the same answer. */
export class Choices {
  readonly #picks: Pick[] = [];
  readonly #left = new Map<string, Condition>();
  readonly #script: readonly number[];
  constructor(script: readonly number[] = []) {
    this.#script = script;
  }

  /** The index of the option that holds in this run. */
  ask(name: string, options: readonly Option[]): number {
    if (options.length < 2) return 0;
    const left = [...(this.#left.get(name)?.chosen ?? options.keys())];
    const index = left[left.length < 2 ? 0 : this.#pick(left.length)] ?? 0;
    this.#left.set(name, { options, chosen: new Set([index]) });
    return index;
  }

  /** Whether one of the options holds for which `wanted` is true. Which one is not asked, nor what earlier answers tell already. */
  isAmong(name: string, options: readonly Option[], wanted: (index: number) => boolean): boolean {
    const left = [...(this.#left.get(name)?.chosen ?? options.keys())];
    const inside = left.filter(wanted);
    if (inside.length === 0 || inside.length === left.length) return inside.length > 0;
    // The side of the first option is walked first, so that cases come in the order of values.
    const holds = (this.#pick(2) === 0) === wanted(left[0] ?? 0);
    this.#left.set(name, { options, chosen: new Set(holds ? inside : left.filter((index) => !wanted(index))) });
    return holds;
  }

  #pick(count: number): number {
    const index = this.#script[this.#picks.length] ?? 0;
    this.#picks.push({ index, count });
    return index;
  }

  /** How many questions the run asked that were open. */
  get asked(): number {
    return this.#picks.length;
  }

  /** What was asked, by name, in the order in which it was asked first. */
  conditions(): ReadonlyMap<string, Condition> {
    return this.#left;
  }

  /** The script of the next run: the last question that has another answer is answered differently; null when all were tried. */
  following(): number[] | null {
    const last = this.#picks.findLastIndex((pick) => pick.index + 1 < pick.count);
    return last < 0 ? null : this.#picks.slice(0, last + 1).map((pick, i) => (i === last ? pick.index + 1 : pick.index));
  }
}

export interface Run<T> {
  readonly value: T;
  readonly when: ReadonlyMap<string, Condition>;
}

/** A run that asks more is the only one: a firewall of that many unknown rules would be walked at this length again and again. Real ones ask less than a hundred. */
export const QUESTIONS_MAX = 1024;

/** Walks once for each combination of answers that the walk itself asked for, at most `limit` times. */
export function everyRun<T>(walk: (choices: Choices) => T, limit: number): { readonly runs: readonly Run<T>[]; readonly complete: boolean } {
  const runs: Run<T>[] = [];
  let script: readonly number[] | null = [];
  while (script !== null && runs.length < limit) {
    const choices: Choices = new Choices(script);
    const value = walk(choices);
    runs.push({ value, when: choices.conditions() });
    if (choices.asked > QUESTIONS_MAX) return { runs, complete: false };
    script = choices.following();
  }
  return { runs, complete: script === null };
}
