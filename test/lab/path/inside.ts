/** The first process of the sandbox: takes a campaign's options as JSON, and tells what came of it. */
import { fileURLToPath } from "node:url";
import { isObject, own } from "../../../src/state/values.js";
import { compile, furnish } from "../sandbox.js";
import { type CampaignOptions, runCampaign } from "./campaign.js";
import { LossReader } from "./losses.js";
import { SUBJECTS } from "./subject.js";

const told: unknown = JSON.parse(process.argv[2] ?? "{}");
if (!isObject(told)) throw new Error("options are an object");
const out = own(told, "out");
const options: CampaignOptions = {
  seed: Number(own(told, "seed")), rulesets: Number(own(told, "rulesets")), packets: Number(own(told, "packets")), shrunkMax: Number(own(told, "shrunkMax")),
  ...(typeof out === "string" ? { out } : {}),
};
const subject = SUBJECTS[String(own(told, "subject"))];
if (subject === undefined) throw new Error(`subjects are ${Object.keys(SUBJECTS).join(", ")}`);

furnish();
const tools = { program: compile(fileURLToPath(new URL("tools/probe.c", import.meta.url))), losses: new LossReader() };
const { packets, answers, disagreements, shrunk, leftOut, ends } = await runCampaign(tools, subject, options);
const total = (tally: ReadonlyMap<string, number>): number => [...tally.values()].reduce((sum, count) => sum + count, 0);
const counts = (tally: ReadonlyMap<string, number>): string => [...tally].sort((a, b) => b[1] - a[1]).map(([key, count]) => `${key} ${count}`).join(", ");
for (const { trial: { setup }, disagreement: { packet, observed, told: replies, sent } } of shrunk) {
  console.log([...setup.lines, `# ${setup.backend}`, ...setup.rules, ...setup.listeners.map((listener) => `# listen ${listener}`), JSON.stringify(packet)].join("\n"));
  if (sent !== packet) console.log(`sent   ${JSON.stringify(sent)}`);
  console.log(`kernel ${JSON.stringify(observed)}\ntold   ${JSON.stringify(replies)}`);
}
for (const [kind, count] of disagreements) console.log(`${count} times ${kind}`);
console.log(`ends: ${counts(ends)}`);
console.log(`${options.rulesets} rulesets, ${packets} packets (and ${answers} of the kernel), ${total(disagreements)} disagreements, ${total(leftOut)} left out (${counts(leftOut) || "none"})`);
process.exitCode = total(disagreements) === 0 ? 0 : 1;
