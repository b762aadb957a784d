/** The first process of the sandbox: takes a campaign's options as JSON, and tells what came of it. */
import { release } from "node:os";
import { fileURLToPath } from "node:url";
import { isObject, own } from "../../../src/state/values.js";
import { compile, furnish } from "../sandbox.js";
import { type CampaignOptions, runCampaign, type Tally } from "./campaign.js";
import { LossReader } from "./losses.js";
import { SUBJECTS } from "./subject.js";

const told: unknown = JSON.parse(process.argv[2] ?? "{}");
if (!isObject(told)) throw new Error("options are an object");
const out = own(told, "out");
const options: CampaignOptions = {
  seed: Number(own(told, "seed")), rulesets: Number(own(told, "rulesets")), packets: Number(own(told, "packets")), shrunkMax: Number(own(told, "shrunkMax")),
  seconds: Number(own(told, "seconds") ?? 0), part: Number(own(told, "part") ?? 0), parts: Number(own(told, "parts") ?? 1), ...(typeof out === "string" ? { out } : {}),
};
const subject = SUBJECTS[String(own(told, "subject"))];
if (subject === undefined) throw new Error(`subjects are ${Object.keys(SUBJECTS).join(", ")}`);

furnish();
const began = Date.now();
const tools = { program: compile(fileURLToPath(new URL("tools/probe.c", import.meta.url))), losses: new LossReader() };
const { packets, answers, rulesets, disagreements, shrunk, leftOut, open, unseen, ends } = await runCampaign(tools, subject, options);
const total = (tally: Tally): number => [...tally.values()].reduce((sum, count) => sum + count, 0);
const counts = (tally: Tally): string => [...tally].sort((a, b) => b[1] - a[1]).map(([key, count]) => `${key} ${count}`).join(", ") || "none";
const rows = (tally: Tally): string => [...tally].sort((a, b) => b[1] - a[1]).map(([key, count]) => `\n  ${count} ${key}`).join("");

for (const { number, trial: { setup }, disagreement: { packet, observed, told: replies, sent } } of shrunk) {
  console.log(`# --seed ${options.seed} --packets ${options.packets} --rulesets ${number + 1} --part ${number} --parts ${number + 1} draws it alone`);
  console.log([...setup.lines, `# ${setup.backend}`, ...setup.rules, ...setup.listeners.map((listener) => `# listen ${listener}`), JSON.stringify(packet)].join("\n"));
  if (sent !== packet) console.log(`sent   ${JSON.stringify(sent)}`);
  console.log(`kernel ${JSON.stringify(observed)}\ntold   ${JSON.stringify(replies)}`);
}
for (const [kind, count] of disagreements) console.log(`${count} times ${kind}`);
console.log(`ends: ${counts(ends)}`);
console.log(`${total(open)} with several answers, of which one was seen:${rows(open)}`);
console.log(`${total(unseen)} told to be answered, no answer was seen: ${counts(unseen)}`);
console.log(`${total(leftOut)} left out:${rows(leftOut)}`);
console.log(`seed ${options.seed}, ${Math.round((Date.now() - began) / 1000)} s, Linux ${release()}: ${total(rulesets)} rulesets (${counts(rulesets)}), ${packets} packets (and ${answers} of the kernel), ${total(disagreements)} disagreements`);
process.exitCode = total(disagreements) === 0 ? 0 : 1;
