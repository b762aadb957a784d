import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Paint, plain, printable, renderLines, table } from "../../src/report/lines.js";

const marks: Paint = (style, text) => `<${style}>${text}</${style}>`;

test("an escape sequence is printed as text", () => {
  assert.is(printable("br-\x1b[2Jwan\r\n\x07"), "br-\\x1b[2Jwan\\x0d\\x0a\\x07");
});

test("C1 controls, which some terminals obey as CSI, are printed as text", () => {
  assert.is(printable("a\u009b31mb\u007f"), "a\\x9b31mb\\x7f");
});

test("characters that reorder or hide text are printed as text", () => {
  assert.is(printable("a\u202eb\u2066c\u200bd\u2028e\ufefff"), "a\\u{202e}b\\u{2066}c\\u{200b}d\\u{2028}e\\u{feff}f");
});

test("half of a surrogate pair is printed as text, a whole pair is left alone", () => {
  assert.is(printable("\ud800x😀"), "\\u{d800}x😀");
});

test("letters of any script are left alone", () => {
  assert.is(printable("Zürich-Höngg ノード"), "Zürich-Höngg ノード");
});

test("paint is put around text that is already escaped", () => {
  assert.is(renderLines([["a ", { style: "bad", text: "b\x1b" }]], marks), "a <bad>b\\x1b</bad>\n");
});

test("each line ends in a newline, and no line gives nothing", () => {
  assert.is(renderLines([[], ["x"]], plain), "\nx\n");
  assert.is(renderLines([], plain), "");
});

test("columns are aligned by what is seen, not by colours or escapes", () => {
  const lines = table([[{ style: "good", text: "a" }, "1", "x"], ["\x1b", "10", "y"]], ["left", "right", "left"], "  ");
  assert.is(renderLines(lines, plain), "  a      1  x\n  \\x1b  10  y\n");
  assert.is(renderLines(lines, marks).split("\n")[0], "  <good>a</good>      1  x");
});

test("the last column is not padded", () => {
  assert.is(renderLines(table([["a", "b"], ["aa", "bbb"]], ["left", "left"]), plain), "a   b\naa  bbb\n");
});

test("a table without rows has no lines", () => {
  assert.equal(table([], ["left"]), []);
});

test.run();
