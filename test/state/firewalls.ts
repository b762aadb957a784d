/** The definition of rows and conditions in numbers of any size, and short ways to the parts of a firewall; shared by the tests of its readers. */
import type { Condition, Firewall, HookMatch, Rule, Row, Step, Table } from "../../src/model/netfilter.js";
import type { HookField } from "../../src/model/packet.js";
import { type Devices, devicesOf } from "../../src/state/condition.js";

/** Numbers 1 to 4. */
export const DEVICES: Devices = devicesOf(["lo", "br-wan", "eth0", "eth1"].map((name, i) => ({ name, index: i + 10 })));

/** Fields of a packet in a hook; what is not named is 0. */
export type HookFields = Partial<Record<HookField, number>>;

/** null: it may hold or not. */
export type Truth = boolean | null;

export function matchHolds({ field, mask, low, span }: HookMatch, fields: HookFields): boolean {
  const value = BigInt.asUintN(32, BigInt(fields[field] ?? 0) & BigInt(mask));
  return BigInt.asUintN(32, value - BigInt(low)) <= BigInt(span);
}

function rowHolds({ matches, unknown }: Row, fields: HookFields): Truth {
  return matches.every((match) => matchHolds(match, fields)) ? (unknown === null ? true : null) : false;
}

export function rowsHold(rows: readonly Row[], fields: HookFields): Truth {
  const truths = rows.map((row) => rowHolds(row, fields));
  return truths.includes(true) ? true : truths.includes(null) ? null : false;
}

export function holds(condition: Condition, fields: HookFields): Truth {
  const truth = rowsHold(condition.rows, fields);
  return truth === null || !condition.not ? truth : !truth;
}

export function isCondition(step: Step): step is Condition {
  return step.kind === "condition";
}

/** All conditions of the steps. */
export function allHold(steps: readonly Step[], fields: HookFields): Truth {
  const truths = steps.filter(isCondition).map((condition) => holds(condition, fields));
  return truths.includes(false) ? false : truths.includes(null) ? null : true;
}

export function tableOf(tables: Firewall["tables"], name: string): Table {
  const table = tables.find((each) => each.name === name);
  if (table === undefined) throw new Error(`there is no table ${name}`);
  return table;
}

export function rulesOf(tables: Firewall["tables"], table: string, chain: string): readonly Rule[] {
  const found = tableOf(tables, table).chains.get(chain);
  if (found === undefined) throw new Error(`there is no chain ${chain}`);
  return found.rules;
}
