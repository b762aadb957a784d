import { test } from "uvu";
import * as assert from "uvu/assert";
import { equals } from "../../src/model/packet.js";
import { Bdd, FALSE, TRUE } from "../../src/proof/bdd.js";
import { passes } from "../../src/proof/partition.js";
import { holds } from "../../src/proof/pick.js";
import { chooseWord, constantWord, mixWords, type Word, wordOf, wordSet } from "../../src/proof/word.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";
import { aroundFor } from "./passing.js";
import { fromTable, randomTable } from "./truth.js";

const N = 6;
const draw = random(seed());

/** A word whose lowest bits are functions of a few variables. */
function randomWord(bdd: Bdd): Word {
  return constantWord(draw(16)).map((bit, i) => (i < 4 || i === 31 ? fromTable(bdd, randomTable(draw, N), N) : bit));
}

function valueOf(bdd: Bdd, word: Word, member: Uint8Array): number {
  return word.reduce((value, set, bit) => (holds(bdd, set, member) ? (value | (1 << bit)) >>> 0 : value), 0);
}

function everyMember(check: (member: Uint8Array) => void): void {
  for (let i = 0; i < 2 ** N; i++) check(Uint8Array.from({ length: N }, (_, level) => (i >>> level) & 1));
}

test("of a member a word passes a match exactly when its value there does", () => {
  for (let round = 0; round < 200; round++) {
    const bdd = new Bdd(), word = randomWord(bdd);
    const match = { mask: [0xffffffff, 3, 0x80000001, draw(16)][draw(4)] ?? 0, low: draw(3) === 0 ? draw(2 ** 32) : draw(18), span: [0, 3, draw(20), 0xfffffffe, 0xffffffff][draw(5)] ?? 0 };
    const set = wordSet(bdd, word, match);
    everyMember((member) => { assert.is(holds(bdd, set, member), passes(match, valueOf(bdd, word, member)), JSON.stringify(match)); });
  }
});

test("marks are mixed bit by bit", () => {
  for (let round = 0; round < 100; round++) {
    const bdd = new Bdd(), [mark, ctMark] = [randomWord(bdd), randomWord(bdd)];
    const by = { markBits: draw(2 ** 32), ctMarkBits: draw(2 ** 32), value: draw(2 ** 32) };
    const mixed = mixWords(bdd, mark, ctMark, by);
    everyMember((member) => { assert.is(valueOf(bdd, mixed, member), ((valueOf(bdd, mark, member) & by.markBits) ^ (valueOf(bdd, ctMark, member) & by.ctMarkBits) ^ by.value) >>> 0); });
  }
});

test("a choice that makes no difference gives the very same word", () => {
  const bdd = new Bdd(), word = constantWord(5);
  assert.is(chooseWord(bdd, bdd.variable(0), constantWord(5), word), word);
  assert.is(chooseWord(bdd, FALSE, constantWord(6), word), word);
  const chosen = chooseWord(bdd, bdd.variable(0), constantWord(6), word);
  assert.equal([valueOf(bdd, chosen, Uint8Array.of(0)), valueOf(bdd, chosen, Uint8Array.of(1))], [5, 6]);
});

test("bits of a mark that nothing looks at are 0, a field that is asked by classes is no word", () => {
  const { space } = aroundFor([equals("mark", 0, 0x101), equals("uid", 5)]);
  assert.equal(wordOf(space, "mark").flatMap((set, bit) => (set === FALSE ? [] : [bit])), [0, 8]);
  assert.is(wordSet(space.bdd, wordOf(space, "mark"), equals("mark", 1, 0x101)), space.matchSet(equals("mark", 1, 0x101)));
  assert.throws(() => wordOf(space, "uid"), "uid is not asked bit by bit");
  assert.is(wordSet(space.bdd, constantWord(3), equals("mark", 3)), TRUE);
});

test.run();
