/** Chains as sets and chains packet by packet were written apart: every packet must lie in the end that the readable walk leads it to, and in no other. */
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Choices } from "../../src/explain/choices.js";
import { groundOf } from "../../src/explain/fib.js";
import { walkChain as walkReadably } from "../../src/explain/netfilter/chains.js";
import { openMatches, wallsOf } from "../../src/explain/netfilter/stages.js";
import type { Packet } from "../../src/explain/packet.js";
import { type Address, FAMILIES, type Family, formatAddress } from "../../src/model/address.js";
import { type Chain, chainsAt, type Firewall, type HookChain, HOOKS, type Rule, type Statement, type Step } from "../../src/model/netfilter.js";
import type { Node } from "../../src/model/node.js";
import { equals } from "../../src/model/packet.js";
import { Bdd, TRUE } from "../../src/proof/bdd.js";
import { type ChainEnd, type End, walkChain } from "../../src/proof/chains.js";
import type { Surroundings } from "../../src/proof/conditions.js";
import type { State } from "../../src/proof/flow.js";
import { mentionsOf } from "../../src/proof/mentions.js";
import { needsOf } from "../../src/proof/needs.js";
import { Space } from "../../src/proof/space.js";
import { readNode } from "../../src/state/node.js";
import { drawIptables } from "../lab/path/draw/iptables.js";
import { Draft } from "../lab/oracle/draft.js";
import { aNode } from "../support/nodes.js";
import { PacketDraw } from "../support/paths.js";
import { Draw, drawnFields, drawnFirewall } from "../support/rulesets.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";
import { packet as packetOf } from "../support/walks.js";
import { devicesAt, endsOf, endText, ENTRIES, leftIn, leftOf, memberOf, openOf, type Passing, placed, spaceFor, stateAt, transitOf } from "./passing.js";
import { aroundOf, aWorld, ruled } from "./worlds.js";

/** Runs of the readable walk for one packet, at most. */
const RUNS_MAX = 16;

/** Ends of walks that needed too many nodes. */
let limited = 0;

function isLimit({ end }: End): boolean {
  return end.kind === "unknown" && end.text.includes("decision diagram");
}

/** Compares the chains of a hook, one behind the other, for all packets that stand there. Returns how many ends were compared. */
function compare(node: Node, family: Family, passing: readonly Passing[], draw: (limit: number) => number, place: string, same: typeof only = only): number {
  const [first] = passing;
  if (first === undefined) return 0;
  const { firewall } = node;
  const space = spaceFor(firewall, family, node.links.length);
  const texts = [...new Set([...mentionsOf({ rules: { 4: [], 6: [] }, firewall }, family, null).unknown, ...needsOf(firewall, family).unknown])];
  const ground = groundOf(node, openMatches(firewall));
  const wall = wallsOf(firewall)[family];
  const bases = chainsAt(firewall, family, first.hook);
  const ends = walkHook(aroundOf(space, ground, passing.map(({ packet }) => packet)), bases, stateAt(space, first));
  let compared = 0;
  for (const one of passing) {
    let script: readonly number[] | null = [];
    for (let run = 0; script !== null && run < RUNS_MAX; run++) {
      const choices: Choices = new Choices(script);
      const fresh = transitOf(one, ground, wall, new Choices());
      const transit = transitOf(one, ground, wall, choices);
      const end = readably(bases, transit);
      script = choices.following();
      const member = memberOf(space, one, { fresh, transit }, choices, texts, draw);
      const mine = endsOf(space, ends, member);
      if (mine.some(isLimit)) {
        limited++;
        continue;
      }
      const said = mine.map((found) => (found.end.kind === "unknown" ? "unknown" : ended(found.end, leftIn(space, one, found.flow.state, member))));
      const wanted = end.kind === "unknown" ? "unknown" : ended(end, leftOf(space, transit));
      same(said, wanted, `${place}, run ${run}: ${formatAddress(one.packet.dst)} ${JSON.stringify({ ...one, packet: [...one.packet.open] })}`);
      compared++;
    }
  }
  return compared;
}

