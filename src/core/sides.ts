/** One family of a node as its packets' ways depend on it besides tables and addresses, compiled for the core: the firewall, translations, and switches. */
import { type Family, type Words, ZERO } from "../model/address.js";
import { type Chain, chainsAt, type Firewall, type Hook, HOOKS, type Nat, type Statement, type Table } from "../model/netfilter.js";
import type { Node } from "../model/node.js";
import type { Core } from "./core.js";
import { type FibImage, NONE } from "./fib.js";
import { writeRecords, writeWords } from "./writer.js";

const LOCAL = 255;

/** Writes a family's Side record; `wall` is the address of its firewall. */
export function writeSide(core: Core, node: Node, family: Family, fib: FibImage, wall: number): number {
  const read = new Set(fib.rules.flatMap(({ matches }) => matches.map(({ field }) => field)));
  const dissects = fib.rules.some(({ iif, matches }) => iif !== "lo" && matches.some(({ field }) => field === "proto" || field === "sport" || field === "dport"));
  return writeRecords(core, core.layout.SideAt, [
    {
      wall,
      complete: Number(node.firewall.complete[family]),
      nats: writeNats(core, node.firewall, family),
      setsEntryMark: Number(HOOKS.some((hook) => reached(node.firewall, family, hook).some((one) => one.kind === "mark" && one.target === "ctMark"))),
      local: fib.tables.get(LOCAL) ?? NONE,
      asksOif: Number(read.has("oif")),
      dissects: Number(dissects),
      reflects: setting(node, `net.ipv${family}.fwmark_reflect`),
      forwards: family === 6 ? setting(node, "net.ipv6.conf.all.forwarding") : 0,
      sources: writeWords(core, [...ZERO, ...fib.routes.flatMap(({ prefsrc }): Words => prefsrc?.words ?? ZERO)]),
    },
  ]);
}

/** NONE: sysctl.txt does not tell. */
function setting({ sysctl }: Node, name: string): number {
  const told = sysctl?.get(name);
  return told === undefined ? NONE : Number(told !== "0");
}

/** For each hook the translations that stand in some chain of it, jumps followed. */
function writeNats(core: Core, firewall: Firewall, family: Family): number {
  const spans = HOOKS.map((hook) => {
    const nats = reached(firewall, family, hook).flatMap((one) => (isNat(one) ? [recordOf(core, one)] : []));
    return { first: writeRecords(core, core.layout.NatAt, nats), count: nats.length };
  });
  return writeRecords(core, core.layout.SpanAt, spans);
}

function isNat(statement: Statement): statement is Nat {
  return statement.kind === "dnat" || statement.kind === "snat" || statement.kind === "masquerade" || statement.kind === "redirect";
}

const KINDS = { dnat: "DNAT", snat: "SNAT", masquerade: "MASQUERADE", redirect: "REDIRECT" } as const;

/** Only what tells which addresses may come of it. */
function recordOf({ layout: { NatKind } }: Core, nat: Nat): Record<string, number> {
  const range = "to" in nat ? nat.to : null;
  return {
    kind: NatKind[KINDS[nat.kind]],
    hasAddress: Number(range !== null),
    ...wordsAt("first", range?.first.words ?? ZERO),
    ...wordsAt("last", range?.last.words ?? ZERO),
  };
}

function wordsAt(name: string, words: Words): Record<string, number> {
  return Object.fromEntries(words.map((word, i) => [`${name}${i}`, word]));
}

function reached(firewall: Firewall, family: Family, hook: Hook): Statement[] {
  return chainsAt(firewall, family, hook).flatMap(({ table, chain }) => statementsOf(table, chain, new Set()));
}

/** Statements of a chain and of all that it calls. */
function statementsOf(table: Table, chain: Chain, seen: Set<string>): Statement[] {
  if (seen.has(chain.name)) return [];
  seen.add(chain.name);
  const own = chain.rules.flatMap(({ steps }) => steps).flatMap((step): readonly Statement[] => {
    if (step.kind === "condition") return [];
    return step.kind === "choice" ? step.entries.map(({ then }) => then) : [step];
  });
  return own.flatMap((one) => {
    const target = one.kind === "jump" || one.kind === "goto" ? table.chains.get(one.chain) : undefined;
    return target === undefined ? [one] : statementsOf(table, target, seen);
  });
}
