/** Plays one scenario in a sandbox of its own, from outside. */
import { fileURLToPath } from "node:url";
import type { Outcome } from "./run.js";
import { startSandbox } from "./sandbox.js";
import type { Found, Scenario } from "./scenario.js";

const INSIDE = fileURLToPath(new URL("inside.ts", import.meta.url));

export interface Wishes {
  /** Keep the state, captures and truth in a folder of this name below `out`. */
  readonly out?: string;
  /** Another promise than the scenario's own: what a test of the lab itself expects to fail. */
  readonly promise?: Found;
  /** Leave the lab standing until somebody presses Enter. */
  readonly keep?: boolean;
}

/** What came of a scenario; a sandbox that died without a word is a lab error. */
export async function outcomeOf(scenario: Scenario, { out, keep, promise }: Wishes = {}): Promise<Outcome> {
  const args = [scenario.name, ...(out === undefined ? [] : ["--out", out]), ...(keep === true ? ["--keep"] : []), ...(promise === undefined ? [] : ["--promise", JSON.stringify(promise)])];
  const child = startSandbox(INSIDE, { args, output: "pipe", stdin: keep === true ? "inherit" : "ignore" });
  let said = "", errors = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => { said += chunk; });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
    if (keep === true) process.stderr.write(chunk);
  });
  const ended = await new Promise<string>((resolve) => {
    child.on("close", (code, signal) => { resolve(signal ?? `exit status ${code}`); }).on("error", (error) => { resolve(error.message); });
  });
  return readOutcome(said) ?? { scenario: scenario.name, problems: [], labErrors: [`the sandbox ended with ${ended}: ${errors.trim()}`], frames: 0, egress: {}, seconds: 0 };
}

function readOutcome(said: string): Outcome | null {
  const line = said.trim().split("\n").at(-1) ?? "";
  if (!line.startsWith("{")) return null;
  const told: unknown = JSON.parse(line);
  return isOutcome(told) ? told : null;
}

function isOutcome(told: unknown): told is Outcome {
  return typeof told === "object" && told !== null && "scenario" in told && "problems" in told && "labErrors" in told;
}
