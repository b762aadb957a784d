/** The recorded answers of a kernel, and answers about text that nobody understood, asked of one build of the core. */
import { readdirSync, readFileSync } from "node:fs";
import type { Core } from "../../src/core/core.js";
import type { LookupAnswer } from "../../src/core/answers.js";
import { lookup } from "../../src/core/lookup.js";
import { isObject, own, ownText } from "../../src/state/values.js";
import { differences } from "../lab/oracle/answer.js";
import type { Query } from "../lab/oracle/query.js";
import { type Scene, sceneOf } from "../lab/oracle/scene.js";
import { parseVector, stateOfVector } from "../lab/oracle/vector.js";

const FOLDER = new URL("../vectors/fib/", import.meta.url);
/** Made by hand: no kernel has rules and routes that this project cannot read. */
const UNKNOWN = new URL("../vectors/unknown/", import.meta.url);

interface Asked {
  readonly query: Query;
  /** What it should be; null: the answer is right. */
  readonly wrong: (told: LookupAnswer) => string | null;
}

export interface Recorded {
  readonly file: string;
  readonly says: string;
  readonly scene: Scene;
  readonly asked: readonly Asked[];
}

export function recorded(): Recorded[] {
  const read = (folder: URL, make: (file: string, text: string) => Recorded): Recorded[] => readdirSync(folder).sort().map((file) => make(file, readFileSync(new URL(file, folder), "utf8")));
  return [...read(FOLDER, ofKernel), ...read(UNKNOWN, ofHand)];
}

/** One of the kernel's choices is right wherever the state leaves one. */
function ofKernel(file: string, text: string): Recorded {
  const vector = parseVector(text);
  const asked = vector.lookups.map(({ query, answer }): Asked => ({
    query, wrong: (told) => ("schema" in told || differences(answer, told).length > 0 ? `the kernel ${JSON.stringify(answer)}` : null),
  }));
  return { file, says: vector.says, scene: sceneOf(stateOfVector(vector)), asked };
}

/** The same answer in every word, its place and its members too. */
function ofHand(file: string, text: string): Recorded {
  const json: unknown = JSON.parse(text);
  const [state, lookups] = isObject(json) ? [own(json, "state"), own(json, "lookups")] : [null, null];
  if (!isObject(json) || !isObject(state) || !Array.isArray(lookups)) throw new Error(`${file} is no vector`);
  const asked = lookups.filter(isObject).map((row): Asked => {
    const expected = JSON.stringify(own(row, "answer"));
    return { query: queryOf(own(row, "query")), wrong: (told) => (JSON.stringify(told) === expected ? null : `expected ${expected}`) };
  });
  const files = Object.entries(state).map(([name, value]): [string, string] => [name, typeof value === "string" ? value : JSON.stringify(value)]);
  return { file, says: ownText(json, "says") ?? "", scene: sceneOf(Object.fromEntries(files)), asked };
}

function queryOf(row: unknown): Query {
  if (!isObject(row)) throw new Error("query is missing");
  const numbers = ["mark", "uid", "ipproto", "sport", "dport", "tos"].flatMap((key) => (own(row, key) === undefined ? [] : [[key, Number(own(row, key))] as const]));
  const texts = ["src", "oif", "iif"].flatMap((key) => (own(row, key) === undefined ? [] : [[key, String(own(row, key))] as const]));
  return { family: own(row, "family") === 4 ? 4 : 6, dst: String(own(row, "dst")), ...Object.fromEntries(numbers), ...Object.fromEntries(texts) };
}

/** Where the core does not say what it should; empty: it does, in this vector. Throws when the core traps. */
export async function wrongAnswers(core: Core, { scene, asked }: Recorded): Promise<string[]> {
  const mark = core.mark();
  try {
    const { answers } = await lookup(scene.node, { core, localTable: scene.localTable });
    const told = answers(asked.map(({ query }) => query));
    return asked.flatMap(({ query, wrong }, i) => {
      const mine = told[i];
      const expected = mine === undefined ? "no answer" : wrong(mine);
      return expected === null ? [] : [`${JSON.stringify(query)}: ${expected}, the core ${JSON.stringify(mine)}`];
    });
  } finally {
    core.rewind(mark);
  }
}
