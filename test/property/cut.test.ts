/** A capture that begins late or ends early may leave frames undetermined; it never gives one a class that is not its own. */
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { replay } from "../../src/core/replay.js";
import type { Node } from "../../src/model/node.js";
import type { FrameVerdict } from "../../src/model/report.js";
import { readNode } from "../../src/state/node.js";
import { withFolder, writeFiles } from "../support/files.js";
import { Random } from "../support/renumber/random.js";
import { readVectors, type Truth, type Vector } from "../support/renumber/vectors.js";
import { seed } from "../support/seed.js";
import { slice } from "../support/slice.js";

const WINDOWS = 30;

/** What is wrong with a verdict; null when it is the truth, or "undetermined" with a reason. */
function wrong(verdict: FrameVerdict, truth: Truth | undefined): string | null {
  if (truth === undefined) return "has no true class";
  if (verdict.dir !== truth.dir) return `went ${truth.dir} and is said to go ${verdict.dir}`;
  if (verdict.class === "undetermined" && truth.dir === "out") return verdict.reason === undefined ? "is undetermined without a reason" : null;
  return verdict.class === truth.class ? null : `is ${truth.class ?? "inbound"} and was called ${verdict.class ?? "inbound"}`;
}

/** Replays the frames from `from` up to, not including, `to`, both counted from 0. */
async function judge(core: Core, node: Node, folder: string, { capture, truth }: Vector, from: number, to: number): Promise<void> {
  await writeFiles(folder, { "wan.pcap": slice(capture, from, to) });
  const verdicts: FrameVerdict[] = [];
  const onFrame = (batch: readonly FrameVerdict[]): void => void verdicts.push(...batch);
  const report = await replay({ core, node, captures: [join(folder, "wan.pcap")], policy: "gluon", onFrame });
  const window = `frames ${from + 1} to ${to}`;
  assert.is(verdicts.length, to - from, window);
  const faults = verdicts.map((verdict) => ({ frame: from + verdict.frame, fault: wrong(verdict, truth[from + verdict.frame - 1]) }));
  assert.equal(faults.filter(({ fault }) => fault !== null), [], window);
  const unsure = verdicts.filter((verdict) => verdict.class === "undetermined").length;
  assert.is(report.classes.undetermined, unsure, window);
  if (unsure > 0) assert.is.not(report.result, "clean", window);
  if (report.classes.leak > 0) assert.is(report.result, "leak", window);
}

async function judgeAll(vector: Vector, windows: readonly (readonly [from: number, to: number])[]): Promise<void> {
  const core = await Core.load();
  await withFolder(async (folder) => {
    await writeFiles(join(folder, "state"), vector.state);
    const node = await readNode(join(folder, "state"));
    for (const [from, to] of windows) await judge(core, node, folder, vector, from, to);
  });
}

for (const [number, vector] of readVectors().entries()) {
  const frames = vector.truth.length;

  test(`${vector.name}: the middle third of the capture gives no frame a wrong class`, async () => {
    await judgeAll(vector, [[Math.floor(frames / 3), Math.floor((2 * frames) / 3)]]);
  });

  test(`${vector.name}: ${WINDOWS} windows of the capture give no frame a wrong class`, async () => {
    const random = new Random(seed() + number);
    await judgeAll(vector, Array.from({ length: WINDOWS }, () => {
      const from = random.below(frames);
      return [from, from + 1 + random.below(frames - from)] as const;
    }));
  });
}

test.run();
