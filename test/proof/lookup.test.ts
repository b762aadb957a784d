// The prover's lookup of all packets at once, and the readable lookup of one packet, written apart: on random nodes every packet must come to the same outcomes.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { everyRun } from "../../src/explain/choices.js";
import type { OpenField } from "../../src/explain/classes.js";
import { groundOf as explainGround } from "../../src/explain/fib.js";
import { isStrict, lookupOutput as explainOutput, type Output } from "../../src/explain/output.js";
import { Reader } from "../../src/explain/question.js";
import type { Told } from "../../src/explain/trail.js";
import { type Address, FAMILIES, type Family, formatAddress } from "../../src/model/address.js";
import type { LocalTable, Node, Route } from "../../src/model/node.js";
import type { HookField } from "../../src/model/packet.js";
import { type Bdd, type Edge, FALSE, TRUE } from "../../src/proof/bdd.js";
import { groundOf, mentionsOfLookup } from "../../src/proof/ground.js";
import { lookupOutput } from "../../src/proof/lookup.js";
import { mentionsOf } from "../../src/proof/mentions.js";
import type { Outcome, Question } from "../../src/proof/outcome.js";
import { ANY } from "../../src/proof/pick.js";
import { Space } from "../../src/proof/space.js";
import { readNode } from "../../src/state/node.js";
import { sceneOf } from "../lab/oracle/scene.js";
import { parseVector, stateOfVector } from "../lab/oracle/vector.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";
import { Drawer, type DrawnPacket, OPEN } from "./drawn.js";

const VECTORS = new URL("../vectors/fib/", import.meta.url);
const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));
/** Times the default share of about 10,000 comparisons. */
const TIMES = Number(process.env["WANPROOF_LOOKUPS"] ?? 1);
const PACKETS = 6;
const QUESTIONS = 3;
const draw = new Drawer(random(seed()));
/** More choices than a walk of these nodes has. */
const RUNS_MAX = 4096;

/** A question, and how it reads to the other side. */
interface Asked {
  readonly question: Question;
  readonly markOf: (mark: number) => number;
}

class Trial {
  readonly space: Space;
  readonly #draw: Drawer;

  constructor(readonly node: Node, readonly family: Family, draw: Drawer, readonly localTable: LocalTable | null, facts: readonly string[] = []) {
    const [all, own] = [mentionsOf(node, family, null), mentionsOfLookup(node, family)];
    this.space = new Space({ family, matches: [...all.matches, ...own.matches], unknown: [...all.unknown, ...own.unknown], choices: new Map(), facts, devices: node.links.length });
    this.#draw = draw;
  }

  question(): Asked {
    const draw = this.#draw;
    const source = draw.once(3) ? "none" : draw.once(3) ? draw.packet(this.node, this.family).src : "packet";
    const [value, mask] = [draw.pick([0, 1, 2, 3]), draw.pick([0xffffffff, 1, 0])];
    const bits = this.space.bits("mark") ?? [];
    const mark = draw.once(2) ? "packet" : Array.from({ length: 32 }, (_, bit): Edge => {
      if (((mask >>> bit) & 1) === 1) return ((value >>> bit) & 1) === 1 ? TRUE : FALSE;
      const level = bits[bit] ?? -1;
      const own = level < 0 ? FALSE : this.space.bdd.variable(level);
      return ((value >>> bit) & 1) === 1 ? this.space.bdd.not(own) : own;
    });
    const oif = draw.once(2) ? draw.device(this.node, this.family) : null;
    return {
      question: { oif, strict: this.family === 6 && oif !== null && (source === "none" || draw.once(2)), source, mark, owned: !draw.once(4), anySource: draw.once(3) },
      markOf: (given) => (mark === "packet" ? given : ((given & ~mask) ^ value) >>> 0),
    };
  }

