/** The first process of the oracle's sandbox: takes a campaign's options as JSON, and tells what came of it. */
import { fileURLToPath } from "node:url";
import { isObject, own } from "../../../src/state/values.js";
import { compile, furnish } from "../sandbox.js";
import { type CampaignOptions, runCampaign } from "./campaign.js";
import { SUBJECTS } from "./subject.js";
import { vectorOf } from "./vector.js";

const told: unknown = JSON.parse(process.argv[2] ?? "{}");
if (!isObject(told)) throw new Error("options are an object");
const style = own(told, "style");
const options: CampaignOptions = {
  seed: Number(own(told, "seed")), configurations: Number(own(told, "configurations")), lookups: Number(own(told, "lookups")), shrunkMax: Number(own(told, "shrunkMax")),
  ...(typeof style === "string" ? { style } : {}),
};
const subject = SUBJECTS[String(own(told, "subject"))];
if (subject === undefined) throw new Error(`subjects are ${Object.keys(SUBJECTS).join(", ")}`);

furnish();
const program = compile(fileURLToPath(new URL("getroute.c", import.meta.url)));
const { questions, among, disagreements, leftOut, kinds, shrunk } = await runCampaign(program, subject, options);
const counts = (tally: ReadonlyMap<string, number>): string => [...tally].sort((a, b) => b[1] - a[1]).map(([key, count]) => `${key} ${count}`).join(", ");
for (const one of shrunk) {
  if (!("trial" in one)) {
    console.log(`not alone, only behind other questions: ${JSON.stringify(one)}`);
    continue;
  }
  console.log([...one.trial.configuration, JSON.stringify(one.disagreement.query), `kernel ${JSON.stringify(one.disagreement.kernel)}`, `told   ${JSON.stringify(one.disagreement.told)}`].join("\n"));
  console.log(`vector ${JSON.stringify(vectorOf("a disagreement", one.trial))}`);
}
for (const [kind, count] of disagreements) console.log(`${count} times ${kind}`);
console.log(`answers: ${counts(kinds)}`);
console.log(`left out: ${counts(leftOut)}`);
const total = (tally: ReadonlyMap<string, number>): number => [...tally.values()].reduce((sum, count) => sum + count, 0);
console.log(`${options.configurations} configurations, ${questions} questions, ${total(disagreements)} disagreements, ${among} among, ${total(leftOut)} left out`);
process.exitCode = total(disagreements) === 0 ? 0 : 1;
