/** The first process of the sandbox: takes a campaign's options as JSON, and tells what came of it. */
import { fileURLToPath } from "node:url";
import type { Walk } from "../../../src/model/walk.js";
import { isObject, own } from "../../../src/state/values.js";
import { LossReader } from "../path/losses.js";
import { compile, furnish } from "../sandbox.js";
import { type CampaignOptions, runCampaign, type Tally } from "./campaign.js";
import { askKernel } from "./kernel.js";
import type { Shrunk } from "./shrink.js";

const told: unknown = JSON.parse(process.argv[2] ?? "{}");
if (!isObject(told)) throw new Error("options are an object");
const number = (key: string): number => Number(own(told, key));
const options: CampaignOptions = { seed: number("seed"), drawn: number("drawn"), standing: number("standing"), packets: number("packets"), shrunkMax: number("shrunkMax"), print: own(told, "print") === true };

const begin = Date.now();
furnish();
const tools = { program: compile(fileURLToPath(new URL("../path/tools/probe.c", import.meta.url))), losses: new LossReader() };
const result = runCampaign(tools, options);

for (const one of result.examples) tell(one.outcome.by, one);
for (const one of result.shrunk) tell("different", one);
list("rules left out on both sides", result.rulesLeftOut);
list("packets not compared", result.leftOut);
list("packets that the kernel itself treats differently", result.kernel);
list("differences", result.differences);
const seconds = Math.round((Date.now() - begin) / 1000);
console.log(`${result.rulesets} rulesets of both families, ${result.rules} rules, ${result.packets} packets: ${result.same} walk alike, ${total(result.kernel)} differ in the kernel itself, ${total(result.differences)} differ otherwise, ${total(result.leftOut)} not compared; ${total(result.rulesLeftOut)} rules left out; ${seconds} s`);
process.exitCode = total(result.differences) === 0 ? 0 : 1;

function total(tally: Tally): number {
  return [...tally.values()].reduce((sum, count) => sum + count, 0);
}

function list(title: string, tally: Tally): void {
  if (tally.size > 0) console.log([`${title}:`, ...[...tally].sort((a, b) => b[1] - a[1]).map(([key, count]) => `  ${count} ${key}`)].join("\n"));
}

function tell(title: string, { ruleset, translation, asking, outcome }: Shrunk): void {
  const rules = Object.values(translation.saved).flatMap((text) => text.split("\n")).filter((each) => each.startsWith("-A "));
  console.log([`${title}, ${ruleset.name}, ${outcome.part}: ${JSON.stringify({ ...asking.line, entry: asking.entry })}`, ...rules.map((rule) => `  ${rule}`), ...translation.lines.filter((each) => each.startsWith("add rule")).map((rule) => `  ${rule}`)].join("\n"));
  console.log(`  iptables ${endOf(outcome.iptables)}\n  nft      ${endOf(outcome.nft)}`);
  const truth = askKernel(tools, ruleset, translation, asking);
  if (truth !== null) console.log(`  kernel, iptables ${JSON.stringify(truth.iptables)}\n  kernel, nft      ${JSON.stringify(truth.nft)}`);
}

function endOf({ disposition, egress, error, entry, cases }: Walk): string {
  return JSON.stringify({ disposition, egress, error, entry, cases: cases?.map(({ when, disposition: end, egress: way, error: why }) => ({ when, disposition: end, egress: way, error: why })) });
}
