import { test } from "uvu";
import * as assert from "uvu/assert";
import type { UciSection } from "../../src/model/node.js";
import { parseUci } from "../../src/state/uci.js";

function first(text: string): UciSection {
  const [section] = parseUci(text).value;
  if (section === undefined) throw new Error(`no section in: ${text}`);
  return section;
}

/** The value of option x, written so. */
function value(written: string): string | undefined {
  return first(`package p\nconfig t\n\toption x ${written}\n`).options["x"];
}

function places(text: string): string[] {
  return parseUci(text).diagnostics.map(({ code, place }) => `${code} ${place}`);
}

test("sections have a package, a type, a name, options and lists", () => {
  const text = `package fastd

config fastd 'mesh_vpn'
\toption group 'gluon-mesh-vpn'
\toption packet_mark '1'
\tlist method 'null'
\tlist method 'salsa2012+umac'

config peer
\tlist remote '"gw01.ffxx.example" port 10010'

package network

config interface 'wan'
\toption device 'br-wan'
`;
  assert.equal(parseUci(text), {
    value: [
      { package: "fastd", type: "fastd", name: "mesh_vpn", options: { group: "gluon-mesh-vpn", packet_mark: "1" }, lists: { method: ["null", "salsa2012+umac"] }, at: "uci.txt:3" },
      { package: "fastd", type: "peer", name: null, options: {}, lists: { remote: ['"gw01.ffxx.example" port 10010'] }, at: "uci.txt:9" },
      { package: "network", type: "interface", name: "wan", options: { device: "br-wan" }, lists: {}, at: "uci.txt:14" },
    ],
    diagnostics: [],
  });
});

test("quotes are removed as the shell would", () => {
  assert.is(value("'it'\\''s'"), "it's");
  assert.is(value('"a \\"b\\" \\\\ c"'), 'a "b" \\ c');
  assert.is(value("plain"), "plain");
  assert.is(value("a'b c'\"d e\"f"), "ab cd ef");
  assert.is(value("''"), "");
  assert.is(value("'\\'"), "\\");
  assert.is(value("a\\ b"), "a b");
});

test("a value may run over several lines, and lines are counted through it", () => {
  const { value: sections, diagnostics } = parseUci("package p\nconfig t\n\toption x 'a\nb\n\nc'\nconfig u\n");
  assert.is(sections[0]?.options["x"], "a\nb\n\nc");
  assert.is(sections[1]?.at, "uci.txt:7");
  assert.equal(diagnostics, []);
});

test("the last option of a name counts, a list keeps each", () => {
  const section = first("package p\nconfig t\noption x 1\noption x 2\nlist y 1\nlist y 1\n");
  assert.equal([section.options["x"], section.lists["y"]], ["2", ["1", "1"]]);
});

test("sections of one name stand apart", () => {
  assert.equal(parseUci("package p\nconfig t 'a'\nconfig t 'a'\n").value.map(({ at }) => at), ["uci.txt:2", "uci.txt:3"]);
});

test("comments and empty lines say nothing", () => {
  assert.equal(places("# c\n\npackage p\n  # config t\nconfig t\n"), []);
});

test("a quote that never ends is WP1301 at its line, and reading goes on", () => {
  for (const quote of ["'", '"']) {
    const text = `package p\nconfig t\n\toption x ${quote}abc\n\toption y 2\nconfig u\n`;
    assert.equal(places(text), ["WP1301 uci.txt:3"], quote);
    assert.equal(parseUci(text).value.map(({ type, options }) => [type, options]), [["t", { y: "2" }], ["u", {}]], quote);
  }
});

test("options behind a section that cannot be read are not given to the one before", () => {
  for (const head of ["config 'u", "config", "config u v w"]) {
    const text = `package p\nconfig t\n\toption x 1\n${head}\n\toption x 2\n`;
    assert.equal(parseUci(text).value.map(({ type, options }) => [type, options]), [["t", { x: "1" }]], head);
    assert.ok(places(text).length > 0, head);
  }
});

test("sections behind a package that cannot be read belong to no package", () => {
  for (const head of ["package 'q", "package q r"]) {
    assert.equal(parseUci(`package p\nconfig t\n${head}\nconfig u\n`).value.map((section) => `${section.package}.${section.type}`), ["p.t", ".u"], head);
  }
});

test("an option outside of a section, or without just a value, is WP1301", () => {
  assert.equal(places("package p\noption x 1\n"), ["WP1301 uci.txt:2"]);
  for (const line of ["option x", "option x 1 2", "list", "list x", "package p q"]) {
    assert.equal(places(`package p\nconfig t\n${line}\n`), ["WP1301 uci.txt:3"], line);
  }
  assert.equal(places("uci: Entry not found\n"), ["WP1301 uci.txt:1"]);
});

test("a name like __proto__ is a name and changes no object", () => {
  const section = first("package p\nconfig t\noption __proto__ 1\nlist __proto__ 2\noption constructor 3\n");
  assert.equal(Object.entries(section.options), [["__proto__", "1"], ["constructor", "3"]]);
  assert.equal(Object.entries(section.lists), [["__proto__", ["2"]]]);
  assert.is(Object.getPrototypeOf({}), Object.prototype);
});

test("a message never repeats a value", () => {
  const texts = ["package p\nconfig t\noption key 'hush\n", "package p\nconfig t\noption key a hush\n", "option key hush\n"];
  for (const text of texts) {
    assert.ok(places(text).length > 0, text);
    assert.not.match(JSON.stringify(parseUci(text).diagnostics), "hush", text);
  }
});

test("line ends of Windows do not matter", () => {
  assert.equal(first("package p\r\nconfig t 'n'\r\n\toption x 'y'\r\n"), { package: "p", type: "t", name: "n", options: { x: "y" }, lists: {}, at: "uci.txt:2" });
});

test("hostile text is read in one pass, with few words", () => {
  const head = "package p\nconfig t\n";
  const texts = [
    `${head}option x '${"a".repeat(1_000_000)}`, `${head}option x "${"\\".repeat(1_000_000)}`, `${head}option x "${"a".repeat(5_000_000)}"`, head + "option x '\n".repeat(100_000), head + 'option x "\n'.repeat(100_000),
    head + "'\n".repeat(100_000), `${head}option x ${"'\\''".repeat(200_000)}`, "config t\n".repeat(100_000), "\0".repeat(1_000_000), " ".repeat(1_000_000), `config${" ".repeat(1_000_000)}`, "list\n".repeat(100_000),
    head + "list x y\n".repeat(100_000), `${head}option x ${"a ".repeat(500_000)}`, "\\\n".repeat(100_000),
  ];
  for (const text of texts) {
    const start = performance.now();
    assert.ok(parseUci(text).diagnostics.length < 1000);
    assert.ok(performance.now() - start < 5000, `${text.slice(0, 40)} took ${performance.now() - start} ms`);
  }
});

test.run();
