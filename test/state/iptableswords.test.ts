import { test } from "uvu";
import * as assert from "uvu/assert";
import { clauses, type Clauses, words } from "../../src/state/iptableswords.js";

const cut = (line: string): string[] | null => words(line)?.map(({ text }) => text) ?? null;
const sorted = (line: string): Clauses | null => clauses(words(line) ?? [], line);
/** `module !option values` of each match. */
const brief = (line: string): string[] => (sorted(line)?.matches ?? []).map(({ module, options }) => [module ?? "", ...options.map(({ name, not, values }) => `${not ? "!" : ""}${name} ${values.join(" ")}`)].join(" ").trim());

test("words end at blanks, quoted ones at their quote", () => {
  assert.equal(cut('  -m  comment\t--comment "a b" -j X'), ["-m", "comment", "--comment", "a b", "-j", "X"]);
});

test("a backslash in quotes keeps the next character", () => {
  assert.equal(cut(String.raw`--comment "quote \" and \\ back \'single"`), ["--comment", `quote " and \\ back 'single`]);
  assert.equal(cut('""'), [""]);
});

test("a quote that never ends is no line", () => {
  assert.is(cut('-m comment --comment "a b'), null);
  assert.is(cut(String.raw`--comment "a\"`), null);
});

test("each -m begins a clause, general options are clauses of their own", () => {
  assert.equal(brief("-s 10.0.0.0/8 ! -o lo -p tcp -m tcp ! --sport 22 --dport 80 -m mark --mark 0x1/0x1 -j DROP"), [
    "-s 10.0.0.0/8", "!-o lo", "-p tcp", "tcp !--sport 22 --dport 80", "mark --mark 0x1/0x1",
  ]);
});

test("a negation stands before its option or, as in old versions, behind it", () => {
  assert.equal(brief("-p tcp -m tcp --dport ! 22 -m mark ! --mark 0x1"), ["-p tcp", "tcp !--dport 22", "mark !--mark 0x1"]);
  assert.equal(brief("-s ! 10.0.0.1"), ["!-s 10.0.0.1"]);
  assert.equal(brief("-m tcp ! --tcp-flags SYN,ACK SYN"), ["tcp !--tcp-flags SYN,ACK SYN"]);
});

test("long names are the short ones", () => {
  assert.equal(brief("--source 10.0.0.1 --protocol udp --in-interface lo"), ["-s 10.0.0.1", "-p udp", "-i lo"]);
  assert.equal(sorted("--jump X")?.target, { module: "X", goto: false, options: [], text: "--jump X" });
});

test("a comment that looks like an option is a comment", () => {
  const parts = sorted("-m comment --comment -j -j DROP");
  assert.equal([parts?.matches[0]?.options[0]?.values, parts?.target?.module], [["-j"], "DROP"]);
  assert.equal(brief('-m comment --comment "--dport 5"'), ["comment --comment --dport 5"]);
});

test("the target has what stands behind it, -g is a goto", () => {
  assert.equal(sorted('-j LOG --log-prefix "a b"')?.target, { module: "LOG", goto: false, options: [{ name: "--log-prefix", not: false, values: ["a b"] }], text: '-j LOG --log-prefix "a b"' });
  assert.is(sorted("-g chain")?.target?.goto, true);
  assert.equal(sorted(""), { matches: [], target: null });
});

test("each clause keeps its own text", () => {
  assert.equal(sorted("-p udp -m owner ! --uid-owner 0 --gid-owner 800 -j DROP")?.matches.map(({ text }) => text), ["-p udp", "-m owner ! --uid-owner 0 --gid-owner 800"]);
});

test("what cannot be a rule is none", () => {
  for (const line of ["DROP", "-m", "-j", "-j A -j B", "! ! -p tcp", "-m tcp udp --dport 5", "! -j DROP", "-p tcp !"]) {
    const parts = sorted(line);
    assert.ok(parts === null || parts.matches.some(({ options }) => options.some(({ values }) => values.includes("!"))), line);
  }
});

test.run();
