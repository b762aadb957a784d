/** Firewall rules: how long a firewall takes from its text to the core's memory, and a packet through the chains of all five hooks.
 *    node --import tsx bench/match.ts [--seed 1] [--rounds 9] [--json] */
import { strict as assert } from "node:assert";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bestVariant, Core, type Variant } from "../src/core/core.js";
import { fieldOffsets, type Offsets } from "../src/core/matches.js";
import { type WallImage, writeWall } from "../src/core/wall.js";
import { writeWords } from "../src/core/writer.js";
import { type Firewall, type Hook, HOOKS } from "../src/model/netfilter.js";
import type { HookField } from "../src/model/packet.js";
import { parseFirewall } from "../src/state/firewall.js";
import { DEVICES, drawPackets, type GeneratedFirewall, generateFirewall, type Style, STYLES } from "./firewalls.js";
import { quartiles, type Quartiles, show } from "./stats.js";

const PACKETS = 4096;
const SMALL = 60;
const LARGE = 6000;

export interface SizeFigures {
  readonly rules: number;
  /** From text to the core's memory; milliseconds of processor time. */
  readonly load: Quartiles;
  /** Of the core's memory, indexes included. */
  readonly bytes: number;
  /** Nanoseconds of processor time that a packet takes through all chains of five hooks, searched and rule by rule. */
  readonly searched: Quartiles;
  readonly plain: Quartiles;
}

export interface MatchFigures {
  readonly style: Style;
  readonly small: SizeFigures;
  readonly large: SizeFigures;
  /** How many times a packet takes longer with the large firewall, from the medians of rounds that take turns. */
  readonly ratio: number;
}

/** Measures one style. Throws where searched and plain chains do not leave the same packets. */
export async function matchBench(style: Style, { seed, rounds, variant = bestVariant() }: { readonly seed: number; readonly rounds: number; readonly variant?: Variant }): Promise<MatchFigures> {
  const [small, large] = [await Subject.load(style, SMALL, seed, variant), await Subject.load(style, LARGE, seed, variant)];
  for (const subject of [small, large]) assert.equal(subject.checksum("searched"), subject.checksum("plain"), `${style}: searched chains disagree with plain ones`);
  for (let round = 0; round < rounds; round++) {
    for (const subject of [small, large]) subject.round();
  }
  const figures = [small.figures(), large.figures()] as const;
  return { style, small: figures[0], large: figures[1], ratio: figures[1].searched.median / figures[0].searched.median };
}

type Kind = "searched" | "plain";
const LOADS = 5;

/** One firewall in a core of its own. */
class Subject {
  readonly #times: Record<Kind, number[]> = { searched: [], plain: [] };
  readonly #probes: number;
  readonly #template: Uint8Array;
  readonly #bases: Readonly<Record<Kind, Readonly<Record<Hook, number>>>>;

