/** Rules of a long chain that cannot take a packet, told by one number each: a firewall of thousands of rules is not walked in full for every packet. */
import type { Chain, HookMatch, Rule } from "../../model/netfilter.js";
import { costOf, fieldOf } from "./fields.js";
import type { Transit } from "./transit.js";

/** Chains up to this length are walked rule by rule. */
const SHORT = 16;

/** What tells most packets apart comes first. All of them stay as they are while a chain is walked. */
const FIELDS = ["dst0", "dst3", "dst1", "dst2", "src0", "src3", "src1", "src2", "dport", "sport", "oif", "iif", "proto"] as const satisfies readonly HookMatch["field"][];
/** Stands for a rule that has no such match. */
const NO_GATE = FIELDS.length;

/** For each rule the match without which it does nothing, by columns. */
interface Gates {
  readonly field: Uint8Array;
  readonly mask: Uint32Array;
  readonly low: Uint32Array;
  readonly span: Uint32Array;
}

const known = new WeakMap<Chain, Gates>();

/** Where the first rule at `from` or behind it stands that may take the packet; the chain's length when there is none. */
export type Search = (from: number) => number;

export function searchOf(chain: Chain, transit: Transit): Search {
  const { length } = chain.rules;
  if (length <= SHORT) return (from) => from;
  const { field, mask, low, span } = gatesOf(chain);
  const { values, told } = valuesOf(transit);
  return (from) => {
    let at = from;
    for (; at < length; at++) {
      const f = field[at] ?? NO_GATE;
      if (told[f] !== 1 || ((((values[f] ?? 0) & (mask[at] ?? 0)) - (low[at] ?? 0)) >>> 0) <= (span[at] ?? 0)) break;
    }
    return at;
  };
}

function gatesOf(chain: Chain): Gates {
  const made = known.get(chain);
  if (made !== undefined) return made;
  const { rules } = chain;
  const gates = { field: new Uint8Array(rules.length).fill(NO_GATE), mask: new Uint32Array(rules.length), low: new Uint32Array(rules.length), span: new Uint32Array(rules.length) };
  rules.forEach((rule, at) => {
    const match = gateOf(rule);
    if (match === null) return;
    gates.field[at] = rank(match);
    gates.mask[at] = match.mask;
    gates.low[at] = match.low;
    gates.span[at] = match.span;
  });
  known.set(chain, gates);
  return gates;
}

/** Of the matches that must all hold before the rule does anything, the one that tells most. */
function gateOf({ steps }: Rule): HookMatch | null {
  const end = steps.findIndex((step) => step.kind !== "condition");
  const must = steps.slice(0, end < 0 ? steps.length : end).flatMap((step) => {
    const [row, ...others] = step.kind === "condition" && !step.not ? step.rows : [];
    return row === undefined || others.length > 0 ? [] : row.matches;
  });
  return must.filter((match) => rank(match) < NO_GATE).sort((a, b) => rank(a) - rank(b))[0] ?? null;
}

function rank({ field }: HookMatch): number {
  const at = FIELDS.findIndex((name) => name === field);
  return at < 0 ? NO_GATE : at;
}

/** What is not told leaves the rule to the walk, which asks. */
function valuesOf(transit: Transit): { readonly values: Uint32Array; readonly told: Uint8Array } {
  const values = new Uint32Array(FIELDS.length + 1);
  const told = new Uint8Array(FIELDS.length + 1);
  FIELDS.forEach((field, i) => {
    if (costOf(transit, { field, mask: 0xffffffff, low: 0, span: 0 }) > 0) return;
    const value = fieldOf(transit, field);
    if (value === null) return;
    values[i] = value;
    told[i] = 1;
  });
  return { values, told };
}
