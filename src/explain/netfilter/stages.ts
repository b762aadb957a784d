/** What a packet meets at each hook, in order: base chains, and between them connection tracking and address translation. Made once for a node. */
import { type Family, formatPrefix, maskWords, type Prefix, WIDTH } from "../../model/address.js";
import { type Chain, chainsAt, type Firewall, type Hook, type HookChain, type HookMatch, HOOKS, isOrderUnknown, type Row, type Statement, type Table } from "../../model/netfilter.js";
import type { Match } from "../../model/packet.js";
import { isOpenField } from "../classes.js";

export type Stage =
  | { readonly kind: "conntrack" }
  /** All nat chains of a hook stand in one place, whatever their priorities (nf_nat_register_fn). */
  | { readonly kind: "nat"; readonly chains: readonly HookChain[] }
  | { readonly kind: "chain"; readonly chain: HookChain };

/** One family's hooks. */
export interface Wall {
  readonly stages: Readonly<Record<Hook, readonly Stage[]>>;
  /** Every statement that stands in some chain of the hook, jumps followed. */
  readonly statements: Readonly<Record<Hook, readonly Statement[]>>;
  /** By them rules tell sources apart; null: they are too many to try one of each. */
  readonly sources: readonly Prefix[] | null;
  /** Values of the mark that rules look at. */
  readonly marks: readonly number[];
}

export type Walls = Readonly<Record<Family, Wall>>;

const CONNTRACK = -200;
const DESTINATION_NAT = -100;
const SOURCE_NAT = 100;
const TRACKING: ReadonlySet<Hook> = new Set(["prerouting", "output"]);

/** Both families. */
export function wallsOf(firewall: Firewall): Walls {
  return { 4: wallOf(firewall, 4), 6: wallOf(firewall, 6) };
}

function wallOf(firewall: Firewall, family: Family): Wall {
  const chains = (hook: Hook): HookChain[] => chainsAt(firewall, family, hook);
  return {
    stages: perHook((hook) => stagesOf(hook, chains(hook))),
    sources: sourcesOf(firewall, family),
    marks: marksOf(firewall, family),
    statements: perHook((hook) => chains(hook).flatMap(({ table, chain }) => statementsOf(table, chain, new Set()))),
  };
}

function perHook<T>(make: (hook: Hook) => T): Record<Hook, T> {
  const [prerouting, input, forward, output, postrouting] = HOOKS;
  return { prerouting: make(prerouting), input: make(input), forward: make(forward), output: make(output), postrouting: make(postrouting) };
}

function stagesOf(hook: Hook, chains: readonly HookChain[]): Stage[] {
  const nat = chains.filter(({ base }) => base.type === "nat");
  const placed = chains.filter(({ base }) => base.type !== "nat").map((chain): { readonly priority: number; readonly stage: Stage } => ({ priority: chain.base.priority, stage: { kind: "chain", chain } }));
  if (TRACKING.has(hook)) placed.push({ priority: CONNTRACK, stage: { kind: "conntrack" } });
  // A remembered translation is put to work here even where no chain stands.
  if (hook !== "forward") placed.push({ priority: TRACKING.has(hook) ? DESTINATION_NAT : SOURCE_NAT, stage: { kind: "nat", chains: nat } });
  return placed.sort((a, b) => a.priority - b.priority).map(({ stage }) => stage);
}

/** Statements of a chain and of all that it calls. */
function statementsOf(table: Table, chain: Chain, seen: Set<string>): Statement[] {
  if (seen.has(chain.name)) return [];
  seen.add(chain.name);
  const own = chain.rules.flatMap((rule) => rule.steps).flatMap((step): readonly Statement[] => {
    if (step.kind === "condition") return [];
    return step.kind === "choice" ? step.entries.map((entry) => entry.then) : [step];
  });
  const called = own.flatMap((statement) => {
    const target = statement.kind === "jump" || statement.kind === "goto" ? table.chains.get(statement.chain) : undefined;
    return target === undefined ? [] : statementsOf(table, target, seen);
  });
  return [...own, ...called];
}

