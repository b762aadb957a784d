import { test } from "uvu";
import * as assert from "uvu/assert";
import { eachLine, eachStatement, LINES_MAX } from "../../src/state/lines.js";
import { Remarks } from "../../src/state/remarks.js";

function linesOf(text: string): string[] {
  const found: string[] = [];
  eachLine(text, new Remarks("f"), (line, number) => found.push(`${number}:${line}`));
  return found;
}

test("lines end in LF or CRLF, and the last one may have no end", () => {
  assert.equal(linesOf("a\r\n\nb"), ["1:a", "2:", "3:b"]);
  assert.equal(linesOf("a\n"), ["1:a"]);
  assert.equal(linesOf(""), []);
  assert.equal(linesOf("\r\n\r\n"), ["1:", "2:"]);
});

test("blank lines and comments are no statements", () => {
  const found: string[] = [];
  eachStatement(" a \n\n# b\n;c\nd # e", new Remarks("f"), "#;", (line, at) => found.push(`${at} ${line}`));
  assert.equal(found, ["f:1 a", "f:5 d # e"]);
});

test("lines beyond the limit are one message, not silence", () => {
  const remarks = new Remarks("f");
  let count = 0;
  eachLine("\n".repeat(LINES_MAX + 9), remarks, () => count++);
  assert.equal([count, remarks.list().length], [LINES_MAX, 1]);
});

test.run();
