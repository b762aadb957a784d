/** Whether the firewall may change the source of what leaves on a WAN device (SNAT, MASQUERADE). */
import type { Family } from "../model/address.js";
import { type Chain, chainsAt, type Condition, type Firewall, type Rule, type Statement, type Step, type Table } from "../model/netfilter.js";
import type { Match } from "../model/packet.js";

/** `wan`: numbers of the WAN's devices, as matches on `oif` have them. */
export function translatedFamilies(firewall: Firewall, wan: readonly number[]): Record<Family, boolean> {
  const may = (family: Family): boolean => !firewall.complete[family] || chainsAt(firewall, family, "postrouting").some(({ table, chain, base }) => base.type === "nat" && reaches(table, chain, family, wan, new Set()));
  return { 4: may(4), 6: may(6) };
}

/** Whether some rule that a packet of the family may meet on the way out of the WAN changes its source. Jumps never lead around in a circle; `seen` saves the second visit. */
function reaches(table: Table, chain: Chain, family: Family, wan: readonly number[], seen: Set<string>): boolean {
  if (seen.has(chain.name)) return false;
  seen.add(chain.name);
  return chain.rules.some((rule) => mayHold(rule, family, wan) && rule.steps.some((step) => stepReaches(table, step, family, wan, seen)));
}

function stepReaches(table: Table, step: Step, family: Family, wan: readonly number[], seen: Set<string>): boolean {
  if (step.kind === "condition") return false;
  const statements: readonly Statement[] = step.kind === "choice" ? step.entries.map(({ then }) => then) : [step];
  return statements.some((statement) => {
    if (statement.kind === "jump" || statement.kind === "goto") {
      const target = table.chains.get(statement.chain);
      return target === undefined || reaches(table, target, family, wan, seen);
    }
    return statement.kind === "snat" || statement.kind === "masquerade" || statement.kind === "unknown" || statement.kind === "queue";
  });
}

/** Whether a rule's conditions leave room for a packet of the family on one of these devices; of other fields anything may be. */
function mayHold({ steps }: Rule, family: Family, wan: readonly number[]): boolean {
  return wan.some((oif) => steps.every((step) => step.kind !== "condition" || conditionMayHold(step, { family, oif })));
}

type Known = Readonly<Record<"family" | "oif", number>>;

function conditionMayHold({ rows, not }: Condition, known: Known): boolean {
  if (!not) return rows.some((row) => row.matches.every((match) => holds(match, known) !== false));
  // Under `not` the condition fails for certain only where a row holds for certain.
  return !rows.some((row) => row.unknown === null && row.matches.every((match) => holds(match, known) === true));
}

/** null: the field is not known. */
function holds({ field, mask, low, span }: { readonly field: string } & Omit<Match, "field">, known: Known): boolean | null {
  const value = field === "oif" ? known.oif : field === "family" ? known.family : null;
  return value === null ? null : (((value & mask) >>> 0) - low) >>> 0 <= span;
}
