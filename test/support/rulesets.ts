/** Firewalls that nobody would write, of every kind of condition and statement, and packets whose values their rules are full of. */
import type { Family } from "../../src/model/address.js";
import { ADDRESS_TYPE, type Chain, CT_STATUS, type Firewall, HOOKS, type HookMatch, type Row, type Rule, type Statement, type Step, type Table } from "../../src/model/netfilter.js";
import { equals, except, hasAny, type HookField, within } from "../../src/model/packet.js";
import { random } from "./random.js";

/** Draws from a seed. */
export class Draw {
  readonly #below: (limit: number) => number;
  constructor(seed: number) { this.#below = random(seed); }
  once(times: number): boolean { return this.#below(times) === 0; }
  below(limit: number): number { return this.#below(limit); }
  pick<T>(list: readonly T[]): T {
    const picked = list[this.#below(list.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }
  many<T>(count: number, make: (i: number) => T): T[] {
    return Array.from({ length: count }, (_, i) => make(i));
  }
}

export interface RulesetOptions {
  /** Lengths that chains may have. */
  readonly lengths: readonly number[];
  /** One row in so many is not understood; 0: none is, and nothing else leaves a choice. */
  readonly unknowns: number;
}

const HOSTS = [0x0a000001, 0x0a000002, 0x0a000101, 0x0a010001, 0xc0000201, 0xc0000202, 0x20010db8, 0xfe800000, 0xffffffff, 0x00000001, 0];
const LENGTHS = [1, 8, 16, 23, 24, 31, 32, 32, 32];
const PORTS = [0, 22, 53, 80, 123, 443, 1024, 10000, 40000, 65535];
const MARKS = [0, 1, 2, 3, 0x10, 0xff, 0x100, 0xffffffff];
const IDS = [0, 100, 800, 1000];
const BYTES = [0, 1, 2, 4, 8, 0x10, 0x12, 64, 128, 255];
const PROTOCOLS = [1, 6, 6, 6, 17, 17, 17, 58];
const STATES = [1, 2, 4, 8, 64];

/** Values of each field that packets and matches have. */
export const VALUES: Readonly<Partial<Record<HookField, readonly number[]>>> = {
  src0: HOSTS, src1: HOSTS, src2: HOSTS, src3: HOSTS, dst0: HOSTS, dst1: HOSTS, dst2: HOSTS, dst3: HOSTS, sport: PORTS, dport: PORTS, mark: MARKS, ctMark: MARKS, uid: IDS, gid: IDS, proto: PROTOCOLS, icmpType: BYTES, icmpCode: BYTES,
  tcpFlags: BYTES, tos: BYTES, hopLimit: BYTES, iif: [0, 1, 2, 3], oif: [0, 1, 2, 3], ctState: STATES, ctDirection: [0, 1], ctStatus: [0, ...Object.values(CT_STATUS)],
  owner: [0, 1, 2], srcType: Object.values(ADDRESS_TYPE), dstType: Object.values(ADDRESS_TYPE), packetType: [0], fragment: [0],
};

const SINGLES = ["src0", "src1", "src2", "src3", "dst0", "dst1", "dst2", "dst3"] as const;
const RANGED = ["sport", "dport", "uid", "gid", "hopLimit", "tos", "icmpType", "proto", "iif", "oif", "src0", "dst0"] as const;
const MASKED = ["mark", "mark", "tcpFlags", "tos", "ctMark", "src0", "dst0"] as const;
const BITS = ["ctState", "ctState", "ctStatus", "srcType", "dstType"] as const;
const EQUAL = ["proto", "proto", "iif", "oif", "dport", "dport", "uid", "gid", "owner", "icmpType", "ctDirection", "mark", "packetType"] as const;

function drawnMatch(draw: Draw): HookMatch {
  const value = (field: HookField): number => draw.pick(VALUES[field] ?? [0]);
  const make = [
    (): HookMatch => {
      const mask = (0xffffffff << (32 - draw.pick(LENGTHS))) >>> 0;
      const field = draw.pick(SINGLES);
      return draw.once(12) ? { field, mask, low: value(field), span: 0 } : equals<HookField>(field, value(field), mask);
    },
    (): HookMatch => {
      const field = draw.pick(RANGED);
      const [a, b] = [value(field), value(field)];
      return within<HookField>(field, Math.min(a, b), Math.max(a, b));
    },
    (): HookMatch => {
      const field = draw.pick(MASKED);
      return equals<HookField>(field, value(field), draw.pick([1, 3, 0x17, 0xfc, 0xff00, 0xff, 0xffffffff]));
    },
    (): HookMatch => {
      const field = draw.pick(BITS);
      return hasAny<HookField>(field, (value(field) | value(field)) >>> 0);
    },
    (): HookMatch => {
      const field = draw.pick(EQUAL);
      return equals<HookField>(field, value(field));
    },
    (): HookMatch => draw.pick([equals<HookField>("family", draw.pick([4, 6])), equals<HookField>("etherType", draw.pick([0x0800, 0x86dd])), within<HookField>("fragment", 0, 1)]),
  ];
  const made = draw.pick([...make.slice(0, 5), ...make])();
  return draw.once(8) ? (except(made) ?? made) : made;
}

function drawnRow(draw: Draw, unknowns: number): Row {
  const matches = draw.many(draw.pick([1, 1, 1, 2, 2, 3, draw.once(8) ? 0 : 1]), () => drawnMatch(draw));
  return { matches, unknown: unknowns > 0 && draw.once(unknowns) ? `-m unknown ${draw.below(5)}` : null };
}

function drawnRows(draw: Draw, unknowns: number): Row[] {
  return draw.many(draw.pick([1, 1, 1, 1, 2, 3, draw.once(6) ? 0 : 1, draw.once(20) ? 9 + draw.below(120) : 1]), () => drawnRow(draw, unknowns));
}

function condition(draw: Draw, unknowns: number): Step {
  return { kind: "condition", rows: drawnRows(draw, unknowns), not: draw.once(7), text: `condition ${draw.below(1_000_000)}` };
}

function drawnStatement(draw: Draw, targets: readonly string[], options: RulesetOptions): Statement {
  const verdicts = ["accept", "drop", "return", "return", "continue"] as const;
  const jumps: readonly Statement[] = targets.length === 0 ? [] : draw.many(4, () => ({ kind: draw.pick(["jump", "jump", "goto"] as const), chain: draw.pick(targets) }));
  const marks: readonly Statement[] = draw.many(3, () => {
    const ctMarkBits = draw.pick([0, 0, 0xff, 0xffffffff]);
    return { kind: "mark", target: draw.pick(["mark", "mark", "ctMark"] as const), markBits: draw.pick([0, 0xffffff00, 0xfffffffe, 0xffffffff]), ctMarkBits, value: draw.pick(MARKS) };
  });
  const others: readonly Statement[] = [
    { kind: "field", field: draw.pick(["tos", "hopLimit"] as const), mask: draw.pick([0xff, 0xfc, 3]), value: draw.pick(BYTES) }, { kind: "notrack" }, { kind: "none", text: "-j LOG" }, { kind: "helper", name: "ftp" },
    { kind: "reject", reset: draw.once(2), code: { 4: 3, 6: 4 } },
    ...(options.unknowns > 0 && draw.once(3) ? [{ kind: "queue", bypass: draw.once(2) }, { kind: "unknown", text: `-j MAGIC ${draw.below(9)}` }, { kind: "jump", chain: "nowhere" }] as const : []),
  ];
  return draw.pick<Statement>([...verdicts.map((kind) => ({ kind })), ...jumps, ...marks, ...others]);
}

function drawnSteps(draw: Draw, targets: readonly string[], options: RulesetOptions): Step[] {
  const statement = (): Statement => drawnStatement(draw, targets, options);
  const steps: Step[] = draw.many(draw.pick([0, 1, 1, 1, 2, 2, 3]), () => condition(draw, options.unknowns));
  if (draw.once(6)) steps.push(...draw.many(1, statement), condition(draw, options.unknowns));
  if (draw.once(10)) {
    const entries = draw.many(draw.once(3) ? 9 + draw.below(60) : 1 + draw.below(4), () => ({ rows: drawnRows(draw, options.unknowns), then: statement() }));
    steps.push({ kind: "choice", entries, text: `map ${draw.below(1_000_000)}` });
  }
  if (!draw.once(12)) steps.push(statement());
  return steps;
}

/** One table of both families with a base chain at each hook but one. Chains lead only to later ones. */
export function drawnFirewall(draw: Draw, options: RulesetOptions): Firewall {
  const names = draw.many(8, (i) => `c${i}`);
  const chains = names.map((name, i): [string, Chain] => {
    const hook = HOOKS[i];
    const rules = draw.many(draw.pick(options.lengths), (n): Rule => ({ steps: drawnSteps(draw, names.slice(Math.max(i + 1, 4)), options), text: `${name} rule ${n}`, comment: null, at: `nft.json#t/${name}/${n}` }));
    const base = hook === undefined || i > 3 ? null : { hook, type: draw.pick(["filter", "route"] as const), priority: draw.pick([-150, 0]), policy: draw.pick(["accept", "accept", "accept", "drop"] as const) };
    return [name, { name, base, rules, at: `nft.json#t/${name}` }];
  });
  const table: Table = { backend: "nft", family: "inet", name: "t", chains: new Map(chains), at: "nft.json#t" };
  return { tables: [table], complete: { 4: true, 6: true }, others: [] };
}

/** A packet's fields at a hook, each with a value that rules look for, or near it. */
export function drawnFields(draw: Draw, family: Family): Map<HookField, number> {
  const fields = new Map<HookField, number>([["family", family], ["etherType", family === 4 ? 0x0800 : 0x86dd]]);
  for (const [field, values] of Object.entries(VALUES)) {
    const value = draw.pick(values);
    const largest = Math.max(...values);
    if (isHookField(field)) fields.set(field, draw.once(6) && NEAR.has(field) ? Math.min(value + 1, largest) : value);
  }
  return fields;
}

const NEAR: ReadonlySet<HookField> = new Set<HookField>(["src0", "dst0", "sport", "dport", "mark", "uid", "gid", "hopLimit"]);

function isHookField(name: string): name is HookField {
  return Object.hasOwn(VALUES, name);
}
