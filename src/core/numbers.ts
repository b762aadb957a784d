/** Numbers of frames within their captures, which count from 1. */
import { FRAME_WORDS, type FrameArea } from "../model/capture.js";

const FLAGS = FRAME_WORDS.indexOf("flags");
/** Bits of a row's `flags` below the number of its capture. */
const CAPTURE_SHIFT = 8;

/** The capture of frame `index` of a batch. */
export function captureOf(area: FrameArea, index: number): number {
  return (area.index[index * FRAME_WORDS.length + FLAGS] ?? 0) >>> CAPTURE_SHIFT;
}

export class FrameNumbers {
  /** Frames of each capture in the batches that are done. */
  readonly #before: number[] = [];

  constructor(private readonly captures: number) {}

  /** The number of frame `index` of the present batch within its capture. Counts through the batch: for the few frames that are told of. */
  of(area: FrameArea, index: number): number {
    const capture = captureOf(area, index);
    let number = this.#before[capture] ?? 0;
    for (let i = 0; i <= index; i++) if (captureOf(area, i) === capture) number++;
    return number;
  }

  /** Frames of a capture in the batches before this one. */
  done(capture: number): number {
    return this.#before[capture] ?? 0;
  }

  /** The present batch is done. */
  advance(area: FrameArea, count: number): void {
    if (this.captures === 1) {
      this.#before[0] = (this.#before[0] ?? 0) + count;
      return;
    }
    for (let i = 0; i < count; i++) {
      const capture = captureOf(area, i);
      this.#before[capture] = (this.#before[capture] ?? 0) + 1;
    }
  }
}
