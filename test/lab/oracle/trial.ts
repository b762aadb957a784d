/** One configuration in a namespace of its own: its state, questions, and the kernel's answers. */
import { run } from "../sandbox.js";
import { type Answer, differences, isAmong } from "./answer.js";
import { askKernel } from "./kernel.js";
import type { Query } from "./query.js";
import { REFERENCE } from "./reference.js";
import { metaOf, type Scene, sceneOf, type State } from "./scene.js";
import { build, type Configuration, destroy, isSame, stateOf } from "./space.js";
import type { Subject } from "./subject.js";

const SPACE = "oracle";
/** A bridge finds its carrier within a second. */
const TRIES = 40;

export interface Trial {
  readonly configuration: Configuration;
  readonly state: State;
  readonly scene: Scene;
  readonly queries: readonly Query[];
  readonly answers: readonly Answer[];
}

/** `program` is getroute.c, compiled. The state is the same before and after the questions. */
export function conduct(program: string, configuration: Configuration, ask: (scene: Scene) => readonly Query[]): Trial {
  build(SPACE, configuration);
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      const before = stateOf(SPACE);
      const state = { ...before, "meta.json": metaOf(probe(program)) };
      const scene = sceneOf(state);
      const queries = ask(scene);
      const answers = askKernel(program, SPACE, queries);
      if (isSame(before, stateOf(SPACE))) return { configuration, state, scene, queries, answers };
      run("sleep", ["0.05"]);
    }
  } finally {
    destroy(SPACE);
  }
  throw new Error("the state does not come to rest");
}

/** Only a split kernel says `local` of an address of its own. */
function probe(program: string): Scene["localTable"] {
  const [answer] = askKernel(program, SPACE, [{ family: 4, dst: "127.0.0.1" }]);
  return answer !== undefined && !("error" in answer) && answer.table === 255 ? "split" : "merged";
}

export interface Disagreement {
  readonly query: Query;
  readonly kernel: Answer;
  readonly told: Answer;
  readonly parts: readonly string[];
}

export interface Outcome {
  readonly disagreements: readonly Disagreement[];
  /** Answers that leave a choice to the kernel. */
  readonly among: number;
  /** Undetermined answers to questions that the readable walk leaves open too, between answers of which one is the kernel's. */
  readonly open: number;
}

export async function weigh(trial: Trial, subject: Subject): Promise<Outcome> {
  const all = await subject.answer(trial.scene, trial.queries);
  const disagreements = trial.queries.flatMap((query, i): Disagreement[] => {
    const [kernel, told] = [trial.answers[i] ?? NO_ANSWER, all[i] ?? NO_ANSWER];
    const parts = isOpen(trial.scene, query, kernel, told) ? [] : differences(kernel, told);
    return parts.length === 0 ? [] : [{ query, kernel, told, parts }];
  });
  const open = trial.queries.filter((query, i) => isOpen(trial.scene, query, trial.answers[i] ?? NO_ANSWER, all[i] ?? NO_ANSWER)).length;
  return { disagreements, among: all.filter(isAmong).length, open };
}

/** `among` knows next hops of one prefix only; where a next hop that the kernel chooses decides on more (suppress_ifgroup), the answer is undetermined. */
function isOpen(scene: Scene, query: Query, kernel: Answer, told: Answer): boolean {
  if (!("error" in told) || told.error !== "undetermined") return false;
  const [walked] = REFERENCE.answer(scene, [query]);
  return walked !== undefined && "others" in walked && differences(kernel, walked).length === 0;
}

const NO_ANSWER: Answer = { error: "no answer" };

/** What two disagreements have in common when they are of one kind. */
export function kindOf({ query, kernel, told, parts }: Disagreement): string {
  const way = (answer: Answer): string => ("error" in answer ? answer.error : answer.type);
  return `IPv${query.family} ${query.iif === undefined ? "output" : "input"} ${parts.join("+")}: kernel ${way(kernel)}, told ${way(told)}`;
}
