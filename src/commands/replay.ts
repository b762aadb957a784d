/** `wanproof replay NODE CAPTURE...`: judges every frame of the captures. */
import { join } from "node:path";
import type { ReplayOptions } from "../core/replay.js";
import { describe, refuse } from "../model/diagnostic.js";
import type { Node } from "../model/node.js";
import { EXIT_OF_RESULT, type FrameVerdict, type ReplayReport } from "../model/report.js";
import { DEFAULT_POLICY, type PolicyName, readPolicy } from "../policy/policies.js";
import { renderFrames } from "../report/frames.js";
import { renderJson } from "../report/json.js";
import { plain, printable } from "../report/lines.js";
import { leadSentence } from "../report/sentence.js";
import { type TextOptions, renderText } from "../report/text.js";
import { policyName } from "./policies.js";
import { type Sink, openSink } from "./sink.js";
import type { Terminal } from "./terminal.js";

/** One entry for each `--format`. */
const FORMATS = { text: renderText, json: renderJson } as const satisfies Record<string, (report: ReplayReport, options: TextOptions) => string>;
export type Format = keyof typeof FORMATS;
export const FORMAT_NAMES: readonly Format[] = ["text", "json"];

/** The command line of a replay, read but not yet checked against the world. */
export interface ReplayRequest {
  readonly node: string;
  readonly captures: readonly string[];
  readonly policy?: string;
  readonly wan?: readonly string[];
  readonly iface?: string;
  /** A path, or `-` for stdout; the report then goes to stderr. */
  readonly perFrame?: string;
  /** A frame of the first capture whose packet is walked instead of a report: counts from 1, as digits. */
  readonly explainFrame?: string;
  readonly format: Format;
  /** `format=path`, besides what goes to stdout. */
  readonly output?: readonly string[];
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** What of the library a replay needs. */
export interface ReplayTools {
  readonly readNode: (path: string) => Promise<Node>;
  readonly replay: (options: ReplayOptions) => Promise<ReplayReport>;
}

/** Judged to the end the report's own status; stopped by a signal this one. */
const INTERRUPTED = 130;

/** Runs a replay and writes its reports. Returns the exit status; unusable input is thrown as an InputError. */
export async function runReplay(request: ReplayRequest, terminal: Terminal, tools: ReplayTools, interrupt: AbortSignal): Promise<number> {
  if (request.perFrame === "-" && request.format !== "text") {
    refuse("WP9001", "--per-frame -", `the ${request.format} report wants stdout too`, "nothing was judged; write one of them to a file");
  }
  const outputs = (request.output ?? []).map(parseOutput);
  const named = request.policy === undefined ? null : policyName(request.policy);
  const node = await tools.readNode(request.node);
  const taken = [request.node, ...node.files.map((file) => join(request.node, file)), ...request.captures];
  const opened: Sink[] = [];
  try {
    const open = async (path: string): Promise<Sink> => {
      const sink = await openSink(path, taken, terminal);
      opened.push(sink);
      taken.push(path);
      return sink;
    };
    const frames = request.perFrame === undefined ? null : await open(request.perFrame);
    const files: { readonly format: Format; readonly sink: Sink }[] = [];
    for (const { format, path } of outputs) files.push({ format, sink: await open(path) });
    // The walk is a room of its own: whoever does not ask for it does not wait for it.
    const asked = request.explainFrame === undefined ? null : (await import("./shown.js")).shownFrame(request.explainFrame);
    const policy = named ?? DEFAULT_POLICY;
    const options = { ...replayOptions(request, node, policy, terminal), ...(asked === null ? {} : { show: asked.number, onShown: asked.take }) };
    const { report, gone } = await judge(options, frames, tools, interrupt).finally(terminal.clear);
    for (const { format, sink } of files) await sink.write(render(report, format, request, interrupt));
    if (gone) return EXIT_OF_RESULT[report.result];
    if (asked === null) await tell(report, request, terminal, interrupt);
    else await terminal.data(asked.walk(node, readPolicy(policy, node, request.wan === undefined ? {} : { wan: request.wan }), request.format === "json"));
    return interrupt.aborted ? INTERRUPTED : EXIT_OF_RESULT[report.result];
  } finally {
    await Promise.all(opened.map((sink) => sink.close()));
  }
}

function replayOptions(request: ReplayRequest, node: Node, policy: PolicyName, terminal: Terminal): ReplayOptions {
  return {
    node, captures: request.captures, policy,
    ...(request.wan === undefined ? {} : { wan: request.wan }),
    ...(request.iface === undefined ? {} : { iface: request.iface }),
    ...(terminal.progress === null ? {} : { onProgress: terminal.progress }),
  };
}

/** Replays, and hands each batch of verdicts to the per-frame sink before the next one is judged. `gone`: whoever read them has left. */
async function judge(options: ReplayOptions, frames: Sink | null, tools: ReplayTools, interrupt: AbortSignal): Promise<{ report: ReplayReport; gone: boolean }> {
  const closed = new AbortController();
  const onFrame = async (verdicts: readonly FrameVerdict[]): Promise<void> => {
    if (frames !== null && !closed.signal.aborted && !(await frames.write(renderFrames(verdicts)))) closed.abort();
  };
  const signal = AbortSignal.any([interrupt, closed.signal]);
  const report = await tools.replay({ ...options, signal, ...(frames === null ? {} : { onFrame }) });
  const gone = closed.signal.aborted;
  return { report: gone || interrupt.aborted ? partial(report) : report, gone };
}

/** What was not read to its end cannot be clean, as with a capture that ends early. */
function partial(report: ReplayReport): ReplayReport {
  return report.result === "clean" ? { ...report, result: "undetermined" } : report;
}

/** The report on stdout, or on stderr while `--per-frame -` has stdout. */
async function tell(report: ReplayReport, request: ReplayRequest, terminal: Terminal, interrupt: AbortSignal): Promise<void> {
  const quiet = request.quiet ?? false;
  if (request.perFrame === "-") {
    if (!quiet) terminal.talk(renderText(report, { verbose: request.verbose ?? false, interrupted: interrupt.aborted }));
    return;
  }
  if (request.format === "text" && quiet) {
    await terminal.data(`${printable(leadSentence(report))}\n`);
    return;
  }
  // The text report holds its diagnostics itself; beside a document they are for whoever watches.
  if (request.format !== "text" && !quiet) {
    for (const told of report.diagnostics) if (told.severity !== "note") terminal.talk(`${printable(describe(told))}\n`);
    if (interrupt.aborted) terminal.talk("interrupted: the report counts only the frames read so far\n");
  }
  await terminal.data(FORMATS[request.format](report, textOptions(request, interrupt, terminal.paint)));
}

function render(report: ReplayReport, format: Format, request: ReplayRequest, interrupt: AbortSignal): string {
  return FORMATS[format](report, textOptions(request, interrupt, plain));
}

function textOptions(request: ReplayRequest, interrupt: AbortSignal, paint: Terminal["paint"]): TextOptions {
  return { paint, verbose: request.verbose ?? false, interrupted: interrupt.aborted };
}

/** `json=report.json`. */
export function parseOutput(text: string): { readonly format: Format; readonly path: string } {
  const at = text.indexOf("=");
  const format = FORMAT_NAMES.find((name) => name === text.slice(0, at));
  const path = text.slice(at + 1);
  if (at < 0 || format === undefined || path === "" || path === "-") {
    return refuse("WP9001", `--output ${text}`, `is not FORMAT=FILE with one of the formats ${FORMAT_NAMES.join(", ")}`, "nothing was judged; --format chooses what goes to stdout");
  }
  return { format, path };
}
