/** One family's firewall compiled for the core: what a packet meets at each hook, in order, and the chains behind it. */
import type { Family } from "../model/address.js";
import { type Chain, chainsAt, type Firewall, type Hook, type HookChain, HOOKS, isOrderUnknown, type Statement, type Table } from "../model/netfilter.js";
import { type ChainsOptions, type Named, writeChains } from "./chains.js";
import type { Core } from "./core.js";
import { writeRecords } from "./writer.js";

export interface WallImage {
  readonly address: number;
  /** Rule n, as the core numbers them, is `rules[n - 1]`; base chain n is `bases[n - 1]`. */
  readonly rules: readonly Named[];
  readonly bases: readonly Named[];
  /** Addresses of the base chains' records, by hook, in the order in which a packet meets them. */
  readonly chains: Readonly<Record<Hook, readonly number[]>>;
}

/** Families of tables that see packets of a family. */
const OTHER = { 4: "ip6", 6: "ip" } as const;
const CONNTRACK = -200;
const DESTINATION_NAT = -100;
const SOURCE_NAT = 100;
/** Hooks at which conntrack looks at a packet first. */
const ENTRANCES: ReadonlySet<Hook> = new Set<Hook>(["prerouting", "output"]);

/** Writes it. Takes memory until the arena is rewound. */
export function writeWall(core: Core, firewall: Firewall, family: Family, options: ChainsOptions = { searched: true }): WallImage {
  const { SpanAt, WallAt, PassAt } = core.layout;
  const tables = firewall.tables.filter((table) => table.family !== OTHER[family]);
  const written = writeChains(core, tables, family, options);
  const bases: Named[] = [];
  const chains: Record<Hook, number[]> = { prerouting: [], input: [], forward: [], output: [], postrouting: [] };
  const writeBases = (hook: Hook, list: readonly HookChain[]): number => {
    const records = list.map(({ table, chain, base }) => {
      bases.push({ text: `${table.name} ${chain.name}`, at: chain.at });
      const address = written.address + (written.numbers.get(chain) ?? 0) * core.layout.ChainAt.SIZE;
      return { chain: address, type: core.layout.ChainType[TYPES[base.type]], drops: Number(base.policy === "drop"), number: bases.length };
    });
    const at = writeRecords(core, core.layout.BaseAt, records);
    chains[hook].push(...records.map((_, i) => at + i * core.layout.BaseAt.SIZE));
    return at;
  };
  const spans = HOOKS.map((hook) => writeStages(core, stagesOf(hook, chainsAt(firewall, family, hook)), (list) => writeBases(hook, list)));
  const address = writeRecords(core, WallAt, [
    {
      hooks: writeRecords(core, SpanAt, spans), asksTypes: Number(tables.some(asksTypes)), rules: written.rules.length, chains: written.address,
      pass: core.reserve(PassAt.SIZE),
    },
  ]);
  return { address, rules: written.rules, bases, chains };
}

const TYPES = { filter: "FILTER", nat: "NAT", route: "ROUTE" } as const;

/** `chains` of conntrack: none; all nat chains of a hook stand in one place, whatever their priorities (nf_nat_register_fn). */
interface Stage {
  readonly kind: "CONNTRACK" | "NAT" | "CHAIN";
  readonly priority: number;
  readonly chains: readonly HookChain[];
}

function stagesOf(hook: Hook, chains: readonly HookChain[]): Stage[] {
  const stages = chains.filter(({ base }) => base.type !== "nat").map((chain): Stage => ({ kind: "CHAIN", priority: chain.base.priority, chains: [chain] }));
  const entrance = ENTRANCES.has(hook);
  if (entrance) stages.push({ kind: "CONNTRACK", priority: CONNTRACK, chains: [] });
  // What an entry remembers is put to work even where no chain stands.
  if (hook !== "forward") stages.push({ kind: "NAT", priority: entrance ? DESTINATION_NAT : SOURCE_NAT, chains: chains.filter(({ base }) => base.type === "nat") });
  return stages.sort((a, b) => a.priority - b.priority);
}

function writeStages(core: Core, stages: readonly Stage[], writeBases: (chains: readonly HookChain[]) => number): { readonly first: number; readonly count: number } {
  const { StageAt, StageKind } = core.layout;
  const records = stages.map((stage, i) => ({
    kind: StageKind[stage.kind], bases: writeBases(stage.chains), count: stage.chains.length, trades: Number(mayTrade(stage, stages[i + 1])),
  }));
  return { first: writeRecords(core, StageAt, records), count: records.length };
}

/** Whether the order of two neighbours is not known and may matter. */
function mayTrade({ chains: [a], kind }: Stage, next: Stage | undefined): boolean {
  const [b] = next?.chains ?? [];
  if (kind !== "CHAIN" || next?.kind !== "CHAIN" || a === undefined || b === undefined || !isOrderUnknown(a, b)) return false;
  return [a, b].some(({ table, chain }) => statementsOf(table, chain).some((statement) => !PLAIN.has(statement.kind)));
}

/** Such as only let a packet through or not: chains of them may change places without anybody noticing. */
const PLAIN: ReadonlySet<Statement["kind"]> = new Set<Statement["kind"]>(["accept", "drop", "return", "continue", "jump", "goto", "none", "helper", "offload"]);

/** Those of a chain and of all that it leads to. */
function statementsOf(table: Table, start: Chain): Statement[] {
  const found: Statement[] = [];
  const reached = new Set([start]);
  // A Set goes on with what is added while it is walked.
  for (const { rules } of reached) {
    for (const step of rules.flatMap((rule) => rule.steps)) {
      if (step.kind === "condition") continue;
      for (const statement of step.kind === "choice" ? step.entries.map(({ then }) => then) : [step]) {
        found.push(statement);
        const target = statement.kind === "jump" || statement.kind === "goto" ? table.chains.get(statement.chain) : undefined;
        if (target !== undefined) reached.add(target);
      }
    }
  }
  return found;
}

function asksTypes({ chains }: Table): boolean {
  const steps = [...chains.values()].flatMap(({ rules }) => rules).flatMap((rule) => rule.steps);
  const rows = steps.flatMap((step) => (step.kind === "condition" ? step.rows : step.kind === "choice" ? step.entries.flatMap((entry) => entry.rows) : []));
  return rows.some(({ matches }) => matches.some(({ field }) => field === "srcType" || field === "dstType"));
}
