/** Matches of iptables and nft that the kernel itself does not treat alike, though one translates the other: the same firewall with nft's meaning tells which packets that concerns. */
import { ADDRESS_TYPE, type Chain, type Condition, type Firewall, type HookMatch, OWNER, type Row, type Rule, type Step, type Table } from "../../../src/model/netfilter.js";
import { equals, type HookField } from "../../../src/model/packet.js";
import type { Packet } from "../../../src/explain/packet.js";
import { PASSING, type Proof, SENT } from "./proof.js";

export interface Meaning {
  readonly name: string;
  /** What nft's translation of an iptables condition means; the condition itself where both mean the same. */
  readonly ofNft: (condition: Condition, table: Table) => Condition;
  /** Packets for which it can matter. */
  readonly concerns: (packet: Packet) => boolean;
  /** Whether it takes the place of rows that name sources. */
  readonly namesSources: boolean;
  readonly proofs: readonly Proof[];
}

/** linux-path-quirks.md, 16: inverted owner matches hold for packets that no process made, nft's leave the rule. */
const OWNERS: Meaning = {
  name: "fact 16",
  ofNft: (condition) => (condition.rows.some(isOwnerless) ? { ...condition, rows: condition.rows.filter((row) => !isOwnerless(row)) } : condition),
  concerns: ({ origin }) => origin !== "local",
  namesSources: false,
  proofs: [{ family: 4, chain: "POSTROUTING", rule: "-m owner ! --uid-owner 0 -j DROP", packet: PASSING }],
};

/**
 * xt_addrtype.c, match_type6(): UNICAST is a kind of address, whatever the tables say of it, and of several types all are asked for; nft_fib6_eval_type() gives one type,
 * `local` for the node's own addresses and `unreachable` without a route, and a set of nft asks for one of its members.
 */
const TYPES6: Meaning = {
  name: "IPv6 address types",
  ofNft: (condition, { family }) => (family === "ip6" ? (typed(condition) ?? condition) : condition),
  concerns: ({ family }) => family === 6,
  namesSources: true,
  proofs: ["--src-type UNICAST", "--dst-type LOCAL,UNICAST"].map((types) => ({ family: 6, chain: "OUTPUT", rule: `-m addrtype ${types} -j DROP`, packet: { ...SENT, family: 6, dst: "2001:db8:cafe::7" } })),
};

/** Whoever is found to differ is tried alone first. */
export const MEANINGS: readonly Meaning[] = [OWNERS, TYPES6];

/** The firewall as it is when these meanings are nft's; null: it has none of these matches. */
export function withMeaningsOf(meanings: readonly Meaning[], firewall: Firewall): Firewall | null {
  const changed = new Set<Condition>();
  const conditionOf = (condition: Condition, table: Table): Condition => {
    const other = meanings.reduce((said, { ofNft }) => ofNft(said, table), condition);
    if (other !== condition) changed.add(condition);
    return other;
  };
  const stepOf = (step: Step, table: Table): Step => (step.kind === "condition" ? conditionOf(step, table) : step);
  const tables = firewall.tables.map((table): Table => {
    const chains = [...table.chains].map(([name, chain]): [string, Chain] => [name, { ...chain, rules: chain.rules.map((rule): Rule => ({ ...rule, steps: rule.steps.map((step) => stepOf(step, table)) })) }]);
    return { ...table, chains: new Map(chains) };
  });
  return changed.size > 0 ? { ...firewall, tables } : null;
}

/** A row for packets that no process made. */
function isOwnerless({ matches }: Row): boolean {
  return matches.some(({ field, low, span }) => field === "owner" && (span > 0 || low !== OWNER.process));
}

/** `-m addrtype ! --src-type LOCAL,UNICAST`; null for any other condition, and for what both ask of the tables. */
function typed({ text }: Condition): Condition | null {
  const [, not, end, names = ""] = /(! )?--(src|dst)-type (\S+)/.exec(text) ?? [];
  if (end === undefined || /^(?:LOCAL|ANYCAST|UNREACHABLE)$/.test(names)) return null;
  const types = Object.entries(ADDRESS_TYPE).filter(([name]) => names.toLowerCase().split(",").includes(name));
  const rows = types.map(([, bit]): Row => ({ matches: [equals<HookField>(end === "src" ? "srcType" : "dstType", bit) satisfies HookMatch], unknown: null }));
  return { kind: "condition", rows, not: not !== undefined, text };
}
