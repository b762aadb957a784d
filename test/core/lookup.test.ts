import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { lookup } from "../../src/core/lookup.js";
import type { LookupQuery } from "../../src/core/queries.js";
import { readNode } from "../../src/state/node.js";
import { aNode, route } from "../support/nodes.js";
import { within } from "../support/schemas.js";

const FOLDER = fileURLToPath(new URL("../vectors/", import.meta.url));

/** What a probe's kernel said and what is answered, in the same order; IPv4 tells no metric, nor the entry's prefix. */
function told(answer: unknown, family: unknown, names: readonly string[]): unknown[] {
  const error = within(answer, "error");
  return error === undefined ? names.filter((name) => family === 6 || name !== "metric").map((name) => within(answer, name)) : [error];
}

for (const file of readdirSync(`${FOLDER}probes`).sort()) {
  const name = file.replace(/\.jsonl$/, "");
  for (const variant of ["simd", "release"] as const) {
    test(`the ${variant} core answers as a live kernel in state ${name}: type, table, device, gateway, source, metric and error`, async () => {
      const tables = await lookup(await readNode(`${FOLDER}captures/${name}/state`), { core: await Core.load(variant) });
      const probes = readFileSync(`${FOLDER}probes/${file}`, "utf8").trim().split("\n").map((line): unknown => JSON.parse(line));
      assert.is(probes.length, 60);
      const lines = tables.lines(probes.map((probe) => JSON.stringify(within(probe, "q"))), 1).text.trimEnd().split("\n");
      probes.forEach((probe, i) => {
        const family = within(probe, "q", "family");
        const kernel = told(within(probe, "answer"), family, ["type", "table", "oif", "gateway", "prefsrc", "metric"]);
        assert.equal(told(JSON.parse(lines[i] ?? ""), family, ["type", "table", "dev", "via", "prefsrc", "metric"]), kernel, JSON.stringify(probe));
      });
    });
  }
}

const core = await Core.load();

test("more questions than a batch holds are answered in order", async () => {
  const tables = await lookup(aNode(), { core });
  const queries: LookupQuery[] = Array.from({ length: 3000 }, (_, i) => ({ dst: i % 3 === 0 ? "192.0.2.42" : "198.51.100.1", mark: i }));
  const answers = tables.answers(queries);
  assert.is(answers.length, 3000);
  answers.forEach((answer, i) => { assert.is(within(answer, "dev"), i % 3 === 0 ? "lo" : "br-wan", String(i)); });
});

test("answers with many next hops do not run out of room", async () => {
  const nextHops = Array.from({ length: 200 }, (_, i) => ({ dev: "br-client", via: { family: 6 as const, words: [0xfe800000, 0, 0, i + 1] as const }, weight: 1, flags: [] }));
  const node = aNode();
  const tables = await lookup({ ...node, routes: { ...node.routes, 6: [{ ...route({}), nextHops }] } }, { core });
  const answers = tables.answers(Array.from({ length: 1500 }, (_, i): LookupQuery => ({ dst: i % 2 === 0 ? "2001:db8:9::1" : "192.0.2.42" })));
  assert.is(answers.length, 1500);
  answers.forEach((answer, i) => {
    const among = within(answer, "among");
    assert.is(Array.isArray(among) ? among.length : 0, i % 2 === 0 ? 200 : 0, String(i));
  });
});

test("a local IPv4 destination is its own source, in its own text", async () => {
  const tables = await lookup(aNode({ rules: { 4: [], 6: [] } }), { core });
  assert.equal(tables.answers([{ dst: "192.0.2.42" }]), [{ error: "ENETUNREACH" }]);
  const merged = await lookup(aNode(), { core });
  assert.equal(merged.answers([{ dst: "192.0.2.42" }]), [{ type: "local", table: 254, dev: "lo", prefsrc: "192.0.2.42", prefix: "192.0.2.42/32" }]);
  const split = await lookup(aNode(), { core, localTable: "split" });
  assert.is(within(split.answers([{ dst: "192.0.2.42" }])[0], "table"), 255);
});

test("a line that is no question is told between the others, with its number", async () => {
  const tables = await lookup(aNode(), { core });
  const { text, bad } = tables.lines(['{"dst":"192.0.2.42"}', "no", null, '{"dst":"192.0.2.42","oif":"gone0"}'], 7);
  const lines = text.trimEnd().split("\n").map((line): unknown => JSON.parse(line));
  assert.is(bad, 2);
  assert.equal(lines.map((line) => within(line, "type") ?? within(line, "error", "place") ?? within(line, "error")), ["local", "line 8", "line 9", "ENODEV"]);
});

test("a question that cannot be read is refused where it stands in code", async () => {
  const tables = await lookup(aNode(), { core });
  assert.throws(() => tables.answers([{ dst: "192.0.2.1" }, { dst: "nonsense" }]), /WP9003.*query 2/);
});

test("a route that nobody could read leaves every lookup of its family open, and is named", async () => {
  const tables = await lookup(aNode({ unreadRoutes: [{ family: 6, text: "dst 7", at: "route6.json#9" }] }), { core });
  const open = { error: "undetermined", at: "route6.json#9", text: "dst 7" };
  assert.equal(tables.answers([{ dst: "2001:db8:9::1" }, { dst: "2001:db8:77:10::21" }, { dst: "2001:db8:9::1", iif: "br-client", src: "2001:db8:f00d:1::9" }]), [open, open, open]);
  assert.is(within(tables.answers([{ dst: "192.0.2.42" }])[0], "type"), "local");
});

test("nothing asked is nothing answered", async () => {
  const tables = await lookup(aNode(), { core });
  assert.equal(tables.answers([]), []);
  assert.equal(tables.lines([], 1), { text: "", bad: 0 });
});

test.run();
