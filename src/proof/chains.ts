/** One base chain for sets of packets: rules in order, jumps, and the policy at its end (ipt_do_table, nft_do_chain). */
import type { Family } from "../model/address.js";
import type { Chain, Choice, HookChain, Nat, Rule, Statement } from "../model/netfilter.js";
import { equals } from "../model/packet.js";
import { type Bdd, type Edge, FALSE, LimitError, TRUE } from "./bdd.js";
import { conditionSet, type Surroundings } from "./conditions.js";
import { NO_DECISION } from "./fib.js";
import { type Candidate, firstOf } from "./first.js";
import { chooseWords, type Flow, merged, type State, type Words } from "./flow.js";
import { translate } from "./nat.js";
import { type Change, changed } from "./statements.js";

/** How packets leave a base chain. */
export type ChainEnd =
  | { readonly kind: "accept" | "drop" }
  /** `reset`: by a TCP RST, else by an ICMP error with this code. */
  | { readonly kind: "reject"; readonly reset: boolean; readonly code: Readonly<Record<Family, number>> }
  /** `text`: what was not understood, of the line `at`. */
  | { readonly kind: "unknown"; readonly text: string; readonly at: string };

export interface End {
  readonly flow: Flow;
  readonly end: ChainEnd;
}

/**
 * Where the packets of these flows end, flows of one end and equal rewrites as one. Guards overlap only where the kernel chooses (an address of a range). A flow
 * whose walk needs more nodes than there are ends as it came, in `unknown`.
 */
export function walkChain(around: Surroundings, base: HookChain, flows: readonly Flow[]): End[] {
  const { bdd } = around.space;
  const ends = flows.flatMap((flow) => within(bdd, () => new Walk(around, base).run(flow), (error) => [{ flow, end: { kind: "unknown", text: `${chainName(base)}: ${error.message}`, at: base.chain.at } }]));
  return within(bdd, () => joined(bdd, ends), () => ends);
}

/** `otherwise` where nodes run out: those made meanwhile are forgotten. */
function within(bdd: Bdd, walk: () => End[], otherwise: (error: LimitError) => End[]): End[] {
  const mark = bdd.mark();
  try {
    return walk();
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    bdd.release(mark);
    return otherwise(error);
  }
}

/** `mangle OUTPUT`, `inet fw4 mangle_output`. */
function chainName({ table, chain }: HookChain): string {
  return `${table.backend === "nft" ? `${table.family} ` : ""}${table.name} ${chain.name}`;
}

function joined(bdd: Bdd, ends: readonly End[]): End[] {
  const groups = new Map<string, { readonly end: ChainEnd; readonly flows: Flow[] }>();
  for (const { flow, end } of ends) {
    const key = JSON.stringify(end);
    const group = groups.get(key) ?? { end, flows: [] };
    groups.set(key, group);
    group.flows.push(flow);
  }
  return [...groups.values()].flatMap(({ end, flows }) => merged(bdd, flows).map((flow) => ({ flow, end })));
}

/** What a decision of a chain means for some of its packets. */
interface Variant {
  readonly when: Edge;
  readonly end: ChainEnd | { readonly kind: "return" };
  readonly state: State;
}

/** What a chain does with every packet that could come to it in one state. */
interface Led {
  /** By number of their outcome; none is a return. */
  readonly decided: ReadonlyMap<number, Edge>;
  /** Packets that leave it without an end, and what they are then. */
  readonly through: Edge;
  readonly words: Words;
}

/** What is left of a rule's packets behind a step. */
interface Going {
  readonly on: Edge;
  readonly state: State;
}

/**
 * The walk of one state. Chains are functions of all packets: rules that change marks make the words of what comes behind them, and only where somebody leaves, the
 * rules before are asked for, all at once (firstOf).
 */
class Walk {
  private readonly bdd: Bdd;
  private readonly outcomes: (readonly Variant[])[] = [];
  /** Numbers of outcomes of one variant, by state and end. */
  private readonly numbers = new Map<State, Map<string, number>>();
  private readonly known = new Map<State, Map<Chain, Led>>();

  constructor(private readonly around: Surroundings, private readonly base: HookChain) {
    this.bdd = around.space.bdd;
  }

  run({ guard, state }: Flow): End[] {
    const { chain, base: { policy } } = this.base;
    const { decided, through, words } = this.chain(chain, state);
    const number = this.plain({ kind: policy }, { ...state, words });
    return [...decided, [number, through] as const].flatMap(([decision, set]) => this.ends(decision, this.bdd.and(guard, set)));
  }

  private ends(decision: number, guard: Edge): End[] {
    return (this.outcomes[decision] ?? []).flatMap(({ when, end, state }): End[] => {
      const here = this.bdd.and(guard, when);
      return here === FALSE || end.kind === "return" ? [] : [{ flow: { guard: here, state }, end }];
    });
  }

  private chain(chain: Chain, state: State): Led {
    const walked = this.known.get(state) ?? new Map<Chain, Led>();
    this.known.set(state, walked);
    const led = walked.get(chain) ?? this.rules(chain, state);
    walked.set(chain, led);
    return led;
  }

  private rules({ rules }: Chain, start: State): Led {
    const candidates: Candidate[] = [];
    let state = start;
    for (const rule of rules) {
      state = this.rule(rule, state, candidates);
      // Nothing comes to what stands behind a rule that always ends.
      if (candidates.at(-1)?.set === TRUE) break;
    }
    return this.led(firstOf(this.bdd, candidates), state.words);
  }

