/** The wasm core's lookup as a subject. */
import { Core } from "../../../src/core/core.js";
import { lookup } from "../../../src/core/lookup.js";
import type { Answer } from "./answer.js";
import type { Query } from "./query.js";
import type { Scene } from "./scene.js";

let loaded: Promise<Core> | null = null;

export const CORE = {
  answer: async ({ node, localTable }: Scene, queries: readonly Query[]): Promise<readonly Answer[]> => {
    loaded ??= Core.load();
    const core = await loaded;
    const mark = core.mark();
    try {
      const { answers } = await lookup(node, { core, localTable });
      return answers(queries).map((answer): Answer => ("schema" in answer ? { error: "no answer" } : answer));
    } finally {
      core.rewind(mark);
    }
  },
};
