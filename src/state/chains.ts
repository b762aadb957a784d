/** Jumps between chains: whoever walks a table may rely on targets that exist, on no circles, and on a bounded way. */
import type { Chain, Rule, Statement, Step, Table } from "../model/netfilter.js";
import type { Remarks } from "./remarks.js";

/** nft allows 16 jumps in a row (NFT_JUMP_STACK_SIZE); iptables has as many as chains, and real rulesets have less than ten. */
export const DEPTH_MAX = 64;
/** Rules that one packet may meet on the longest way through a chain. A ruleset that doubles its way with every chain goes beyond it. */
export const WAY_MAX = 1_000_000;

/** The table with every jump that leads nowhere, in a circle or too far turned into a statement that may do anything. The kernel accepts none of those. */
export function withSafeJumps(table: Table, remarks: Remarks): Table {
  const survey = new Survey(table, remarks);
  for (const name of table.chains.keys()) survey.visit(name);
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
    this.#measures.set(name, null);
    return [{ chain, jumps: chain.rules.flatMap(jumpsOf), next: 0 }];
  }

  #leave(chain: Chain): void {
    let [depth, way] = [0, 0];
    const judge = (target: string): string | null => {
      const measure = this.#measures.get(target);
      if (!this.table.chains.has(target)) return `there is no chain ${target}`;
      if (measure === null || measure === undefined) return `the jump to ${target} leads in a circle`;
      if (measure.depth >= DEPTH_MAX) return `the jump to ${target} leads more than ${DEPTH_MAX} chains deep`;
      if (way + measure.way > WAY_MAX) return `the jump to ${target} makes the way longer than ${WAY_MAX} rules`;
      depth = Math.max(depth, measure.depth);
      way += measure.way;
      return null;
    };
    const rules = chain.rules.map((rule) => {
      way++;
      return safeRule(rule, judge, (why) => { this.remarks.say("WP1403", rule.at, why, "what becomes of packets that reach it is not known"); });
    });
    if (rules.some((rule, i) => rule !== chain.rules[i])) this.changed.set(chain.name, { ...chain, rules });
    this.#measures.set(chain.name, { depth: depth + 1, way });
  }
}

function targetOf(statement: Step): string | null {
  return statement.kind === "jump" || statement.kind === "goto" ? statement.chain : null;
}

function jumpsOf({ steps }: Rule): string[] {
  return steps.flatMap((step) => (step.kind === "choice" ? step.entries.map(({ then }) => then) : [step])).flatMap((step) => targetOf(step) ?? []);
}

/** The rule itself where all its jumps are safe. */
function safeRule(rule: Rule, judge: (target: string) => string | null, say: (why: string) => void): Rule {
  const faults = new Map<Statement, string>();
  for (const step of rule.steps) {
    if (step.kind === "condition") continue;
    for (const statement of step.kind === "choice" ? step.entries.map(({ then }) => then) : [step]) {
      const target = targetOf(statement);
      const why = target === null ? null : judge(target);
      if (why !== null) faults.set(statement, why);
    }
  }
  if (faults.size === 0) return rule;
  for (const why of new Set(faults.values())) say(why);
  const safe = (statement: Statement): Statement => (faults.has(statement) ? { kind: "unknown", text: rule.text } : statement);
  const steps = rule.steps.map((step): Step => {
    if (step.kind === "condition") return step;
    return step.kind === "choice" ? { ...step, entries: step.entries.map(({ rows, then }) => ({ rows, then: safe(then) })) } : safe(step);
  });
  return { ...rule, steps };
}