function only(said: readonly string[], wanted: string, message: string): void {
  assert.equal(said, [wanted], message);
}

/** Where the kernel takes one of a range. The readable walk forgets that a port alone may be what was translated. */
function among(said: readonly string[], wanted: string, message: string): void {
  const [ends, end] = [said, [wanted]].map((texts) => texts.map((text) => text.replace(/status \d+ /, "")));
  assert.ok(ends?.includes(end?.[0] ?? ""), `${message}: ${wanted} is not among ${said.join(" | ")}`);
}

/** Of a packet that is gone it does not matter which translations were settled. */
function ended(end: Parameters<typeof endText>[0], left: string): string {
  return `${endText(end)}, ${end.kind === "accept" ? left : left.replace(/settled .*/, "")}`;
}

function readably(bases: readonly HookChain[], transit: ReturnType<typeof transitOf>): ReturnType<typeof walkReadably> {
  for (const base of bases) {
    const end = walkReadably(base, transit);
    if (end.kind !== "accept") return end;
  }
  return { kind: "accept" };
}

function walkHook(around: Surroundings, bases: readonly HookChain[], state: State): End[] {
  let flows = [{ guard: TRUE, state }];
  const gone: End[] = [];
  for (const base of bases) {
    const ends = walkChain(around, base, flows);
    gone.push(...ends.filter(({ end }) => end.kind !== "accept"));
    flows = ends.filter(({ end }) => end.kind === "accept").map(({ flow }) => flow);
  }
  return [...gone, ...flows.map((flow): End => ({ flow, end: { kind: "accept" } }))];
}

/** Words that a packet of this family leaves unused are 0. */
function addressIn(fields: ReturnType<typeof drawnFields>, family: Family, end: "src" | "dst"): Address {
  const word = (i: 0 | 1 | 2 | 3): number => (family === 4 && i > 0 ? 0 : (fields.get(`${end}${i}`) ?? 0));
  return { family, words: [word(0), word(1), word(2), word(3)] };
}

function drawnPassing(draw: Draw, family: Family, place: Pick<Passing, "hook" | "iif" | "oif">): Passing {
  const fields = drawnFields(draw, family);
  const value = (field: "mark" | "ctState" | "ctDirection" | "ctStatus" | "ctMark"): number => fields.get(field) ?? 0;
  const packet: Packet = {
    ...packetOf(family === 4 ? "dst=192.0.2.1" : "dst=2001:db8::1"), origin: draw.pick(["local", "forward"] as const), open: openOf(fields),
    src: addressIn(fields, family, "src"), dst: addressIn(fields, family, "dst"), mark: value("mark"), isMarked: true,
  };
  const kind = draw.pick(["some", "some", ...ENTRIES] as const);
  return { ...place, packet, entry: { kind, state: value("ctState"), direction: value("ctDirection"), status: value("ctStatus"), mark: value("ctMark") } };
}

/** Compares a node's hooks with packets of its own text. */
function compareNode(node: Node, of: number, count: number, same: typeof only = only): number {
  const draw = new Draw(of);
  const packets = new PacketDraw(node, random(of));
  const drawn = Array.from({ length: count }, () => packets.next());
  let compared = 0;
  for (const family of FAMILIES) {
    for (const hook of HOOKS) {
      if (!chainsAt(node.firewall, family, hook).some(({ chain }) => chain.rules.length > 0)) continue;
      const place = devicesAt(draw, hook, node.links.length);
      const mine = drawn.filter((packet) => packet.family === family).map((packet) => placed(packet, place, draw));
      compared += compare(node, family, mine, (limit) => draw.below(limit), `seed ${of}, IPv${family} ${hook}`, same);
    }
  }
  return compared;
}

