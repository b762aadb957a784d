import { test } from "uvu";
import * as assert from "uvu/assert";
import { elementsOf } from "../../src/state/nftelements.js";
import { Remarks } from "../../src/state/remarks.js";
import { DEPTH_MAX } from "../../src/state/values.js";

function read(text: string): { readonly list: readonly unknown[] | null; readonly said: string[] } {
  const remarks = new Remarks("nft.json");
  const elements = elementsOf(text, remarks);
  const list = elements === null ? null : Array.from({ length: elements.count }, (_, i) => elements.at(i));
  return { list, said: remarks.list().map(({ code, place, fact }) => `${code} ${place} ${fact}`) };
}

test("elements are what JSON.parse makes of them", () => {
  for (const list of [[], [1], [{}, {}], [{ a: ["]", "}", ",", '"', '\\"'] }, "x,y", null, [[1, 2], 3]], ["\\", "é☃", ","]]) {
    for (const space of [0, 2, "\t\n"]) assert.equal(read(JSON.stringify({ nftables: list }, null, space)), { list, said: [] });
  }
});

test("other keys beside the list do no harm", () => {
  assert.equal(read('{"version": 1, "nftables": [{"a": 1}]}'), { list: [{ a: 1 }], said: [] });
  assert.equal(read('{"nftables": [{"a": 1}], "more": 2}').list, [{ a: 1 }]);
});

test("an element that is not JSON is named by its line and column in the file", () => {
  const { list, said } = read('{"nftables": [{"a": 1},\n  {"b": 2},\n  {"c" 3}]}');
  assert.equal([list?.slice(0, 2), list?.[2]], [[{ a: 1 }, { b: 2 }], undefined]);
  assert.equal(said, ["WP1005 nft.json:3 is not JSON from column 8 on"]);
  assert.equal(read('{"nftables": [1,,2]}').list, [1, undefined, 2]);
});

test("a text that was cut anywhere is no ruleset", () => {
  const text = JSON.stringify({ nftables: [{ table: { name: 't"\\' } }, [1]] });
  for (let end = 0; end < text.length; end++) {
    const { list, said } = read(text.slice(0, end));
    assert.equal([list, said.length], [null, 1], text.slice(0, end));
    assert.match(said[0] ?? "", /^WP1005 nft\.json/);
  }
});

test("what is nested too deep is not read", () => {
  const nested = (depth: number): string => `{"nftables":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
  assert.equal(read(nested(DEPTH_MAX)).said, []);
  assert.equal(read(nested(DEPTH_MAX + 1)).said, [`WP1005 nft.json is nested deeper than ${DEPTH_MAX} levels, more than any node prints`]);
});

test("the beginning of an element and the words in it are found without parsing", () => {
  const remarks = new Remarks("nft.json");
  const elements = elementsOf('{"nftables": [{"rule": {"set": 1}}, { "rules": 1}, "rule", {"r\\u0075le": 1}, {}]}', remarks);
  assert.equal([0, 1, 2, 3, 4].map((i) => elements?.begins(i, "rule")), [true, false, true, false, false]);
  assert.equal([0, 1, 3].map((i) => elements?.mentions(i, ['"set"'])), [true, false, true]);
});

test("a list that is too long, or none, says so", () => {
  assert.equal(read(`{"nftables":[${"1,".repeat(500_000)}1]}`).said, ["WP1405 nft.json has more than 500000 elements, more than any ruleset"]);
  assert.equal(read('{"nftables":{}}').said, ['WP1005 nft.json has no list "nftables"']);
});

test.run();
