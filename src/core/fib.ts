/** A family's rules and routes, compiled for the core. */
import type { Family } from "../model/address.js";
import type { FibRule, Link, NextHop, Node, Route, UnreadRoute } from "../model/node.js";
import type { Field, Match } from "../model/packet.js";
import type { Core } from "./core.js";
import { type PrefixForest, prefixForest, prefixKey } from "./prefixes.js";
import { groupNumber, writeRoutes } from "./routes.js";
import { writeLongs, writeRecords, writeWords } from "./writer.js";

/** The words of rules and routes stay with the model; their order is that of the core's numbers. */
export interface FibImage {
  readonly address: number;
  /** Rule n of the core is `rules[n - 1]`. */
  readonly rules: readonly FibRule[];
  readonly routes: readonly Route[];
  /** Next hop n of the core is `hops[n - 1]`. */
  readonly hops: readonly NextHop[];
  /** Table number -> slot; MERGED is one of them where it was asked for. */
  readonly tables: ReadonlyMap<number, number>;
  /** A route that nobody could read; null: there is none. */
  readonly unread: UnreadRoute | null;
}

/** net/core/fib_rules.c: -1, nothing is suppressed, no target. */
export const NONE = 0xffffffff;

/** Stands for the tables local and main as one, which no number of the kernel's does. */
export const MERGED = -1;
const LOCAL = 255;
const MAIN = 254;
const DEFAULT = 253;

/** A route where a table holds it. */
interface Entry {
  readonly table: number;
  readonly route: Route;
}

/** Writes the rules and the tables of one family; `merged` adds the tables local and main as one. */
export function writeFib(core: Core, node: Node, family: Family, wan: ReadonlySet<string>, merged = false): FibImage {
  const rules = inOrder(node.rules[family]);
  const entries = node.routes[family].map((route) => ({ table: route.table, route }));
  const both = merged ? node.routes[family].filter(({ table }) => table === LOCAL || table === MAIN).map((route) => ({ table: MERGED, route })) : [];
  const tables = tableSlots(rules, entries, merged);
  const forest = prefixForest(node.routes[family].map((route) => route.destination));
  const routes = inKernelOrder([...entries, ...both], forest, tables);
  const hops: NextHop[] = [];
  const unread = node.unreadRoutes.find((route) => route.family === family) ?? null;
  const bounds = forest.bounds.flatMap((bound) => [bound >> 64n, bound & 0xffffffffffffffffn]);
  const address = writeRecords(core, core.layout.FibAt, [
    {
      rules: writeRules(core, rules, tables, node.links),
      ruleCount: rules.length,
      prefixes: writePrefixes(core, forest),
      prefixCount: forest.nodes.length,
      slots: writeSlots(core, forest, routes, tables),
      tableCount: tables.size,
      routes: writeRoutes(core, routes.map(({ route }) => route), hops, node.links, wan),
      routeCount: routes.length,
      bounds: writeLongs(core, bounds),
      leaves: writeWords(core, forest.leaves),
      boundCount: forest.leaves.length,
      asks: asksOf(core, rules, node.routes[family]),
      unread: Number(unread !== null),
    },
  ]);
  return { address, rules, routes: routes.map(({ route }) => route), hops, tables, unread };
}

/** By priority, then as the dump has them. */
function inOrder(rules: readonly FibRule[]): FibRule[] {
  return [...rules].sort((a, b) => a.priority - b.priority);
}

/** What besides the destination the family's answers may depend on: walks that cannot differ are not made twice. */
function asksOf(core: Core, rules: readonly FibRule[], routes: readonly Route[]): number {
  const { MARK, SOURCE, TOS, MAYBE_GOTO } = core.layout.Asks;
  const fields = new Set<Field>(rules.flatMap((rule) => rule.matches.map((match) => match.field)));
  const bySource = SOURCE_FIELDS.some((field) => fields.has(field)) || routes.some((route) => route.source !== null);
  const byTos = fields.has("tos") || routes.some((route) => route.tos !== 0);
  const maybe = rules.some((rule) => rule.action.kind === "goto" && rule.unknown.length > 0);
  return (fields.has("mark") ? MARK : 0) | (bySource ? SOURCE : 0) | (byTos ? TOS : 0) | (maybe ? MAYBE_GOTO : 0);
}

const SOURCE_FIELDS: readonly Field[] = ["src0", "src1", "src2", "src3"];

/** Reserves the matches of one row; an empty row has none. They all must hold, so those that tell most packets apart come first. */
export function writeMatches(core: Core, matches: readonly Match[]): number {
  const { Field, MatchAt } = core.layout;
  const rank = (match: Match): number => (TELLING.indexOf(match.field) + TELLING.length + 1) % (TELLING.length + 1);
  const ordered = [...matches].sort((a, b) => rank(a) - rank(b));
  return writeRecords(core, MatchAt, ordered.map((match) => ({ ...match, field: Field[match.field] })));
}

/** Fields by how often they differ from packet to packet; the others come last. */
const TELLING: readonly Field[] = ["dport", "sport", "icmpType", "dst3", "dst0", "flow", "condition", "etherType", "mark", "proto"];

