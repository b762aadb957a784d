/** `--per-frame`: JSON Lines, one object a frame (docs/schema/frame.schema.json). */
import type { FrameVerdict } from "../model/report.js";
import { harmless } from "./json.js";

/** One line a verdict, each ended by a newline; an empty text for no verdicts. */
export function renderFrames(verdicts: readonly FrameVerdict[]): string {
  let text = "";
  for (const verdict of verdicts) text += `${renderFrame(verdict)}\n`;
  return harmless(text);
}

// Written out so that the order of the fields is the contract's, whoever built the verdict. Absent fields stay absent.
function renderFrame({ capture, frame, dir, dev, class: name, disposition, claim, reason }: FrameVerdict): string {
  return JSON.stringify({ capture, frame, dir, dev, class: name, disposition, claim, reason });
}
