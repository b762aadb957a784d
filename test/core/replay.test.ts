import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { replay, type ReplayOptions } from "../../src/core/replay.js";
import type { FrameVerdict, ReplayReport } from "../../src/model/report.js";
import { CLASSES } from "../../src/model/verdict.js";
import { readNode } from "../../src/state/node.js";
import { withFolder, writeFiles } from "../support/files.js";
import { pcap } from "../support/pcapfile.js";
import { type Vector, vectors } from "../support/vectors.js";

interface Replayed {
  readonly report: ReplayReport;
  readonly frames: readonly FrameVerdict[];
}

async function run(vector: Vector, more: Partial<ReplayOptions> = {}): Promise<Replayed> {
  const frames: FrameVerdict[] = [];
  const node = await readNode(vector.state);
  const report = await replay({ node, captures: [vector.capture], policy: "gluon", onFrame: (batch) => { frames.push(...batch); }, ...more });
  return { report, frames };
}

const RESULTS: Readonly<Record<string, string>> = {
  "01-clean": "clean", "02-ipv4-ntp-leak": "leak", "03-rule-missing": "clean", "05-late-mark": "violated", "10-netifd-mesh-lost": "leak",
};

for (const vector of vectors()) {
  test(`${vector.name}: the classes are what the node's own counters say`, async () => {
    const { report } = await run(vector);
    for (const name of CLASSES) assert.is(report.classes[name], vector.classes.get(name) ?? 0, name);
    assert.is(report.result, RESULTS[vector.name]);
  });

  test(`${vector.name}: every frame has its true class and direction`, async () => {
    const { frames } = await run(vector);
    assert.is(frames.length, vector.labels.length);
    frames.forEach((verdict, i) => {
      assert.is(verdict.frame, i + 1);
      assert.is(verdict.class, vector.labels[i], `frame ${i + 1}`);
      assert.is(verdict.dir, vector.labels[i] === null ? "in" : "out", `frame ${i + 1}`);
    });
  });

  test(`${vector.name}: foreign sources are findings, by class`, async () => {
    const { report } = await run(vector);
    const found = report.findings.filter((finding) => finding.claim === "source").map((finding): [string, number] => [finding.class, finding.frames]);
    assert.equal(new Map(found), vector.foreign);
  });

  test(`${vector.name}: the scalar build says the same as the SIMD build`, async () => {
    const scalar = await run(vector, { core: await Core.load("release") });
    const best = await run(vector);
    assert.equal(scalar, best);
  });

  test(`${vector.name}: counts add up`, async () => {
    const { report } = await run(vector);
    const sum = CLASSES.reduce((total, name) => total + report.classes[name], 0);
    const capture = report.captures[0];
    assert.is(sum, report.wan.egressFrames);
    assert.is(report.wan.egressFrames + report.wan.ingressFrames, capture?.frames);
    const told = report.findings.filter((finding) => finding.class === "leak" && finding.claim === "containment");
    assert.is(told.reduce((total, finding) => total + finding.frames, 0), report.classes.leak);
  });
}

const [, leaky] = vectors();
assert.ok(leaky !== undefined);
const ntp: Vector = leaky;

