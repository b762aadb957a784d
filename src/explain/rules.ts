/** The rule walk: fib_rules_lookup and fib_rule_match (net/core/fib_rules.c), every rule with what came of it. */
import type { FibRule, NextHop, Route } from "../model/node.js";
import type { ErrorName } from "../model/walk.js";
import { defaultTable, type Fib } from "./fib.js";
import { failing, type Question, type Reader } from "./question.js";
import { reasonOf } from "./reasons.js";
import { lookup4, lookup6, type TableAnswer } from "./table.js";
import type { Trail } from "./trail.js";
import { tableName } from "./words.js";

export type Found =
  | { readonly kind: "route"; readonly route: Route; readonly hops: readonly NextHop[]; readonly rivals: readonly Route[] }
  /** A route or a rule that ends the search with an error; `silent`: nothing is sent back. */
  | { readonly kind: "error"; readonly error: ErrorName; readonly silent: boolean }
  | { readonly kind: "none" }
  /** Text that was not understood decides. */
  | { readonly kind: "unknown" };

type Tell = Pick<Trail, "tell">;

/** Where the rules and tables of a family send a packet. */
export function walkRules(fib: Fib, question: Question, reader: Reader, trail: Tell): Found {
  if (fib.merged !== null) return walkMerged(fib, fib.merged, question, reader, trail);
  for (let index = 0; index < fib.rules.length; index++) {
    const rule = fib.rules[index];
    if (rule === undefined) break;
    const passed = whyNot(rule, question, reader);
    if (passed !== null) {
      trail.tell({ station: "rule", text: rule.text, at: rule.at, why: `passed: ${passed}` });
      continue;
    }
    if (rule.action.kind === "goto") {
      const target = targetOf(fib, rule, index);
      trail.tell({ station: "rule", text: rule.text, at: rule.at, why: target === null ? "passed: its target does not exist" : "matches: the rules up to its target are left out" });
      if (target !== null) index = target - 1;
      continue;
    }
    const found = act(fib, rule, question, reader, trail);
    if (found !== null) return found;
  }
  return { kind: "none" };
}

/** Why a rule does not take the packet; null when it does. fib_rule_match() compares before it inverts. */
function whyNot(rule: FibRule, question: Question, reader: Reader): string | null {
  const miss = failing(rule.matches, question, reader);
  // What was not understood counts only where all that was understood holds.
  const unread = miss === null && rule.unknown.length > 0 && !reader.maybe(rule.unknown.join(" "));
  if (rule.invert) return miss !== null || unread ? null : "its selectors hold, and it says not";
  if (miss !== null) return reasonOf(miss, rule, question, reader);
  return unread ? `if ${rule.unknown.join(" ")} does not hold` : null;
}

/** Gotos lead forward only (fib_nl_newrule refuses others); null: there is nothing at the target. */
function targetOf(fib: Fib, rule: FibRule, index: number): number | null {
  const { action } = rule;
  if (action.kind !== "goto" || !action.resolved) return null;
  const target = fib.rules.findIndex((other) => other.priority === action.target);
  return target > index ? target : null;
}

/** fib4_rule_action and fib6_rule_action. OpenWrt's failed_policy is -EACCES. Blackhole rules give an error like the others, but only to the caller. */
const STOPS = {
  unreachable: { error: "ENETUNREACH", silent: false },
  prohibit: { error: "EACCES", silent: false },
  blackhole: { error: "EINVAL", silent: true },
  failedPolicy: { error: "EACCES", silent: false },
} as const satisfies Record<string, { readonly error: ErrorName; readonly silent: boolean }>;

/** What a rule does whose selectors hold; null: the walk goes on. */
function act(fib: Fib, rule: FibRule, question: Question, reader: Reader, trail: Tell): Found | null {
  const { action } = rule;
  const say = (why: string, decides = false): void => { trail.tell({ station: "rule", text: rule.text, at: rule.at, why, decides }); };
  switch (action.kind) {
    case "goto":
    case "nop":
      say("matches: does nothing");
      return null;
    case "unknown": {
      const acts = reader.maybe(`${rule.at} ${action.text}`);
      say(acts ? `matches: what "${action.text}" does is not modelled` : `passed: if "${action.text}" does nothing`, acts);
      return acts ? { kind: "unknown" } : null;
    }
    case "table": {
      const answer = askTable(fib.tables.get(action.table) ?? null, fib, question, reader);
      return weigh(answer, rule, action.table, reader, trail);
    }
    default:
      say(`matches: ends the search with ${STOPS[action.kind].error}`, true);
      return { kind: "error", ...STOPS[action.kind] };
  }
}

