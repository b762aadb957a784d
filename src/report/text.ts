/** The report of a replay for a person: the answer first, then what it rests on. */
import { type Diagnostic, describe } from "../model/diagnostic.js";
import { knownBehaviour } from "../model/known.js";
import type { Finding, ReplayReport } from "../model/report.js";
import { CLASSES, REASONS, REASON_NAMES } from "../model/verdict.js";
import { type Line, type Paint, type Span, type Style, plain, renderLines, table } from "./lines.js";
import { captures, leadSentence, otherwise } from "./sentence.js";
import { CLASS_WORDS, count, formatFlow, isModel, isUnsure, listing } from "./words.js";

export interface TextOptions {
  /** Default: no colours. */
  readonly paint?: Paint;
  /** Also what is zero, the captures, the notes, and how the state explains what left. */
  readonly verbose?: boolean;
  /** The replay was stopped before the captures ended. */
  readonly interrupted?: boolean;
}

/** The whole report as text. */
export function renderText(report: ReplayReport, options: TextOptions = {}): string {
  const verbose = options.verbose ?? false;
  const sections = [
    head(report, options.interrupted ?? false),
    verbose ? captureLines(report) : [],
    classLines(report, verbose),
    findingLines(report.findings.filter((finding) => !isUnsure(finding))),
    undeterminedLines(report),
    verbose ? explainedLines(report) : [],
    diagnosticLines(report.diagnostics, verbose),
  ];
  const lines = sections.filter((section) => section.length > 0).flatMap((section, i) => (i === 0 ? section : [[], ...section]));
  return renderLines(lines, options.paint ?? plain);
}

const RESULT_STYLE: Readonly<Record<ReplayReport["result"], Style>> = { clean: "good", leak: "bad", violated: "bad", undetermined: "unsure" };

function head(report: ReplayReport, interrupted: boolean): Line[] {
  const { undetermined } = report.classes;
  const besides = (report.result === "leak" || report.result === "violated") && undetermined > 0;
  const other = report.observed?.disagreed ?? 0;
  return [
    [{ style: RESULT_STYLE[report.result], text: leadSentence(report) }],
    ...(besides ? [[`Besides, ${count(undetermined, "frame")} could not be judged.`]] : []),
    ...(other > 0 && (report.result !== "undetermined" || undetermined > 0) ? [[`Besides, ${otherwise(other)}.`]] : []),
    ...(interrupted ? [[{ style: "unsure" as const, text: "Interrupted: this counts only the frames read so far." }]] : []),
    [`This shows what happened in ${captures(report)}, not what can happen.`],
  ];
}

function captureLines(report: ReplayReport): Line[] {
  const rows = report.captures.map((capture): Span[] => {
    const notes = [
      capture.linkType,
      ...(capture.truncated ? ["ends early"] : []),
      ...(capture.undecodable > 0 ? [`${capture.undecodable} undecodable`] : []),
    ];
    return [capture.path, count(capture.frames, "frame"), count(capture.bytes, "byte"), notes.join(", ")];
  });
  return [
    title("Read"),
    ...table(rows, ["left", "right", "right", "left"], "  "),
    [`  node ${report.node.name} (${report.node.path}), policy ${report.policy}`],
    [`  ${count(report.wan.egressFrames, "frame")} left on the WAN, ${report.wan.ingressFrames} arrived there`],
  ];
}

function classLines(report: ReplayReport, verbose: boolean): Line[] {
  const seen = CLASSES.filter((name) => report.classes[name] > 0);
  const rows = seen.map((name): Span[] => [styledClass(name), String(report.classes[name]), CLASS_WORDS[name]]);
  const none = CLASSES.filter((name) => report.classes[name] === 0);
  const rest: Line[] = verbose && none.length > 0 ? [[{ style: "faint", text: `  none of: ${none.join(", ")}` }]] : [];
  if (rows.length + rest.length === 0) return [];
  return [title("What left on the WAN, in frames"), ...table(rows, ["left", "right", "left"], "  "), ...rest];
}

function styledClass(name: (typeof CLASSES)[number]): Span {
  if (name === "leak") return { style: "bad", text: name };
  return name === "undetermined" ? { style: "unsure", text: name } : name;
}