  private constructor(readonly core: Core, readonly rules: number, readonly loads: readonly number[], readonly bytes: number, readonly walls: Readonly<Record<Kind, WallImage>>, packets: readonly Map<HookField, number>[]) {
    this.#bases = { searched: basesOf(core, walls.searched), plain: basesOf(core, walls.plain) };
    this.#probes = core.reserve(HOOKS.length * PACKETS * core.layout.ProbeAt.SIZE);
    const offsets = fieldOffsets(core);
    HOOKS.forEach((hook, h) => {
      packets.forEach((fields, i) => { write(core, offsets, this.#probes + (h * PACKETS + i) * core.layout.ProbeAt.SIZE, hook, fields); });
    });
    this.#template = core.bytes(this.#probes, HOOKS.length * PACKETS * core.layout.ProbeAt.SIZE).slice();
  }

  static async load(style: Style, rules: number, seed: number, variant: Variant): Promise<Subject> {
    const generated = generateFirewall(style, rules, seed);
    const core = await Core.load(variant);
    const start = core.mark();
    const loads: number[] = [];
    for (let i = 0; i < LOADS; i++) {
      core.rewind(start);
      const begun = process.cpuUsage();
      writeWall(core, read(generated), 4);
      loads.push(spent(begun) / 1000);
    }
    core.rewind(start);
    const firewall = read(generated);
    const searched = writeWall(core, firewall, 4);
    const bytes = core.mark() - start;
    const plain = writeWall(core, firewall, 4, { searched: false });
    return new Subject(core, generated.rules, loads, bytes, { searched, plain }, drawPackets(generated, PACKETS, seed + 1));
  }

  round(): void {
    this.#time("searched");
    this.#time("plain");
  }

  #time(kind: Kind): void {
    this.#reset();
    const begun = process.cpuUsage();
    this.#walk(kind);
    this.#times[kind].push((spent(begun) * 1000) / PACKETS);
  }

  #reset(): void {
    this.core.bytes(this.#probes, this.#template.length).set(this.#template);
  }

  #walk(kind: Kind): void {
    HOOKS.forEach((hook, h) => {
      const count = this.walls[kind].chains[hook].length;
      this.core.walkProbes(this.walls[kind].address, 0, this.#probes + h * PACKETS * this.core.layout.ProbeAt.SIZE, PACKETS, this.#bases[kind][hook], count);
    });
  }

  /** Over everything that is left of the packets. */
  checksum(kind: Kind): number {
    this.#reset();
    this.#walk(kind);
    return this.core.words(this.#probes, this.#template.length / 4).reduce((sum, word) => (Math.imul(sum, 31) + word) >>> 0, 0);
  }

  figures(): SizeFigures {
    return { rules: this.rules, load: quartiles(this.loads), bytes: this.bytes, searched: quartiles(this.#times.searched), plain: quartiles(this.#times.plain) };
  }
}

/** Microseconds of processor time: what else runs on the machine does not count. */
function spent(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

function read({ text }: GeneratedFirewall): Firewall {
  const { value, diagnostics } = parseFirewall({ saved: { 4: text, 6: null }, nft: null }, DEVICES.map((name, i) => ({ name, index: i + 1, ...LINK })));
  assert.deepEqual(diagnostics, []);
  return value;
}

const LINK = { mac: null, master: null, lower: null, kind: null, mtu: 1500, up: true, group: "default", data: {}, at: "link.json" } as const;

function basesOf(core: Core, { chains }: WallImage): Readonly<Record<Hook, number>> {
  const { prerouting, input, forward, output, postrouting } = chains;
  const at = (list: readonly number[]): number => writeWords(core, list);
  return { prerouting: at(prerouting), input: at(input), forward: at(forward), output: at(output), postrouting: at(postrouting) };
}

/** A hook's packets have its devices alone. */
const WITHOUT: Readonly<Record<Hook, HookField | null>> = { prerouting: "oif", input: "oif", forward: null, output: "iif", postrouting: "iif" };

function write(core: Core, offsets: Offsets, at: number, hook: Hook, fields: ReadonlyMap<HookField, number>): void {
  const { ProbeAt } = core.layout;
  const view = core.view();
  for (const name of ["sourceKnown", "entry", "entryMarkKnown", "directionKnown"] as const) view.setUint32(at + ProbeAt[name], 1, true);
  view.setUint32(at + ProbeAt.statusKnown, 0xffffffff, true);
  for (const [field, value] of fields) {
    if (field !== WITHOUT[hook]) view.setUint32(at + ProbeAt.packet + offsets[field], value, true);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seed: { type: "string", default: "1" }, rounds: { type: "string", default: "9" }, json: { type: "boolean", default: false } } });
  const [seed, rounds] = [Number(values.seed), Number(values.rounds)];
  for (const style of STYLES) {
    const figures = await matchBench(style, { seed, rounds });
    if (values.json) console.log(JSON.stringify(figures));
    else print(figures, seed, rounds);
  }
}

function print({ style, small, large, ratio }: MatchFigures, seed: number, rounds: number): void {
  console.log(`${style}: ${PACKETS} packets through five hooks, seed ${seed}, ${rounds} rounds; median (quartiles)`);
  for (const { rules, load, bytes, searched, plain } of [small, large]) {
    console.log(`  ${String(rules).padStart(5)} rules: loaded in ${show(load)} ms, ${(bytes / 1024).toFixed(0)} KB; ${show(searched)} ns a packet, rule by rule ${show(plain)} ns`);
  }
  console.log(`  ${ratio.toFixed(2)} times as long`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
