/** Decision diagrams: time per operation, size and build time of routing tables, what a re-proof costs.
 *    node --import tsx bench/bdd.ts [--seed 1] [--rows 250] [--prefixes 100000] */
import { strict as assert } from "node:assert";
import { parseArgs } from "node:util";
import { WIDTH, type Family, type Prefix } from "../src/model/address.js";
import { equals, type HookField, inPrefix, type Match, within } from "../src/model/packet.js";
import { Bdd, type Edge, FALSE, TRUE } from "../src/proof/bdd.js";
import { count, size } from "../src/proof/count.js";
import { decisionSets, type Entry } from "../src/proof/fib.js";
import { firstOf } from "../src/proof/first.js";
import { block, exists, meet } from "../src/proof/quantify.js";
import { Space } from "../src/proof/space.js";
import { renaming, substitute } from "../src/proof/substitute.js";
import { type Random, xorshift } from "./generate.js";
import { quartiles, show } from "./stats.js";

const ROUNDS = 7;
/** Of IPv6 prefixes as routers announce them. */
const LENGTHS = [29, 32, 32, 32, 36, 40, 40, 44, 44, 47, 48, 48, 48, 48, 48, 48, 48];
/** First words of what the registries have, and how many /29 of it are given away. */
const REGISTRIES = [0x2001_2000, 0x2400_0000, 0x2600_0000, 0x2800_0000, 0x2a00_0000, 0x2c00_0000];
const HOLDERS = 4000;
const { values } = parseArgs({ options: { seed: { type: "string" }, rows: { type: "string" }, prefixes: { type: "string" } } });
const seed = Number(values.seed ?? 1);
const large = Number(values.prefixes ?? 100_000);
console.log(`seed ${seed}, node ${process.version}; processor time, medians with quartiles of ${ROUNDS} rounds`);
operations();
firewall(Number(values.rows ?? 250));
console.log("\ntable                                    routes decisions   nodes  arena MB  build ms");
for (const routes of [60, 1000, 10_000, large]) table("IPv6", routes, 16, "none");
table("IPv6, 2 next hops", large, 2, "none");
table("IPv6, 512 next hops", large, 512, "none");
table("IPv6, each route its own decision", 60, 60, "none");
table("IPv6, 20 may be gone, facts below", 60, 60, "below");
table("IPv6, 20 may be gone, facts above", 60, 60, "above");

