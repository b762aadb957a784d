/** The one sentence a report begins with: the answer, for someone who reads nothing else. */
import type { ReplayReport } from "../model/report.js";
import { CLAIMS, type Claim } from "../model/verdict.js";
import { count, isModel, isUnsure, listing } from "./words.js";

/** The answer in one sentence, ended by a full stop. Nothing in it is escaped yet. */
export function leadSentence(report: ReplayReport): string {
  const text = answer(report);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function answer(report: ReplayReport): string {
  switch (report.result) {
    case "clean": return clean(report);
    case "leak": return leak(report);
    case "violated": return violated(report);
    case "undetermined": return undetermined(report);
    default: return report.result satisfies never;
  }
}

function clean(report: ReplayReport): string {
  const { egressFrames } = report.wan;
  const accepted = report.findings.filter((finding) => finding.accepted).reduce((sum, finding) => sum + finding.frames, 0);
  if (accepted > 0) return `${accepted} of the ${left(report)} should not have, but each of them is accepted by name.`;
  if (egressFrames === 0) return `Nothing left on ${wan(report)} in ${captures(report)}, so there was nothing to judge.`;
  if (egressFrames === 1) return `Clean: the only frame that left on ${wan(report)} is ${allowed(report)}.`;
  return `Clean: all ${left(report)} are ${allowed(report)}.`;
}

/** What the frames of a clean capture are: the ordinary three, and the rest only where it was seen. */
function allowed({ classes }: ReplayReport): string {
  const parts = [
    "the VPN", "its DNS",
    ...(classes.answer > 0 ? ["answers to what came in"] : []),
    ...(classes["mesh-on-wan"] + classes.bridged > 0 ? ["a feature that is switched on"] : []),
  ];
  return `${parts.join(", ")}, or what any host says on a link`;
}

function leak(report: ReplayReport): string {
  const { leak: leaks } = report.classes;
  if (leaks === 0) return brokenClaims(report);
  const tail = leaks === 1 ? "it is neither the VPN nor its DNS" : "they are neither the VPN nor its DNS";
  if (report.wan.egressFrames === 1) return `The only frame that left on ${wan(report)} should not have: ${tail}.`;
  return `${leaks} of the ${left(report)} should not have: ${tail}.`;
}

/** What a frame did that broke each claim, said of one frame and of several. */
const BROKEN: Readonly<Record<Claim, string>> = {
  containment: "took a way to the WAN that the policy does not allow",
  source: "carried a source address that does not belong there",
  confinement: "belonged to the VPN or its DNS and went another way than the WAN, or without the mark that keeps it there",
  resolver: "asked a DNS server that it should not have asked",
  uplink: "left on a device that should not be the WAN",
};

/** Findings of other claims: every class was allowed, and something about the frames was not. */
function violated(report: ReplayReport): string {
  const prefix = report.classes.leak === 0 && report.classes.undetermined === 0
    ? `Nothing but the VPN, its DNS and what any host says on a link left on ${wan(report)}, yet ` : "";
  return prefix + brokenClaims(report);
}

function brokenClaims(report: ReplayReport): string {
  const parts = CLAIMS.flatMap((claim) => {
    const frames = report.findings
      .filter((finding) => finding.claim === claim && !isUnsure(finding) && !isModel(finding) && !finding.accepted)
      .reduce((sum, finding) => sum + finding.frames, 0);
    return frames === 0 ? [] : [`${count(frames, "frame")} ${BROKEN[claim]}`];
  });
  return parts.length === 0 ? "the policy was broken, but no finding was kept." : `${listing(parts)}.`;
}

function undetermined(report: ReplayReport): string {
  const frames = report.classes.undetermined;
  const other = report.observed?.disagreed ?? 0;
  if (frames === 0 && other > 0) return `Nothing that should not have left was seen, but ${otherwise(other)}.`;
  const tail = frames > 0 ? `${count(frames, "frame")} could not be judged` : `not all of ${captures(report)} could be read`;
  return `Nothing that should not have left was seen, but ${tail}.`;
}

/** What a report says of packets that the model has otherwise than they were seen. */
export function otherwise(frames: number): string {
  return `${count(frames, "packet")} went otherwise than the node's state says, so the state is not the one of ${frames === 1 ? "that moment" : "those moments"}`;
}

/** `62 frames that left on the WAN (br-wan)`. */
function left(report: ReplayReport): string {
  return `${count(report.wan.egressFrames, "frame")} that left on ${wan(report)}`;
}

function wan(report: ReplayReport): string {
  const { devices } = report.wan;
  return devices.length === 0 ? "the WAN" : `the WAN (${devices.join(", ")})`;
}

/** `this capture` or `these captures`. */
export function captures(report: ReplayReport): string {
  return report.captures.length === 1 ? "this capture" : "these captures";
}
