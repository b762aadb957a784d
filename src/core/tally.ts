/** The end of a run: counters and groups become a report. */
import { type Diagnostic, diagnostic } from "../model/diagnostic.js";
import type { Node } from "../model/node.js";
import type { Policy } from "../model/policy.js";
import type { CaptureSummary, Finding, ReplayReport, ReplayResult } from "../model/report.js";
import type { Class, Reason } from "../model/verdict.js";
import type { Core } from "./core.js";
import { describeGroups } from "./findings.js";
import { type Group, readGroups } from "./groups.js";
import type { Image } from "./image.js";
import { settleNames } from "./settle.js";
import { readClasses, readTotal } from "./totals.js";

export interface Run {
  readonly core: Core;
  readonly node: Node;
  readonly policy: Policy;
  /** The run was ended before its captures were. */
  readonly aborted: boolean;
  readonly image: Image;
  readonly captures: readonly string[];
  readonly summaries: readonly CaptureSummary[];
  readonly diagnostics: readonly Diagnostic[];
  /** What the WAN's resolvers were asked and should not have been. */
  readonly asked: Finding | null;
}

/** The report of a run that has ended. */
export function assemble(run: Run): ReplayReport {
  const { core, node, policy } = run;
  const classes = readClasses(core);
  const groups = settleNames(readGroups(core, run.image), policy, classes);
  const findings = withAsked(describeGroups(run, groups), run.asked);
  const overflow = forgotten(core);
  return {
    schema: "wanproof/replay@1",
    result: resultOf(classes, findings, run.summaries, overflow.length > 0 || run.aborted || readTotal(core, "untold") > 0),
    node: { name: node.name, path: node.path },
    policy: policy.name,
    captures: run.summaries,
    wan: { devices: policy.wan, egressFrames: readTotal(core, "egress"), ingressFrames: readTotal(core, "ingress") },
    classes,
    explained: {
      unmarked: readTotal(core, "unmarked"), marked: readTotal(core, "marked"), either: readTotal(core, "either"), neither: readTotal(core, "neither"),
    },
    undetermined: reasonsOf(groups),
    findings,
    diagnostics: [
      ...node.diagnostics.filter((said) => said.severity !== "note"), ...policy.diagnostics, ...run.diagnostics, ...overflow, ...remarks(core),
    ],
  };
}

/** Behind the leaks and other broken claims, before what could not be judged. */
function withAsked(findings: readonly Finding[], asked: Finding | null): Finding[] {
  return asked === null ? [...findings] : [...findings.filter((finding) => !isDoubt(finding)), asked, ...findings.filter(isDoubt)];
}

/** Leak before violated before undetermined; what was not read to its end, or had to be forgotten, is never clean. */
function resultOf(classes: Readonly<Record<Class, number>>, findings: readonly Finding[], captures: readonly CaptureSummary[], partial: boolean): ReplayResult {
  if (classes.leak > 0) return "leak";
  if (findings.some((finding) => !finding.accepted && !isDoubt(finding))) return "violated";
  const unsure = classes.undetermined > 0 || captures.some((capture) => capture.truncated) || partial;
  return unsure ? "undetermined" : "clean";
}

/** A group that could not be judged breaks no claim. */
function isDoubt(finding: Finding): boolean {
  return finding.claim === "containment" && finding.class === "undetermined";
}

function reasonsOf(groups: readonly Group[]): Partial<Record<Reason, number>> {
  const counts: Partial<Record<Reason, number>> = {};
  for (const group of groups) {
    if (group.kind === "CONTAINMENT" && group.reason !== null) counts[group.reason] = (counts[group.reason] ?? 0) + group.frames;
  }
  return counts;
}

/** A memory that was full is told: what it forgot could have changed a verdict. */
function forgotten(core: Core): Diagnostic[] {
  const said: Diagnostic[] = [];
  const tell = (count: number, fact: string, consequence: string): void => {
    if (count > 0) said.push(diagnostic("WP2201", "capture", `${count} ${fact}`, consequence));
  };
  tell(readTotal(core, "flowsForgotten"), "flows were forgotten, their memory was full", "packets that may belong to them are undetermined");
  tell(readTotal(core, "fragmentsForgotten"), "fragments could not be held, their memory was full", "they are undetermined");
  tell(readTotal(core, "findingsForgotten"), "frames belong to findings that are not listed, their memory was full", "the classes count them");
  return said;
}

/** What the kind of capture hides, said once. */
function remarks(core: Core): Diagnostic[] {
  const said: Diagnostic[] = [];
  const tagged = readTotal(core, "tagged");
  if (tagged > 0) said.push(diagnostic("WP2005", "capture", `${tagged} frames carry a switch's tag`, "they are undetermined; capture on the bridge (br-wan) instead of its port"));
  const untold = readTotal(core, "untold");
  if (untold > 0) {
    const fact = `${untold} frames with a source that does not belong on the WAN were logged before the firewall's nat, which may change it`;
    said.push(diagnostic("WP2007", "capture", fact, "the claim source is not judged for them; capture on the device (tcpdump -i br-wan)"));
  }
  if (readTotal(core, "egress") > 0 && readTotal(core, "marks") === 0) {
    const marked = readTotal(core, "marked");
    const fact = `origin-unseen: the capture carries no marks; the node's tables explain ${marked} routed packets by the VPN's mark alone`;
    said.push(diagnostic("WP2006", "capture", fact, "a packet to a VPN server counts as the VPN's, whoever sent it"));
  }
  return said;
}
