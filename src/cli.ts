#!/usr/bin/env node
/** The command line. It knows flags and exit statuses; each command stands in commands/ and is loaded when it is asked for. */
import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import type { DoctorRequest } from "./commands/doctor.js";
import type { ExplainRequest } from "./commands/explain.js";
import type { LookupRequest } from "./commands/lookup.js";
import type { PolicyRequest } from "./commands/policy.js";
import type { ReplayRequest } from "./commands/replay.js";
import type { Color, Terminal } from "./commands/terminal.js";
import { type Diagnostic, InputError, describe, diagnostic } from "./model/diagnostic.js";
import { renderDocument, renderErrorJson } from "./report/json.js";
import { printable } from "./report/lines.js";

/** A broken promise of ours; the contract's statuses are for answers. */
const BUG = 70;

const EXIT_HELP = `
Exit status:
  0    clean
  1    something left on the WAN, or went a way, that it should not have
  2    wrong usage, or input that cannot be read
  3    some frames could not be judged, and nothing else was wrong
  70   a bug in wanproof: please report the stack trace
  130  interrupted; the totals so far were printed`;

const EXPLAIN_HELP = `
Fields: dst (required), src, proto, sport, dport, mark, uid, gid, origin (local, forward, kernel), oif (device the socket is bound to), iif (device a
forwarded packet came in on), api (connect, sendto), markWhen (create, connected), ct, icmpType, icmpCode, tcpFlags, tos, hopLimit.
What is not given is unknown: the answer covers every value. A missing oif means not bound, a missing src that the kernel chooses, a missing mark 0.

  wanproof explain NODE dst=198.51.100.123 proto=udp dport=123 uid=123 gid=123`;

const LOOKUP_HELP = `
Fields: family, dst (required), src, mark, uid, oif, iif, ipproto, sport, dport, tos. What is not given counts as 0, as with RTM_GETROUTE.

  echo '{"family":6,"dst":"2001:db8::1","mark":1}' | wanproof lookup NODE`;

/** Flags every command has, as commander names them. */
interface Common {
  readonly json?: true;
  readonly color: Color;
  readonly quiet?: true;
  readonly verbose?: true;
}

/** A request without its arguments: what commander hands over as options. */
type Flags<Request, Arguments extends keyof Request> = Omit<Request, Arguments> & Common;

process.exitCode = await main(process.argv.slice(2));

