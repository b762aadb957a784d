/** Chains and rules of a firewall compiled for the core: tests before steps, and an index for whatever is long (assembly/netfilter/chains.ts). */
import { type Family, type Words, ZERO } from "../model/address.js";
import type { Chain, Choice, Nat, Row, Rule, SetField, SetMark, Statement, Step, Table } from "../model/netfilter.js";
import type { Core } from "./core.js";
import { NONE } from "./fib.js";
import type { Item, Test } from "./keys.js";
import { fieldOffsets, foldRows, foldTest, isAlways, isNever, type Offsets, writeMatches } from "./matches.js";
import { SHORT, writeIndex } from "./search.js";
import { writeRecords } from "./writer.js";

/** A line of a node's files that the core calls by its number. */
export interface Named {
  readonly text: string;
  readonly at: string;
}

export interface ChainsImage {
  /** Of the first Chain record. */
  readonly address: number;
  readonly numbers: ReadonlyMap<Chain, number>;
  /** Rule n, as the core numbers them, is `rules[n - 1]`. */
  readonly rules: readonly Named[];
}

export interface ChainsOptions {
  /** false: every list is walked one by one; the oracle of the compiled ones. */
  readonly searched: boolean;
}

/** All indexes of a family together take about as many bytes. */
const INDEX_BYTES = 32 * 1024 * 1024;

/** Writes all chains of the tables, which are those of one family. */
export function writeChains(core: Core, tables: readonly Table[], family: Family, { searched }: ChainsOptions): ChainsImage {
  const chains = tables.flatMap(({ chains: own }) => [...own.values()]);
  const numbers = new Map(chains.map((chain, i) => [chain, i]));
  const rules: Named[] = [];
  const long = chains.reduce((sum, chain) => sum + lengthOf(chain), 0);
  const index = (items: readonly Item[]): number => (searched ? writeIndex(core, items, (INDEX_BYTES * items.length) / long) : 0);
  const records = tables.flatMap((table) => {
    const chainNumber = (name: string): number => {
      const target = table.chains.get(name);
      return target === undefined ? NONE : (numbers.get(target) ?? NONE);
    };
    const writer = new RuleWriter(core, family, chainNumber, index);
    return [...table.chains.values()].map((chain) => {
      const before = rules.length;
      rules.push(...chain.rules.map(({ text, at }) => ({ text, at })));
      return writer.chain(chain, before);
    });
  });
  return { address: writeRecords(core, core.layout.ChainAt, records), numbers, rules };
}

/** Items of a chain's lists that are long enough to be searched. */
function lengthOf({ rules }: Chain): number {
  const count = (list: readonly unknown[]): number => (list.length > SHORT ? list.length : 0);
  const steps = rules.flatMap((rule) => rule.steps);
  const rows = steps.map((step) => (step.kind === "condition" ? count(step.rows) : step.kind === "choice" ? count(step.entries) + step.entries.reduce((sum, entry) => sum + count(entry.rows), 0) : 0));
  return rows.reduce((sum, own) => sum + own, count(rules));
}

/** A rule that may do something, without what does not matter to the family. */
interface Lowered {
  /** What must hold before anything is done. */
  readonly tests: readonly Test[];
  readonly steps: readonly Step[];
  readonly number: number;
}

/** Steps with which nothing happens. */
const IDLE: ReadonlySet<Step["kind"]> = new Set<Step["kind"]>(["none", "helper", "offload", "continue"]);

/** null: it does nothing to packets of the family. */
function lower({ steps }: Rule, family: Family, number: number): Lowered | null {
  const busy = steps.filter(({ kind }) => !IDLE.has(kind));
  const first = busy.findIndex(({ kind }) => kind !== "condition");
  if (first < 0) return null;
  const tests = busy.slice(0, first).flatMap((step) => (step.kind === "condition" ? [foldTest(step, family)] : []));
  return tests.some(isNever) ? null : { tests: tests.filter((test) => !isAlways(test)), steps: busy.slice(first), number };
}

/** Writes the rules of one table. */
class RuleWriter {
  readonly #offsets: Offsets;
  constructor(
    private readonly core: Core, private readonly family: Family, private readonly chainNumber: (name: string) => number,
    private readonly index: (items: readonly Item[]) => number,
  ) {
    this.#offsets = fieldOffsets(core);
  }

