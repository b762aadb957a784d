/** The rule walk: fib_rules_lookup and fib_rule_match (net/core/fib_rules.c), every rule with what came of it. */
import type { FibRule, NextHop, Route } from "../model/node.js";
import type { ErrorName } from "../model/walk.js";
import { defaultTable, type Fib, LOCAL } from "./fib.js";
import { failing, type Question, type Reader } from "./question.js";
import { reasonOf } from "./reasons.js";
import { lookup4, lookup6, type TableAnswer } from "./table.js";
import type { Trail } from "./trail.js";
import { hopText, tableName } from "./words.js";

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
  if (fib.unread !== null) {
    trail.tell({ station: "table", text: fib.unread.text, at: fib.unread.at, why: "where this route leads cannot be read: it may take the packet", decides: true });
    return { kind: "unknown" };
  }
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
function weigh(asked: TableAnswer | null, rule: FibRule, table: number, reader: Reader, trail: Tell): Found | null {
  const say = (why: string, decides = false): void => { trail.tell({ station: "rule", text: rule.text, at: rule.at, why, decides }); };
  const name = tableName(table);
  const answer = asked?.kind === "hit" ? chosen(rule, asked, reader) : asked;
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

type Hit = TableAnswer & { readonly kind: "hit" };

/** fib4_rule_suppress, fib6_rule_suppress: ordinary routes only, for an error route has ended the search before. IPv4 looks at the first next hop, whichever will be taken. */
function suppression(rule: FibRule, { route, hops }: Hit, { ground }: Reader): string | null {
  const { length } = route.destination;
  if (rule.suppressPrefixLength !== null && length <= rule.suppressPrefixLength) return `it suppresses prefixes of length ${rule.suppressPrefixLength} or less`;
  const dev = (rule.family === 4 ? route.nextHops : hops)[0]?.dev ?? "";
  const group = ground.links.get(dev)?.group ?? "default";
  return rule.suppressGroup !== null && sameGroup(group, rule.suppressGroup) ? `it suppresses devices of group ${rule.suppressGroup}` : null;
}

/** IPv6 has chosen among several next hops before a rule looks at the device's group. */
function chosen(rule: FibRule, answer: Hit, reader: Reader): Hit {
  if (rule.family === 4 || rule.suppressGroup === null || answer.hops.length < 2) return answer;
  const index = reader.choices.ask(`next hop of ${answer.route.at} for ${rule.at}`, answer.hops.map((hop) => ({ text: hopText(hop) })));
  return { ...answer, hops: answer.hops.slice(index, index + 1) };
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

/** fib_lookup() of a kernel whose IPv4 rules nobody has touched: local and main as one, then default. An error route ends the search in either. */
function walkMerged(fib: Fib, merged: readonly Route[], question: Question, reader: Reader, trail: Tell): Found {
  const [local, main, last] = fib.rules;
  const answer = lookup4(merged, question, reader);
  const found = answer.kind !== "none" && answer.kind !== "throw";
  const rule = answer.kind === "hit" && answer.route.table === LOCAL ? local : main;
  const why = found ? "IPv4 has no rule of its own, so tables local and main are searched as one" : "tables local and main, searched as one, have no route to it";
  trail.tell({ station: "rule", text: rule?.text ?? "", at: rule?.at ?? null, why, decides: found });
  if (found) return conclude(answer, trail);
  const routes = defaultTable(fib);
  if (routes === null) return { kind: "none" };
  const second = lookup4(routes, question, reader);
  const taken = second.kind !== "none" && second.kind !== "throw";
  trail.tell({ station: "rule", text: last?.text ?? "", at: last?.at ?? null, why: taken ? "table default decides" : "table default has no route to it", decides: taken });
  return taken ? conclude(second, trail) : { kind: "none" };
}
