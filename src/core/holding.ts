/** Frames in order for whoever writes them down, though a later fragment may be settled long after it left. */
import type { FrameVerdict } from "../model/report.js";

/** Frames that may wait behind one held fragment before its first fragment is given up. */
export const WAITING_MAX = 262_144;

/** Frames of several captures in one queue: the capture's number above the frame's. */
export function keyOf(capture: number, frame: number): number {
  return capture * 2 ** 40 + frame;
}

/** A queue that lets frames go in order, up to the first one that is still held. */
export class Holding {
  readonly #waiting = new Map<number, FrameVerdict | null>();

  /** `verdict` null: the frame is held. Each key is added once. */
  add(frame: number, verdict: FrameVerdict | null): void {
    this.#waiting.set(frame, verdict);
  }

  /** A held frame has its verdict now; other frames are ignored. */
  settle(frame: number, verdict: FrameVerdict): void {
    if (this.#waiting.has(frame)) this.#waiting.set(frame, verdict);
  }

  /** True when so much waits that holding must end. */
  get full(): boolean {
    return this.#waiting.size > WAITING_MAX;
  }

  /** Takes out every frame before the first held one. */
  release(): FrameVerdict[] {
    const released: FrameVerdict[] = [];
    for (const [frame, verdict] of this.#waiting) {
      if (verdict === null) break;
      released.push(verdict);
      this.#waiting.delete(frame);
    }
    return released;
  }
}
