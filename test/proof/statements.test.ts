import { test } from "uvu";
import * as assert from "uvu/assert";
import { equals } from "../../src/model/packet.js";
import { FALSE, TRUE } from "../../src/proof/bdd.js";
import { changed } from "../../src/proof/statements.js";
import { wordSet } from "../../src/proof/word.js";
import { aroundFor, stateAt } from "./passing.js";

const { space } = aroundFor([equals("mark", 0, 3), equals("ctMark", 0, 3)]), { bdd } = space;
const { words } = stateAt(space, { hook: "output", iif: 0, oif: 1 });
const dns = space.matchSet(equals("dport", 53));

test("only the packets that come to it are marked", () => {
  const { mark } = changed(bdd, { kind: "mark", target: "mark", markBits: 0xfffffffe, ctMarkBits: 0, value: 1 }, dns, words);
  const before = space.matchSet(equals("mark", 1, 1));
  assert.is(wordSet(bdd, mark, equals("mark", 1, 1)), bdd.or(dns, before));
  assert.is(mark[1], words.mark[1]);
});

test("what needs a conntrack entry does nothing without one", () => {
  const restored = changed(bdd, { kind: "mark", target: "mark", markBits: 0, ctMarkBits: 0xffffffff, value: 0 }, TRUE, words);
  assert.is(restored.mark[0], bdd.ite(words.tracked, words.ctMark[0] ?? FALSE, words.mark[0] ?? FALSE));
  const saved = changed(bdd, { kind: "mark", target: "ctMark", markBits: 0xffffffff, ctMarkBits: 0, value: 0 }, TRUE, { ...words, tracked: FALSE });
  assert.is(saved.ctMark[0], words.ctMark[0]);
});

test("notrack leaves out only what has no entry", () => {
  assert.is(changed(bdd, { kind: "notrack" }, dns, words).untracked, bdd.or(words.untracked, bdd.minus(dns, words.tracked)));
});

test("a part of the TOS may be rewritten, the rest stays", () => {
  const { tos } = changed(bdd, { kind: "field", field: "tos", mask: 0xfc, value: 0x08 }, TRUE, words);
  assert.equal(tos.slice(0, 8), [words.tos[0], words.tos[1], FALSE, TRUE, FALSE, FALSE, FALSE, FALSE]);
});

test("a log, a helper and an offload change nothing", () => {
  const statements = [{ kind: "none", text: "-j LOG" }, { kind: "helper", name: "ftp" }, { kind: "offload" }] as const;
  for (const statement of statements) assert.is(changed(bdd, statement, TRUE, words), words);
});

test.run();
