/** Runs inside the sandbox: asks this kernel about every quirk, and about a few drawn configurations, and writes what it says to test/vectors/fib. */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, furnish } from "../sandbox.js";
import { questionsFor } from "./questions.js";
import { QUIRKS } from "./quirks/quirks.js";
import { GROUND } from "./quirks/quirk.js";
import type { Configuration } from "./space.js";
import { draw, STYLE_NAMES } from "./styles.js";
import { conduct, type Trial } from "./trial.js";
import { vectorOf } from "./vector.js";

/** Few enough for the vectors to stay small. */
const SAMPLES = 50;
const SEED = 4711;
const FOLDER = new URL("../../vectors/fib/", import.meta.url);

furnish();
const program = compile(fileURLToPath(new URL("getroute.c", import.meta.url)));
// What hunt.ts found is not drawn again.
for (const file of readdirSync(FOLDER)) if (!file.startsWith("telling-")) rmSync(new URL(file, FOLDER));
const write = (name: string, says: string, trial: Trial): void => {
  const { lookups, ...head } = vectorOf(says, trial);
  const lines = lookups.map((lookup) => JSON.stringify(lookup)).join(",\n");
  writeFileSync(new URL(`${name}.json`, FOLDER), `${JSON.stringify(head).slice(0, -1)},"lookups":[\n${lines}\n]}\n`);
};
/** A trial whose answers are no echoes of each other (campaign.ts): each is what the kernel says to the question alone. */
function conductFirst(configuration: Configuration, seed: number): Trial {
  const trial = conduct(program, configuration, ({ node }) => questionsFor(node, SAMPLES, seed).queries);
  const same = trial.queries.map((query, i) => JSON.stringify(conduct(program, configuration, () => [query]).answers[0]) === JSON.stringify(trial.answers[i]));
  return { ...trial, queries: trial.queries.filter((_, i) => same[i]), answers: trial.answers.filter((_, i) => same[i]) };
}

for (const { name, says, lines, queries } of QUIRKS) write(name, says, conduct(program, [...GROUND, ...lines], () => queries));
for (const [i, style] of STYLE_NAMES.entries()) {
  write(`style-${style}`, `a drawn node, style ${style}`, conductFirst(draw(style, SEED + i), SEED + i));
}
console.log(`${QUIRKS.length} quirks and ${STYLE_NAMES.length} styles recorded`);
