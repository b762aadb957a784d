/** A host of the lab: a network namespace with a name, and what runs in it. */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { run, SCRATCH } from "./sandbox.js";

/** Makes a named network namespace with its loopback up. */
export class Host {
  readonly #log: string;

  constructor(readonly name: string) {
    run("ip", ["netns", "add", name]);
    mkdirSync(`${SCRATCH}/${name}`);
    this.#log = `${SCRATCH}/${name}/log`;
    writeFileSync(this.#log, "");
    this.ip("link set lo up");
    // Bridged frames are none of the firewall's business, on a Gluon node and on a home router; a kernel without br_netfilter has no such switch.
    for (const family of ["iptables", "ip6tables", "arptables"]) this.run("sh", ["-c", `f=/proc/sys/net/bridge/bridge-nf-call-${family}; [ ! -e $f ] || echo 0 > $f`]);
  }

  /** Runs a command here to its end; throws when it fails. Returns its stdout. */
  run(command: string, args: readonly string[] = [], input?: string): string {
    return run("nsenter", [`--net=/run/netns/${this.name}`, command, ...args], input);
  }

  /** `ip` with words that contain no blanks. */
  ip(words: string): string {
    return this.run("ip", words.split(" "));
  }

  /** Many lines for `ip -batch`, or `ip -6 -batch`. */
  batch(lines: readonly string[], family?: 4 | 6): void {
    if (lines.length > 0) this.run("ip", [...(family === undefined ? [] : [`-${family}`]), "-batch", "-"], `${lines.join("\n")}\n`);
  }

  /** `key=value` pairs; a setting this kernel does not have is an error. */
  sysctl(...settings: readonly string[]): void {
    this.run("sysctl", ["-qw", ...settings]);
  }

  /** A file of this host's own; returns its path. */
  file(name: string, text: string): string {
    const path = `${SCRATCH}/${this.name}/${name}`;
    writeFileSync(path, text);
    return path;
  }

  path(name: string): string {
    return `${SCRATCH}/${this.name}/${name}`;
  }

  /** Starts a program that goes on; what it prints goes to the host's log. */
  start(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
    appendFileSync(this.#log, `$ ${command} ${args.join(" ")}\n`);
    const log = openSync(this.#log, "a");
    const child = spawn("nsenter", [`--net=/run/netns/${this.name}`, command, ...args], { stdio: ["ignore", log, log], env: { ...process.env, ...environment } });
    closeSync(log);
    child.on("exit", (code, signal) => { appendFileSync(this.#log, `${command} ended: ${signal ?? code}\n`); });
    return child;
  }

  /** Runs a program to its end without holding up the others. Throws when it fails. */
  async ask(command: string, args: readonly string[]): Promise<string> {
    const child = spawn("nsenter", [`--net=/run/netns/${this.name}`, command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "", err = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => { out += chunk; });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => { err += chunk; });
    const code = await new Promise<number | null>((resolve, reject) => { child.on("close", resolve).on("error", reject); });
    if (code !== 0) throw new Error(`${this.name}: ${command} ${args.join(" ")}: ${err.trim() || `exit status ${code}`}`);
    return out;
  }

  /** What the programs of this host said so far. */
  log(): string {
    return readFileSync(this.#log, "utf8");
  }
}

/** Asks again and again until the answer is not null. Throws what it waited for when the time is over. */
export async function until<T>(what: string, ask: () => T | null, seconds = 10): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = ask();
    if (answer !== null) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(30);
  }
}

/** Ends programs that were started, and waits for their last words. */
export async function stop(children: readonly ChildProcess[], signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  await Promise.all(children.map(async (child) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => { child.once("exit", resolve); });
    child.kill(signal);
    const gone = await Promise.race([ended.then(() => true), sleep(3000).then(() => false)]);
    if (!gone) child.kill("SIGKILL");
  }));
}
