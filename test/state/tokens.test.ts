import { test } from "uvu";
import * as assert from "uvu/assert";
import { Remarks } from "../../src/state/remarks.js";
import { tokenize } from "../../src/state/tokens.js";

const cut = (text: string): string[] => tokenize(text, new Remarks("f")).map(({ kind, text: word, line, broken }) => `${line} ${kind} ${word}${broken ? " broken" : ""}`);

test("words, strings, addresses and marks are told apart", () => {
  assert.equal(cut('remote ipv6 "a b":1;\n[2001:db8::1] {}'), [
    "1 word remote", "1 word ipv6", "1 string a b", "1 mark :", "1 word 1", "1 mark ;", "2 address6 2001:db8::1", "2 mark {", "2 mark }",
  ]);
});

test("no comment gives a word", () => {
  assert.equal(cut("# a\n// b\n/* c\n d */ e//f\ng#h"), ["4 word e", "5 word g"]);
});

test("a slash alone is part of a word, and a comment's sign in a string is text", () => {
  assert.equal(cut('a/b "#//"'), ["1 word a/b", "1 string #//"]);
});

test("a backslash keeps a quote and joins lines, which are counted", () => {
  assert.equal(cut('"a\\"b\\\nc\nd" e'), ['1 string a"bc\nd', "3 word e"]);
});

test("a string without an end costs its line, and so does the next one", () => {
  assert.equal(cut('"a b;\nc \\"d\ne'), ["1 string  broken", "2 word c", "2 word \\", "2 string  broken", "3 word e"]);
});

test("one long line is cut in one pass", () => {
  for (const text of ["a ", '"a" ', "[::1] ", "[", "; ", '"a\n', '\\"a" ']) {
    const start = performance.now();
    tokenize(`"${text.repeat(200_000)}`, new Remarks("f"));
    tokenize(text.repeat(200_000), new Remarks("f"));
    assert.ok(performance.now() - start < 3000, `${text} took ${performance.now() - start} ms`);
  }
});

test.run();
