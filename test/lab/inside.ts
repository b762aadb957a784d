/** First process of a sandbox: plays one scenario and says what came of it, as one line of JSON on stdout.  inside.ts NAME [--out DIR] [--keep] [--promise JSON] */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { folderFor, keepLogs, type Outcome, play } from "./run.js";
import { furnish, SCRATCH } from "./sandbox.js";
import type { Found } from "./scenario.js";
import { SCENARIOS } from "./scenarios.js";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: "string" }, keep: { type: "boolean" }, promise: { type: "string" } } });

async function main(): Promise<void> {
  const scenario = SCENARIOS.find(({ name }) => name === positionals[0]);
  if (scenario === undefined) throw new Error(`there is no scenario ${positionals[0] ?? ""}`);
  furnish();
  const folder = folderFor(values.out ?? `${SCRATCH}/out`, scenario);
  const outcome = await play({ ...scenario, found: promised() ?? scenario.found }, folder).catch((error: unknown): Outcome => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { scenario: scenario.name, problems: [], labErrors: [text], frames: 0, egress: {}, seconds: 0 };
  });
  keepLogs(folder);
  if (values.keep === true) await hold(folder);
  process.stdout.write(`${JSON.stringify(outcome)}\n`, () => { process.exit(0); });
}

function promised(): Found | null {
  const told: unknown = values.promise === undefined ? null : JSON.parse(values.promise);
  return isFound(told) ? told : null;
}

function isFound(told: unknown): told is Found {
  return typeof told === "object" && told !== null && "result" in told && "causes" in told && "findings" in told;
}

/** Everything still runs, but for the captures: time to look around. */
async function hold(folder: string): Promise<void> {
  process.stderr.write(`The lab stands; files are in ${folder}. Another shell gets in, and onto the node, by:
  nsenter --all --target "$(pgrep -f 'inside.ts ${positionals[0] ?? ""}' | tail -n 1)" nsenter --net=/run/netns/node bash
Press Enter to take it down.\n`);
  await once(process.stdin, "data");
}

await main();