  /** Value of every variable; those of unknown texts and facts stay open. */
  member({ dst, src, mark, open }: DrawnPacket): Uint8Array {
    const values = new Uint8Array(this.space.size).fill(ANY);
    const told: [HookField, number][] = [["mark", mark], ...([0, 1, 2, 3] as const).flatMap((i): [HookField, number][] => [[`dst${i}`, dst.words[i]], [`src${i}`, src.words[i]]]), ...OPEN.map((field): [HookField, number] => [field, open[field]])];
    const { bdd } = this.space;
    for (const [field, value] of told) for (let rest = this.space.literals(field, value); rest > TRUE; rest = bdd.low(rest) === FALSE ? bdd.high(rest) : bdd.low(rest)) values[bdd.level(rest)] = bdd.low(rest) === FALSE ? 1 : 0;
    return values;
  }
}

/** Whether some values of the open variables make the set hold. */
function mayHold(bdd: Bdd, set: Edge, values: Uint8Array): boolean {
  if (set <= TRUE) return set === TRUE;
  const value = values[bdd.level(set)];
  if (value === ANY) return mayHold(bdd, bdd.low(set), values) || mayHold(bdd, bdd.high(set), values);
  return mayHold(bdd, value === 1 ? bdd.high(set) : bdd.low(set), values);
}

function viaText(via: Address | null): string {
  return via === null ? "-" : formatAddress(via);
}

/** Default routes that share a next hop are one to the readable walk. */
function routeText(route: Route | null): string {
  return route === null ? "no route" : route.destination.length === 0 ? "default" : route.at;
}

function mine(outcome: Outcome, { question: { source }, family }: { question: Question; family: Family }, dst: Address): string {
  switch (outcome.kind) {
    case "way": {
      const own = outcome.source === "destination" ? formatAddress(dst) : outcome.source === "given" || outcome.source === null ? String(outcome.source) : formatAddress(outcome.source);
      const via = family === 4 || outcome.dev === "lo" ? "" : ` via ${viaText(outcome.hop?.via ?? null)}`;
      return `way ${outcome.dev}${via} table ${outcome.table} ${routeText(outcome.route)} source ${source === "none" ? own : "given"} rule ${outcome.rule?.at ?? "-"}`;
    }
    case "error": return `${outcome.error} ${outcome.silent ? "dropped" : "rejected"} rule ${outcome.rule?.at ?? "-"}`;
    case "none": return "none";
    case "unknown": return "unknown";
  }
}

function theirs(output: Output, rule: string | null, { question: { source }, family }: { question: Question; family: Family }): string {
  switch (output.kind) {
    case "way": {
      const via = family === 4 || output.dev === "lo" ? "" : ` via ${viaText(output.via)}`;
      const own = source !== "none" ? "given" : output.source === null ? "null" : formatAddress(output.source.address);
      return `way ${output.dev}${via} table ${output.table} ${routeText(output.route)} source ${own} rule ${output.route === null ? "-" : (rule ?? "-")}`;
    }
    case "unknown": return "unknown";
    case "error": {
      if (output.disposition === "noRoute") return "none";
      const isMartian = output.error === "EINVAL" && output.disposition === "rejected";
      return `${output.error} ${output.disposition} rule ${isMartian ? "-" : (rule ?? "-")}`;
    }
  }
}

const grounds = new WeakMap<Node, ReturnType<typeof explainGround>>();

/** A node is asked with one state of its tables only. */
function readableGround(node: Node, localTable: LocalTable | null): ReturnType<typeof explainGround> {
  const ground = grounds.get(node) ?? explainGround(node, [], localTable);
  grounds.set(node, ground);
  return ground;
}

