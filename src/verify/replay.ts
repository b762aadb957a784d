/** A replay whose logged packets are held against the model besides. */
import { type Logged, replay as judge, type ReplayOptions } from "../core/replay.js";
import type { Observed } from "../core/observed.js";
import { formatAddress } from "../model/address.js";
import { type Diagnostic, diagnostic } from "../model/diagnostic.js";
import type { Policy } from "../model/policy.js";
import type { Finding, ReplayReport } from "../model/report.js";

/** Replays captures against a node's state, and walks what NFLOG logged of the node's own packets. Throws InputError when a capture cannot be read at all. */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  const seen: Logged[] = [];
  const onLogged = (logged: Logged): void => {
    seen.push(logged);
    options.onLogged?.(logged);
  };
  const report = await judge({ ...options, onLogged });
  const [logged] = seen;
  return logged === undefined || logged.observed.length === 0 ? report : compared(report, logged, options);
}

/** The report with what the comparison found. */
async function compared(report: ReplayReport, { observed, forgotten, policy }: Logged, { node, captures }: ReplayOptions): Promise<ReplayReport> {
  // The walk is a room of its own: whoever has no log of hooks does not wait for it.
  const [{ Lens }, { compareObserved, lateRules }, { modelFindings, withLateRules }] = await Promise.all([import("./lens.js"), import("./observed.js"), import("./findings.js")]);
  const lens = new Lens(node, policy);
  const { disagreements, agreed, untold, disagreed, skipped } = compareObserved(observed, lens);
  const late = (finding: Finding): Finding => {
    const seen = finding.claim === "source" ? observed.find((each) => isMarked(each, policy) && isOf(finding, each)) : undefined;
    const rules = seen === undefined ? null : lateRules(seen, lens);
    return rules === null ? finding : withLateRules(finding, rules);
  };
  return {
    ...report,
    result: report.result === "clean" && disagreements.length > 0 ? "undetermined" : report.result,
    observed: { agreed, untold: untold + forgotten + skipped, disagreed },
    findings: [...report.findings.map(late), ...modelFindings(disagreements, captures)],
    diagnostics: [...report.diagnostics, ...remarks(untold, forgotten + skipped)],
  };
}

/** Whether it went out with the VPN's mark; in OUTPUT the mark may still change. */
function isMarked({ hook, mark }: Observed, policy: Policy): boolean {
  return hook === "postrouting" && (mark & policy.mark.mask) !== 0;
}

/** Whether a packet is one of the finding's, which may be of several captures. */
function isOf({ flow }: Finding, { src, dst, proto, dport }: Observed): boolean {
  return flow.proto === proto && flow.src === formatAddress(src) && flow.dst === formatAddress(dst) && (flow.dport === dport || dport === null);
}

function remarks(untold: number, tooMany: number): Diagnostic[] {
  const consequence = "for them the state is taken to be the one of the capture";
  return [
    ...(untold === 0 ? [] : [diagnostic("WP2008", "capture", `${untold} logged packets cannot be held against the model: the state leaves their way open`, consequence)]),
    ...(tooMany === 0 ? [] : [diagnostic("WP2202", "capture", `${tooMany} logged packets were not held against the model: there were too many different ones`, consequence)]),
  ];
}
