import { test } from "uvu";
import * as assert from "uvu/assert";
import { QUESTION_CHARS_MAX, runLookup } from "../../src/commands/lookup.js";
import { lookup } from "../../src/core/lookup.js";
import { InputError } from "../../src/model/diagnostic.js";
import { aNode } from "../support/nodes.js";
import { breaches, within } from "../support/schemas.js";
import { type Kept, keepingTerminal } from "../support/terminal.js";

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part);
}

async function run(input = chunks(), parts: { readonly node?: string; readonly reads?: number } = {}): Promise<Kept & { readonly status: number }> {
  const kept = keepingTerminal(parts.reads ?? Infinity);
  const status = await runLookup({ node: parts.node ?? "state" }, kept.terminal, { readNode: () => Promise.resolve(aNode()), lookup }, input);
  return { ...kept, status };
}

const lines = (text: string): string[] => text.trimEnd().split("\n");

test("one line of output for each line of input, in order, and each keeps to a published schema", async () => {
  const { status, out } = await run(chunks('{"dst":"192.0.2.42"}\nno\n\n{"dst":"2001:db8::1","oif":"nope"}\n{"dst":"198.51.100.1"}\n'));
  const answers = lines(out());
  assert.equal(answers.map((line): unknown => within(JSON.parse(line), "dev") ?? within(JSON.parse(line), "error", "place") ?? within(JSON.parse(line), "error")), ["lo", "line 2", "line 3", "ENODEV", "br-wan"]);
  answers.forEach((line, i) => { assert.equal(breaches(i === 1 || i === 2 ? "error" : "lookup", line), []); });
  assert.is(status, 2);
});

test("an error of the kernel is an answer: the status is 0", async () => {
  const { status, out } = await run(chunks('{"dst":"198.51.100.1","src":"203.0.113.5"}'));
  assert.is(out(), '{"error":"ENETUNREACH"}\n');
  assert.is(status, 0);
});

test("lines may be cut anywhere, even inside a character, and the last one may lack its newline", async () => {
  const bytes = new TextEncoder().encode('{"dst":"192.0.2.42","note":"ü"}\n{"dst":"192.0.2.42"}\r\n{"dst":"198.51.100.1"}');
  const whole = (await run(chunks(bytes))).out();
  assert.is(lines(whole).length, 3);
  for (let at = 1; at < bytes.length; at++) assert.is((await run(chunks(bytes.slice(0, at), bytes.slice(at)))).out(), whole);
});

test("a line that is too long to keep is told, and the one behind it is answered", async () => {
  const { out } = await run(chunks('{"dst":"', "1".repeat(QUESTION_CHARS_MAX), '"}\n{"dst":"192.0.2.42"}\n'));
  const [first = "", second = ""] = lines(out());
  assert.equal([within(JSON.parse(first), "error", "fact"), within(JSON.parse(second), "dev")], ["is too long", "lo"]);
});

test("when nobody reads any more, it ends without a word", async () => {
  assert.is((await run(chunks('{"dst":"192.0.2.42"}\n', "no\n"), { reads: 0 })).status, 0);
});

test("the node cannot be standard input, where the questions are", async () => {
  try {
    await run(chunks(), { node: "-" });
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof InputError && error.diagnostic.code === "WP9001");
  }
});

test.run();
