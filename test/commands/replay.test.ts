import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ReplayRequest, type ReplayTools, parseOutput, runReplay } from "../../src/commands/replay.js";
import type { ReplayOptions } from "../../src/core/replay.js";
import { InputError, diagnostic, refuse } from "../../src/model/diagnostic.js";
import type { FrameVerdict, ReplayReport } from "../../src/model/report.js";
import { renderJson } from "../../src/report/json.js";
import { renderText } from "../../src/report/text.js";
import { withFolder } from "../support/files.js";
import { leakReport, node, report } from "../support/reports.js";
import { breaches } from "../support/schemas.js";
import { type Kept, keepingTerminal } from "../support/terminal.js";

const FRAME: FrameVerdict = { capture: "wan.pcap", frame: 1, dir: "out", dev: "br-wan", class: "fastd", disposition: "egress" };
const REQUEST: ReplayRequest = { node: "state", captures: ["wan.pcap"], format: "text" };

/** A replay that hands out two batches of one frame, as long as nobody stops it, and then gives `result`. */
function tools(result: ReplayReport, seen: ReplayOptions[] = [], batches: FrameVerdict[][] = [[FRAME], [{ ...FRAME, frame: 2 }]]): ReplayTools {
  return {
    readNode: () => Promise.resolve(node()),
    replay: async (options) => {
      seen.push(options);
      for (const batch of batches) {
        if (options.signal?.aborted ?? false) break;
        await options.onFrame?.(batch);
      }
      return result;
    },
  };
}

interface Ran extends Kept {
  /** Exit status, or the code of the InputError. */
  readonly status: number | string;
}

async function run(request: Partial<ReplayRequest>, result = report(), parts: { seen?: ReplayOptions[]; kept?: Kept; abort?: boolean; tools?: ReplayTools } = {}): Promise<Ran> {
  const kept = parts.kept ?? keepingTerminal();
  const interrupt = new AbortController();
  if (parts.abort ?? false) interrupt.abort();
  try {
    const status = await runReplay({ ...REQUEST, ...request }, kept.terminal, parts.tools ?? tools(result, parts.seen), interrupt.signal);
    return { ...kept, status };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { ...kept, status: `${error.diagnostic.code} ${error.diagnostic.place}` };
  }
}

test("the status follows from the result", async () => {
  const results = ["clean", "leak", "violated", "undetermined"] as const;
  const statuses = await Promise.all(results.map(async (result) => (await run({}, report({ result }))).status));
  assert.equal(statuses, [0, 1, 1, 3]);
});

test("text goes to stdout, and nothing to stderr", async () => {
  const { out, err } = await run({}, leakReport());
  assert.is(out(), renderText(leakReport()));
  assert.is(err(), "");
});

test("--json is one document on stdout, its warnings on stderr", async () => {
  const told = report({ diagnostics: [diagnostic("WP2101", "wan.pcap", "ends inside frame 7", "verdicts hold up to frame 6"), diagnostic("WP1004", "ss.txt", "is missing", "x")] });
  const { out, err } = await run({ format: "json" }, told);
  assert.is(out(), renderJson(told));
  assert.is(err(), "WP2101 warning: wan.pcap: ends inside frame 7; verdicts hold up to frame 6\n");
  assert.is((await run({ format: "json", quiet: true }, told)).err(), "");
});

test("-q is the sentence alone", async () => {
  assert.is((await run({ quiet: true }, leakReport())).out(), `${renderText(leakReport()).split("\n")[0] ?? ""}\n`);
});

test("what the command line says reaches the replay", async () => {
  const seen: ReplayOptions[] = [];
  await run({ policy: "gluon-letter", wan: ["wwan0", "br-wan"], iface: "eth1", captures: ["a", "b"] }, report(), { seen });
  const { policy, wan, iface, captures, onFrame } = seen[0] ?? {};
  assert.equal({ policy, wan, iface, captures, onFrame }, { policy: "gluon-letter", wan: ["wwan0", "br-wan"], iface: "eth1", captures: ["a", "b"], onFrame: undefined });
});

test("without --policy the node suggests one", async () => {
  const seen: ReplayOptions[] = [];
  await run({}, report(), { seen });
  assert.is(seen[0]?.policy, "gluon");
});

test("an unknown policy is WP3005 before anything is read", async () => {
  const readNode = (): never => { throw new Error("the node was read"); };
  assert.is((await run({ policy: "gloun" }, report(), { tools: { ...tools(report()), readNode } })).status, "WP3005 policy");
});

test("--per-frame writes a line for each frame, in order", () => withFolder(async (folder) => {
  const path = join(folder, "frames.jsonl");
  assert.is((await run({ perFrame: path })).status, 0);
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  assert.is(lines.length, 2);
  for (const line of lines) assert.equal(breaches("frame", line), []);
}));

