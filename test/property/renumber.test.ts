/** Verdicts do not depend on the samples: other addresses, names and ports in state and capture alike, the same verdicts. */
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { replay } from "../../src/core/replay.js";
import type { FrameVerdict, ReplayReport } from "../../src/model/report.js";
import { readNode } from "../../src/state/node.js";
import { withFolder, writeFiles } from "../support/files.js";
import { renumberCapture } from "../support/renumber/capture.js";
import { drawRenumbering, type Renumbering, type State } from "../support/renumber/plan.js";
import { Random } from "../support/renumber/random.js";
import { renumberState } from "../support/renumber/state.js";
import { readVectors, type Vector } from "../support/renumber/vectors.js";
import { seed } from "../support/seed.js";

/** Renumberings of each run; every second one renames br-wan too, so that only table 1 tells the WAN. */
const ROUNDS = 6;

interface Replayed {
  readonly report: ReplayReport;
  readonly frames: readonly FrameVerdict[];
}

async function replayed(core: Core, state: State, capture: Uint8Array): Promise<Replayed> {
  return withFolder(async (folder) => {
    const path = join(folder, "wan.pcap");
    await writeFiles(join(folder, "state"), state);
    await writeFiles(folder, { "wan.pcap": capture });
    const frames: FrameVerdict[] = [];
    const onFrame = (verdicts: readonly FrameVerdict[]): void => void frames.push(...verdicts);
    return { report: await replay({ core, node: await readNode(join(folder, "state")), captures: [path], policy: "gluon", onFrame }), frames };
  });
}

/** What must not depend on addresses, names and ports. */
function essence({ report, frames }: Replayed): object {
  const { result, classes, undetermined, wan } = report;
  const findings = report.findings.map(({ claim, class: kind, reason, known, frames: count, bytes, first }) => [claim, kind, reason, known, count, bytes, first.frame]);
  const verdicts = frames.map(({ frame, dir, class: kind, disposition, claim, reason }) => ({ frame, dir, kind, disposition, claim, reason }));
  return { result, classes, undetermined, egress: wan.egressFrames, ingress: wan.ingressFrames, findings: findings.map(String).sort(), verdicts };
}

/** The first frame, if any, whose class is not its true one. */
function firstWrong({ truth }: Vector, { frames }: Replayed): string | null {
  if (frames.length !== truth.length) return `${frames.length} verdicts for ${truth.length} frames`;
  const at = frames.findIndex((verdict, i) => {
    const really = truth[i];
    return verdict.class !== really?.class || verdict.dir !== really.dir;
  });
  return at < 0 ? null : `frame ${at + 1} is ${String(truth[at]?.class)} and was called ${String(frames[at]?.class)}`;
}

async function sameVerdicts(core: Core, vector: Vector, plain: Replayed, renumbering: Renumbering): Promise<void> {
  const found = await replayed(core, renumberState(vector.state, renumbering), renumberCapture(vector.capture, renumbering));
  assert.is(firstWrong(vector, found), null);
  assert.equal(essence(found), essence(plain));
  const wan = renumbering.devices.get("br-wan") ?? "br-wan";
  assert.is(found.report.wan.devices[0], wan, "the WAN is found under its new name");
}

for (const [number, vector] of readVectors().entries()) {
  test(`${vector.name}: other addresses, names and ports, the same verdicts`, async () => {
    const core = await Core.load();
    const plain = await replayed(core, vector.state, vector.capture);
    assert.is(firstWrong(vector, plain), null);
    for (let round = 0; round < ROUNDS; round++) {
      const random = new Random(seed() + 1000 * number + round);
      await sameVerdicts(core, vector, plain, drawRenumbering(random, vector.state, round % 2 === 0 ? ["br-wan"] : []));
    }
  });

  test(`${vector.name}: a capture that is renumbered without its state, or the other way round, has other verdicts`, async () => {
    const core = await Core.load();
    const renumbering = drawRenumbering(new Random(seed() + 1000 * number), vector.state);
    const plain = essence(await replayed(core, vector.state, vector.capture));
    const stateOnly = await replayed(core, renumberState(vector.state, renumbering), vector.capture);
    const captureOnly = await replayed(core, vector.state, renumberCapture(vector.capture, renumbering));
    assert.not.equal(essence(stateOnly), plain);
    assert.not.equal(essence(captureOnly), plain);
  });
}

test.run();
