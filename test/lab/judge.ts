/** wanproof's answers about a run, held against the truth. */
import type { FrameVerdict, ReplayReport } from "../../src/model/report.js";
import type { Node } from "../../src/model/node.js";
import { replay } from "../../src/core/replay.js";
import { DEFAULT_POLICY } from "../../src/policy/policies.js";
import type { Frame } from "./frames.js";
import { type Found, findingText, type Named } from "./scenario.js";
import { classOf } from "./truth.js";

/** Replays one capture. */
export async function replayed(node: Node, capture: string): Promise<{ readonly report: ReplayReport; readonly verdicts: readonly FrameVerdict[] }> {
  const verdicts: FrameVerdict[] = [];
  const report = await replay({ node, captures: [capture], policy: DEFAULT_POLICY, onFrame: (batch) => { verdicts.push(...batch); } });
  return { report, verdicts };
}

/** Every frame of wan.pcap whose direction or class is not the true one, with both. */
export function wrongFrames(frames: readonly Frame[], verdicts: readonly FrameVerdict[], found: Found): string[] {
  const byNumber = new Map(verdicts.map((verdict) => [verdict.frame, verdict]));
  const wrong = frames.flatMap((frame, i) => {
    const verdict = byNumber.get(i + 1);
    const wanted = frame.out ? classOf(frame.cause, found) : null;
    if (verdict?.dir === (frame.out ? "out" : "in") && verdict.class === wanted) return [];
    const said = verdict === undefined ? "nothing" : `${verdict.dir} ${verdict.class ?? "-"}${verdict.reason === undefined ? "" : ` (${verdict.reason})`}`;
    return [`wan.pcap frame ${i + 1} (${frame.epoch}): its cause is ${frame.cause}, so it is ${frame.out ? "out" : "in"} ${wanted ?? "-"}; wanproof says ${said}`];
  });
  return verdicts.length === frames.length ? wrong : [...wrong, `wan.pcap has ${frames.length} frames, wanproof judged ${verdicts.length}`];
}

/** Where a report's findings are not those of the scenario: as often as it names them, no more. */
export function wrongFindings(capture: string, findings: readonly Named[], wanted: readonly string[]): string[] {
  const open = [...wanted];
  const extra = findings.map(findingText).filter((text) => {
    const at = open.findIndex((pattern) => fits(text, pattern));
    if (at >= 0) open.splice(at, 1);
    return at < 0;
  });
  const missing = open.filter((pattern) => !pattern.startsWith(OPTIONAL));
  return [...missing.map((text) => `${capture}: the finding "${text}" is missing`), ...extra.map((text) => `${capture}: the finding "${text}" is not true`)];
}

/** A finding that depends on chance, such as a late answer to a port that is closed by then. */
const OPTIONAL = "? ";

/** `*` stands for a port that nobody chose. */
function fits(text: string, pattern: string): boolean {
  const [start = "", end] = pattern.replace(/^\? /, "").split("*");
  return end === undefined ? text === start : text.startsWith(start) && text.endsWith(end) && text.length > start.length + end.length;
}
