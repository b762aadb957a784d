/** Runs inside the sandbox: observes every fact, and a few drawn rulesets of each backend, and writes what was seen to test/vectors/path. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Draft } from "../oracle/draft.js";
import { compile, furnish } from "../sandbox.js";
import { drawPackets } from "./draw/packets.js";
import { drawSetup } from "./draw/setup.js";
import { FACTS, setupsOf } from "./facts/facts.js";
import { LossReader } from "./losses.js";
import { BACKENDS } from "./ruleset.js";
import { summaries } from "./summary.js";
import { conduct, Refused, type Trial } from "./trial.js";
import { textOfVector, vectorOf } from "./vector.js";

/** Few enough for the vectors to stay small. */
const SAMPLES = 20;
const DRAWN = 3;
const SEED = 4711;
const FOLDER = new URL("../../vectors/path/", import.meta.url);

furnish();
const tools = { program: compile(fileURLToPath(new URL("tools/probe.c", import.meta.url))), losses: new LossReader() };
if (!existsSync(FOLDER)) mkdirSync(FOLDER);
const written = new Set<string>();
const write = (name: string, says: string, trials: readonly Trial[]): void => {
  written.add(`${name}.json`);
  writeFileSync(new URL(`${name}.json`, FOLDER), textOfVector(vectorOf(says, trials)));
};

let wrong = 0;
for (const fact of FACTS) {
  const trials = setupsOf(fact).map((setup) => conduct(tools, setup, fact.packets));
  for (const { setup: { backend }, sightings } of trials) {
    const wanted = backend === "nft" ? (fact.nftFates ?? fact.fates) : fact.fates;
    summaries(sightings).forEach((line, i) => {
      if (line === wanted[i]) return;
      wrong++;
      console.log(`${fact.name}, ${backend}, packet ${i}: "${wanted[i] ?? "nothing"}" is expected, "${line}" was seen`);
    });
  }
  write(fact.name, fact.says, trials);
}

let drawn = 0;
for (const [at, backend] of BACKENDS.entries()) {
  for (let kept = 0, seed = SEED + 1000 * at; kept < DRAWN; seed++) {
    try {
      write(`drawn-${backend}-${kept + 1}`, `a drawn ruleset for ${backend}`, [conduct(tools, drawSetup(backend, seed, false), drawPackets(new Draft(seed), SAMPLES))]);
      kept++;
      drawn++;
    } catch (error) {
      // The seed is passed over: nft and iptables know combinations that make no sense to them.
      if (!(error instanceof Refused)) throw error;
    }
  }
}
for (const file of readdirSync(FOLDER)) if (!written.has(file)) rmSync(new URL(file, FOLDER));
console.log(`${FACTS.length} facts and ${drawn} drawn rulesets recorded, ${wrong} fates are not the expected ones`);
process.exitCode = wrong === 0 ? 0 : 1;
