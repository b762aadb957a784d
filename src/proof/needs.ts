/** What walking chains asks of a space besides what rules look at themselves (mentions.ts). */
import type { Family } from "../model/address.js";
import type { Firewall, HookMatch, Rule, Statement, Step } from "../model/netfilter.js";
import { equals } from "../model/packet.js";
import { programText } from "./chains.js";
import { OPENED, openText } from "./conditions.js";
import type { Mentions } from "./mentions.js";

/** To be joined with the mentions of the same node. */
export function needsOf({ tables }: Pick<Firewall, "tables">, family: Family): Mentions {
  const other = family === 4 ? "ip6" : "ip";
  const rules = tables.filter((table) => table.family !== other).flatMap((table) => [...table.chains.values()].flatMap((chain) => chain.rules));
  const statements = rules.flatMap((rule) => statementsOf(rule).map((statement) => ({ rule, statement })));
  const translates = statements.some(({ statement: { kind } }) => NAT.has(kind));
  const opened = translates ? rules.flatMap((rule) => rule.steps).flatMap(matchesOf).filter(({ field }) => OPENED.some((name) => name === field)) : [];
  const resets = statements.some(({ statement }) => statement.kind === "reject" && statement.reset);
  return {
    matches: resets ? [equals("proto", TCP)] : [],
    unknown: [...new Set([...statements.flatMap(({ rule, statement }) => textsOf(rule, statement)), ...opened.map(openText)])],
  };
}

const NAT: ReadonlySet<string> = new Set(["dnat", "snat", "masquerade", "redirect"]);
const TCP = 6;

function statementsOf({ steps }: Rule): Statement[] {
  return steps.flatMap((step): readonly Statement[] => {
    if (step.kind === "condition") return [];
    return step.kind === "choice" ? step.entries.map((entry) => entry.then) : [step];
  });
}

function matchesOf(step: Step): readonly HookMatch[] {
  if (step.kind === "condition") return step.rows.flatMap((row) => row.matches);
  return step.kind === "choice" ? step.entries.flatMap((entry) => entry.rows.flatMap((row) => row.matches)) : [];
}

function textsOf(rule: Rule, statement: Statement): string[] {
  if (statement.kind === "queue") return [programText(rule)];
  return statement.kind === "unknown" ? [statement.text] : [];
}
