import { test } from "uvu";
import * as assert from "uvu/assert";
import { diagnostic } from "../../src/model/diagnostic.js";
import { CLAIMS, CLASSES, REASON_NAMES } from "../../src/model/verdict.js";
import { harmless, renderErrorJson, renderJson } from "../../src/report/json.js";
import { finding, leakReport, report } from "../support/reports.js";
import { SCHEMA_NAMES, breaches, schemaOf, within } from "../support/schemas.js";

test("the document is indented by two and ends in one newline", () => {
  const text = renderJson(report());
  assert.ok(text.startsWith('{\n  "schema": "wanproof/replay@1",\n  "result": "clean",\n'));
  assert.ok(text.endsWith("}\n") && !text.endsWith("\n\n"));
});

test("the document is the report", () => {
  assert.equal(JSON.parse(renderJson(leakReport())), leakReport());
});

test("clean and leak reports are valid by the published schema", () => {
  assert.equal(breaches("replay", renderJson(report())), []);
  assert.equal(breaches("replay", renderJson(leakReport())), []);
});

test("an undetermined report with diagnostics is valid by the published schema", () => {
  const told = report({
    result: "undetermined", classes: { undetermined: 2 }, undetermined: { cut: 1, underWay: 1 },
    findings: [finding({ id: "undetermined:cut", class: "undetermined", reason: "cut", known: null, attributed: { mark: null, uid: null, gid: null }, because: [] })],
    diagnostics: [diagnostic("WP2101", "wan.pcap", "ends inside frame 7", "verdicts hold up to frame 6")],
  });
  assert.equal(breaches("replay", renderJson(told)), []);
});

test("the schema refuses a field it does not know, anywhere", () => {
  const places = ["", "node", "wan", "classes", "explained", "undetermined", "captures/0", "findings/0", "findings/0/first", "findings/0/flow", "findings/0/attributed", "findings/0/because/0"];
  for (const place of places) {
    const document: unknown = JSON.parse(renderJson(leakReport()));
    const part = within(document, ...place.split("/").filter((key) => key !== ""));
    if (typeof part !== "object" || part === null) throw new Error(`${place} is not an object`);
    Reflect.set(part, "stranger", 1);
    assert.ok(breaches("replay", JSON.stringify(document)).length > 0, place);
  }
});

test("the schema refuses a report without one of its fields", () => {
  for (const key of Object.keys(report())) {
    const document: unknown = JSON.parse(renderJson(report()));
    if (typeof document !== "object" || document === null) throw new Error("no document");
    Reflect.deleteProperty(document, key);
    assert.is(breaches("replay", JSON.stringify(document)).length, 1, key);
  }
});

test("the schema's lists are the model's lists", () => {
  const schema = schemaOf("replay");
  assert.equal(within(schema, "$defs", "class", "enum"), [...CLASSES]);
  assert.equal(within(schema, "$defs", "claim", "enum"), [...CLAIMS]);
  assert.equal(within(schema, "$defs", "reason", "enum"), [...REASON_NAMES]);
  assert.equal(within(schema, "properties", "classes", "required"), [...CLASSES]);
});

test("every published schema is a 2020-12 schema that compiles in strict mode", () => {
  for (const name of SCHEMA_NAMES) {
    assert.is(within(schemaOf(name), "$schema"), "https://json-schema.org/draft/2020-12/schema");
    assert.ok(breaches(name, "{}").length > 0, name);
  }
});

test("an error document has code, place, fact and consequence", () => {
  const text = renderErrorJson(diagnostic("WP2002", "a.pcap", "begins with 00 00 00 00", "it was not read"));
  assert.equal(JSON.parse(text), { schema: "wanproof/error@1", error: { code: "WP2002", place: "a.pcap", fact: "begins with 00 00 00 00", consequence: "it was not read" } });
  assert.equal(breaches("error", text), []);
});

test("JSON is harmless to look at and means the same", () => {
  const name = "a\x1b[2J\u009b31m\u202eb\u2028\u200b\ufeff";
  const text = renderJson(report({ node: { name, path: "state" } }));
  assert.not.match(text, /[\u007f-\u009f\u200b-\u202e\u2060-\u2069\ufeff]|\x1b/);
  assert.is(within(JSON.parse(text), "node", "name"), name);
});

test("letters of any script stay as they are in JSON", () => {
  assert.is(harmless('"Zürich ノード 😀"'), '"Zürich ノード 😀"');
});

test.run();
