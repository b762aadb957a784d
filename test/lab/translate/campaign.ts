/** Many rulesets, each with many packets. Runs inside the sandbox. */
import type { FlowView, Walk } from "../../../src/model/walk.js";
import { Draft } from "../oracle/draft.js";
import type { Tools } from "../path/trial.js";
import { type Asking, drawLater, drawLine } from "./packets.js";
import { drawn, type Ruleset, standing } from "./rulesets.js";
import { type Differing, type Outcome, Sides } from "./sides.js";
import { shrink, type Shrunk } from "./shrink.js";
import { translate } from "./translator.js";

export interface CampaignOptions {
  readonly seed: number;
  /** Drawn ones, behind those that stand. */
  readonly drawn: number;
  /** Of those that are not drawn, the first ones. */
  readonly standing: number;
  readonly packets: number;
  /** Kinds of differences that are shrunk. */
  readonly shrunkMax: number;
  /** Every packet that differs is printed, not only one of each kind. */
  readonly print: boolean;
}

export type Tally = Map<string, number>;

export interface CampaignResult {
  readonly rulesets: number;
  readonly rules: number;
  readonly packets: number;
  readonly same: number;
  /** Packets that the kernel itself treats differently, by fact and ruleset, with one of each. */
  readonly kernel: Tally;
  readonly examples: readonly Shrunk[];
  readonly differences: Tally;
  readonly shrunk: readonly Shrunk[];
  /** Packets that were not compared, by reason. */
  readonly leftOut: Tally;
  /** Rules that stand on neither side, by reason. */
  readonly rulesLeftOut: Tally;
}

/** Seeds of two campaigns never meet. */
const SEEDS_APART = 1_000_003;

export function runCampaign(tools: Tools, options: CampaignOptions): CampaignResult {
  const tallies = { kernel: new Map<string, number>(), differences: new Map<string, number>(), leftOut: new Map<string, number>(), rulesLeftOut: new Map<string, number>() };
  const [examples, shrunk]: [Shrunk[], Shrunk[]] = [[], []];
  let [rulesets, rules, packets, same] = [0, 0, 0, 0];
  for (const ruleset of all(tools, options)) {
    const translation = translate(ruleset.texts);
    for (const { why } of translation.leftOut) add(tallies.rulesLeftOut, why);
    const sides = new Sides(ruleset, translation);
    if (sides.unread.length > 0) throw new Error(`${ruleset.name}: ${sides.unread.join("; ")}`);
    for (const { asking, outcome } of walks(sides, new Draft(options.seed * SEEDS_APART + rulesets), options.packets)) {
      if (outcome.kind === "same") same++;
      if (outcome.kind === "refused") add(tallies.leftOut, outcome.why);
      if (outcome.kind === "vague") add(tallies.leftOut, "too many combinations of unknown values, or of sources that nobody gave");
      if (outcome.kind !== "kernel" && outcome.kind !== "different") continue;
      if (options.print) console.log(lineOf(ruleset, asking, outcome));
      if (outcome.kind === "kernel") add(tallies.kernel, `${outcome.by}: ${ruleset.name}`, () => examples.push(shrink(ruleset, translation, asking, outcome)));
      else add(tallies.differences, `${kindOf(asking)} ${outcome.part}`, () => { if (shrunk.length < options.shrunkMax) shrunk.push(shrink(ruleset, translation, asking, outcome)); });
    }
    rulesets++;
    rules += translation.rules;
    packets += options.packets;
  }
  return { rulesets, rules, packets, same, examples, shrunk, ...tallies };
}

interface Walked {
  readonly asking: Asking;
  readonly outcome: Outcome;
}

/** As many packets as are wanted that can be compared, and with them those that cannot: at most as many again. A packet may be followed by a later one of its flow. */
function* walks(sides: Sides, draft: Draft, wanted: number): Generator<Walked> {
  let later: Asking | null = null;
  for (let [drawn, compared] = [0, 0]; compared < wanted && drawn < 2 * wanted; drawn++) {
    const asking: Asking = later ?? { line: drawLine(draft, sides.values) };
    const outcome = sides.ask(asking);
    if (outcome.kind !== "refused" && outcome.kind !== "vague") compared++;
    const entry: FlowView | undefined = outcome.kind === "same" && later === null ? outcome.iptables.entry : undefined;
    later = entry !== undefined && draft.once(4) ? drawLater(draft, asking.line, entry, sides.values) : null;
    yield { asking, outcome };
  }
}

/** One line of JSON. */
function lineOf({ name }: Ruleset, { line, entry }: Asking, { kind, by, part, iptables, nft }: Differing): string {
  const fate = ({ disposition, egress, error }: Walk): unknown => ({ disposition, egress, error });
  return JSON.stringify({ kind, by, part, ruleset: name, packet: { ...line, entry }, iptables: fate(iptables), nft: fate(nft) });
}

function* all(tools: Tools, options: CampaignOptions): Generator<Ruleset> {
  yield* standing().slice(0, options.standing);
  for (let i = 0; i < options.drawn; i++) yield drawn(tools, options.seed, i);
}

function kindOf({ line: { origin, family }, entry }: Asking): string {
  return `${String(origin)} IPv${String(family)}${entry === undefined ? "" : " of a flow"}`;
}

/** `first` is done when the key is new. */
function add(tally: Tally, key: string, first?: () => void): void {
  const count = tally.get(key) ?? 0;
  if (count === 0) first?.();
  tally.set(key, count + 1);
}
