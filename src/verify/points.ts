/** A place in a hook where packets are logged, as a node whose firewall ends there: what a walk through it leaves with is what the log saw. */
import type { Family } from "../model/address.js";
import { type Base, type Chain, chainsAt, type Firewall, type Hook, type HookChain, type Rule, type Statement, type Table } from "../model/netfilter.js";
import type { Node } from "../model/node.js";

export type OutHook = "output" | "postrouting";

export interface Point {
  /** The rule that logs: `iptables-save.txt:103`; null: no rule of the state does, and this is the hook's beginning or end. */
  readonly at: string | null;
  /** Nothing behind the point is left of its firewall. */
  readonly node: Node;
  /** Whether a rule before the point sets marks. */
  readonly marks: boolean;
}

/** More logs than that in one hook are not told apart. */
const POINTS_MAX = 4;

/** Where packets of a family may have been logged in a hook: at the rules that log, or, where none does any more, at both ends of the hook. */
export function pointsOf(node: Node, family: Family, hook: OutHook): Point[] {
  const chains = chainsAt(node.firewall, family, hook);
  const found = chains.flatMap((chain, i) => logsBelow(chain).map((log) => pointAt(node, family, hook, chains.slice(i), log)));
  if (found.length > 0 && found.length <= POINTS_MAX) return found;
  return [pointOf(node, family, hook, null, chains, null), pointOf(node, family, hook, null, [], null)];
}

/** A rule that logs, and the chain it stands in. */
interface Log {
  readonly chain: Chain;
  readonly rule: Rule;
}

// nfnetlink_log takes what has a group; `-j LOG` and a `log` without one go to the kernel's own log.
const LOGS = /(^| )-j NFLOG\b|\blog\b.*\bgroup \d/;

function logsBelow({ table, chain }: HookChain): Log[] {
  return chainsBelow(table, chain).flatMap((below) => below.rules.filter((rule) => LOGS.test(rule.text)).map((rule) => ({ chain: below, rule })));
}

/** A chain and all that it calls. */
function chainsBelow(table: Table, chain: Chain, seen: Set<Chain> = new Set()): Chain[] {
  if (seen.has(chain)) return [];
  seen.add(chain);
  for (const statement of statementsOf(chain)) {
    const target = statement.kind === "jump" || statement.kind === "goto" ? table.chains.get(statement.chain) : undefined;
    if (target !== undefined) chainsBelow(table, target, seen);
  }
  return [...seen];
}

/** What the rules of a chain do, whatever stands before it. */
export function statementsOf({ rules }: Chain): Statement[] {
  return rules.flatMap(({ steps }) => steps).flatMap((step): readonly Statement[] => {
    if (step.kind === "condition") return [];
    return step.kind === "choice" ? step.entries.map(({ then }) => then) : [step];
  });
}

/** The point at one rule: its base chain accepts there. `rest`: that base chain and those behind it. */
function pointAt(node: Node, family: Family, hook: OutHook, [own, ...behind]: readonly HookChain[], log: Log): Point {
  return pointOf(node, family, hook, log, behind, own?.chain ?? null);
}

/** `removed`: base chains of the hook that stand behind the point. `own`: the base chain that the log stands in. */
function pointOf(node: Node, family: Family, hook: OutHook, log: Log | null, removed: readonly HookChain[], own: Chain | null): Point {
  const gone = new Set(removed.map(({ chain }) => chain));
  const cut = (chain: Chain): Chain => {
    const ended = chain === log?.chain ? { ...chain, rules: endedAt(chain.rules, log.rule) } : chain;
    if (chain.base === null) return ended;
    if (gone.has(chain) || isLater(chain.base.hook, hook)) return { ...ended, base: null };
    // The kernel asks for the route again behind a chain, and the point stands in it.
    return chain === own ? { ...ended, base: { ...chain.base, type: unrouted(chain.base) } } : ended;
  };
  const tables = node.firewall.tables.map((table): Table => ({ ...table, chains: new Map([...table.chains].map(([name, chain]) => [name, cut(chain)])) }));
  const firewall: Firewall = { ...node.firewall, tables };
  return { at: log?.rule.at ?? null, node: { ...node, firewall }, marks: setsMarks(firewall, family) };
}

function unrouted({ type }: Base): Base["type"] {
  return type === "route" ? "filter" : type;
}

/** Rules up to the one that logs, which now accepts. */
function endedAt(rules: readonly Rule[], rule: Rule): readonly Rule[] {
  const steps = rule.steps.map((step) => (step.kind === "none" ? ({ kind: "accept" } as const) : step));
  return [...rules.slice(0, rules.indexOf(rule)), { ...rule, steps }];
}

/** Hooks that a packet of the node meets behind this one. */
function isLater(hook: Hook, than: OutHook): boolean {
  return hook === "prerouting" || hook === "input" || (hook === "postrouting" && than === "output");
}

function setsMarks(firewall: Firewall, family: Family): boolean {
  const chains = (["output", "postrouting"] as const).flatMap((hook) => chainsAt(firewall, family, hook));
  return chains.flatMap(({ table, chain }) => chainsBelow(table, chain)).flatMap(statementsOf)
    .some((statement) => statement.kind === "unknown" || (statement.kind === "mark" && statement.target === "mark"));
}

/** The node without any rule of a firewall: where its own tables send a packet at first. */
export function bare(node: Node): Node {
  return { ...node, firewall: { tables: [], complete: { 4: true, 6: true }, others: [] } };
}