test("firewalls that nobody would write: each packet is where the readable walk leads it, with the same rewrites", () => {
  const start = seed();
  let compared = 0;
  for (let round = 0; round < 45; round++) {
    const of = start + round, draw = new Draw(of);
    const firewall = drawnFirewall(draw, { lengths: [0, 3, 8], unknowns: round % 3 === 0 ? 0 : 40 });
    const node = { ...aNode(), firewall };
    const family = draw.pick(FAMILIES);
    for (const hook of HOOKS) {
      const place = { ...devicesAt(draw, hook, 3) };
      compared += compare(node, family, draw.many(14, () => drawnPassing(draw, family, place)), (limit) => draw.below(limit), `seed ${of}, IPv${family} ${hook}`);
    }
  }
  console.log(`drawn firewalls: ${compared} ends compared, ${limited} ends of walks that need too many nodes`);
  assert.ok(compared > 2000 && limited < compared / 6);
});

test("rulesets of iptables, translations among them", () => {
  const start = seed();
  let compared = 0;
  for (let round = 0; round < 45; round++) compared += compareNode(ruled(aWorld(), drawIptables(new Draft(start + round))), start + round, 40);
  console.log(`iptables rulesets: ${compared} ends compared`);
  assert.ok(compared > 3500);
});

test("translations to ranges: what the readable walk takes is among the ends", () => {
  const start = seed();
  let compared = 0;
  for (let round = 0; round < 30; round++) {
    const widened = drawIptables(new Draft(start + round)).filter((rule) => rule.includes(" nat ") || rule.includes(" raw ")).map((rule) => rule
      .replace(/(--to-\S+ \d+\.\d+\.\d+\.)(\d+)/, (_, words: string, last: string) => `${words}${last}-${words.split(" ")[1] ?? ""}${Number(last) + 3}`)
      .replace(/(:|--to-ports )(\d+)$/, (_, word: string, port: string) => `${word}${port}-${Number(port) + 5000}`));
    compared += compareNode(ruled(aWorld(), widened), start + round, 12, among);
  }
  console.log(`ranges: ${compared} ends compared`);
  assert.ok(compared > 400);
});

test("what fw3 and Gluon loaded on real nodes", async () => {
  let compared = 0;
  for (const name of ["ipv4-ntp-leak", "late-mark", "mesh-default-lost"]) {
    compared += compareNode(await readNode(fileURLToPath(new URL(`../../examples/${name}/state`, import.meta.url))), seed(), 60);
  }
  console.log(`recorded nodes: ${compared} ends compared`);
  assert.ok(compared > 200);
});

function chainOf(rules: readonly (readonly Step[])[], others: ReadonlyMap<string, Chain> = new Map()): HookChain {
  const made = rules.map((steps, i): Rule => ({ steps, text: `rule ${i}`, comment: null, at: `nft.json#${i}` }));
  const chain = { name: "OUTPUT", base: { hook: "output", type: "filter", priority: 0, policy: "accept" }, rules: made, at: "nft.json" } as const;
  return { table: { backend: "iptables", family: "ip", name: "mangle", chains: new Map([["OUTPUT", chain], ...others]), at: "" }, chain, base: chain.base };
}

function firewallOf({ table }: HookChain): Firewall {
  return { tables: [table], complete: { 4: true, 6: true }, others: [] };
}

/** Ends of a chain for everything that could exist. */
function endsFor(base: HookChain, limit = 1 << 20): { readonly space: Space; readonly ends: End[] } {
  const firewall = firewallOf(base);
  const [mentions, needs] = [mentionsOf({ rules: { 4: [], 6: [] }, firewall }, 4, null), needsOf(firewall, 4)];
  const bdd = new Bdd(limit);
  const space = new Space({ family: 4, matches: [...mentions.matches, ...needs.matches], unknown: [...mentions.unknown, ...needs.unknown], choices: new Map([["entry", ENTRIES]]), facts: [], devices: 3 }, bdd);
  const around: Surroundings = { space, typeOf: () => "open", masquerade: () => [{ when: TRUE, to: "drop" }], addressesOf: () => [] };
  return { space, ends: walkChain(around, base, [{ guard: TRUE, state: stateAt(space, { hook: "output", iif: 0, oif: 1 }) }]) };
}

