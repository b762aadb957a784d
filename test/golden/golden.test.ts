// Reports of the shipped examples, word for word. WANPROOF_GOLDEN=write npm test -- golden   writes them anew: read the difference before you keep it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { replay } from "../../src/core/replay.js";
import { EXIT_OF_RESULT, type ReplayReport } from "../../src/model/report.js";
import { DEFAULT_POLICY } from "../../src/policy/policies.js";
import { renderJson } from "../../src/report/json.js";
import { plain } from "../../src/report/lines.js";
import { renderText } from "../../src/report/text.js";
import { readNode } from "../../src/state/node.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const EXIT: Readonly<Record<string, number>> = { "ipv4-ntp-leak": 1, "late-mark": 1, "mesh-default-lost": 1 };

/** Paths are told from the project's root, wherever that is. */
function told(text: string): string {
  return text.replaceAll(ROOT, "");
}

function compare(name: string, text: string): void {
  const path = fileURLToPath(new URL(name, import.meta.url));
  if (process.env["WANPROOF_GOLDEN"] === "write") writeFileSync(path, text);
  assert.ok(existsSync(path), `${name} was never written`);
  assert.fixture(text, readFileSync(path, "utf8"), name);
}

async function report(example: string): Promise<ReplayReport> {
  const folder = `${ROOT}examples/${example}`;
  return replay({ node: await readNode(`${folder}/state`), captures: [`${folder}/wan.pcap`], policy: DEFAULT_POLICY });
}

test("every example has its reports here", () => {
  assert.equal(readdirSync(`${ROOT}examples`).sort(), Object.keys(EXIT));
});

for (const [example, exit] of Object.entries(EXIT)) {
  test(`the reports of ${example} are the ones that were read and kept`, async () => {
    const found = await report(example);
    assert.is(EXIT_OF_RESULT[found.result], exit);
    compare(`${example}.txt`, told(renderText(found, { paint: plain })));
    compare(`${example}.json`, told(renderJson(found)));
  });
}

test.run();
