/** Jumps between chains: whoever walks a table may rely on targets that exist, on no circles, and on a bounded way. */
import type { Chain, Rule, Statement, Step, Table } from "../model/netfilter.js";
import { type Remarks, word } from "./remarks.js";

/** iptables allows as many jumps in a row as there are chains; real rulesets have less than ten, and whoever walks one keeps a place for each. */
export const DEPTH_MAX = 64;
/** nft loads no base chain that leads deeper: itself and 15 more (NFT_JUMP_STACK_SIZE, nft_chain_validate()). */
export const NFT_DEPTH_MAX = 15;
/** Rules that one packet may meet on the longest way through a chain. A ruleset that doubles its way with every chain goes beyond it. */
export const WAY_MAX = 1_000_000;

/** The table with every jump that leads nowhere, in a circle or too far turned into a statement that may do anything. The kernel accepts none of those. */
export function withSafeJumps(table: Table, remarks: Remarks): Table {
  const survey = new Survey(table, remarks);
  for (const chain of table.chains.values()) {
    if (chain.rules.some(({ steps }) => steps.some(leads))) survey.visit(chain.name);
  }
  return survey.changed.size === 0 ? table : { ...table, chains: new Map([...table.chains].map(([name, chain]) => [name, survey.changed.get(name) ?? chain])) };
}

/** What is known of a chain once everything it leads to was looked at. */
interface Measure {
  readonly depth: number;
  readonly way: number;
}

interface Visit {
  readonly chain: Chain;
  /** Every jump of the chain, in order. */
  readonly jumps: readonly string[];
  next: number;
}

class Survey {
  readonly changed = new Map<string, Chain>();
  /** null: still open, so a jump there closes a circle. */
  readonly #measures = new Map<string, Measure | null>();
  constructor(readonly table: Table, readonly remarks: Remarks) {}

  /** Depth first, with a stack of its own: a file may hold a hundred thousand chains in a row. */
  visit(start: string): void {
    const stack = this.#enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const target = top.jumps[top.next++];
      if (target !== undefined) stack.push(...this.#enter(target));
      else {
        this.#leave(top.chain);
        stack.pop();
      }
    }
  }

  #enter(name: string): Visit[] {
    const chain = this.table.chains.get(name);
    if (chain === undefined || this.#measures.has(name)) return [];
    const jumps = jumpsOf(chain);
    if (jumps.length === 0) return [];
    this.#measures.set(name, null);
    return [{ chain, jumps, next: 0 }];
  }

  /** Chains that lead nowhere are as long as they are. undefined: there is no such chain. */
  #measureOf(name: string): Measure | null | undefined {
    const measure = this.#measures.get(name);
    if (measure !== undefined) return measure;
    const chain = this.table.chains.get(name);
    return chain === undefined ? undefined : { depth: 1, way: chain.rules.length };
  }

  #leave(chain: Chain): void {
    let [depth, way] = [0, chain.rules.length];
    const depthMax = chain.base !== null && this.table.backend === "nft" ? NFT_DEPTH_MAX : DEPTH_MAX;
    const judge = (target: string): string | null => {
      const measure = this.#measureOf(target);
      if (measure === undefined) return `there is no chain ${word(target)}`;
      if (measure === null) return `the jump to ${word(target)} leads in a circle`;
      if (measure.depth >= depthMax) return `the jump to ${word(target)} leads more than ${depthMax} chains deep`;
      return way + measure.way > WAY_MAX ? `the jump to ${word(target)} makes the way longer than ${WAY_MAX} rules` : null;
    };
    let rules: Rule[] | null = null;
    for (let i = 0; i < chain.rules.length; i++) {
      const rule = chain.rules[i];
      if (rule === undefined || !rule.steps.some(leads)) continue;
      const safe = safeRule(rule, judge, (why) => { this.remarks.say("WP1403", rule.at, why, "what becomes of packets that reach it is not known"); });
      for (const step of safe.steps) {
        const measures = targetsOf(step).map((target) => this.#measureOf(target));
        depth = measures.reduce((most, measure) => Math.max(most, measure?.depth ?? 0), depth);
        // Of a map one entry is taken.
        way += measures.reduce((most, measure) => Math.max(most, measure?.way ?? 0), 0);
      }
      if (safe === rule) continue;
      rules ??= [...chain.rules];
      rules[i] = safe;
    }
    if (rules !== null) this.changed.set(chain.name, { ...chain, rules });
    this.#measures.set(chain.name, { depth: depth + 1, way });
  }
}

function leads(step: Step): boolean {
  return step.kind === "choice" || step.kind === "jump" || step.kind === "goto";
}

function targetOf(statement: Statement): string | null {
  return statement.kind === "jump" || statement.kind === "goto" ? statement.chain : null;
}

const NOWHERE: readonly string[] = [];

/** The chains a step may lead to, each once. */
function targetsOf(step: Step): readonly string[] {
  if (step.kind === "choice") return [...new Set(step.entries.flatMap(({ then }) => targetOf(then) ?? []))];
  return step.kind === "jump" || step.kind === "goto" ? [step.chain] : NOWHERE;
}

function jumpsOf({ rules }: Chain): readonly string[] {
  const found: string[] = [];
  for (const { steps } of rules) {
    for (const step of steps) {
      if (leads(step)) found.push(...targetsOf(step));
    }
  }
  return found.length === 0 ? NOWHERE : found;
}

/** The rule itself where all its jumps are safe. */
function safeRule(rule: Rule, judge: (target: string) => string | null, say: (why: string) => void): Rule {
  const faults = new Map<string, string>();
  for (const target of rule.steps.flatMap(targetsOf)) {
    const why = judge(target);
    if (why !== null) faults.set(target, why);
  }
  return faults.size === 0 ? rule : withoutJumps(rule, faults, say);
}

/** The jumps to these chains become statements that may do anything. */
function withoutJumps(rule: Rule, faults: ReadonlyMap<string, string>, say: (why: string) => void): Rule {
  for (const why of faults.values()) say(why);
  const safe = (statement: Statement): Statement => (faults.has(targetOf(statement) ?? "") ? { kind: "unknown", text: rule.text } : statement);
  const steps = rule.steps.map((step): Step => {
    if (step.kind === "condition") return step;
    return step.kind === "choice" ? { ...step, entries: step.entries.map(({ rows, then }) => ({ rows, then: safe(then) })) } : safe(step);
  });
  return { ...rule, steps };
}