function askTable(routes: readonly Route[] | null, fib: Fib, question: Question, reader: Reader): TableAnswer | null {
  if (routes === null) return null;
  return fib.family === 4 ? lookup4(routes, question, reader) : lookup6(routes, question, reader);
}

/** What a table's answer means to the rule that asked it. null: there is no such table. */
function weigh(answer: TableAnswer | null, rule: FibRule, table: number, reader: Reader, trail: Tell): Found | null {
  const say = (why: string, decides = false): void => { trail.tell({ station: "rule", text: rule.text, at: rule.at, why, decides }); };
  const name = tableName(table);
  if (answer === null || answer.kind === "none") {
    say(`matches, but table ${name} ${answer === null ? "is empty" : "has no route to it"}`);
    return null;
  }
  if (answer.kind === "throw") {
    say(`matches, but table ${name} throws it back`);
    trail.tell({ station: "table", text: answer.route.text, at: answer.route.at, why: "on to the next rule" });
    return null;
  }
  if (answer.kind === "hit") {
    const suppressed = suppression(rule, answer, reader);
    if (suppressed !== null) {
      say(`matches, but ${suppressed}`);
      trail.tell({ station: "table", text: answer.route.text, at: answer.route.at, why: "suppressed: on to the next rule" });
      return null;
    }
  }
  say(`matches: table ${name} decides`, true);
  return conclude(answer, trail);
}

/** fib4_rule_suppress, fib6_rule_suppress: ordinary routes only, for an error route has ended the search before. */
function suppression(rule: FibRule, answer: TableAnswer & { readonly kind: "hit" }, reader: Reader): string | null {
  const { length } = answer.route.destination;
  if (rule.suppressPrefixLength !== null && length <= rule.suppressPrefixLength) return `it suppresses prefixes of length ${rule.suppressPrefixLength} or less`;
  const dev = answer.hops[0]?.dev ?? "";
  const group = reader.ground.links.get(dev)?.group ?? "default";
  return rule.suppressGroup !== null && sameGroup(group, rule.suppressGroup) ? `it suppresses devices of group ${rule.suppressGroup}` : null;
}

/** iproute2 prints group 0 as `default` where it knows names. */
function sameGroup(a: string, b: string): boolean {
  const plain = (group: string): string => (group === "0" ? "default" : group);
  return plain(a) === plain(b);
}

function conclude(answer: TableAnswer & { readonly kind: "hit" | "error" | "unknown" }, trail: Tell): Found {
  const { route } = answer;
  const say = (why: string): void => { trail.tell({ station: "table", text: route.text, at: route.at, why, decides: true }); };
  switch (answer.kind) {
    case "hit":
      say("the longest prefix that takes it");
      return { kind: "route", route, hops: answer.hops, rivals: answer.rivals };
    case "error":
      say(`ends the search with ${answer.error}`);
      return { kind: "error", error: answer.error, silent: route.type === "blackhole" };
    default:
      say("what this route does is not modelled");
      return { kind: "unknown" };
  }
}

/** fib_lookup() of a kernel whose IPv4 rules nobody has touched: local and main as one, then default. */
function walkMerged(fib: Fib, merged: readonly Route[], question: Question, reader: Reader, trail: Tell): Found {
  const answer = lookup4(merged, question, reader);
  const main = fib.rules.find((rule) => rule.action.kind === "table" && rule.action.table === 254);
  const local = fib.rules[0];
  const rule = answer.kind !== "none" && answer.route.table === 255 ? local : main;
  if (answer.kind === "hit") {
    trail.tell({ station: "rule", text: rule?.text ?? "", at: rule?.at ?? null, why: "IPv4 has no rule of its own, so tables local and main are searched as one", decides: true });
    return conclude(answer, trail);
  }
  // Whatever the first answer was, table default is asked too, if there is one, and then its answer counts.
  const last = defaultTable(fib);
  if (last !== null) {
    const rule3 = fib.rules[2];
    const second = lookup4(last, question, reader);
    trail.tell({ station: "rule", text: rule3?.text ?? "", at: rule3?.at ?? null, why: "tables local and main have no route to it", decides: true });
    return second.kind === "none" || second.kind === "throw" ? { kind: "none" } : conclude(second, trail);
  }
  const none = answer.kind === "none" || answer.kind === "throw";
  const why = none ? "tables local and main, searched as one, have no route to it" : "tables local and main are searched as one";
  trail.tell({ station: "rule", text: main?.text ?? "", at: main?.at ?? null, why, decides: !none });
  return answer.kind === "none" || answer.kind === "throw" ? { kind: "none" } : conclude(answer, trail);
}
