import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ExplainRequest, LINE_CHARS_MAX, runExplain } from "../../src/commands/explain.js";
import { InputError } from "../../src/model/diagnostic.js";
import { aNode } from "../support/nodes.js";
import { breaches, within } from "../support/schemas.js";
import { type Kept, keepingTerminal } from "../support/terminal.js";

const tools = { readNode: (): Promise<ReturnType<typeof aNode>> => Promise.resolve(aNode()) };

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part);
}

async function run(request: Partial<ExplainRequest>, input = chunks(), reads = Infinity): Promise<Kept & { readonly status: number }> {
  const kept = keepingTerminal(reads);
  const status = await runExplain({ node: "state", words: ["-"], ...request }, kept.terminal, tools, input);
  return { ...kept, status };
}

async function refusal(request: Partial<ExplainRequest>): Promise<string> {
  try {
    await run(request);
  } catch (error) {
    if (error instanceof InputError) return `${error.diagnostic.code} ${error.diagnostic.fact}`;
    throw error;
  }
  return "";
}

const lines = (text: string): unknown[] => text.trimEnd().split("\n").map((line): unknown => JSON.parse(line));

test("a packet in words is told for a person, and the status is 0 whatever becomes of it", async () => {
  const { status, out } = await run({ words: ["dst=198.51.100.123", "proto=udp", "dport=123", "sport=9", "uid=123"] });
  assert.is(status, 0);
  assert.match(out(), /^It leaves on the WAN \(br-wan\) and should not: a leak\.\n/);
});

test("--json prints one valid document, --quiet one sentence", async () => {
  const words = ["dst=2001:db8:9::1", "proto=tcp"];
  assert.equal(breaches("explain", (await run({ words, json: true })).out()), []);
  assert.is((await run({ words, quiet: true })).out(), "It leaves on br-client, which is not the WAN.\n");
});

test("one line of output for each line of input, in order; a bad one is told and the stream goes on", async () => {
  const { status, out } = await run({}, chunks('{"dst":"192.0.2.42"}\nno\n\n{"dst":"2001:db8::1","oif":"nope"}\n{"dst":"198.51.100.1","proto":6}\n'));
  const answers = lines(out());
  assert.equal(answers.map((answer) => within(answer, "disposition") ?? within(answer, "error", "code")), ["local", "WP9003", "WP9003", "WP9003", "egress"]);
  assert.equal([1, 2, 3].map((i) => within(answers[i], "error", "place")), ["line 2", "line 3", "line 4"]);
  assert.is(status, 2);
});

test("each line keeps to a published schema", async () => {
  const { out } = await run({}, chunks('{"dst":"192.0.2.42"}\nno\n'));
  const [walk = "", error = ""] = out().split("\n");
  assert.equal([breaches("explain", walk), breaches("error", error)], [[], []]);
});

test("lines may be cut anywhere, even inside a character, and the last one may lack its newline", async () => {
  const bytes = new TextEncoder().encode('{"dst":"192.0.2.42","note":"ü"}\n{"dst":"192.0.2.42"}');
  for (const at of [1, 28, 29, 30, 33, bytes.length - 1]) {
    const { status, out } = await run({}, chunks(bytes.subarray(0, at), bytes.subarray(at)));
    assert.equal(lines(out()).map((answer) => within(answer, "disposition")), ["local", "local"], String(at));
    assert.is(status, 0);
  }
});

test("no input gives no output", async () => {
  assert.equal([(await run({})).out(), (await run({}, chunks("\n"))).out().split("\n").length], ["", 2]);
});

test("a line without end is refused without being kept, and the next one is answered", async () => {
  const piece = "x".repeat(LINE_CHARS_MAX);
  const { out } = await run({}, chunks(piece, piece, piece, '\n{"dst":"192.0.2.42"}\n', piece, piece));
  const answers = lines(out());
  assert.equal(answers.map((answer) => within(answer, "error", "place") ?? within(answer, "disposition")), ["line 1", "local", "line 3"]);
});

test("answers are written while the input goes on, and end when the reader has gone", async () => {
  let asked = 0;
  async function* endless(): AsyncGenerator<string> {
    for (;;) {
      asked++;
      yield await Promise.resolve('{"dst":"192.0.2.42"}\n');
    }
  }
  const { status, out } = await run({}, endless(), 3);
  assert.is(status, 0);
  assert.is(out().trimEnd().split("\n").length, 3);
  assert.is(asked, 4);
});

test("a word that is no field, an unknown policy and a strange device are refused", async () => {
  assert.match(await refusal({ words: ["dest=192.0.2.1"] }), 'WP9003 "dest" is not a field of a packet');
  assert.match(await refusal({ words: ["dst=192.0.2.1", "oif=nope"] }), 'WP9003 the node has no device "nope"');
  assert.match(await refusal({ words: ["dst=192.0.2.1"], policy: "gloun" }), "WP3005");
  assert.match(await refusal({ node: "-" }), "WP9001 both the node and the packets");
});

test("--wan and --policy are heeded", async () => {
  const { out } = await run({ words: ["dst=2001:db8:9::1", "proto=tcp", "sport=1", "dport=2"], wan: ["br-client"], policy: "gluon-letter", json: true });
  const walk: unknown = JSON.parse(out());
  assert.equal([within(walk, "policy", "name"), within(walk, "verdict")], ["gluon-letter", "leak"]);
});

test.run();
