/** The recorded answers of a kernel, asked of one build of the core. */
import { readdirSync, readFileSync } from "node:fs";
import type { Core } from "../../src/core/core.js";
import { lookup } from "../../src/core/lookup.js";
import { differences } from "../lab/oracle/answer.js";
import { type Scene, sceneOf } from "../lab/oracle/scene.js";
import { parseVector, stateOfVector, type Vector } from "../lab/oracle/vector.js";

const FOLDER = new URL("../vectors/fib/", import.meta.url);

export interface Recorded {
  readonly file: string;
  readonly vector: Vector;
  readonly scene: Scene;
}

export function recorded(): Recorded[] {
  return readdirSync(FOLDER).sort().map((file) => {
    const vector = parseVector(readFileSync(new URL(file, FOLDER), "utf8"));
    return { file, vector, scene: sceneOf(stateOfVector(vector)) };
  });
}

/** Where the core does not say what the kernel said; empty: it does, in this vector. Throws when the core traps. */
export async function wrongAnswers(core: Core, { vector, scene }: Recorded): Promise<string[]> {
  const mark = core.mark();
  try {
    const { answers } = await lookup(scene.node, { core, localTable: scene.localTable });
    const told = answers(vector.lookups.map(({ query }) => query));
    return vector.lookups.flatMap(({ query, answer }, i) => {
      const mine = told[i];
      if (mine === undefined || "schema" in mine) return [`${JSON.stringify(query)}: no answer, but ${JSON.stringify(mine)}`];
      return differences(answer, mine).length === 0 ? [] : [`${JSON.stringify(query)}: the kernel ${JSON.stringify(answer)}, the core ${JSON.stringify(mine)}`];
    });
  } finally {
    core.rewind(mark);
  }
}