/** Kinds that only let through or not: such chains may change places without anybody noticing. */
const PLAIN: ReadonlySet<string> = new Set(["accept", "drop", "return", "continue", "jump", "goto", "none", "helper", "offload"]);

/** Whether the order of two neighbouring stages is not known and may matter. */
export function mayTrade(a: Stage | undefined, b: Stage | undefined): boolean {
  if (a?.kind !== "chain" || b?.kind !== "chain" || !isOrderUnknown(a.chain, b.chain)) return false;
  return [a, b].some(({ chain: { table, chain } }) => statementsOf(table, chain, new Set()).some(({ kind }) => !PLAIN.has(kind)));
}

/** Matches of a firewall on fields that a packet may leave open: by them its values are told apart. */
export function openMatches(firewall: Firewall): Match[] {
  const found = new Map<string, Match>();
  for (const { matches } of firewall.tables.flatMap(rowsOf)) {
    for (const { field, mask, low, span } of matches) {
      if (!isOpenField(field)) continue;
      const key = `${field} ${mask} ${low} ${span}`;
      if (!found.has(key)) found.set(key, { field, mask, low, span });
    }
  }
  return [...found.values()];
}

function rowsOf(table: Table): Row[] {
  return [...table.chains.values()].flatMap((chain) => chain.rules).flatMap((rule) => rule.steps).flatMap((step) => {
    if (step.kind === "condition") return step.rows;
    return step.kind === "choice" ? step.entries.flatMap((entry) => entry.rows) : [];
  });
}

/** More sources than these are not tried one by one where nobody gave one: matches on them are asked about. */
const SOURCES_MAX = 64;

/** The prefix of each row that looks at sources; of a range one address stands for all. */
function sourcesOf(firewall: Firewall, family: Family): readonly Prefix[] | null {
  const found = new Map<string, Prefix>();
  for (const { matches } of tablesOf(firewall, family).flatMap(rowsOf)) {
    // What the tables say of a source is no prefix of a rule's.
    if (matches.some(({ field }) => field === "srcType")) return null;
    const prefix = sourceOf(matches, family);
    if (prefix !== null) found.set(formatPrefix(prefix), prefix);
    if (found.size > SOURCES_MAX) return null;
  }
  return [...found.values()];
}

function tablesOf({ tables }: Firewall, family: Family): readonly Table[] {
  return tables.filter((table) => (family === 4 ? table.family !== "ip6" : table.family !== "ip"));
}

const MARKS_MAX = 16;

function marksOf(firewall: Firewall, family: Family): readonly number[] {
  const matches = tablesOf(firewall, family).flatMap(rowsOf).flatMap((row) => row.matches).filter(({ field }) => field === "mark");
  return [...new Set(matches.map(({ low }) => low))].slice(0, MARKS_MAX);
}

function sourceOf(matches: readonly HookMatch[], family: Family): Prefix | null {
  const words: [number, number, number, number] = [0, 0, 0, 0];
  const masks: [number, number, number, number] = [0, 0, 0, 0];
  let isPrefix = true;
  for (const { field, mask, low, span } of matches) {
    const i = SOURCE_WORDS.indexOf(field);
    if (i < 0) continue;
    words[i] = low;
    masks[i] = mask;
    if (span !== 0) isPrefix = false;
  }
  if (masks.every((mask) => mask === 0)) return null;
  const length = masks.reduce((sum, mask) => sum + Math.clz32(~mask), 0);
  const isWhole = isPrefix && masks.every((mask, i) => maskWords(length)[i] === mask);
  return { address: { family, words }, length: isWhole ? length : WIDTH[family] };
}

const SOURCE_WORDS: readonly string[] = ["src0", "src1", "src2", "src3"];