/** Runs the command that the words name. Returns the exit status. */
async function main(words: readonly string[]): Promise<number> {
  // Without a listener a closed pipe (`| head`) ends the process with a stack trace. Whoever writes data sees the error in its callback.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  const document = wantsJson(words);
  let status = 0;
  try {
    await program(document, (code) => { status = code; }).parseAsync(words, { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const told = explanation(error);
    if (told === null) return bug(error);
    if (document) process.stdout.write(renderErrorJson(told));
    process.stderr.write(`${printable(describe(told))}\n`);
    return 2;
  }
}

function wantsJson(words: readonly string[]): boolean {
  return words.some((word, i) => word === "--json" || word === "--format=json" || (word === "--format" && words[i + 1] === "json"));
}

/** What was wrong with the input or the usage; null for a bug. */
function explanation(error: unknown): Diagnostic | null {
  if (error instanceof InputError) return error.diagnostic;
  if (!(error instanceof CommanderError)) return null;
  // Without a command commander has already printed the help.
  if (error.code === "commander.help") return diagnostic("WP9001", "command line", "names no command", "nothing was done");
  const fact = error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
  return diagnostic("WP9001", "command line", fact, "nothing was done; wanproof --help tells what can be said");
}

function bug(error: unknown): number {
  const stack = error instanceof Error ? error.stack ?? error.message : String(error);
  process.stderr.write(`wanproof ${version()}: internal error, please report\n${stack}\n`);
  return BUG;
}

function program(document: boolean, exit: (status: number) => void): Command {
  const root = new Command("wanproof")
    .description("Judges what left on a Gluon node's WAN: only the VPN and its DNS should.")
    .version(document ? renderDocument({ schema: "wanproof/version@1", version: version() }).trimEnd() : version(), "-V, --version", "print the version")
    .exitOverride()
    // main() says what was wrong, with code, place, fact and consequence.
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", EXIT_HELP);
  addReplay(root, exit);
  addDoctor(root, exit);
  addPolicy(root, exit);
  addExplain(root, exit);
  addLookup(root, exit);
  return root;
}

function addReplay(root: Command, exit: (status: number) => void): void {
  common(root.command("replay"))
    .description("judge every frame of captures from the node")
    .argument("<node>", "folder with what the node printed, or a node.state file")
    .argument("<captures...>", "pcap or pcapng files, plain, gzip or zstd; or - for a pipe")
    .option("--policy <name>", "what may leave on the WAN (default: chosen by the node)")
    .option("--wan <device>", "a WAN device, instead of the one the node names (repeatable)", collect)
    .option("--iface <device>", "where captures without device names were taken (default: the WAN)")
    .option("--per-frame <file>", "write one JSON line for each frame; - is stdout")
    .option("--explain-frame <number>", "walk this frame of the first capture through the node, instead of a report")
    .addOption(new Option("--format <format>", "what goes to stdout").choices(["text", "json"]).default("text"))
    .option("--output <format=file>", "write another report to a file (repeatable)", collect)
    .action(async (node: string, captures: string[], flags: Flags<ReplayRequest, "node" | "captures">) => {
      const terminal = await openedTerminal(flags);
      const [{ runReplay }, state, verify] = await Promise.all([import("./commands/replay.js"), import("./state/node.js"), import("./verify/replay.js")]);
      const interrupt = new AbortController();
      // Once: whoever presses a second time does not want to wait for totals.
      process.once("SIGINT", () => { interrupt.abort(); });
      const format = flags.json === true ? "json" : flags.format;
      exit(await runReplay({ ...flags, node, captures, format }, terminal, { ...state, ...verify }, interrupt.signal));
    });
}

function addDoctor(root: Command, exit: (status: number) => void): void {
  common(root.command("doctor"))
    .description("tell what was read of a node, what is missing and why that matters")
    .argument("<node>", "folder with what the node printed, or a node.state file")
    .action(async (node: string, flags: Flags<DoctorRequest, "node">) => {
      const terminal = await openedTerminal(flags);
      const [{ runDoctor }, library] = await Promise.all([import("./commands/doctor.js"), import("./state/node.js")]);
      exit(await runDoctor({ ...flags, node }, terminal, library));
    });
}

function addPolicy(root: Command, exit: (status: number) => void): void {
  common(root.command("policy"))
    .description("print what may leave on the node's WAN, and where each value comes from")
    .argument("<name>", "the policy's name, such as gluon")
    .argument("<node>", "folder with what the node printed, or a node.state file")
    .option("--wan <device>", "a WAN device, instead of the one the node names (repeatable)", collect)
    .action(async (name: string, node: string, flags: Flags<PolicyRequest, "name" | "node">) => {
      const terminal = await openedTerminal(flags);
      const [{ runPolicy }, library] = await Promise.all([import("./commands/policy.js"), import("./state/node.js")]);
      exit(await runPolicy({ ...flags, name, node }, terminal, library));
    });
}

function addExplain(root: Command, exit: (status: number) => void): void {
  common(root.command("explain"))
    .description("tell where one packet goes, station by station, and which line of the node decides")
    .argument("<node>", "folder with what the node printed, or a node.state file")
    .argument("<fields...>", "FIELD=VALUE words, or - for one JSON packet a line on stdin")
    .option("--policy <name>", "what may leave on the WAN (default: chosen by the node)")
    .option("--wan <device>", "a WAN device, instead of the one the node names (repeatable)", collect)
    .addHelpText("after", EXPLAIN_HELP)
    .action(async (node: string, words: string[], flags: Flags<ExplainRequest, "node" | "words">) => {
      const terminal = await openedTerminal(flags);
      const [{ runExplain }, library] = await Promise.all([import("./commands/explain.js"), import("./state/node.js")]);
      exit(await runExplain({ ...flags, node, words }, terminal, library, process.stdin));
    });
}

function addLookup(root: Command, exit: (status: number) => void): void {
  common(root.command("lookup"))
    .description("answer routing questions as the node's kernel would: one JSON object a line on stdin, one a line on stdout")
    .argument("<node>", "folder with what the node printed, or a node.state file")
    .addHelpText("after", LOOKUP_HELP)
    .action(async (node: string, flags: Flags<LookupRequest, "node">) => {
      const terminal = await openedTerminal(flags);
      const [{ runLookup }, state, core] = await Promise.all([import("./commands/lookup.js"), import("./state/node.js"), import("./core/lookup.js")]);
      exit(await runLookup({ node }, terminal, { ...state, ...core }, process.stdin));
    });
}

/** Flags that every command has. */
function common(command: Command): Command {
  return command
    .addOption(new Option("--json", "print one JSON document").conflicts("format"))
    .addOption(new Option("--color <when>", "colours on stdout").choices(["auto", "always", "never"]).default("auto"))
    .option("-q, --quiet", "no progress and no warnings; text is one sentence")
    .option("-v, --verbose", "also notes, and what is zero");
}

async function openedTerminal(flags: Common): Promise<Terminal> {
  const { openTerminal } = await import("./commands/terminal.js");
  return openTerminal(flags.color, flags.quiet ?? false);
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** From package.json, which lies beside both src/ and dist/. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const known = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : null;
  return typeof known === "string" ? known : "unknown";
}
