import { test } from "uvu";
import * as assert from "uvu/assert";
import { diagnostic } from "../../src/model/diagnostic.js";
import { doctorSentence, doctorStatus, examine, renderDoctor } from "../../src/report/doctor.js";
import { NODE_FILES } from "../../src/report/files.js";
import { renderDocument } from "../../src/report/json.js";
import { node } from "../support/reports.js";
import { breaches } from "../support/schemas.js";

const REQUIRED = node().files;
const EVERYTHING = NODE_FILES.map(({ file }) => file);

function statusOf(report: ReturnType<typeof examine>, file: string): string | undefined {
  return report.files.find((entry) => entry.file === file)?.status;
}

test("a node with every file is complete", () => {
  const report = examine(node({ files: EVERYTHING }));
  assert.is(report.assurance, "complete");
  assert.is(doctorStatus(report), 0);
  assert.is(doctorSentence(report), "gl-node: complete, every file that this version uses was read and understood.");
});

test("a node with the required files only is usable, and its status is 0", () => {
  const report = examine(node());
  assert.is(report.assurance, "partial");
  assert.is(doctorStatus(report), 0);
  assert.match(doctorSentence(report), /^gl-node: usable, but \d+ optional files are missing, so more frames may stay undetermined\.$/);
});

test("one missing file is singular", () => {
  assert.match(doctorSentence(examine(node({ files: EVERYTHING.filter((file) => file !== "ss.txt") }))), /1 optional file is missing/);
});

test("a missing file says why it matters, one that was read does not", () => {
  const report = examine(node({ files: [...REQUIRED, "ss.txt"] }));
  assert.is(report.files.find(({ file }) => file === "ss.txt")?.without, null);
  assert.match(report.files.find(({ file }) => file === "fastd.conf")?.without ?? "", /any UDP packet may be the VPN/);
});

test("a warning makes its file unreadable and the status 3", () => {
  for (const place of ["fastd.conf", "fastd.conf:7", "state/fastd.conf:7", "fastd.conf#2"]) {
    const report = examine(node({ files: [...REQUIRED, "fastd.conf"], diagnostics: [diagnostic("WP1201", place, "has an odd statement", "it was left out")] }));
    assert.is(statusOf(report, "fastd.conf"), "unreadable", place);
    assert.is(doctorStatus(report), 3);
  }
});

test("a warning about another file with a longer name does not touch this one", () => {
  const report = examine(node({ files: [...REQUIRED, "group"], diagnostics: [diagnostic("WP1301", "group.bak:1", "has no colon", "it was left out")] }));
  assert.is(statusOf(report, "group"), "read");
});

test("a note leaves the file read and the status 0", () => {
  const report = examine(node({ files: EVERYTHING, diagnostics: [diagnostic("WP1004", "ss.txt", "is missing", "fewer flows are known")] }));
  assert.is(statusOf(report, "ss.txt"), "read");
  assert.is(doctorStatus(report), 0);
  assert.is(report.assurance, "complete");
});

test("an error is status 2", () => {
  assert.is(doctorStatus(examine(node({ diagnostics: [diagnostic("WP1003", "rule4.json", "is no JSON", "nothing was judged")] }))), 2);
});

test("a file this version does not read is unused, and silent while it is missing", () => {
  assert.is(statusOf(examine(node({ files: [...REQUIRED, "neigh.json"] })), "neigh.json"), "unused");
  assert.is(statusOf(examine(node()), "neigh.json"), undefined);
});

test("a firewall's files are read, and stand for each other as far as they tell the same", () => {
  const statuses = (...files: readonly string[]): unknown[] => {
    const report = examine(node({ files: [...REQUIRED, ...files] }));
    return ["iptables-save.txt", "ip6tables-save.txt", "nft.json"].map((file) => statusOf(report, file));
  };
  assert.equal(statuses("iptables-save.txt", "ip6tables-save.txt"), ["read", "read", undefined]);
  assert.equal(statuses("nft.json"), [undefined, undefined, "read"]);
  assert.equal(statuses("iptables-save.txt"), ["read", "missing", undefined]);
  assert.equal(statuses(), ["missing", "missing", "missing"]);
});

test("a file nobody knows is listed as such", () => {
  const report = examine(node({ files: [...REQUIRED, "odd\x1b.txt"] }));
  assert.is(statusOf(report, "odd\x1b.txt"), "unused");
  assert.ok(renderDoctor(report).includes("odd\\x1b.txt"));
});

test("the text has the sentence, one line a file, and no notes", () => {
  const report = examine(node({ files: [...REQUIRED, "fastd.conf"], diagnostics: [
    diagnostic("WP1201", "fastd.conf:7", "has an odd statement", "it was left out"), diagnostic("WP1004", "ss.txt", "is missing", "fewer flows are known"),
  ] }));
  const lines = renderDoctor(report).split("\n");
  assert.is(lines[0], doctorSentence(report));
  assert.is(lines[2], "  read        rule4.json          the IPv4 rules, in the order the kernel tries them");
  assert.is(lines.filter((line) => line.startsWith("  ")).length, report.files.length);
  assert.is(lines.at(-2), "WP1201 warning: fastd.conf:7: has an odd statement; it was left out");
  assert.match(renderDoctor(report, undefined, true), /WP1004 note: ss\.txt/);
});

test("the document is valid by the published schema", () => {
  assert.equal(breaches("doctor", renderDocument(examine(node({ files: [...REQUIRED, "nft.json", "odd"], diagnostics: [diagnostic("WP1004", "ss.txt", "is missing", "x")] })))), []);
});

test.run();
