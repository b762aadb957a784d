/** Whatever of a node and a policy looks at a packet: what a space's variables are made for. */
import type { Family } from "../model/address.js";
import type { Firewall, Row, Rule, SetMark, Statement, Step } from "../model/netfilter.js";
import type { FibRule, Node } from "../model/node.js";
import { equals, type HookField, type Match } from "../model/packet.js";
import type { Policy } from "../model/policy.js";

export interface Mentions {
  readonly matches: readonly Match<HookField>[];
  /** Texts of selectors and matches that are not understood. */
  readonly unknown: readonly string[];
}

/** Of one family. Bits of marks that something writes count as looked at: whether a mark has changed decides about a second lookup. */
export function mentionsOf(node: Pick<Node, "rules" | "firewall">, family: Family, policy: Pick<Policy, "rows"> | null): Mentions {
  const steps = rulesOf(node.firewall, family).flatMap((rule) => rule.steps);
  const rows = steps.flatMap(rowsOf);
  const rules: readonly FibRule[] = node.rules[family];
  return {
    matches: [
      ...rules.flatMap((rule) => rule.matches), ...rows.flatMap((row) => row.matches), ...(policy?.rows ?? []).flatMap((row) => row.matches),
      ...written(steps.flatMap(statementsOf)),
    ],
    unknown: [...new Set([...rules.flatMap((rule) => rule.unknown), ...rows.flatMap(({ unknown }) => (unknown === null ? [] : [unknown]))])],
  };
}

function rulesOf({ tables }: Firewall, family: Family): Rule[] {
  const other = family === 4 ? "ip6" : "ip";
  return tables.filter((table) => table.family !== other).flatMap((table) => [...table.chains.values()].flatMap((chain) => chain.rules));
}

function rowsOf(step: Step): readonly Row[] {
  if (step.kind === "condition") return step.rows;
  return step.kind === "choice" ? step.entries.flatMap((entry) => entry.rows) : [];
}

function statementsOf(step: Step): Statement[] {
  if (step.kind === "condition") return [];
  return step.kind === "choice" ? step.entries.map((entry) => entry.then) : [step];
}

/** Bits go from one mark to the other, so both have the same ones. */
function written(statements: readonly Statement[]): Match<HookField>[] {
  const bits = statements.reduce((all, statement) => (statement.kind === "mark" ? all | bitsOf(statement) : all), 0);
  return bits === 0 ? [] : [equals("mark", 0, bits), equals("ctMark", 0, bits)];
}

/** Those that the target does not keep, and those that the other mark gives. */
function bitsOf({ target, markBits, ctMarkBits, value }: SetMark): number {
  const [kept, given] = target === "mark" ? [markBits, ctMarkBits] : [ctMarkBits, markBits];
  return ~kept | given | value;
}
