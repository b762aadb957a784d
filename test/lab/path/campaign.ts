/** Many setups of all backends, each with many packets. Runs inside the sandbox. */
import { Draft } from "../oracle/draft.js";
import { drawPackets } from "./draw/packets.js";
import { drawSetup } from "./draw/setup.js";
import { keep } from "./keep.js";
import { BACKENDS } from "./ruleset.js";
import { shrink } from "./shrink.js";
import type { Subject } from "./subject.js";
import { conduct, Refused, type Tools, type Trial } from "./trial.js";
import { type Disagreement, weigh } from "./weigh.js";
import type { PathPacket, Sighting } from "./words.js";

export interface CampaignOptions {
  readonly seed: number;
  /** How many are drawn; with `seconds` the fewest. */
  readonly rulesets: number;
  readonly packets: number;
  /** Kinds of disagreements that are shrunk. */
  readonly shrunkMax: number;
  /** Draws on until so much time is used. */
  readonly seconds?: number;
  /** Which part of the rulesets, of how many that run side by side; the parts of a seed never meet. */
  readonly part?: number;
  readonly parts?: number;
  /** Where every trial is kept as a folder; absent: nowhere. */
  readonly out?: string;
}

export type Tally = Map<string, number>;

export interface CampaignResult {
  /** Of the campaign's own; the kernel's are `answers`. */
  packets: number;
  answers: number;
  /** Those that were loaded, by backend. */
  readonly rulesets: Tally;
  /** Kind -> how often. */
  readonly disagreements: Tally;
  /** `number`: of the ruleset among those of the seed, before it was shrunk. */
  readonly shrunk: { readonly number: number; readonly trial: Trial; readonly disagreement: Disagreement }[];
  /** What was drawn and not compared, by reason. */
  readonly leftOut: Tally;
  /** What was compared with several answers, by what they hang on. */
  readonly open: Tally;
  /** Told to be answered where no answer was seen, by who sent it. */
  readonly unseen: Tally;
  /** Where packets ended. */
  readonly ends: Tally;
}

/** Seeds of two campaigns never meet. */
const SEEDS_APART = 1_000_003;

export async function runCampaign(tools: Tools, subject: Subject, options: CampaignOptions): Promise<CampaignResult> {
  const result: CampaignResult = { packets: 0, answers: 0, rulesets: new Map(), disagreements: new Map(), shrunk: [], leftOut: new Map(), open: new Map(), unseen: new Map(), ends: new Map() };
  const { part = 0, parts = 1, seconds = 0 } = options;
  const until = Date.now() + seconds * 1000;
  for (let i = part; i < options.rulesets || Date.now() < until; i += parts) {
    const backend = BACKENDS[i % BACKENDS.length] ?? "nft";
    const seed = options.seed * SEEDS_APART + i;
    const setup = drawSetup(backend, seed, subject.bare);
    try {
      const trial = conduct(tools, setup, drawPackets(new Draft(seed), options.packets));
      add(result.rulesets, backend);
      if (options.out !== undefined) keep(`${options.out}/${String(i).padStart(4, "0")}-${backend}`, trial);
      await count(trial, i, tools, subject, options, result);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      add(result.leftOut, `${backend} refuses the rules: ${/Error: .*|line \d+.*/.exec(error.message)?.[0] ?? error.message}`, options.packets);
    }
  }
  return result;
}

async function count(trial: Trial, number: number, tools: Tools, subject: Subject, { packets, shrunkMax }: CampaignOptions, result: CampaignResult): Promise<void> {
  const { sightings, leftOut } = trial;
  result.packets += packets;
  result.answers += sightings.length - packets + leftOut;
  if (leftOut > 0) add(result.leftOut, "the kernel limits its route errors", leftOut);
  for (const { packet, observed } of sightings) add(result.ends, endOf(packet, observed));
  const weighed = await weigh(trial, subject);
  for (const key of ["leftOut", "open", "unseen"] as const) for (const reason of weighed[key]) add(result[key], reason);
  for (const one of weighed.disagreements) {
    if (!result.disagreements.has(one.kind) && result.shrunk.length < shrunkMax) result.shrunk.push({ number, ...(await shrink(tools, subject, trial, one)) });
    add(result.disagreements, one.kind);
  }
}

function endOf({ origin }: PathPacket, { disposition, lost, error }: Sighting["observed"]): string {
  if (lost === undefined) return `${origin} ${disposition}`;
  return `${origin} ${disposition} ${lost.inside ? "in" : "after"} ${lost.place}${lost.reason === undefined ? "" : ` ${lost.reason}`}${error === undefined ? "" : ` ${error}`}`;
}

function add(tally: Tally, key: string, more = 1): void {
  tally.set(key, (tally.get(key) ?? 0) + more);
}
