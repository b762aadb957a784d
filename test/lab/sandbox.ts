/**
 * A world of its own for tests that need a real kernel: private network, mount and process namespaces. Whatever is made inside (network namespaces, daemons,
 * files below /run) is gone when the first process inside ends, however it ends: nothing has to be cleaned up, so nothing can be forgotten.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** Where files of a sandbox live: memory only it can see. */
export const SCRATCH = "/run/lab";

export interface SandboxOptions {
  /** Words for the script. */
  readonly args?: readonly string[];
  readonly stdin?: "inherit" | "ignore" | "pipe";
  /** `pipe` for whoever wants to read what the script says. */
  readonly output?: "inherit" | "pipe";
}

/** Starts a script (a path of a TypeScript file) as the first process of a new sandbox. It dies with this process. Needs root on Linux. */
export function startSandbox(script: string, options: SandboxOptions = {}): ChildProcess {
  const output = options.output ?? "inherit";
  const unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"];
  const node = [process.execPath, ...process.execArgv, script, ...(options.args ?? [])];
  // The parent may be killed: then the kernel kills unshare, and unshare's end the sandbox's first process, and that one's end everything else.
  return spawn("setpriv", ["--pdeathsig", "KILL", ...unshare, ...node], { stdio: [options.stdin ?? "ignore", output, output] });
}

/** Inside, before anything else: private /run and /var/lib and a private copy of /etc, so that daemons and tools find files of this sandbox only. */
export function furnish(): void {
  if (readlinkSync("/proc/self") !== "1") throw new Error("the sandbox was not entered through startSandbox()");
  for (const folder of ["/run", "/var/lib"]) run("mount", ["-t", "tmpfs", "tmpfs", folder]);
  for (const folder of ["/run/netns", "/run/lock", SCRATCH, `${SCRATCH}/bin`]) mkdirSync(folder, { recursive: true });
  cpSync("/etc", `${SCRATCH}/etc`, { recursive: true, verbatimSymlinks: true });
  run("mount", ["--bind", `${SCRATCH}/etc`, "/etc"]);
}

/** Runs a command to its end. Throws with what it said when it fails; returns its stdout. */
export function run(command: string, args: readonly string[], input?: string): string {
  const ended = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, ...(input === undefined ? {} : { input }) });
  if (ended.status === 0) return ended.stdout;
  const why = ended.error?.message ?? (ended.stderr.trim() || `exit status ${ended.status}`);
  throw new Error(`${command} ${args.join(" ")}: ${why}`);
}

/** Compiles a C source of test/lab into the sandbox. Returns the program's path. */
export function compile(source: string, ...flags: readonly string[]): string {
  const program = `${SCRATCH}/bin/${basename(source, ".c")}`;
  run("gcc", ["-O2", "-Wall", "-Wextra", "-Werror", "-o", program, source, ...flags]);
  return program;
}