/** What the readable lookup says of a packet, over all its choices; null: too many of them. */
function readable(trial: Trial, node: Node, { question, markOf }: Asked, packet: DrawnPacket): string[] | null {
  const ground = readableGround(node, trial.localTable);
  const src = question.source === "none" ? null : question.source === "packet" ? packet.src : question.source;
  const strict = question.strict || isStrict(packet.dst, question.oif, src, false) && (question.oif === null || src !== null);
  const open = new Map<OpenField, number>(OPEN.filter((field) => field !== "uid" || question.owned).map((field) => [field, packet.open[field]]));
  const asked = { family: trial.family, dst: packet.dst, src, mark: markOf(packet.mark), iif: "lo", oif: question.oif, strict, owned: question.owned };
  const { runs, complete } = everyRun((choices) => {
    let rule: string | null = null;
    const tell = ({ station, decides = false, at = null }: Told): void => { if (station === "rule" && decides) rule = at; };
    const output = explainOutput(asked, new Reader(ground, open, trial.family, choices), { tell }, question.anySource);
    return theirs(output, rule, { question, family: trial.family });
  }, RUNS_MAX);
  return complete ? [...new Set(runs.map(({ value }) => value))].sort() : null;
}

/** `names`: the facts that say whether a route or an address is there. */
function compareEnvironments(trial: Trial, names: ReadonlyMap<object, string>, says: string, count: Count): void {
  const { space, node, family } = trial;
  const there = (thing: object): Edge => {
    const name = names.get(thing);
    return name === undefined ? TRUE : space.fact(name);
  };
  const ground = groundOf(space, node, trial.localTable, { present: there, holds: there });
  const asked = trial.question();
  if (asked.question.source !== "none" && hasOpenAddresses(trial)) return;
  const outcomes = lookupOutput(ground, asked.question, TRUE);
  assert.is(space.bdd.any(outcomes.map(({ set }) => set)), TRUE, `${says}: an outcome for every packet`);
  for (let j = 0; j < 2 * PACKETS; j++) {
    const packet = draw.packet(node, family);
    const member = trial.member(packet);
    const gone = new Set([...names].filter(() => draw.once(3)).map(([thing]) => thing));
    for (const [thing, name] of names) member[space.bdd.level(space.fact(name))] = gone.has(thing) ? 0 : 1;
    const left = { ...node, routes: { ...node.routes, [family]: node.routes[family].filter((route) => !gone.has(route)) }, addresses: node.addresses.filter((own) => !gone.has(own)) };
    const told = readable(trial, left, asked, packet);
    if (told === null) continue;
    const found = [...new Set(outcomes.filter(({ set }) => mayHold(space.bdd, set, member)).map(({ outcome }) => mine(outcome, { ...asked, family }, packet.dst)))].sort();
    assert.equal(found, told, `${says} IPv${family} to ${formatAddress(packet.dst)} from ${formatAddress(packet.src)} ${JSON.stringify(asked.question.oif)}`);
    count.add(found);
  }
}

const nodes: [string, Node, LocalTable | null][] = [];
for (const name of readdirSync(EXAMPLES).sort()) nodes.push([name, await readNode(`${EXAMPLES}${name}/state`), null]);
for (const file of readdirSync(VECTORS).sort()) {
  const { node, localTable } = sceneOf(stateOfVector(parseVector(readFileSync(new URL(file, VECTORS), "utf8"))));
  nodes.push([file, node, localTable]);
}

/** The readable lookup takes a route that it does not understand for good where it asks whose an address is; the prover leaves that open as well. */
function hasOpenAddresses({ node, family }: Trial): boolean {
  return family === 4 && node.routes[4].some(({ unknown, table }) => unknown.length > 0 && table >= 254);
}

/** Comparisons by what was found; several: the kernel is free, or text that is not understood decides. */
class Count {
  readonly #kinds = new Map<string, number>();
  #all = 0;

  add(found: readonly string[]): void {
    this.#all++;
    const kinds = new Set([...found.map((one) => one.split(" ")[0] ?? ""), ...(found.length > 1 ? ["several"] : []), ...found.flatMap((one) => (one.includes("no route") ? ["without a route"] : []))]);
    for (const kind of kinds) this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
  }