  /** `before`: how many rules other chains have had. */
  chain({ rules }: Chain, before: number): Record<"rules" | "count" | "index", number> {
    const lowered = rules.map((rule, i) => lower(rule, this.family, before + i + 1)).filter((rule) => rule !== null);
    const records = lowered.map((rule) => this.#rule(rule));
    return { rules: writeRecords(this.core, this.core.layout.FilterRuleAt, records), count: records.length, index: this.index(lowered.map((rule) => rule.tests)) };
  }

  #rule({ tests, steps, number }: Lowered): Record<string, number> {
    const plain = tests.filter(isPlain);
    const matches = plain.flatMap(({ rows }) => rows.flatMap((row) => row.matches));
    const others = tests.filter((test) => !isPlain(test));
    return {
      matches: writeMatches(this.core, this.#offsets, matches), matchCount: matches.length,
      tests: others.length === 0 ? 0 : this.#tests(others), testCount: others.length,
      steps: this.#steps(steps), stepCount: steps.length, number,
    };
  }

  #tests(tests: readonly Test[]): number {
    return writeRecords(this.core, this.core.layout.TestAt, tests.map(({ rows, not }) => ({ ...this.#rows(rows), negated: Number(not) })));
  }

  #rows(rows: readonly Row[]): Record<"rows" | "count" | "index", number> {
    const { AlternativeAt, MatchAt } = this.core.layout;
    let at = writeMatches(this.core, this.#offsets, rows.flatMap(({ matches }) => matches));
    const records = rows.map(({ matches, unknown }) => {
      const own = { matches: at, count: matches.length, unknown: Number(unknown !== null) };
      at += matches.length * MatchAt.SIZE;
      return own;
    });
    return { rows: writeRecords(this.core, AlternativeAt, records), count: rows.length, index: this.index(rows.map((row) => [{ rows: [row], not: false }])) };
  }

  #steps(steps: readonly Step[]): number {
    const { StepAt, StepKind } = this.core.layout;
    const records = steps.map((step) => {
      if (step.kind === "condition") return { kind: StepKind.TEST, target: this.#tests([foldTest(step, this.family)]) };
      return step.kind === "choice" ? { kind: StepKind.CHOICE, target: this.#choice(step) } : this.#statement(step);
    });
    return writeRecords(this.core, StepAt, records);
  }

  #choice({ entries }: Choice): number {
    const { EntryAt, ChoiceAt } = this.core.layout;
    const folded = entries.map(({ rows, then }) => ({ rows: foldRows(rows, this.family), then })).filter(({ rows }) => rows.length > 0);
    const records = folded.map(({ rows, then }) => ({ ...this.#rows(rows), then: this.#steps([then]) }));
    const index = this.index(folded.map(({ rows }) => [{ rows, not: false }]));
    return writeRecords(this.core, ChoiceAt, [{ entries: writeRecords(this.core, EntryAt, records), count: records.length, index }]);
  }

  #statement(statement: Statement): Record<string, number> {
    const { StepKind } = this.core.layout;
    switch (statement.kind) {
      case "accept": return { kind: StepKind.ACCEPT };
      case "drop": return { kind: StepKind.DROP };
      case "return": return { kind: StepKind.RETURN };
      case "queue": return { kind: StepKind.QUEUE };
      case "jump": return { kind: StepKind.JUMP, target: this.chainNumber(statement.chain) };
      case "goto": return { kind: StepKind.GOTO, target: this.chainNumber(statement.chain) };
      case "reject": return { kind: statement.reset ? StepKind.RESET : StepKind.REJECT };
      case "unknown": return { kind: StepKind.UNKNOWN };
      case "notrack": return { kind: StepKind.NOTRACK };
      case "mark": return markStep(this.core, statement);
      case "field": return fieldStep(this.core, statement);
      case "dnat": case "snat": case "masquerade": case "redirect": return { kind: StepKind.TRANSLATE, target: writeNat(this.core, statement) };
      case "none": case "helper": case "offload": case "continue": return { kind: StepKind.CONTINUE };
    }
  }
}

/** One row that is understood: its matches may stand with those of others. */
function isPlain({ rows, not }: Test): boolean {
  return !not && rows.length === 1 && rows[0]?.unknown === null;
}

function markStep({ layout: { StepKind } }: Core, { target, markBits, ctMarkBits, value }: SetMark): Record<string, number> {
  return { kind: target === "mark" ? StepKind.MARK : StepKind.CT_MARK, keep: markBits, remembered: ctMarkBits, value };
}

function fieldStep({ layout: { StepKind } }: Core, { field, mask, value }: SetField): Record<string, number> {
  return { kind: field === "tos" ? StepKind.TOS : StepKind.HOP_LIMIT, keep: ~mask >>> 0, value };
}

const NAT_KINDS = { dnat: "DNAT", snat: "SNAT", masquerade: "MASQUERADE", redirect: "REDIRECT" } as const;

function writeNat(core: Core, nat: Nat): number {
  const { NatAt, NatKind } = core.layout;
  const to = "to" in nat ? nat.to : null;
  const { ports } = nat;
  const record = {
    kind: NatKind[NAT_KINDS[nat.kind]], hasAddress: Number(to !== null), ...wordsAt("first", to?.first.words ?? ZERO), ...wordsAt("last", to?.last.words ?? ZERO),
    hasPorts: Number(ports !== null), portFirst: ports?.first ?? 0, portLast: ports?.last ?? 0,
  };
  return writeRecords(core, NatAt, [record]);
}

function wordsAt(name: "first" | "last", words: Words): Record<string, number> {
  return Object.fromEntries(words.map((word, i) => [`${name}${i}`, word]));
}
