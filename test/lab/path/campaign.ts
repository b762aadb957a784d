/** Many setups of all backends, each with many packets. Runs inside the sandbox. */
import { Draft } from "../oracle/draft.js";
import { differences, isUnseenReject, kindOf, type Told } from "./compare.js";
import { drawPackets } from "./draw/packets.js";
import { drawSetup } from "./draw/setup.js";
import { keep } from "./keep.js";
import { BACKENDS } from "./ruleset.js";
import { shrink } from "./shrink.js";
import type { Subject } from "./subject.js";
import { conduct, Refused, type Tools, type Trial } from "./trial.js";
import type { PathPacket, Sighting } from "./words.js";

export interface CampaignOptions {
  readonly seed: number;
  readonly rulesets: number;
  readonly packets: number;
  /** Kinds of disagreements that are shrunk. */
  readonly shrunkMax: number;
  /** Where every trial is kept as a folder; absent: nowhere. */
  readonly out?: string;
}

export interface Disagreement extends Sighting {
  /** The packet that was sent: itself, or what the kernel answered. */
  readonly sent: PathPacket;
  readonly told: readonly Told[];
  readonly kind: string;
}

export interface CampaignResult {
  readonly packets: number;
  readonly answers: number;
  /** Kind -> how often. */
  readonly disagreements: ReadonlyMap<string, number>;
  readonly shrunk: readonly { readonly trial: Trial; readonly disagreement: Disagreement }[];
  /** What was drawn and not compared, by reason. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** Where packets ended. */
  readonly ends: ReadonlyMap<string, number>;
}

/** Seeds of two campaigns never meet. */
const SEEDS_APART = 1_000_003;

export async function runCampaign(tools: Tools, subject: Subject, options: CampaignOptions): Promise<CampaignResult> {
  const tallies = { disagreements: new Map<string, number>(), leftOut: new Map<string, number>(), ends: new Map<string, number>() };
  const shrunk: { trial: Trial; disagreement: Disagreement }[] = [];
  let [packets, answers] = [0, 0];
  for (let i = 0; i < options.rulesets; i++) {
    const backend = BACKENDS[i % BACKENDS.length] ?? "nft";
    const number = options.seed * SEEDS_APART + i;
    const setup = drawSetup(backend, number, subject.bare);
    let trial: Trial;
    try {
      trial = conduct(tools, setup, drawPackets(new Draft(number), options.packets));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      add(tallies.leftOut, `${backend} refuses: ${/Error: .*|line \d+.*/.exec(error.message)?.[0] ?? error.message}`, options.packets);
      continue;
    }
    if (options.out !== undefined) keep(`${options.out}/${String(i).padStart(4, "0")}-${backend}`, trial);
    packets += options.packets;
    answers += trial.sightings.length - options.packets + trial.leftOut;
    if (trial.leftOut > 0) add(tallies.leftOut, "the kernel limits its route errors", trial.leftOut);
    for (const { packet, observed } of trial.sightings) add(tallies.ends, endOf(packet, observed));
    const weighed = await weigh(trial, subject);
    for (const reason of weighed.leftOut) add(tallies.leftOut, reason);
    for (const one of weighed.disagreements) {
      if (!tallies.disagreements.has(one.kind) && shrunk.length < options.shrunkMax) shrunk.push(await shrink(tools, subject, trial, one));
      add(tallies.disagreements, one.kind);
    }
  }
  return { packets, answers, shrunk, ...tallies };
}

/** Compares all sightings of a trial with what a subject tells. */
export async function weigh({ setup, state, sightings }: Trial, subject: Subject): Promise<{ readonly disagreements: readonly Disagreement[]; readonly leftOut: readonly string[] }> {
  const replies = await subject.answer(state, sightings.map(({ packet }) => packet));
  const leftOut: string[] = [];
  const [marks, translates] = [/--save-mark|CONNMARK --set|ct mark set/, /NAT|MASQUERADE|REDIRECT|dnat|snat|masquerade|redirect/].map((words) => setup.rules.some((rule) => words.test(rule)));
  const disagreements = sightings.flatMap(({ packet, observed }, i): Disagreement[] => {
    const reply = replies[i] ?? [];
    if ("leftOut" in reply) {
      leftOut.push(reply.leftOut);
      return [];
    }
    const cause = packet.answerTo === undefined ? undefined : sightings[packet.answerTo];
    const reason = observed.call === "bind" ? "the address is refused to the socket" : cause !== undefined && (marks === true || (translates === true && isTranslated(cause, { packet, observed }))) ? "what conntrack remembers of the flow counts" : null;
    if (reason !== null) {
      leftOut.push(reason);
      return [];
    }
    const parts = reply.map((told) => differences(observed, told));
    const fitting = reply.filter((_, at) => parts[at]?.length === 0);
    if (fitting.length > 0 && fitting.every((told) => isUnseenReject(observed, told))) leftOut.push("told to be rejected, no answer was seen");
    if (fitting.length > 0) return [];
    const [first = { disposition: "no answer", egress: null }] = reply;
    return [{ packet, observed, sent: cause?.packet ?? packet, told: reply, kind: `${packet.origin} IPv${packet.family} ${kindOf(observed, first, parts[0] ?? ["answer"])}` }];
  });
  return { disagreements, leftOut };
}

/** Whether NAT may have had its hand in a flow, which the answer's own fields do not tell: the cause or the answer came out otherwise than it was, or the cause is lost. */
function isTranslated(cause: Sighting, answer: Sighting): boolean {
  return cause.observed.lost !== undefined || [cause, answer].some(({ packet, observed: { egress, delivered } }) => {
    const seen = egress ?? delivered;
    return seen !== undefined && (["src", "dst", "sport", "dport"] as const).some((part) => packet[part] !== undefined && packet[part] !== seen[part]);
  });
}

function endOf({ origin }: PathPacket, { disposition, lost, error }: Sighting["observed"]): string {
  if (lost === undefined) return `${origin} ${disposition}`;
  return `${origin} ${disposition} ${lost.inside ? "in" : "after"} ${lost.place}${lost.reason === undefined ? "" : ` ${lost.reason}`}${error === undefined ? "" : ` ${error}`}`;
}

function add(tally: Map<string, number>, key: string, count = 1): void {
  tally.set(key, (tally.get(key) ?? 0) + count);
}
