import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { replay as judged } from "../../src/core/replay.js";
import type { Node } from "../../src/model/node.js";
import { EXIT_OF_RESULT, type ReplayReport } from "../../src/model/report.js";
import { renderJson } from "../../src/report/json.js";
import { renderText } from "../../src/report/text.js";
import { readNode } from "../../src/state/node.js";
import { replay } from "../../src/verify/replay.js";
import { breaches } from "../support/schemas.js";
import { type Vector, vectors } from "../support/vectors.js";

const ALL = vectors();

function vector(number: string): Vector {
  const found = ALL.find(({ name }) => name.startsWith(number));
  if (found === undefined) throw new Error(`no vector ${number}`);
  return found;
}

/** Captures of one run against its state, or against what `changed` makes of it. */
async function run(number: string, files: readonly string[], changed: (node: Node) => Node = (node) => node): Promise<ReplayReport> {
  const { capture, state } = vector(number);
  return replay({ node: changed(await readNode(state)), captures: files.map((file) => join(capture, "..", file)), policy: "gluon" });
}

const models = (report: ReplayReport): (string | number)[][] => report.findings.filter(({ id }) => id.startsWith("model:")).map(({ id, frames, flow }) => [id, frames, flow.dport ?? 0]);

for (const { name } of ALL) {
  test(`${name}: every packet the node made left with the device, source and mark that the model gives it`, async () => {
    const report = await run(name, ["nflog.pcap"]);
    assert.ok((report.observed?.agreed ?? 0) > 0);
    assert.equal([report.observed?.untold, report.observed?.disagreed, models(report)], [0, 0, []]);
  });

  // In 10 the mesh's default route goes away during the capture, and the state is the one after: five packets of NTP went before.
  test(`${name}: the device before the reroute is the model's for every packet sent while the state was as collected`, async () => {
    const report = await run(name, ["nflog-out.pcap"]);
    assert.ok((report.observed?.agreed ?? 0) > 20);
    assert.equal([report.observed?.untold, models(report)], [0, name.startsWith("10") ? [["model:device", 5, 123]] : []]);
  });

  test(`${name}: the comparison changes no result`, async () => {
    const { capture, state } = vector(name);
    for (const file of ["nflog.pcap", "nflog-out.pcap", "wan.pcap"]) {
      const plain = await judged({ node: await readNode(state), captures: [join(capture, "..", file)], policy: "gluon" });
      assert.is((await run(name, [file])).result, plain.result, file);
    }
  });
}

test("packets sent before the routes changed are told with the device they took and the one they would take now", async () => {
  const report = await run("10", ["nflog-out.pcap"]);
  const told = report.findings.find(({ id }) => id === "model:device");
  assert.equal(told?.because.map(({ station, text }) => `${station}: ${text}`).slice(0, 3), [
    "observed: in OUTPUT: on br-client, source 2001:db8:ff::ff:fe00:102, mark 0x0", "modelled: on br-wan, source 2001:db8:178:1::18c3, mark 0x0",
    "rule: 90006: from all iif lo lookup 1",
  ]);
  assert.is(told?.attributed.uid, 123);
});

test("a clean capture against a state without the mark's rule is undetermined, and says why", async () => {
  const unruled = (node: Node): Node => ({ ...node, rules: { ...node.rules, 6: node.rules[6].filter(({ matches }) => matches.length === 0) } });
  const report = await run("01", ["nflog-out.pcap"], unruled);
  assert.equal([report.result, EXIT_OF_RESULT[report.result], report.classes.undetermined], ["undetermined", 3, 0]);
  assert.ok(models(report).some(([id, , port]) => id === "model:device" && port === 10000));
  assert.match(renderText(report), /^Nothing that should not have left was seen, but 17 packets went otherwise than the node's state says/);
  assert.equal(breaches("replay", renderJson(report)), []);
});

for (const files of [["nflog.pcap"], ["wan.pcap", "nflog.pcap"]]) {
  test(`the rules that marked the VPN and its DNS late are named (${files.join(", ")})`, async () => {
    const report = await run("05", files);
    const lines = report.findings.filter(({ claim }) => claim === "source").map(({ id, because }) => [id, ...because.filter(({ station }) => station === "netfilter").map(({ at }) => at)]);
    assert.equal(lines.sort(), [["source:fastd", "ip6tables-save.txt:135"], ["source:wan-dns", "ip6tables-save.txt:136"]]);
  });
}

test("a capture without a log of hooks is not compared", async () => {
  const report = await run("01", ["wan.pcap", "any.pcapng.gz"]);
  assert.is(report.observed, undefined);
});

test("what was logged is handed on to whoever asked for it", async () => {
  const seen: number[] = [];
  const { capture, state } = vector("01");
  await replay({ node: await readNode(state), captures: [join(capture, "..", "nflog.pcap")], policy: "gluon", onLogged: ({ observed }) => { seen.push(observed.length); } });
  assert.equal(seen, [5]);
});

test.run();
