/** Whether a rule's conditions hold for a packet at a hook. What is not known is asked only where nothing that is known has decided. */
import type { Choice, Condition, HookMatch, Row, Statement } from "../../model/netfilter.js";
import { holds, isOpenField } from "../classes.js";
import { costOf, fieldOf, isStatusKnown } from "./fields.js";
import type { Transit } from "./transit.js";

export function conditionHolds({ rows, not, text }: Condition, transit: Transit): boolean {
  return anyHolds(rows, text, transit) !== not;
}

/** What a map leads to; null: nothing in it holds. */
export function chosen({ entries, text }: Choice, transit: Transit): Statement | null {
  return entries.find((entry) => anyHolds(entry.rows, text, transit))?.then ?? null;
}

/** Rows that need no question are looked at first. */
function anyHolds(rows: readonly Row[], text: string, transit: Transit): boolean {
  const open: Row[] = [];
  for (const row of rows) {
    const held = knownOf(row, transit);
    if (held === true) return true;
    if (held === null) open.push(row);
  }
  return open.some((row) => rowHolds(row, text, transit));
}

/** null: something has to be asked. */
function knownOf(row: Row, transit: Transit): boolean | null {
  let asks = row.unknown !== null;
  for (const match of row.matches) {
    if (costOf(transit, match) > 0) asks = true;
    else if (!holds(match, fieldOf(transit, match.field) ?? 0)) return false;
  }
  return asks ? null : true;
}

function rowHolds({ matches, unknown }: Row, text: string, transit: Transit): boolean {
  const ordered = [...matches].sort((a, b) => costOf(transit, a) - costOf(transit, b));
  return ordered.every((match) => matchHolds(match, text, transit)) && (unknown === null || transit.reader.maybe(unknown));
}

function matchHolds(match: HookMatch, text: string, transit: Transit): boolean {
  if (isOpenField(match.field)) return transit.reader.holds(match.field, match);
  if (match.field === "ctStatus" && !isStatusKnown(transit, match.mask)) return transit.reader.maybe(text);
  const value = fieldOf(transit, match.field);
  return value === null ? transit.reader.maybe(text) : holds(match, value);
}
