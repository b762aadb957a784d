import { test } from "uvu";
import * as assert from "uvu/assert";
import { CODES } from "../../src/model/diagnostic.js";
import { textOf } from "../support/tree.js";

/** The rows of a table whose first cell is a code: code, severity, meaning, what to do. */
function rowsOf(markdown: string): string[][] {
  return [...markdown.matchAll(/^\| `(WP\d{4})` \|(.*)\|$/gm)].map(([, code = "", rest = ""]) => [code, ...rest.split("|").map((cell) => cell.trim())]);
}

const rows = rowsOf(textOf("docs/messages.md"));

test("docs/messages.md lists every code once, in order, and no other", () => {
  assert.equal(rows.map(([code]) => code), Object.keys(CODES).sort());
});

test("docs/messages.md gives each code the severity it has", () => {
  assert.equal(Object.fromEntries(rows.map(([code, severity]) => [code, severity])), { ...CODES });
});

test("docs/messages.md says of each code what it means and what to do", () => {
  assert.equal(rows.filter(([, , meaning = "", advice = ""]) => meaning.length < 10 || advice.length < 10), []);
});

test("a row is four cells, other tables are not rows", () => {
  assert.equal(rowsOf("| code | severity |\n|---|---|\n| `WP1001` | error | no node | give one |\n"), [["WP1001", "error", "no node", "give one"]]);
});

test.run();
