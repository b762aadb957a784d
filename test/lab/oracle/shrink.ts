/** The fewest lines of a configuration that still disagree in the same way. */
import type { Configuration } from "./space.js";
import type { Subject } from "./subject.js";
import { conduct, type Disagreement, kindOf, type Trial, weigh } from "./trial.js";

export interface Shrunk {
  readonly trial: Trial;
  readonly disagreement: Disagreement;
}

/** Halves first, then single lines, the last ones first. Null: the question alone does not disagree, what was asked before it matters. */
export async function shrink(program: string, subject: Subject, configuration: Configuration, { query, ...rest }: Disagreement): Promise<Shrunk | null> {
  const kind = kindOf({ query, ...rest });
  const attempt = async (lines: Configuration): Promise<Shrunk | null> => {
    const trial = conduct(program, lines, () => [query]);
    const [disagreement] = (await weigh(trial, subject)).disagreements;
    return disagreement !== undefined && kindOf(disagreement) === kind ? { trial, disagreement } : null;
  };
  let best = await attempt(configuration);
  for (let size = configuration.length >> 1; best !== null && size >= 1; size >>= 1) {
    for (let at: number = best.trial.configuration.length - size; at >= 0; at -= size) {
      const lines: Configuration = best.trial.configuration;
      best = (await attempt([...lines.slice(0, at), ...lines.slice(at + size)])) ?? best;
    }
  }
  return best;
}