test("the next batch waits until the last one is written", async () => {
  const order: string[] = [];
  const kept = keepingTerminal();
  const slow = { ...kept.terminal, data: async (text: string) => { order.push("begun"); await new Promise((resolve) => setTimeout(resolve, 5)); order.push("written"); return kept.terminal.data(text); } };
  await run({ perFrame: "-" }, report(), { kept: { ...kept, terminal: slow } });
  assert.equal(order, ["begun", "written", "begun", "written"]);
});

test("--per-frame - has stdout for itself, the report goes to stderr", async () => {
  const { out, err } = await run({ perFrame: "-" }, leakReport());
  assert.is(out().split("\n").length, 3);
  assert.is(err(), renderText(leakReport()));
});

test("--per-frame - and --json cannot share stdout", async () => {
  assert.is((await run({ perFrame: "-", format: "json" })).status, "WP9001 --per-frame -");
});

test("when the reader of --per-frame - goes, the replay stops quietly and does not call itself clean", async () => {
  const seen: ReplayOptions[] = [];
  const ran = await run({ perFrame: "-" }, report(), { kept: keepingTerminal(0), seen });
  assert.is(ran.status, 3);
  assert.is(ran.err(), "");
  assert.ok(seen[0]?.signal?.aborted);
  assert.is((await run({ perFrame: "-" }, leakReport(), { kept: keepingTerminal(0) })).status, 1);
});

test("when the reader of the report goes, the status is still the result's", async () => {
  assert.is((await run({}, leakReport(), { kept: keepingTerminal(0) })).status, 1);
});

test("an interrupted replay prints its partial totals, is status 130 and never clean", async () => {
  const { out, status } = await run({}, report(), { abort: true });
  assert.is(status, 130);
  assert.match(out(), /^Nothing that should not have left was seen, but not all of this capture could be read\.\nInterrupted: /);
  assert.match((await run({}, leakReport(), { abort: true })).out(), /^16 of the 62 frames/);
  const document = await run({ format: "json" }, report(), { abort: true });
  assert.is(document.status, 130);
  assert.match(document.err(), /^interrupted: /);
  assert.match(document.out(), /"result": "undetermined"/);
});

test("--output writes further reports without colours", () => withFolder(async (folder) => {
  const [text, json] = [join(folder, "a=b.txt"), join(folder, "a.json")];
  const kept = keepingTerminal();
  const terminal = { ...kept.terminal, paint: (_: string, words: string) => `<${words}>` };
  await run({ output: [`text=${text}`, `json=${json}`] }, leakReport(), { kept: { ...kept, terminal } });
  assert.is(await readFile(text, "utf8"), renderText(leakReport()));
  assert.is(await readFile(json, "utf8"), renderJson(leakReport()));
  assert.match(kept.out(), /^<16 of the/);
}));

test("an output that cannot be written is said before the replay begins", async () => {
  const seen: ReplayOptions[] = [];
  await withFolder(async (folder) => {
    assert.is((await run({ output: [`json=${folder}`] }, report(), { seen })).status, `WP9002 ${folder}`);
    assert.is((await run({ perFrame: folder }, report(), { seen })).status, `WP9002 ${folder}`);
  });
  assert.equal(seen, []);
});

test("a capture, a file of the node and a second output of the same name are not overwritten", () => withFolder(async (folder) => {
  const capture = join(folder, "wan.pcap"), rules = join(folder, "rule4.json"), once = join(folder, "once");
  await writeFile(capture, "frames");
  await writeFile(rules, "[]");
  const parts = { node: folder, captures: [capture] };
  assert.is((await run({ ...parts, perFrame: capture })).status, `WP9002 ${capture}`);
  assert.is((await run({ ...parts, output: [`json=${rules}`] })).status, `WP9002 ${rules}`);
  assert.is((await run({ ...parts, perFrame: once, output: [`json=${once}`] })).status, `WP9002 ${once}`);
  assert.is(await readFile(capture, "utf8"), "frames");
}));

test("input that cannot be read leaves no older report behind", () => withFolder(async (folder) => {
  const path = join(folder, "report.json");
  await writeFile(path, renderJson(report()));
  const replay = (): never => refuse("WP2002", "wan.pcap", "begins with no known magic", "it was not read");
  assert.is((await run({ output: [`json=${path}`] }, report(), { tools: { ...tools(report()), replay: () => Promise.resolve().then(replay) } })).status, "WP2002 wan.pcap");
  assert.is(await readFile(path, "utf8"), "");
}));

test("--output is a format, =, and a file", () => {
  assert.equal(parseOutput("json=a=b.json"), { format: "json", path: "a=b.json" });
  for (const text of ["json", "json=", "=a", "xml=a", "json=-", "JSON=a", "toString=a"]) assert.throws(() => parseOutput(text), /WP9001/);
});

test.run();