function findingLines(findings: readonly Finding[]): Line[] {
  if (findings.length === 0) return [];
  return [title(findings.length === 1 ? "The finding" : `The ${findings.length} findings`), ...findings.flatMap(findingBlock)];
}

function findingBlock(finding: Finding, i: number): Line[] {
  const heading = `${finding.id}: ${count(finding.frames, "frame")}, ${count(finding.bytes, "byte")}${finding.accepted ? " (accepted)" : ""}`;
  const group = finding.frames === 1 ? "" : " (first of the group)";
  const { capture, frame, time } = finding.first;
  const because = finding.because.map((line, at): Span[] => [at === 0 ? (isModel(finding) ? "seen and said:" : "why it left:") : "", `${line.station}: ${line.text}  [${line.at}]`]);
  const rows: Span[][] = [
    ["flow:", formatFlow(finding.flow) + group],
    ["first seen:", `frame ${frame} of ${capture}, ${time}`],
    ...row("sent with:", attribution(finding)),
    ...because,
    ...row("known:", finding.known === null ? "" : knownText(finding.known)),
    ...row("what to do:", finding.todo),
  ];
  return [
    ...(i === 0 ? [] : [[]]),
    [`  ${i + 1}. `, { style: finding.accepted ? "faint" : isModel(finding) ? "unsure" : "bad", text: heading }, `  claim ${finding.claim}`],
    ...(finding.what === "" ? [] : [[`     ${finding.what}`]]),
    ...table(rows, ["left", "left"], "     "),
  ];
}

/** A row that is left out when it has nothing to say. */
function row(label: string, text: string): Span[][] {
  return text === "" ? [] : [[label, text]];
}

function attribution({ attributed: { mark, uid, gid } }: Finding): string {
  const parts = [
    ...(mark === null ? [] : [`mark 0x${mark.toString(16)}`]),
    ...(uid === null ? [] : [`uid ${uid}`]),
    ...(gid === null ? [] : [`gid ${gid}`]),
  ];
  return parts.join(", ");
}

function knownText(id: string): string {
  const known = knownBehaviour(id);
  return known === null ? id : `${id}: ${known.sentence}`;
}

/** Reasons with their counts, and one frame of each group to look at. */
function undeterminedLines(report: ReplayReport): Line[] {
  const lines = REASON_NAMES.flatMap((reason): Line[] => {
    const frames = report.undetermined[reason] ?? 0;
    if (frames === 0) return [];
    const group = report.findings.find((finding) => finding.reason === reason && isUnsure(finding));
    const example = group === undefined ? [] : [[`     for example frame ${group.first.frame} of ${group.first.capture}: ${formatFlow(group.flow)}`]];
    return [["  ", { style: "unsure", text: count(frames, "frame") }, `: ${REASONS[reason]}`], ...example];
  });
  return lines.length === 0 ? [] : [title("What could not be judged"), ...lines];
}

function explainedLines({ explained, observed }: ReplayReport): Line[] {
  const parts = [
    `${explained.unmarked} by a socket without the VPN's mark`,
    `${explained.marked} by one with it`,
    `${explained.either} by both`,
    `${explained.neither} by neither`,
  ];
  const held = observed === undefined ? [] : [[`  of what NFLOG logged of the node's own packets ${observed.agreed} went as they say, ${observed.disagreed} otherwise, ${observed.untold} cannot be told`]];
  return [title("How the node's rules and routes explain the packets that left"), [`  ${listing(parts)}`], ...held];
}

function diagnosticLines(diagnostics: readonly Diagnostic[], verbose: boolean): Line[] {
  const told = diagnostics.filter(({ severity }) => verbose || severity !== "note");
  if (told.length === 0) return [];
  return [title("About the input"), ...told.map((d): Line => ["  ", { style: DIAGNOSTIC_STYLE[d.severity], text: describe(d) }])];
}

const DIAGNOSTIC_STYLE: Readonly<Record<Diagnostic["severity"], Style>> = { note: "faint", warning: "unsure", error: "bad" };

function title(text: string): Line {
  return [{ style: "strong", text }];
}
