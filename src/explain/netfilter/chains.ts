/** One base chain: rules in order, jumps, and the policy at its end (ipt_do_table, nft_do_chain). */
import type { Chain, HookChain, Nat, Rule, Statement, Step, Table } from "../../model/netfilter.js";
import { equals } from "../../model/packet.js";
import { chosen, conditionHolds } from "./conditions.js";
import { searchOf } from "./gates.js";
import { translate } from "./nat.js";
import { type Change, change } from "./statements.js";
import type { Transit } from "./transit.js";

/** How a packet leaves a base chain. `text` tells what was not understood. */
export type ChainEnd =
  | { readonly kind: "accept" | "drop" | "unknown" }
  | { readonly kind: "reject"; readonly reset: boolean };

/** What a rule leads to: an end of the walk, back to the caller, or (null) to the next rule. */
type Led = ChainEnd | { readonly kind: "return" } | null;

interface Place {
  readonly table: Table;
  readonly base: HookChain;
  readonly transit: Transit;
}

/** Walks a base chain. What it changes is changed in `transit`. */
export function walkChain(base: HookChain, transit: Transit): ChainEnd {
  const { chain, table } = base;
  const led = walkRules(chain, { table, base, transit });
  if (led !== null && led.kind !== "return") return led;
  const { policy } = base.base;
  if (chain.rules.length > 0 || policy === "drop") {
    transit.trail.tell({ station: "netfilter", hook: base.base.hook, chain: chainName(base, chain), text: `policy ${policy}`, at: chain.at, why: led === null ? "no rule ends its way here" : "sent back to the policy", decides: policy === "drop" });
  }
  return { kind: policy };
}

/** `mangle OUTPUT`, `inet fw4 mangle_output`. */
function chainName({ table }: HookChain, chain: Chain): string {
  return `${table.backend === "nft" ? `${table.family} ` : ""}${table.name} ${chain.name}`;
}

function walkRules(chain: Chain, place: Place): Led {
  const { rules } = chain;
  const search = searchOf(chain, place.transit);
  for (let at = search(0); at < rules.length; at = search(at + 1)) {
    const rule = rules[at];
    const led = rule === undefined ? null : walkRule(rule, chain, place);
    if (led !== null) return led;
  }
  return null;
}

function walkRule(rule: Rule, chain: Chain, place: Place): Led {
  for (const step of rule.steps) {
    const statement = statementOf(step, place.transit);
    if (statement === "left") return null;
    if (statement === "held") continue;
    const led = act(statement, rule, chain, place);
    if (led === "on") continue;
    return led;
  }
  return null;
}

function statementOf(step: Step, transit: Transit): Statement | "left" | "held" {
  if (step.kind === "condition") return conditionHolds(step, transit) ? "held" : "left";
  return step.kind === "choice" ? (chosen(step, transit) ?? "left") : step;
}

const TCP = 6;

/** Hooks behind which nobody asks for a route any more. */
const SETTLED: ReadonlySet<string> = new Set(["forward", "postrouting", "input"]);

/** What a statement leads to; `on`: the rule goes on with its next step. */
function act(statement: Statement, rule: Rule, chain: Chain, place: Place): Led | "on" {
  const { transit, table, base } = place;
  const say = (why: string, decides = false): void => {
    transit.trail.tell({ station: "netfilter", hook: base.base.hook, chain: chainName(base, chain), text: rule.text, at: rule.at, why, decides });
  };
  switch (statement.kind) {
    case "continue": return "on";
    case "return":
      say("back to where it came from");
      return { kind: "return" };
    case "accept":
      say("accepted");
      return { kind: "accept" };
    case "drop":
      say("dropped", true);
      return { kind: "drop" };
    case "reject":
      // nft does not print the match on TCP without which there is no reset.
      if (statement.reset && !transit.reader.holds("proto", equals("proto", TCP))) return null;
      say(statement.reset ? "rejected by a TCP reset" : "rejected by an ICMP error", true);
      return { kind: "reject", reset: statement.reset };
    case "queue": return queued(transit, rule, say);
    case "jump": case "goto": return call(statement.kind, table.chains.get(statement.chain), place, say);
    case "dnat": case "snat": case "masquerade": case "redirect": return translated(statement, transit, say);
    case "unknown": return puzzled(statement.text, transit, say);
    default: return changed(statement, transit, base, say);
  }
}

type Say = (why: string, decides?: boolean) => void;

function changed(statement: Change, transit: Transit, base: HookChain, say: Say): "on" {
  const before = transit.mark;
  const told = change(statement, transit);
  if (told === "") return "on";
  say(told, transit.mark !== before && !SETTLED.has(base.base.hook));
  transit.see();
  return "on";
}

function call(kind: "jump" | "goto", target: Chain | undefined, place: Place, say: Say): Led {
  if (target === undefined) {
    say("the chain it leads to was not collected", true);
    return { kind: "unknown" };
  }
  const led = walkRules(target, place);
  if (led !== null && led.kind !== "return") return led;
  return kind === "goto" ? { kind: "return" } : null;
}

/** A program may do with the packet what it likes; that it lets it pass or not is what can be told. */
function queued(transit: Transit, { text }: Rule, say: Say): ChainEnd {
  const passes = transit.reader.choices.ask(`the program behind ${text}`, PROGRAM) === 0;
  say(passes ? "a program lets it pass" : "a program drops it", !passes);
  return { kind: passes ? "accept" : "drop" };
}

const PROGRAM = [{ text: "lets it pass" }, { text: "drops it" }] as const;

function translated(nat: Nat, transit: Transit, say: Say): Led {
  const told = translate(nat, transit);
  switch (told.kind) {
    case "left": return null;
    case "drop":
      say(told.why, true);
      return { kind: "drop" };
    default:
      say(told.why, true);
      transit.see();
      return { kind: "accept" };
  }
}

function puzzled(text: string, transit: Transit, say: Say): ChainEnd | "on" {
  const acts = transit.reader.choices.ask(text, EFFECTS) === 1;
  if (!acts) return "on";
  say(`what "${text}" does is not modelled`, true);
  return { kind: "unknown" };
}

const EFFECTS = [{ text: "does nothing" }, { text: "does something" }] as const;
