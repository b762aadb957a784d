import { test } from "uvu";
import * as assert from "uvu/assert";
import { runDoctor } from "../../src/commands/doctor.js";
import { diagnostic } from "../../src/model/diagnostic.js";
import { doctorSentence, examine } from "../../src/report/doctor.js";
import { node } from "../support/reports.js";
import { breaches } from "../support/schemas.js";
import { keepingTerminal } from "../support/terminal.js";

const DAMAGED = node({ diagnostics: [diagnostic("WP1005", "ss.txt", "is no text of ss", "its sockets are not known")] });

test("the path is handed to readNode, and the status is the doctor's", async () => {
  const asked: string[] = [];
  const readNode = (path: string): Promise<ReturnType<typeof node>> => { asked.push(path); return Promise.resolve(DAMAGED); };
  assert.is(await runDoctor({ node: "some/state" }, keepingTerminal().terminal, { readNode }), 3);
  assert.equal(asked, ["some/state"]);
});

test("--json prints one valid document on stdout and nothing on stderr", async () => {
  const kept = keepingTerminal();
  assert.is(await runDoctor({ node: "state", json: true }, kept.terminal, { readNode: () => Promise.resolve(node()) }), 0);
  assert.equal(breaches("doctor", kept.out()), []);
  assert.is(kept.err(), "");
});

test("-q prints one sentence", async () => {
  const kept = keepingTerminal();
  await runDoctor({ node: "state", quiet: true }, kept.terminal, { readNode: () => Promise.resolve(node()) });
  assert.is(kept.out(), `${doctorSentence(examine(node()))}\n`);
});

test.run();
