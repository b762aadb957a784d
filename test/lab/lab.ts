/**
 * `npm run lab [-- NAME... --out DIR --jobs N --keep --list]`: plays scenarios on a node made of network namespaces, and holds wanproof against what truly happened.
 * Exit status 0: everything agreed; 1: something did not, or the lab itself failed; 3: something could not be tried here, and nothing failed.
 */
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { kernelRelease, lackingFeature, obstacle } from "./features.js";
import { outcomeOf } from "./outcome.js";
import type { Outcome } from "./run.js";
import type { Scenario } from "./scenario.js";
import { SCENARIOS } from "./scenarios.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string" }, jobs: { type: "string" }, keep: { type: "boolean" }, list: { type: "boolean" } },
});

process.exitCode = await main();

async function main(): Promise<number> {
  if (values.list === true) {
    for (const { name, about } of SCENARIOS) process.stdout.write(`${name.padEnd(26)}${about}\n`);
    return 0;
  }
  const unknown = positionals.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0) return refused(`there is no scenario ${unknown.join(", ")}; --list names them`, 2);
  const why = obstacle();
  if (why !== null) return refused(`the lab cannot run: ${why}`, 3);
  const chosen = positionals.length === 0 ? SCENARIOS : SCENARIOS.filter(({ name }) => positionals.includes(name));
  const out = values.out === undefined ? undefined : resolve(values.out);
  if (out !== undefined) mkdirSync(out, { recursive: true });
  // Most of a scenario is waiting, so twice as many as there are cores go at once; one kept open stands alone.
  const jobs = values.keep === true ? 1 : Number(values.jobs ?? 2 * availableParallelism());
  process.stdout.write(`Linux ${kernelRelease()}, ${chosen.length} scenarios, ${jobs} at a time\n`);
  const tally = { passed: 0, failed: 0, skipped: 0 };
  const queue = [...chosen];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) tally[await play(next, out)]++;
  };
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, worker));
  process.stdout.write(`${tally.passed} scenarios as they should be, ${tally.failed} not, ${tally.skipped} skipped\n`);
  return tally.failed > 0 ? 1 : tally.skipped > 0 ? 3 : 0;
}

function refused(text: string, status: number): number {
  process.stderr.write(`${text}\n`);
  return status;
}

async function play(scenario: Scenario, out: string | undefined): Promise<"passed" | "failed" | "skipped"> {
  const lacking = lackingFeature(scenario.needs ?? []);
  if (lacking !== null) {
    process.stdout.write(`skipped ${scenario.name}: this kernel has no ${lacking}\n`);
    return "skipped";
  }
  const outcome = await outcomeOf(scenario, { ...(out === undefined ? {} : { out }), keep: values.keep ?? false });
  process.stdout.write(shown(outcome));
  return outcome.problems.length + outcome.labErrors.length > 0 ? "failed" : "passed";
}

function shown({ scenario, labErrors, problems, frames, egress, seconds }: Outcome): string {
  const good = labErrors.length + problems.length === 0;
  const left = Object.entries(egress).map(([cause, packets]) => `${cause} ${packets}`).join(", ");
  const lines = [...labErrors.map((text) => `lab error: ${text}`), ...problems];
  return `${good ? "ok     " : "FAILED "} ${scenario.padEnd(26)}${seconds.toFixed(1).padStart(5)} s  ${frames} frames; left on the WAN: ${left}\n${lines.map((line) => `        ${line}\n`).join("")}`;
}
