/** What was read of a node, what is missing, and why that matters. */
import { type Diagnostic, describe } from "../model/diagnostic.js";
import type { Node } from "../model/node.js";
import { isWorthNaming, NODE_FILES, type NodeFile } from "./files.js";
import { type Line, type Paint, type Span, type Style, plain, renderLines, table } from "./lines.js";
import { count } from "./words.js";

/** read: found and used. unused: found, but this version has no use for it. unreadable: found, and some of it was not understood. */
export type FileStatus = "read" | "unreadable" | "missing" | "unused";

export interface DoctorReport {
  readonly schema: "wanproof/doctor@1";
  readonly node: { readonly name: string; readonly path: string };
  /** complete: every file this version uses was read and understood. partial: something is missing or was not understood, so answers are wider. */
  readonly assurance: "complete" | "partial";
  readonly files: readonly {
    readonly file: string;
    readonly required: boolean;
    readonly status: FileStatus;
    readonly tells: string;
    /** null unless it is missing or unreadable. */
    readonly without: string | null;
  }[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Looks at what readNode() found. A required file that is missing never comes this far: readNode() throws. */
export function examine(node: Node): DoctorReport {
  const known = NODE_FILES.filter((file) => isWorthNaming(file, node.files));
  const strangers = node.files.filter((file) => !NODE_FILES.some((entry) => entry.file === file));
  const files = [
    ...known.map((entry) => {
      const status = statusOf(entry, node);
      const without = status === "missing" || status === "unreadable" ? entry.without : null;
      return { file: entry.file, required: entry.required, status, tells: entry.tells, without };
    }),
    ...strangers.map((file) => ({ file, required: false, status: "unused" as const, tells: "not known to this version", without: null })),
  ];
  const complete = files.every(({ status }) => status === "read" || status === "unused") && worst(node.diagnostics) === "note";
  return {
    schema: "wanproof/doctor@1", node: { name: node.name, path: node.path },
    assurance: complete ? "complete" : "partial", files, diagnostics: node.diagnostics,
  };
}

function statusOf(entry: NodeFile, node: Node): FileStatus {
  if (!node.files.includes(entry.file)) return "missing";
  if (!entry.used) return "unused";
  const damaged = node.diagnostics.some(({ severity, place }) => severity !== "note" && isIn(place, entry.file));
  return damaged ? "unreadable" : "read";
}

/** Whether a place (`state/rule6.json#3`, `fastd.conf:7`) lies in the file. */
function isIn(place: string, file: string): boolean {
  const name = place.slice(place.lastIndexOf("/") + 1);
  return name === file || name.startsWith(`${file}#`) || name.startsWith(`${file}:`);
}

function worst(diagnostics: readonly Diagnostic[]): Diagnostic["severity"] {
  if (diagnostics.some(({ severity }) => severity === "error")) return "error";
  return diagnostics.some(({ severity }) => severity === "warning") ? "warning" : "note";
}

/** 0: all that is required was read and nothing was unreadable. 3: something was not understood. 2: something could not be read at all. */
export function doctorStatus(report: DoctorReport): number {
  const severity = worst(report.diagnostics);
  if (severity === "error") return 2;
  return severity === "warning" || report.files.some(({ status }) => status === "unreadable") ? 3 : 0;
}

const STATUS_STYLE: Readonly<Record<FileStatus, Style>> = { read: "good", unreadable: "bad", missing: "unsure", unused: "faint" };

/** The examination for a person. Notes are left out: the table of files says the same. */
export function renderDoctor(report: DoctorReport, paint: Paint = plain, verbose = false): string {
  const rows = report.files.map(({ file, status, tells, without }): Span[] => [
    { style: STATUS_STYLE[status], text: status }, file, without === null ? tells : `${tells}; without it ${without}`,
  ]);
  const told = report.diagnostics.filter(({ severity }) => verbose || severity !== "note");
  const lines: Line[] = [
    [{ style: report.assurance === "complete" ? "good" : "unsure", text: doctorSentence(report) }],
    [],
    ...table(rows, ["left", "left", "left"], "  "),
    ...(told.length === 0 ? [] : [[], ...told.map((d): Line => [describe(d)])]),
  ];
  return renderLines(lines, paint);
}

/** The answer in one sentence. */
export function doctorSentence(report: DoctorReport): string {
  const { name } = report.node;
  if (report.assurance === "complete") return `${name}: complete, every file that this version uses was read and understood.`;
  const missing = report.files.filter(({ status }) => status === "missing").length;
  const unclear = report.diagnostics.filter(({ severity }) => severity !== "note").length;
  const parts = [
    ...(missing === 0 ? [] : [`${count(missing, "optional file")} ${missing === 1 ? "is" : "are"} missing`]),
    ...(unclear === 0 ? [] : [`${count(unclear, "thing")} in it could not be understood`]),
  ];
  return `${name}: usable, but ${parts.join(" and ")}, so more frames may stay undetermined.`;
}
