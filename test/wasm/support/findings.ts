/** What a run has told: its findings by number in table order, and frames to tell of. */
import { reserve } from "../../../assembly/arena";
import { Finding, Frame, Limit, Run } from "../../../assembly/layout";

/** An index row of this many original bytes, seen at this second. */
export function newFrame(seconds: u32, original: u32 = 100): Frame {
  const frame = changetype<Frame>(reserve(offsetof<Frame>()));
  frame.seconds = seconds;
  frame.nanos = 5;
  frame.original = original;
  return frame;
}

/** The finding with this class; traps when there is none. */
export function findingOf(run: Run, verdict: u32): Finding {
  for (let i: u32 = 0; i < <u32>Limit.FINDINGS; i++) {
    const finding = changetype<Finding>(run.findings + i * <u32>offsetof<Finding>());
    if (finding.frames != 0 && finding.verdict == verdict) return finding;
  }
  assert(false, "no finding of this class");
  return changetype<Finding>(run.findings);
}
