/** Starts test programs and listens to what they print. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Whether a command is installed. */
export function has(command: string): boolean {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).error === undefined;
}

export interface Program {
  readonly child: ChildProcess;
  /** The next line of its output as JSON; null at its end. */
  line(): Promise<unknown>;
}

/** Runs `reading.ts` with these arguments; `stdin` is a pipe, or an open file. */
export function reading(args: readonly string[], stdin: "pipe" | number = "pipe"): Program {
  const script = fileURLToPath(new URL("reading.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { stdio: [stdin, "pipe", "inherit"] });
  const lines = linesOf(child.stdout);
  return {
    child,
    async line() {
      const step = await lines.next();
      const said: unknown = step.done === true ? null : JSON.parse(step.value);
      return said;
    },
  };
}

async function* linesOf(output: AsyncIterable<unknown> | null): AsyncGenerator<string, undefined> {
  let text = "";
  for await (const chunk of output ?? []) {
    text += String(chunk);
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      yield text.slice(0, end);
      text = text.slice(end + 1);
    }
  }
  return undefined;
}