/** Table number -> slot, for the kernel's own and every table that a rule or a route names. */
function tableSlots(rules: readonly FibRule[], entries: readonly Entry[], merged: boolean): Map<number, number> {
  const named = rules.flatMap((rule) => (rule.action.kind === "table" ? [rule.action.table] : []));
  const distinct = new Set([LOCAL, MAIN, DEFAULT, ...named, ...entries.map(({ table }) => table), ...(merged ? [MERGED] : [])]);
  return new Map([...distinct].map((table, slot) => [table, slot]));
}

/**
 * By prefix, then table. Within both as the kernel has them: IPv4's merged table puts local first; then TOS; IPv6 routes of one source prefix stand together,
 * the longest first; then metric and the order of the dump.
 */
function inKernelOrder(entries: readonly Entry[], forest: PrefixForest, tables: ReadonlyMap<number, number>): Entry[] {
  const keyed = entries.map((entry) => ({
    entry,
    place: (forest.numbers.get(prefixKey(entry.route.destination)) ?? 0) * tables.size + (tables.get(entry.table) ?? 0),
    from: entry.route.source === null ? "" : prefixKey(entry.route.source),
  }));
  const length = (route: Route): number => route.source?.length ?? 0;
  keyed.sort(({ entry: { route: a }, place, from }, { entry: { route: b }, place: otherPlace, from: otherFrom }) =>
    place - otherPlace || b.table - a.table || b.tos - a.tos || length(b) - length(a) || compare(from, otherFrom) || a.metric - b.metric);
  return keyed.map(({ entry }) => entry);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function writeRules(core: Core, rules: readonly FibRule[], tables: ReadonlyMap<number, number>, links: readonly Link[]): number {
  const { Action, RuleAt } = core.layout;
  const target = (rule: FibRule): { action: number; target: number } => {
    const { action } = rule;
    switch (action.kind) {
      case "table":
        return { action: Action.TABLE, target: tables.get(action.table) ?? NONE };
      case "goto": {
        const index = action.resolved ? rules.findIndex((other) => other.priority === action.target) : -1;
        return { action: Action.GOTO, target: index > rules.indexOf(rule) ? index : NONE };
      }
      case "nop":
        return { action: Action.NOP, target: NONE };
      case "unknown":
        return { action: Action.UNKNOWN, target: NONE };
      default:
        return { action: Action.STOP, target: NONE };
    }
  };
  const records = rules.map((rule) => ({
    matches: writeMatches(core, rule.matches),
    count: rule.matches.length,
    invert: Number(rule.invert),
    unknown: Number(rule.unknown.length > 0),
    suppressLength: rule.suppressPrefixLength ?? NONE,
    suppressGroup: rule.suppressGroup === null ? NONE : groupNumber(links, rule.suppressGroup),
    error: errorOf(core, rule.action.kind),
    bySource: Number(rule.family === 6 && (rule.from?.length ?? 0) > 0),
    ...target(rule),
  }));
  return writeRecords(core, RuleAt, records);
}

/** fib4_rule_action and fib6_rule_action; OpenWrt's failed_policy is -EACCES. */
function errorOf(core: Core, kind: FibRule["action"]["kind"]): number {
  const { EACCES, EINVAL, ENETUNREACH } = core.layout.Errno;
  if (kind === "unreachable") return ENETUNREACH;
  if (kind === "blackhole") return EINVAL;
  return kind === "prohibit" || kind === "failedPolicy" ? EACCES : 0;
}

function writePrefixes(core: Core, forest: PrefixForest): number {
  const records = forest.nodes.map(({ words, masks, length, parent }) => ({
    word0: words[0], word1: words[1], word2: words[2], word3: words[3],
    mask0: masks[0], mask1: masks[1], mask2: masks[2], mask3: masks[3],
    length, parent,
  }));
  return writeRecords(core, core.layout.PrefixAt, records);
}

interface Slot {
  readonly prefix: number;
  readonly first: number;
  readonly count: number;
}

/** For each prefix and table: the routes there, or those of the nearest shorter prefix that has any in that table. */
function writeSlots(core: Core, forest: PrefixForest, entries: readonly Entry[], tables: ReadonlyMap<number, number>): number {
  const size = tables.size;
  const slots: Slot[] = Array.from({ length: forest.nodes.length * size }, () => ({ prefix: 0, first: 0, count: 0 }));
  entries.forEach(({ table, route }, i) => {
    const prefix = forest.numbers.get(prefixKey(route.destination)) ?? 0;
    const index = (prefix - 1) * size + (tables.get(table) ?? 0);
    const slot = slots[index];
    slots[index] = slot === undefined || slot.count === 0 ? { prefix, first: i + 1, count: 1 } : { ...slot, count: slot.count + 1 };
  });
  // Shorter prefixes stand later, so parents are complete before their children read them.
  for (let number = forest.nodes.length; number > 0; number--) {
    const parent = forest.nodes[number - 1]?.parent ?? 0;
    if (parent === 0) continue;
    for (let table = 0; table < size; table++) {
      const inherited = slots[(parent - 1) * size + table];
      if (slots[(number - 1) * size + table]?.count === 0 && inherited !== undefined) slots[(number - 1) * size + table] = inherited;
    }
  }
  return writeRecords(core, core.layout.SlotAt, slots.map((slot) => ({ ...slot })));
}
