/** The fewest rules, lines and sockets of a setup that still disagree in the same way. */
import type { Subject } from "./subject.js";
import { conduct, Refused, type Setup, type Tools, type Trial } from "./trial.js";
import { type Disagreement, weigh } from "./weigh.js";

interface Found {
  readonly trial: Trial;
  readonly disagreement: Disagreement;
}

const PARTS = ["rules", "lines", "listeners"] as const;

/** Halves first, then single lines, the last ones first. */
export async function shrink(tools: Tools, subject: Subject, trial: Trial, disagreement: Disagreement): Promise<Found> {
  const attempt = async (setup: Setup): Promise<Found | null> => {
    try {
      const again = conduct(tools, setup, [disagreement.sent]);
      const same = (await weigh(again, subject)).disagreements.find(({ kind }) => kind === disagreement.kind);
      return same === undefined ? null : { trial: again, disagreement: same };
    } catch (error) {
      // Without this line the rest is nothing that the tools take.
      if (error instanceof Refused) return null;
      throw error;
    }
  };
  let best = (await attempt(trial.setup)) ?? { trial, disagreement };
  for (const part of PARTS) {
    for (let size = Math.max(1, best.trial.setup[part].length >> 1); size >= 1; size >>= 1) {
      for (let at = best.trial.setup[part].length - size; at >= 0; at -= size) {
        const lines = best.trial.setup[part];
        const fewer: Setup = { ...best.trial.setup, [part]: [...lines.slice(0, at), ...lines.slice(at + size)] };
        best = (await attempt(fewer)) ?? best;
      }
    }
  }
  return best;
}
