/** nft's matches, lowered to conditions. */
import type { Condition, Row } from "../model/netfilter.js";
import { condition, type Devices, row, unknown } from "./condition.js";
import { isMaybe, type Key, keyOf, type NumberField, spanOf } from "./nftkeys.js";
import type { Sets } from "./nftsets.js";
import { expressionText, only, statementText } from "./nfttext.js";
import { isObject, own } from "./values.js";

/** What a rule is read with. */
export interface Scope {
  readonly devices: Devices;
  readonly sets: Sets;
  /** Something is not modelled, or why else it is not read: a person should hear of it. */
  readonly complain: (what: string, why?: string) => void;
}

/** The conditions of `{ "match": … }`, in the kernel's order: what must be there first. */
export function matchConditions(statement: unknown, scope: Scope): Condition[] {
  const [, body] = only(statement);
  const text = statementText(statement);
  const left = isObject(body) ? own(body, "left") : undefined;
  const key = keyOf(left, scope.devices);
  const lowered = key === null || !isObject(body) ? null : compare(key, own(body, "op"), own(body, "right"), expressionText(left), text, scope);
  if (lowered !== null && key !== null) return [...key.guards, lowered];
  if (!isMaybe(left)) complain(`the match ${text}`, isObject(body) ? own(body, "right") : undefined, scope);
  return [...(key?.guards ?? []), unknown(text)];
}

/** Says that something is not modelled, or that what it looks up in is too big. */
export function complain(what: string, lookedUp: unknown, { sets, complain }: Scope): void {
  const set = sets.find(lookedUp);
  if (set !== null && sets.isTooBig(set)) complain(what, `looks up in ${set.elements.length} elements, more than are kept`);
  else complain(what);
}

function compare(key: Key, op: unknown, right: unknown, asked: string, text: string, scope: Scope): Condition | null {
  const isSet = only(right)[0] === "set" || (typeof right === "string" && right.startsWith("@"));
  const equal = op === "==" || (op === "in" && isSet) || op === undefined;
  if (equal || op === "!=") {
    const rows = isSet ? scope.sets.rows(right, key, asked) : key.rows(right);
    return rows === null ? null : condition(text, rows, op === "!=");
  }
  return key.number === null ? null : compareNumber(key.number, op, right, text);
}

/** `in`: one of these bits is set, `!`: none of them; and the order of numbers. */
function compareNumber(number: NumberField, op: unknown, right: unknown, text: string): Condition | null {
  const span = spanOf(number, right);
  if (span === null || span[0] !== span[1]) return null;
  const [value] = span;
  const { field, mask, shift, max } = number;
  const bits = (mask & (value << shift)) >>> 0;
  const between = (low: number, high: number): Condition => condition(text, low > high ? [] : [row({ field, mask, low: (low << shift) >>> 0, span: ((high - low) << shift) >>> 0 })]);
  switch (op) {
    case "in": return condition(text, [row({ field, mask: bits, low: 1, span: 0xfffffffe })]);
    case "!": return condition(text, [row({ field, mask: bits, low: 0, span: 0 })]);
    case "<": return between(0, value - 1);
    case "<=": return between(0, value);
    case ">": return between(value + 1, max);
    case ">=": return between(value, max);
    default: return null;
  }
}

/** Entries of a map, key rows with what they lead to; null when it cannot be read. */
export function mapEntries(body: unknown, scope: Scope): { readonly key: Key; readonly entries: readonly { readonly rows: readonly Row[]; readonly value: unknown }[] } | null {
  if (!isObject(body)) return null;
  const key = keyOf(own(body, "key"), scope.devices);
  const map = scope.sets.find(own(body, "data"));
  if (key === null || map === null || map.dynamic || map.elements.length > ENTRIES_MAX || scope.sets.isTooBig(map)) return null;
  const entries: { rows: readonly Row[]; value: unknown }[] = [];
  const last: { rows: readonly Row[]; value: unknown }[] = [];
  for (const element of map.elements) {
    if (!Array.isArray(element) || element.length !== 2) return null;
    const pair: readonly unknown[] = element;
    const [name, value] = pair;
    const isRest = unwrapped(name) === "*";
    const rows = isRest ? [row()] : key.rows(unwrapped(name));
    if (rows === null) return null;
    (isRest ? last : entries).push({ rows, value });
  }
  return { key, entries: [...entries, ...last] };
}

/** A bigger map counts as unknown. */
const ENTRIES_MAX = 16_384;

function unwrapped(element: unknown): unknown {
  const [kind, body] = only(element);
  return kind === "elem" && isObject(body) ? own(body, "val") : element;
}