test("a leak names the rule and the route that let it out, what it is known as, and its first frame", async () => {
  const { report } = await run(ntp);
  const finding = report.findings.find((candidate) => candidate.id === "leak:udp/123");
  assert.ok(finding !== undefined);
  assert.is(finding.known, "W1");
  assert.is(finding.frames, 5);
  assert.is(finding.first.frame, 79);
  assert.match(finding.first.time, /^2026-11-22T.*\.692229000Z$/);
  assert.equal(finding.because.map((line) => line.station), ["rule", "table"]);
  assert.match(finding.because[0]?.at ?? "", /^rule4\.json#/);
  assert.match(finding.because[1]?.text ?? "", /^default via 192\.168\.178\.1 dev br-wan/);
});

test("netifd's rule for local packets is the known way out when the mesh default is lost", async () => {
  const vector = vectors().find((candidate) => candidate.name.startsWith("10-"));
  assert.ok(vector !== undefined);
  const { report } = await run(vector);
  const leaks = report.findings.filter((finding) => finding.class === "leak");
  assert.ok(leaks.length > 0);
  assert.ok(leaks.every((finding) => finding.known === "W2" && (finding.because[0]?.text ?? "").includes("iif lo")));
});

test("the letter of Gluon's document counts the same mission", async () => {
  const { report } = await run(ntp, { policy: "gluon-letter" });
  assert.is(report.classes.fastd, ntp.classes.get("fastd"));
  assert.is(report.classes.answer, 0);
  assert.is(report.result, "leak");
});

test("frames captured on a device that is no WAN have no class, and the VPN among them is not confined", async () => {
  const { report, frames } = await run(ntp, { iface: "br-client" });
  assert.is(report.wan.egressFrames, 0);
  assert.ok(frames.every((verdict) => verdict.class === null && verdict.dev === "br-client"));
  assert.ok(report.findings.every((finding) => finding.claim === "confinement"));
});

test("a device that link.json does not know is refused", async () => {
  const error = await run(ntp, { iface: "nope0" }).then(() => null, (reason: unknown) => reason);
  assert.match(String(error), /WP9001.*nope0/);
});

test("a link type that is not read is refused, never taken for another", async () => {
  await withFolder(async (folder) => {
    await writeFiles(folder, { "ppp.pcap": pcap([new Uint8Array(60)], { linkType: 9 }) });
    const error = await run(ntp, { captures: [join(folder, "ppp.pcap")] }).then(() => null, (reason: unknown) => reason);
    assert.match(String(error), /WP2003.*link type 9/);
  });
});

/** A report without what names its captures. */
function essence(report: ReplayReport): unknown {
  const findings = report.findings.map((finding) => ({ ...finding, first: { frame: finding.first.frame, time: finding.first.time } }));
  return { result: report.result, classes: report.classes, wan: report.wan, explained: report.explained, findings };
}

for (const vector of vectors()) {
  const sibling = (name: string): string => join(dirname(vector.capture), name);

  test(`${vector.name}: pcapng and gzip give the same report`, async () => {
    const plain = essence((await run(vector)).report);
    for (const name of ["wan.pcapng", "wan.pcap.gz"]) assert.equal(essence((await run(vector, { captures: [sibling(name)] })).report), plain, name);
  });

  test(`${vector.name}: a capture of all devices gives the same classes, each egress counted once`, async () => {
    const plain = (await run(vector)).report;
    const { report, frames } = await run(vector, { captures: [sibling("any.pcapng.gz")] });
    assert.equal(report.classes, plain.classes);
    assert.is(report.wan.egressFrames, plain.wan.egressFrames);
    assert.ok(frames.some((verdict) => verdict.dev === "br-client"));
  });

  test(`${vector.name}: NFLOG gives each frame it carries the class it has on the wire`, async () => {
    const wire = (await run(vector)).report;
    const { report } = await run(vector, { captures: [sibling("nflog.pcap")] });
    // Packet sockets and ARP pass no hook; neighbour discovery the node sends while it has no address may.
    for (const name of ["fastd", "wan-dns", "leak", "dhcp6", "mld", "undetermined", "answer"] as const) assert.is(report.classes[name], wire.classes[name], name);
    assert.is(report.classes.arp, 0);
    assert.ok(report.findings.every((finding) => finding.attributed.mark !== null));
  });
}

async function findingsOf(vector: string, capture: string): Promise<[string, number][]> {
  const chosen = vectors().find(({ name }) => name.startsWith(vector));
  assert.ok(chosen !== undefined);
  const { report } = await run(chosen, { captures: [join(dirname(chosen.capture), capture)] });
  return report.findings.map((finding) => [finding.id, finding.frames]);
}

test("the VPN that runs over the mesh is a confinement finding, one for each egress", async () => {
  assert.equal(await findingsOf("03", "any.pcapng.gz"), [["confinement:fastd", 16]]);
});

test("a DNS question without its mark is told where marks are visible", async () => {
  assert.ok((await findingsOf("05", "nflog.pcap")).some(([id, frames]) => id === "mark-missing:wan-dns" && frames === 1));
});

test("two captures of one run are counted together and summarised apart", async () => {
  const { report } = await run(ntp, { captures: [ntp.capture, ntp.capture] });
  assert.is(report.captures.length, 2);
  assert.is(report.classes.leak, 2 * (ntp.classes.get("leak") ?? 0));
});

test("an aborted replay reports what it saw and is never clean", async () => {
  const [clean] = vectors();
  assert.ok(clean !== undefined);
  const { report } = await run(clean, { signal: AbortSignal.abort() });
  assert.is(report.captures[0]?.frames, 0);
  assert.is(report.result, "undetermined");
});

// Found by the fuzz campaign: memory grew by five kilobytes for each capture that was refused.
test("a capture that is refused leaves nothing in the core's memory", async () => {
  const core = await Core.load();
  const before = core.mark();
  await withFolder(async (folder) => {
    await writeFiles(folder, { "bad.pcap": new Uint8Array(100) });
    for (const vector of vectors()) await run(vector, { core, captures: [join(folder, "bad.pcap")] }).then(() => { assert.unreachable(); }, () => undefined);
    await run(ntp, { core, iface: "nope0" }).then(() => { assert.unreachable(); }, () => undefined);
  });
  assert.is(core.mark(), before);
});

test("one core judges one capture after another without remembering the first", async () => {
  const core = await Core.load();
  const first = await run(ntp, { core });
  const again = await run(ntp, { core });
  assert.equal(again, first);
});

test.run();
