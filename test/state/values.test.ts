import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/model/diagnostic.js";
import { Remarks } from "../../src/state/remarks.js";
import { DEPTH_MAX, eachObject, ELEMENTS_MAX, isObject, optionalArray, optionalObject, own, ownText, requiredArray, texts, unsigned } from "../../src/state/values.js";

/** Place and fact of the refusal. */
function refusal(text: string): string {
  try {
    requiredArray(text, "rule6.json");
  } catch (error) {
    if (error instanceof InputError) return `${error.diagnostic.code} ${error.diagnostic.place} ${error.diagnostic.fact}`;
    throw error;
  }
  return "none";
}

test("compact and pretty lists give the same elements", () => {
  assert.equal(requiredArray('[{"a":1},{"a":2}]', "x.json"), [{ a: 1 }, { a: 2 }]);
  assert.equal(requiredArray('[\n {\n  "a": 1\n },\n {\n  "a": 2\n }\n]\n', "x.json"), [{ a: 1 }, { a: 2 }]);
});

test("a required file that is no list is refused with its place", () => {
  assert.is(refusal(""), "WP1003 rule6.json is empty");
  assert.is(refusal(" \n\t"), "WP1003 rule6.json is empty");
  assert.is(refusal("{}"), "WP1003 rule6.json is an object instead of a JSON list");
  assert.is(refusal("null"), "WP1003 rule6.json is null instead of a JSON list");
  assert.is(refusal("[{"), "WP1003 rule6.json is not JSON: it ends too early");
  assert.is(refusal("[\n"), "WP1003 rule6.json is not JSON: it ends too early");
  assert.match(refusal("Object \"rule\" is unknown"), /^WP1003 rule6\.json is not JSON/);
});

test("a fault deep in a file is told by line and column", () => {
  assert.is(refusal(`[\n{"a":1},\n{"a":1 "b"}]${" ".repeat(60)}`), "WP1003 rule6.json:3 is not JSON from column 8 on");
});

test("a refusal never quotes the file", () => {
  for (const text of ["secret", "[secret]", '["secret" secret]', '{"secret":secret}']) assert.not.match(refusal(text), /secret/);
});

test("a list cut at any byte is refused or complete", () => {
  const text = '[{"priority":0,"src":"all","table":"local"}]';
  for (let end = 0; end < text.length; end++) assert.match(refusal(text.slice(0, end)), /^WP1003 rule6\.json/);
  assert.is(refusal(text), "none");
});

test("nesting is bounded before it is parsed, and brackets in strings do not count", () => {
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  assert.is(refusal(nested(DEPTH_MAX)), "none");
  assert.is(refusal(nested(DEPTH_MAX + 1)), `WP1003 rule6.json is nested deeper than ${DEPTH_MAX} levels, more than any node prints`);
  assert.match(refusal("[".repeat(2_000_000)), /nested deeper/);
  assert.is(refusal(JSON.stringify(["[".repeat(500), "\\\"[{".repeat(500), '"'])), "none");
});

test("a list longer than any node's is refused", () => {
  assert.match(refusal(`[${"0,".repeat(ELEMENTS_MAX)}0]`), /has 500001 elements/);
});

test("an optional file that is no list is null and a remark", () => {
  const remarks = new Remarks("senders.json");
  assert.is(optionalArray("nonsense", remarks), null);
  assert.is(optionalObject("[]", remarks), null);
  assert.equal(remarks.list().map(({ code, place, fact }) => [code, place, fact]), [
    ["WP1005", "senders.json", "is not JSON"], ["WP1005", "senders.json", "is not a JSON object"],
  ]);
});

test("elements are counted from 0, fillers are skipped, strangers are said", () => {
  const remarks = new Remarks("addr.json");
  const places: string[] = [];
  eachObject([{}, { a: 1 }, 7, [], null, { b: 1 }], remarks, (_, at) => places.push(at));
  assert.equal(places, ["addr.json#1", "addr.json#5"]);
  assert.equal(remarks.list().map(({ code, place }) => `${code} ${place}`), ["WP1102 addr.json#2", "WP1102 addr.json#3", "WP1102 addr.json#4"]);
});

test("only own keys count, even __proto__", () => {
  const [row] = requiredArray('[{"__proto__":{"src":"all"},"toString":"x"}]', "x.json");
  assert.ok(isObject(row));
  assert.is(own(row, "src"), undefined);
  assert.is(own(row, "constructor"), undefined);
  assert.is(ownText(row, "toString"), "x");
  assert.equal(own(row, "__proto__"), { src: "all" });
});

test("a text is a string that is not empty", () => {
  assert.is(ownText({ a: "x" }, "a"), "x");
  for (const a of ["", 1, null, ["x"], {}, undefined]) assert.is(ownText({ a }, "a"), null);
  assert.equal(texts(["UP", 1, null, "LOWER_UP"]), ["UP", "LOWER_UP"]);
  assert.equal(texts("UP"), []);
});

test("a whole number is a number, decimal text or 0x text up to the maximum", () => {
  assert.equal([0, 4294967295, "0", "0x1", "0XFF", "42"].map((value) => unsigned(value)), [0, 4294967295, 0, 1, 255, 42]);
  for (const value of [-1, 1.5, NaN, Infinity, 4294967296, "", "-1", "1e3", "0x", "1 ", "10.0", "9".repeat(400), null, undefined, [1], true]) assert.is(unsigned(value), null, String(value));
  assert.is(unsigned(256, 255), null);
});

test.run();