function holding(field: "dport" | "dst0" | "src0" | "mark" | "sport", value: number): Step {
  return { kind: "condition", rows: [{ matches: [equals(field, value)], unknown: null }], not: false, text: "" };
}

function endsIn(kind: ChainEnd["kind"], ends: readonly End[]): readonly End[] {
  return ends.filter(({ end }) => end.kind === kind);
}

test("a chain that needs more nodes than there are ends in unknown, named, and the arena can be used again", () => {
  const draw = new Draw(seed());
  const { space, ends } = endsFor(chainOf(draw.many(400, () => [holding("dst0", draw.below(2 ** 32)), holding("src0", draw.below(2 ** 32)), { kind: draw.pick(["accept", "drop"] as const) }])), 3000);
  assert.is(ends.length, 1);
  const [only] = ends;
  assert.ok(only?.end.kind === "unknown" && only.end.text.startsWith("mangle OUTPUT: "), JSON.stringify(only?.end));
  assert.is(only.flow.guard, TRUE);
  assert.is(space.bdd.and(space.matchSet(equals("dport", 53)), space.matchSet(equals("dport", 54))), 0);
});

test("marks do not split flows: after a hundred rules that mark there is one flow, and rules behind see the new mark", () => {
  const rules = Array.from({ length: 100 }, (_, i): Step[] => [holding("dport", i), { kind: "mark", target: "mark", markBits: 0, ctMarkBits: 0, value: i }]);
  const { space, ends } = endsFor(chainOf([...rules, [holding("mark", 7), { kind: "drop" }]]));
  assert.is(endsIn("accept", ends).length, 1);
  const dropped = endsIn("drop", ends)[0]?.flow.guard ?? 0;
  assert.ok(space.bdd.includes(dropped, space.matchSet(equals("dport", 7))));
  assert.is(space.bdd.and(dropped, space.matchSet(equals("dport", 8))), 0);
});

test("a packet that returns before a rule that marks keeps its mark", () => {
  const called: Chain = {
    name: "called", base: null, at: "", rules: [
      { steps: [holding("dport", 53), { kind: "return" }], text: "", comment: null, at: "" },
      { steps: [{ kind: "mark", target: "mark", markBits: 0, ctMarkBits: 0, value: 1 }], text: "", comment: null, at: "" },
    ],
  };
  const { space, ends } = endsFor(chainOf([[{ kind: "jump", chain: "called" }], [holding("mark", 1), { kind: "drop" }]], new Map([["called", called]])));
  const marked = space.bdd.or(space.bdd.not(space.matchSet(equals("dport", 53))), space.matchSet(equals("mark", 1)));
  assert.is(endsIn("drop", ends)[0]?.flow.guard, marked);
});

test("of a range of addresses each is possible, of a large one none is told", () => {
  const to = (last: number): Statement => ({ kind: "dnat", to: { first: { family: 4, words: [1, 0, 0, 0] }, last: { family: 4, words: [last, 0, 0, 0] } }, ports: null, flags: [] });
  const small = endsFor(chainOf([[to(3)]])).ends.map(({ flow: { state } }) => state.dst?.words[0] ?? 9).sort((a, b) => a - b);
  // Where no entry is, and where the address lies in the range already, it stays.
  assert.equal(small, [1, 2, 3, 9, 9]);
  assert.is(endsIn("unknown", endsFor(chainOf([[to(300)]])).ends).length, 1);
});

test("six thousand rules take their time once", () => {
  const draw = new Draw(1);
  const before = performance.now();
  const { ends } = endsFor(chainOf(draw.many(6000, () => [holding("dst0", draw.below(2 ** 32)), holding("dport", draw.below(1000)), { kind: draw.pick(["accept", "drop"] as const) }])), 1 << 22);
  console.log(`6,000 rules: ${Math.round(performance.now() - before)} ms`);
  assert.equal(ends.map(({ end }) => end.kind).sort(), ["accept", "drop"]);
});

test.run();
