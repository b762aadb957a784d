import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/model/diagnostic.js";
import { FILE_BYTES_MAX, parseState } from "../../src/state/parts.js";

const STATE = "#### wanproof rule4.json exit=0 cmd=ip -4 -j -d rule show\n[]\n#### wanproof group exit=1 cmd=cat /etc/group\n";

test("each part has its text and the exit status of its command", () => {
  const { value, diagnostics } = parseState(STATE, "n.state");
  assert.equal([...value.values()], [{ name: "rule4.json", text: "[]\n", exit: 0 }, { name: "group", text: "", exit: 1 }]);
  assert.equal(diagnostics, []);
});

test("a heading inside a line is text", () => {
  assert.is(parseState(`${STATE}x #### wanproof passwd exit=0\n`, "n").value.size, 2);
});

test("a heading may lack its status and command", () => {
  assert.is(parseState("#### wanproof group\r\nroot:x:0:\n", "n").value.get("group")?.exit, null);
});

test("parts of other names, and names of other folders, are not read", () => {
  assert.equal([...parseState("#### wanproof ../group exit=0\nx\n#### wanproof wan.pcap exit=0\ny\n#### wanproof __proto__\n", "n").value], []);
});

test("text before the first part, a damaged heading and a second part of a name are said", () => {
  assert.is(parseState(`hello\n${STATE}`, "n").diagnostics.length, 1);
  assert.is(parseState("#### wanproof\nx\n", "n").diagnostics.length, 1);
  const twice = parseState(`${STATE}#### wanproof rule4.json exit=0\n[1]\n`, "n");
  assert.equal([twice.value.get("rule4.json")?.text, twice.diagnostics.length], ["[1]\n", 1]);
});

test("a text without any part is no node.state: InputError WP1001", () => {
  for (const text of ["", "\n", "\0".repeat(1000)]) {
    assert.throws(() => parseState(text, "n"), (error: unknown) => error instanceof InputError && error.diagnostic.code === "WP1001");
  }
});

test("a part larger than any file is an InputError WP1006", () => {
  const text = `#### wanproof ss.txt exit=0\n${"x".repeat(FILE_BYTES_MAX + 1)}`;
  assert.throws(() => parseState(text, "n"), (error: unknown) => error instanceof InputError && error.diagnostic.code === "WP1006");
});

test("100000 headings are read in one pass", () => {
  const start = performance.now();
  assert.is(parseState("#### wanproof group exit=0 cmd=x\n".repeat(100_000), "n").value.size, 1);
  assert.ok(performance.now() - start < 2000);
});

test("a part with an empty text is there, and one behind the last newline has none", () => {
  assert.equal([...parseState("#### wanproof group exit=0\n#### wanproof passwd exit=127", "n").value.values()].map(({ text, exit }) => [text, exit]), [["", 0], ["", 127]]);
});

test("a heading cut anywhere is text, a heading, or said", () => {
  for (let end = 1; end < STATE.length; end++) {
    const { value, diagnostics } = end < "#### wanproof".length ? { value: new Map(), diagnostics: [] } : parseState(STATE.slice(0, end), "n");
    assert.ok(value.size <= 2 && diagnostics.length <= 1);
  }
});

test.run();
