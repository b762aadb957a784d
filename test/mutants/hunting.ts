/** Runs inside the sandbox: asks this kernel, and keeps the questions that a surviving mutant answers wrongly. Writes test/vectors/fib/telling-*.json. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Core } from "../../src/core/core.js";
import { lookup } from "../../src/core/lookup.js";
import { isObject, own } from "../../src/state/values.js";
import { compile, furnish } from "../lab/sandbox.js";
import { type Answer, differences } from "../lab/oracle/answer.js";
import type { Query } from "../lab/oracle/query.js";
import { questionsFor } from "../lab/oracle/questions.js";
import { draw, STYLE_NAMES } from "../lab/oracle/styles.js";
import { conduct, type Trial } from "../lab/oracle/trial.js";
import { vectorOf } from "../lab/oracle/vector.js";

interface Mutant {
  readonly name: string;
  readonly core: Core;
}

/** Which questions of a trial a core answers otherwise than the kernel. */
async function wrong(core: Core, trial: Trial): Promise<number[]> {
  const mark = core.mark();
  try {
    const { answers } = await lookup(trial.scene.node, { core, localTable: trial.scene.localTable });
    return answers(trial.queries).flatMap((mine, i) => ("schema" in mine || differences(trial.answers[i] ?? { error: "" }, mine).length > 0 ? [i] : []));
  } catch {
    return trial.queries.map((_, i) => i);
  } finally {
    core.rewind(mark);
  }
}

/** Only these questions of a trial. */
function part(trial: Trial, kept: readonly number[]): Trial {
  const chosen = <T>(list: readonly T[]): T[] => kept.flatMap((i) => list.slice(i, i + 1));
  return { ...trial, queries: chosen(trial.queries), answers: chosen(trial.answers) };
}

/** The first of these questions that this kernel answers alike when nothing was asked before it. */
function confirmed(program: string, trial: Trial, candidates: readonly number[]): number | null {
  for (const i of candidates.slice(0, 5)) {
    const query: Query | undefined = trial.queries[i];
    const answer: Answer | undefined = trial.answers[i];
    if (query === undefined || answer === undefined) continue;
    if (JSON.stringify(conduct(program, trial.configuration, () => [query]).answers[0]) === JSON.stringify(answer)) return i;
  }
  return null;
}

furnish();
const told: unknown = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
if (!isObject(told)) throw new Error("options are an object");
const number = (key: string): number => Number(own(told, key));
const listed = own(told, "survivors");
const open: Mutant[] = [];
for (const one of Array.isArray(listed) ? listed.filter(isObject) : []) open.push({ name: String(own(one, "name")), core: await Core.load("release", readFileSync(String(own(one, "path")))) });
const sound = await Core.load("release");
const program = compile(fileURLToPath(new URL("../lab/oracle/getroute.c", import.meta.url)));
const total = open.length;
let written = 0;
for (let i = 0; i < number("configs") && open.length > 0; i++) {
  const style = STYLE_NAMES[i % STYLE_NAMES.length] ?? "";
  const seed = number("seed") * 7_919 + i;
  const trial = conduct(program, draw(style, seed), ({ node }) => questionsFor(node, number("lookups"), seed).queries);
  const unsound = new Set(await wrong(sound, trial));
  const kept = new Set<number>();
  for (const mutant of [...open]) {
    const caught = (await wrong(mutant.core, trial)).filter((at) => !unsound.has(at));
    const question = caught.find((at) => kept.has(at)) ?? confirmed(program, trial, caught);
    if (question === null) continue;
    kept.add(question);
    open.splice(open.indexOf(mutant), 1);
    console.log(`${mutant.name}: ${JSON.stringify(trial.queries[question])}`);
  }
  if (kept.size === 0) continue;
  const { lookups, ...head } = vectorOf(`questions to a drawn node, style ${style}, that tell a wrong comparison from the right one`, part(trial, [...kept].sort((a, b) => a - b)));
  const lines = lookups.map((entry) => JSON.stringify(entry)).join(",\n");
  writeFileSync(new URL(`../vectors/fib/telling-${number("seed")}-${i}.json`, import.meta.url), `${JSON.stringify(head).slice(0, -1)},"lookups":[\n${lines}\n]}\n`);
  written++;
}
for (const { name } of open) console.log(`still alive: ${name}`);
console.log(`${total} survivors, ${total - open.length} told apart by ${written} vectors, ${open.length} not`);