  /** Who was sent back left with the words of that moment. */
  private led(sets: Map<number, Edge>, last: Words): Led {
    let through = sets.get(NO_DECISION) ?? FALSE;
    let words = last;
    const decided = new Map<number, Edge>();
    for (const [decision, set] of sets) {
      const only = this.outcomes[decision]?.[0];
      if (only?.end.kind === "return") {
        through = this.bdd.or(through, set);
        words = chooseWords(this.bdd, set, only.state.words, words);
      } else if (decision !== NO_DECISION) decided.set(decision, set);
    }
    return { decided, through, words };
  }

  /** Adds who leaves the chain by this rule; the state behind it. */
  private rule(rule: Rule, start: State, candidates: Candidate[]): State {
    let going: Going = { on: TRUE, state: start };
    for (const step of rule.steps) {
      const { on, state } = going;
      if (step.kind === "condition") going = { on: this.bdd.and(on, conditionSet(this.around, state, step)), state };
      else if (step.kind === "choice") going = this.choose(step, rule, going, candidates);
      else going = this.act(step, rule, going, candidates);
      if (going.on === FALSE) break;
    }
    return going.state;
  }

  /** Entries look at the packets as they come to the step. */
  private choose({ entries }: Choice, rule: Rule, { on, state }: Going, candidates: Candidate[]): Going {
    const sets = firstOf(this.bdd, entries.map(({ rows }, decision) => ({ set: conditionSet(this.around, state, { rows, not: false }), decision })));
    const left: Edge[] = [];
    let now = state;
    entries.forEach(({ then }, decision) => {
      const here = this.bdd.and(on, sets.get(decision) ?? FALSE);
      if (here === FALSE) return;
      const going = this.act(then, rule, { on: here, state: now }, candidates);
      left.push(going.on);
      now = going.state;
    });
    return { on: this.bdd.any(left), state: now };
  }

  /** What a statement does with those that come to it. */
  private act(statement: Statement, rule: Rule, { on, state }: Going, candidates: Candidate[]): Going {
    const { bdd, around: { space } } = this;
    const leave = (set: Edge, end: ChainEnd | { readonly kind: "return" }): Going => {
      if (set !== FALSE) candidates.push({ set, decision: this.plain(end, state) });
      return { on: FALSE, state };
    };
    switch (statement.kind) {
      case "continue": return { on, state };
      case "return": case "accept": case "drop": return leave(on, { kind: statement.kind });
      case "reject": {
        // nft does not print the match on TCP without which there is no reset.
        const { reset, code } = statement;
        return leave(reset ? bdd.and(on, space.matchSet(equals("proto", TCP))) : on, { kind: "reject", reset, code });
      }
      case "queue": {
        const passes = space.unknown(programText(rule));
        leave(bdd.and(on, passes), { kind: "accept" });
        return leave(bdd.minus(on, passes), { kind: "drop" });
      }
      case "jump": case "goto": return this.call(statement.kind, statement.chain, rule, { on, state }, candidates);
      case "dnat": case "snat": case "masquerade": case "redirect": return this.translated(statement, rule, { on, state }, candidates);
      case "unknown": {
        const acts = space.unknown(statement.text);
        leave(bdd.and(on, acts), { kind: "unknown", text: statement.text, at: rule.at });
        return { on: bdd.minus(on, acts), state };
      }
      default: return { on, state: this.change(statement, on, state) };
    }
  }

  private change(statement: Change, on: Edge, state: State): State {
    return withWords(state, changed(this.bdd, statement, on, state.words));
  }

  private call(kind: "jump" | "goto", name: string, rule: Rule, { on, state }: Going, candidates: Candidate[]): Going {
    const target = this.base.table.chains.get(name);
    if (target === undefined) {
      candidates.push({ set: on, decision: this.plain({ kind: "unknown", text: `the chain ${name} was not collected`, at: rule.at }, state) });
      return { on: FALSE, state };
    }
    const { decided, through, words } = this.chain(target, state);
    for (const [decision, set] of decided) this.add(candidates, this.bdd.and(on, set), decision);
    if (kind === "goto") {
      this.add(candidates, this.bdd.and(on, through), this.plain({ kind: "return" }, withWords(state, words)));
      return { on: FALSE, state };
    }
    return { on: FALSE, state: withWords(state, chooseWords(this.bdd, on, words, state.words)) };
  }

  /** A packet without an entry is not translated, and the rule is left. */
  private translated(nat: Nat, rule: Rule, { on, state }: Going, candidates: Candidate[]): Going {
    const variants = translate(this.around, nat, state).map(({ when, end, state: written }): Variant => ({
      when, state: written, end: typeof end === "string" ? { kind: end } : { kind: "unknown", text: end.unknown, at: rule.at },
    }));
    this.add(candidates, this.bdd.and(on, state.words.tracked), this.outcomes.push(variants) - 1);
    return { on: FALSE, state };
  }

  private add(candidates: Candidate[], set: Edge, decision: number): void {
    if (set !== FALSE) candidates.push({ set, decision });
  }

  /** The number of an outcome that is the same for all its packets. */
  private plain(end: Variant["end"], state: State): number {
    const numbers = this.numbers.get(state) ?? new Map<string, number>();
    this.numbers.set(state, numbers);
    const key = JSON.stringify(end);
    const number = numbers.get(key) ?? this.outcomes.push([{ when: TRUE, end, state }]) - 1;
    numbers.set(key, number);
    return number;
  }
}

const TCP = 6;

/** The name of a queue's program, which may let packets pass or not: its free variable in the space. */
export function programText({ text }: Pick<Rule, "text">): string {
  return `the program behind ${text}`;
}

function withWords(state: State, words: Words): State {
  return words === state.words ? state : { ...state, words };
}
