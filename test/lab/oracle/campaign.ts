/** Many configurations of all styles, each with many questions. Runs inside the sandbox. */
import { withoutEchoes } from "./echo.js";
import { questionsFor } from "./questions.js";
import { type Shrunk, shrink } from "./shrink.js";
import { draw, STYLE_NAMES } from "./styles.js";
import type { Subject } from "./subject.js";
import { conduct, type Disagreement, kindOf, weigh } from "./trial.js";
import type { Scene } from "./scene.js";
import type { Query } from "./query.js";
import type { Answer } from "./answer.js";

export interface CampaignOptions {
  readonly seed: number;
  readonly configurations: number;
  readonly lookups: number;
  /** Empty: all, one after another. */
  readonly style?: string;
  /** Kinds of disagreements that are shrunk. */
  readonly shrunkMax: number;
}

export interface CampaignResult {
  readonly questions: number;
  readonly among: number;
  /** Kind -> how often; first the style. */
  readonly disagreements: ReadonlyMap<string, number>;
  readonly shrunk: readonly (Shrunk | Disagreement)[];
  /** What was drawn and not asked, by reason. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** Answers by their kind: error name or type. */
  readonly kinds: ReadonlyMap<string, number>;
}

export async function runCampaign(program: string, subject: Subject, options: CampaignOptions): Promise<CampaignResult> {
  const tallies = { disagreements: new Map<string, number>(), leftOut: new Map<string, number>(), kinds: new Map<string, number>() };
  const shrunk: (Shrunk | Disagreement)[] = [];
  let [questions, among] = [0, 0];
  for (let i = 0; i < options.configurations; i++) {
    const style = options.style ?? STYLE_NAMES[i % STYLE_NAMES.length] ?? "";
    const number = options.seed * SEEDS_APART + i;
    let leftOut: ReadonlyMap<string, number> = new Map();
    const trial = conduct(program, draw(style, number), (scene: Scene): readonly Query[] => {
      const asked = questionsFor(scene.node, options.lookups, number);
      leftOut = asked.leftOut;
      return asked.queries;
    });
    const outcome = await weigh(trial, subject);
    questions += trial.queries.length;
    among += outcome.among;
    for (const [reason, count] of leftOut) add(tallies.leftOut, reason, count);
    for (const answer of trial.answers) add(tallies.kinds, kindOfAnswer(answer));
    const [real, cached] = await withoutEchoes(program, subject, trial.configuration, outcome.disagreements);
    if (outcome.open > 0) add(tallies.leftOut, OPEN, outcome.open);
    if (cached > 0) add(tallies.leftOut, CACHED, cached);
    for (const one of real) {
      const kind = kindOf(one);
      const fresh = ![...tallies.disagreements.keys()].some((key) => key.endsWith(kind));
      if (fresh && shrunk.length < options.shrunkMax) shrunk.push((await shrink(program, subject, trial.configuration, one)) ?? one);
      add(tallies.disagreements, `${style}: ${kind}`);
    }
  }
  return { questions, among, shrunk, ...tallies };
}

const OPEN = "undetermined, between answers of which one is the kernel's";
const CACHED = "echo of an earlier lookup";
/** Seeds of two campaigns never meet. */
const SEEDS_APART = 1_000_003;

function kindOfAnswer(answer: Answer): string {
  return "error" in answer ? answer.error : answer.type;
}

function add(tally: Map<string, number>, key: string, count = 1): void {
  tally.set(key, (tally.get(key) ?? 0) + count);
}
