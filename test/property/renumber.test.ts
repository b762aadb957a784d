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
import { drawRenumbering, IDENTITY, type State } from "../support/renumber/plan.js";
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

/** Renumbers a run ROUNDS times and compares; returns the verdicts of the run as it is. */
async function holds(state: State, capture: Uint8Array, from: number): Promise<Replayed> {
  const core = await Core.load();
  const plain = await replayed(core, state, capture);
  for (let round = 0; round < ROUNDS; round++) {
    const renumbering = drawRenumbering(new Random(from + round), state, round % 2 === 0 ? ["br-wan"] : []);
    const found = await replayed(core, renumberState(state, renumbering), renumberCapture(capture, renumbering));
    assert.equal(essence(found), essence(plain));
    assert.is(found.report.wan.devices[0], renumbering.devices.get("br-wan") ?? "br-wan", "the WAN is found under its new name");
  }
  return plain;
}

/** Without its sockets, a node's VPN is known by the names in DNS answers alone. */
function withoutSockets(state: State): State {
  return Object.fromEntries(Object.entries(state).filter(([file]) => file !== "ss.txt"));
}

for (const [number, vector] of readVectors().entries()) {
  const { name, state, capture } = vector;
  const from = seed() + 1000 * number;

  test(`${name}: other addresses, names and ports, the same verdicts, and they are true`, async () => {
    // What is the same as the truth once stays so: `holds` compares every frame's class.
    assert.is(firstWrong(vector, await holds(state, capture, from)), null);
  });

  test(`${name}: without ss.txt, other addresses, names and ports, the same verdicts`, async () => {
    await holds(withoutSockets(state), capture, from);
  });

  test(`${name}: a capture that is renumbered without its state, or the other way round, has other verdicts`, async () => {
    const core = await Core.load();
    const renumbering = drawRenumbering(new Random(from), state);
    const plain = essence(await replayed(core, state, capture));
    assert.not.equal(essence(await replayed(core, renumberState(state, renumbering), capture)), plain);
    assert.not.equal(essence(await replayed(core, state, renumberCapture(capture, renumbering))), plain);
  });
}

for (const { name, state, capture } of readVectors().filter(({ state }) => state["fastd.conf"]?.includes("vpn1") === true)) {
  test(`${name}: without ss.txt, a name that changes in the capture only leaves the VPN unknown`, async () => {
    const core = await Core.load();
    const renumbering = { ...IDENTITY, label: drawRenumbering(new Random(seed()), state).label };
    const bare = withoutSockets(state);
    const plain = await replayed(core, bare, capture);
    const found = await replayed(core, bare, renumberCapture(capture, renumbering));
    assert.ok(plain.report.classes.fastd > 0);
    assert.is(found.report.classes.fastd, 0);
    assert.is(found.report.classes.undetermined, plain.report.classes.undetermined + plain.report.classes.fastd);
  });
}

test.run();