  get all(): number {
    return this.#all;
  }

  toString(): string {
    return `${this.#all} packets compared (${[...this.#kinds].sort((a, b) => b[1] - a[1]).map(([kind, times]) => `${times} ${kind}`).join(", ")})`;
  }
}

function compare(trial: Trial, says: string, count: Count): void {
  const ground = groundOf(trial.space, trial.node, trial.localTable);
  for (let i = 0; i < QUESTIONS; i++) {
    const asked = trial.question();
    if (asked.question.source !== "none" && hasOpenAddresses(trial)) continue;
    const outcomes = lookupOutput(ground, asked.question, TRUE);
    assert.is(trial.space.bdd.any(outcomes.map(({ set }) => set)), TRUE, `${says}: an outcome for every packet`);
    for (let j = 0; j < PACKETS; j++) {
      const packet = draw.packet(trial.node, trial.family);
      const member = trial.member(packet);
      const told = readable(trial, trial.node, asked, packet);
      if (told === null) continue;
      const found = [...new Set(outcomes.filter(({ set }) => mayHold(trial.space.bdd, set, member)).map(({ outcome }) => mine(outcome, { ...asked, family: trial.family }, packet.dst)))].sort();
      const { mark, ...rest } = asked.question;
      assert.equal(found, told, `${says} IPv${trial.family} ${JSON.stringify({ ...rest, mark: mark === "packet" ? mark : asked.markOf(packet.mark), packet: { ...packet, dst: formatAddress(packet.dst), src: formatAddress(packet.src) } })}`);
      count.add(found);
    }
  }
}

test("recorded nodes: every packet comes to the outcomes of the readable lookup", () => {
  const count = new Count();
  for (let time = 0; time < TIMES; time++) for (const [name, node, localTable] of nodes) for (const family of FAMILIES) compare(new Trial(node, family, draw, localTable), name, count);
  console.log(`recorded nodes: ${count.toString()}`);
  assert.ok(count.all > 2000 * TIMES);
});

test("mutated nodes: every packet comes to the outcomes of the readable lookup", () => {
  const count = new Count();
  for (let time = 0; time < TIMES; time++) {
    for (const [name, node] of nodes) {
      const mutant = draw.mutated(node);
      const localTable = draw.pick<LocalTable>(["split", "merged"]);
      for (const family of FAMILIES) compare(new Trial(mutant, family, draw, localTable), `${name} mutated`, count);
    }
  }
  console.log(`mutated nodes: ${count.toString()}`);
  assert.ok(count.all > 2000 * TIMES);
});

test("crowded nodes: every packet comes to the outcomes of the readable lookup", () => {
  const count = new Count();
  for (let i = 0; i < 70 * TIMES; i++) {
    const node = draw.crowded(draw.pick(nodes)[1]);
    const localTable = draw.pick<LocalTable>(["split", "merged"]);
    for (const family of FAMILIES) compare(new Trial(node, family, draw, localTable), `crowded ${i}`, count);
  }
  console.log(`crowded nodes: ${count.toString()}`);
  assert.ok(count.all > 1200 * TIMES);
});

test("routes and addresses that may be gone: in each environment the outcomes are those of a node without them", () => {
  const count = new Count();
  for (let i = 0; i < 60 * TIMES; i++) {
    const whole = draw.crowded(draw.pick(nodes)[1]);
    for (const family of FAMILIES) {
      const node = { ...whole, addresses: whole.addresses.filter((own) => own.address.family === family) };
      const things: readonly object[] = [...node.routes[family], ...node.addresses].filter(() => !draw.once(3));
      const names = new Map(things.map((thing, at) => [thing, `fact ${at}`] as const));
      const trial = new Trial(node, family, draw, draw.pick(["split", "merged"]), [...names.values()]);
      compareEnvironments(trial, names, `environment ${i}`, count);
    }
  }
  console.log(`environments: ${count.toString()}`);
});

test.run();
