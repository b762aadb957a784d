/** Replays captures that nobody should trust, and says what a replay must never do. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Core } from "../../src/core/core.js";
import { replay } from "../../src/core/replay.js";
import { InputError } from "../../src/model/diagnostic.js";
import type { Node } from "../../src/model/node.js";
import type { FrameVerdict } from "../../src/model/report.js";
import { CLASSES } from "../../src/model/verdict.js";
import { aNode } from "../support/nodes.js";
import { caseOf } from "./cases.js";
import { corpus } from "./corpus.js";

/** Seconds a replay may take for each megabyte, and at least: a collection of garbage may fall into any of them. */
const SECONDS_PER_MB = 1;
/** Bytes the process may grow by after its warm-up. */
const GROWTH_MAX = 64 * 1024 * 1024;
/** Captures of the warm-up, and between two looks at the memory. */
const WARM_UP = 5_000;
const LOOK_EVERY = 1_000;
/** A campaign ends after this many failures: they are likely to be one. */
const FAILURES_MAX = 20;
/** A file system in memory, where there is one. */
const MEMORY = "/dev/shm";

/** A case that broke a promise, and the bytes that did it. */
export interface Failure {
  readonly number: number;
  /** Of the case, for the eye. */
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly error: unknown;
}

export interface Outcome {
  readonly captures: number;
  /** Captures that could not be read at all: InputError. */
  readonly refused: number;
  readonly frames: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Bytes the resident set grew by from the end of the warm-up on. */
  readonly growth: number;
  readonly failures: readonly Failure[];
}

export interface CampaignOptions {
  readonly seed: number;
  /** Whichever comes first ends the campaign. */
  readonly captures: number;
  readonly seconds: number;
  /** A core to use instead of a new one. */
  readonly core?: Core;
  readonly onProgress?: (captures: number, seconds: number) => void;
}

/** Runs cases 0, 1, 2, ... of the seed with one core, through one file. */
export async function run(options: CampaignOptions): Promise<Outcome> {
  const { seed, captures, seconds, onProgress } = options;
  const files = corpus();
  const node = aNode();
  const core = options.core ?? (await Core.load());
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "wanproof-fuzz-"));
  const path = join(folder, "case");
  const begun = performance.now();
  const elapsed = (): number => (performance.now() - begun) / 1000;
  const growth = new Growth();
  const total = { refused: 0, frames: 0, bytes: 0 };
  const failures: Failure[] = [];
  let number = 0;
  for (; number < captures && failures.length < FAILURES_MAX && elapsed() < seconds; number++) {
    const { kind, bytes } = caseOf(seed, number, files);
    total.bytes += bytes.length;
    try {
      writeFileSync(path, bytes);
      total.frames += await judge(core, node, path, bytes.length);
      if (number % LOOK_EVERY === 0 && number >= WARM_UP) growth.look();
    } catch (error) {
      if (error instanceof InputError) total.refused++;
      else failures.push({ number, kind, bytes, error });
      // Nothing that a core says after a trap is worth anything.
      if (error instanceof WebAssembly.RuntimeError) break;
    }
    if (number % LOOK_EVERY === 0) onProgress?.(number, elapsed());
  }
  rmSync(folder, { recursive: true, force: true });
  return { captures: number, ...total, seconds: elapsed(), growth: growth.bytes, failures };
}

/** Replays a capture of so many bytes; returns its frames. Throws on whatever a replay must never do, and an InputError where it may refuse. */
export async function judge(core: Core, node: Node, path: string, bytes: number): Promise<number> {
  let lines = 0;
  const onFrame = (batch: readonly FrameVerdict[]): void => {
    for (const { frame } of batch) expect(frame === ++lines, `line ${lines} is about frame ${frame}`);
  };
  const begun = performance.now();
  const report = await replay({ node, captures: [path], policy: "gluon", core, onFrame });
  const seconds = (performance.now() - begun) / 1000;
  const frames = report.captures[0]?.frames ?? -1;
  const sum = CLASSES.reduce((total, name) => total + report.classes[name], 0);
  const { egressFrames, ingressFrames } = report.wan;
  expect(sum === egressFrames, `the classes sum up to ${sum}, ${egressFrames} frames left`);
  expect(lines === frames, `${lines} lines tell of ${frames} frames`);
  expect(egressFrames + ingressFrames <= frames, `${egressFrames} frames went out and ${ingressFrames} in, of ${frames}`);
  expect(seconds <= SECONDS_PER_MB * Math.max(1, bytes / 1e6), `took ${seconds.toFixed(2)} s for ${bytes} bytes`);
  return frames;
}

/** What the process has grown by since the first look. */
class Growth {
  bytes = 0;
  #base: number | null = null;

  look(): void {
    // Garbage is not growth; there only with --expose-gc.
    globalThis.gc?.();
    const { rss } = process.memoryUsage();
    this.#base ??= rss;
    this.bytes = rss - this.#base;
    expect(this.bytes <= GROWTH_MAX, `memory grew by ${Math.round(this.bytes / 1e6)} MB`);
  }
}

function expect(holds: boolean, fact: string): void {
  if (!holds) throw new Error(fact);
}
