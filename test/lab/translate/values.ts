/** Values that a packet may have so that rules tell it from others: the constants of both rulesets and of the node, and their neighbours. */
import { type Address, type Family, formatAddress, type Words } from "../../../src/model/address.js";
import type { Firewall, HookMatch, Row, Statement, Step, Table } from "../../../src/model/netfilter.js";
import type { Node } from "../../../src/model/node.js";

export interface Values {
  /** The node's own but for those of the loopback device, with which nothing goes anywhere else. */
  readonly own: Readonly<Record<Family, readonly string[]>>;
  readonly addresses: Readonly<Record<Family, readonly string[]>>;
  readonly devices: readonly string[];
  readonly ports: readonly number[];
  readonly marks: readonly number[];
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly protocols: readonly number[];
  readonly icmpTypes: readonly number[];
  readonly icmpCodes: readonly number[];
  readonly hopLimits: readonly number[];
  readonly tos: readonly number[];
}

export function valuesOf(node: Node, firewalls: readonly Firewall[]): Values {
  const tables = firewalls.flatMap((firewall) => firewall.tables);
  const steps = tables.flatMap(stepsOf);
  const matches = steps.flatMap((step) => rowsOf(step)).flatMap((row) => row.matches);
  const statements = steps.flatMap(statementsOf);
  const near = (max: number, own: readonly number[], ...fields: readonly string[]): readonly number[] => edges(max, own, matches.filter(({ field }) => fields.includes(field)));
  const own = (family: Family): string[] => node.addresses.filter(({ dev }) => dev !== "lo").map(({ address }) => address).filter((address) => address.family === family).map(formatAddress);
  return {
    own: { 4: own(4), 6: own(6) },
    addresses: { 4: addressesOf(4, node, tables, statements), 6: addressesOf(6, node, tables, statements) },
    devices: node.links.map(({ name }) => name),
    ports: near(0xffff, [0, 1024, 40_000, 0xffff, ...statements.flatMap(portsOf)], "sport", "dport"),
    marks: near(0xffffffff, [0, 1, ...statements.flatMap((statement) => (statement.kind === "mark" ? [statement.value, ~statement.markBits >>> 0] : []))], "mark", "ctMark"),
    uids: near(0xfffffffe, [0, 1000], "uid"), gids: near(0xfffffffe, [0, 1000], "gid"),
    protocols: near(0xff, [1, 2, 6, 17, 47, 58, 132], "proto"),
    icmpTypes: near(0xff, [0, 3, 8, 1, 128, 129], "icmpType"), icmpCodes: near(0xff, [0], "icmpCode"),
    hopLimits: near(0xff, [1, 64, 255], "hopLimit"), tos: near(0xff, [0, 0xb8], "tos"),
  };
}

function stepsOf({ chains }: Table): readonly Step[] {
  return [...chains.values()].flatMap(({ rules }) => rules).flatMap(({ steps }) => steps);
}

function rowsOf(step: Step): readonly Row[] {
  if (step.kind === "condition") return step.rows;
  return step.kind === "choice" ? step.entries.flatMap(({ rows }) => rows) : [];
}

function statementsOf(step: Step): readonly Statement[] {
  if (step.kind === "condition") return [];
  return step.kind === "choice" ? step.entries.map(({ then }) => then) : [step];
}

function portsOf(statement: Statement): readonly number[] {
  return "ports" in statement && statement.ports !== null ? [statement.ports.first, statement.ports.last] : [];
}

/** Both ends of each match and what lies right beside them, within and without the mask. */
function edges(max: number, own: readonly number[], matches: readonly HookMatch[]): readonly number[] {
  const found = matches.flatMap(({ mask, low, span }) => {
    const high = (low + span) >>> 0;
    return [low, high, low - 1, high + 1, (low | (~mask & max)) >>> 0];
  });
  return [...new Set([...own, ...found])].filter((value) => value >= 0 && value <= max);
}

const PUBLIC: Readonly<Record<Family, readonly string[]>> = { 4: ["198.51.100.7", "8.8.8.8", "127.0.0.1"], 6: ["2001:db8:cafe::7", "2606:4700::1111", "::1"] };

function addressesOf(family: Family, node: Node, tables: readonly Table[], statements: readonly Statement[]): readonly string[] {
  const routes = node.routes[family].flatMap(({ destination, nextHops, prefsrc }) => [destination.address, ...beside(destination.address), prefsrc, ...nextHops.map(({ via }) => via)]);
  const rules = tables.filter((table) => table.family === (family === 4 ? "ip" : "ip6")).flatMap(stepsOf).flatMap((step) => rowsOf(step)).flatMap((row) => endsOf(row, family));
  const targets = statements.flatMap((statement) => ("to" in statement && statement.to !== null ? [statement.to.first, statement.to.last] : []));
  const all = [...node.addresses.map(({ address }) => address), ...routes, ...rules, ...targets];
  const own = all.flatMap((address) => (address !== null && address.family === family ? [formatAddress(address)] : []));
  return [...new Set([...PUBLIC[family], ...own])];
}

/** The first and the last address of what a row says of an end, and their neighbours outside. */
function endsOf({ matches }: Row, family: Family): readonly Address[] {
  return (["src", "dst"] as const).flatMap((end) => {
    const words = ([0, 1, 2, 3] as const).map((i) => matches.find(({ field }) => field === `${end}${i}`));
    if (words.every((match) => match === undefined)) return [];
    const first: Words = [low(words[0]), low(words[1]), low(words[2]), low(words[3])];
    const last: Words = [high(words[0]), high(words[1]), high(words[2]), high(words[3])];
    return [first, last].map((each): Address => ({ family, words: family === 4 ? [each[0], 0, 0, 0] : each })).flatMap((address) => [address, ...beside(address)]);
  });
}

function low(match: HookMatch | undefined): number {
  return match?.low ?? 0;
}

function high(match: HookMatch | undefined): number {
  return match === undefined ? 0xffffffff : ((match.low + match.span) | ~match.mask) >>> 0;
}

/** One less and one more, without a carry. */
function beside({ family, words: [a, b, c, d] }: Address): readonly Address[] {
  return [-1, 1].map((step) => ({ family, words: family === 4 ? [(a + step) >>> 0, 0, 0, 0] : [a, b, c, (d + step) >>> 0] }));
}