/** Milliseconds of processor time: others may be at work on this machine. */
function clock(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** One operation on functions of 24 variables, without remembered answers of another round. */
function operations(): void {
  const names = ["and", "xor", "ite", "exists", "meet", "rename"] as const;
  const figures = new Map<string, number[]>(names.map((name) => [name, []]));
  let nodes = 0;
  for (let round = 0; round < ROUNDS + 1; round++) {
    const bdd = new Bdd();
    const random = xorshift(seed);
    const sets = Array.from({ length: 64 }, () => dnf(bdd, random, 24, 6));
    const bound = block(bdd, [1, 4, 7, 10, 13, 16, 19, 22]);
    const shift = renaming(bdd, levelsTo(24), levelsTo(24).map((level) => level + 24));
    const run: Record<(typeof names)[number], (a: Edge, b: Edge, c: Edge) => Edge> = {
      and: (a, b) => bdd.and(a, b), xor: (a, b) => bdd.xor(a, b), ite: (a, b, c) => bdd.ite(a, b, c),
      exists: (a) => exists(bdd, a, bound), meet: (a, b) => meet(bdd, a, b, bound), rename: (a) => substitute(bdd, a, shift),
    };
    for (const name of names) {
      const before = bdd.used, begun = clock();
      for (let i = 0; i < sets.length; i++) for (let j = 1; j < 8; j++) run[name](sets[i] ?? FALSE, sets[(i + j) & 63] ?? FALSE, sets[(i + 2 * j) & 63] ?? FALSE);
      const spent = clock() - begun;
      // The first round compiles.
      if (round > 0) figures.get(name)?.push(spent * 1e6 / Math.max(1, bdd.used - before));
    }
    nodes = bdd.used;
  }
  console.log(`\n448 operations each on 64 functions of 24 variables; ${nodes} nodes in the end`);
  for (const [name, spent] of figures) console.log(`  ${name.padEnd(8)} ${show(quartiles(spent))} ns for each node it made`);
}

/** First match over random rows, as a firewall's chain: what is left behind each rule, and what was dropped. */
function firewall(rows: number): void {
  const random = xorshift(seed);
  const chain = Array.from({ length: rows }, () => ({ matches: row(random), drops: random(2) === 0 }));
  const spent: number[] = [], again: number[] = [];
  let told = "";
  for (let round = 0; round < ROUNDS + 1; round++) {
    const space = new Space({ family: 6, matches: chain.flatMap(({ matches }) => matches), unknown: [], choices: new Map(), facts: [], devices: 8 });
    const { bdd } = space;
    const walk = (): Edge => firstOf(bdd, chain.map(({ matches, drops }) => ({ set: space.matchesSet(matches), decision: drops ? 1 : 0 }))).get(1) ?? FALSE;
    const begun = clock();
    const dropped = walk();
    if (round > 0) spent.push(clock() - begun);
    const mark = bdd.mark(), from = clock();
    assert.equal(walk(), dropped);
    bdd.release(mark);
    if (round > 0) again.push(clock() - from);
    told = `${bdd.used} nodes made, ${size(bdd, [dropped])} in what is dropped, ${(bdd.bytes / 2 ** 20).toFixed(1)} MB`;
  }
  console.log(`\n${rows} firewall rows, first match: ${told}`);
  console.log(`  first time ${show(quartiles(spent))} ms, once more and back to the mark ${show(quartiles(again))} ms`);
}

/** Services of hosts, blocked networks, networks that may use a port, devices with marks, and users. */
function row(random: Random): Match<HookField>[] {
  const low = random(65_536);
  const port = random(2) === 0 ? equals("dport", low) : within("dport", low, Math.min(0xffff, low + random(1000)));
  const proto = equals("proto", random(2) === 0 ? 6 : 17);
  const kind = random(20);
  if (kind < 9) return [proto, ...inPrefix("dst", prefix(6, random)), port];
  if (kind < 14) return inPrefix("src", prefix(6, random));
  if (kind < 17) return [proto, ...inPrefix("src", prefix(6, random)), port];
  return kind < 18 ? [equals("iif", 1 + random(8)), equals("mark", random(4), 3), port] : [equals("uid", random(20)), ...inPrefix("dst", prefix(6, random))];
}

function table(name: string, routes: number, decisions: number, volatile: "none" | "below" | "above"): void {
  const spent: number[] = [];
  let told = "";
  const rounds = routes > 10_000 ? 3 : ROUNDS;
  for (let round = 0; round < rounds; round++) {
    const bdd = new Bdd();
    const random = xorshift(seed);
    const first = volatile === "above" ? 20 : 0;
    const facts = volatile === "above" ? 0 : 128;
    // Every third route may be gone, so that some lie inside others.
    const when = (i: number): Edge => (volatile !== "none" && i % 3 === 0 ? bdd.variable(facts + i / 3) : TRUE);
    const entries = prefixes(6, routes, random).map((prefix, i): Entry => ({ prefix, decision: decisions === routes ? i : holderOf(prefix) % decisions, when: when(i) }));
    const levels = levelsTo(WIDTH[6]).map((level) => first + level);
    const begun = clock();
    const sets = decisionSets(bdd, levels, entries);
    spent.push(clock() - begun);
    told = `${String(sets.size).padStart(9)} ${String(size(bdd, sets.values())).padStart(7)} ${(bdd.bytes / 2 ** 20).toFixed(1).padStart(9)}`;
    if (volatile === "none") assert.equal([...sets.values()].reduce((total, set) => total + count(bdd, set, levels), 0n), 2n ** 128n);
  }
  console.log(`${name.padEnd(38)} ${String(routes).padStart(8)} ${told}  ${show(quartiles(spent))}`);
}

/** Networks of one holder mostly go the same way. */
function holderOf({ address: { words: [first, second] } }: Prefix): number {
  return (Math.imul(first >>> 3, 0x9e3779b1) ^ (second >>> 29)) >>> 7;
}

/** Different prefixes: a default route, networks as they are announced, in runs, some inside others; in small tables host routes, too. */
function prefixes(family: Family, wanted: number, random: Random): Prefix[] {
  const found = new Map<string, Prefix>([["default", { address: { family, words: [0, 0, 0, 0] }, length: 0 }]]);
  let last: Prefix | null = null;
  while (found.size < wanted) {
    const drawn: Prefix = last !== null && last.length <= 64 && random(10) < 5 ? after(last) : prefix(family, random);
    if (wanted < 1000 && random(3) === 0) last = { address: { family, words: [drawn.address.words[0], drawn.address.words[1], random(4), random(256)] }, length: 128 };
    else last = drawn;
    found.set(`${last.address.words.join()} ${last.length}`, last);
  }
  return [...found.values()];
}

/** Registries give away one /29 after another; who has it announces it, a /32 of it, or networks in it, mostly from its start on. */
function prefix(family: Family, random: Random): Prefix {
  const holder = (REGISTRIES[random(REGISTRIES.length)] ?? 0) + 8 * random(HOLDERS);
  const length = LENGTHS[random(LENGTHS.length)] ?? 48;
  const first = length > 29 && random(4) === 0 ? holder + random(8) : holder;
  const network = random(4) === 0 ? random(65_536) : random(32);
  return cut({ address: { family, words: [first, network * 65_536, 0, 0] }, length });
}

/** The next network of the same size: they come in runs. */
function after({ address: { family, words: [first, second] }, length }: Prefix): Prefix {
  if (length <= 32) return { address: { family, words: [(first + 2 ** (32 - length)) >>> 0, 0, 0, 0] }, length };
  return { address: { family, words: [first, (second + 2 ** (64 - length)) >>> 0, 0, 0] }, length };
}

/** Clears the bits behind the prefix, of its first 64. */
function cut({ address: { family, words: [first, second] }, length }: Prefix): Prefix {
  const mask = (bits: number): number => (bits <= 0 ? 0 : (0xffffffff << (32 - Math.min(32, bits))) >>> 0);
  return { address: { family, words: [(first & mask(length)) >>> 0, (second & mask(length - 32)) >>> 0, 0, 0] }, length };
}

/** A union of random cubes of six literals. */
function dnf(bdd: Bdd, random: Random, variables: number, terms: number): Edge {
  return bdd.any(Array.from({ length: terms }, () => bdd.all(Array.from({ length: 6 }, () => bdd.variable(random(variables)) ^ random(2)))));
}

function levelsTo(count: number): number[] {
  return Array.from({ length: count }, (_, level) => level);
}
