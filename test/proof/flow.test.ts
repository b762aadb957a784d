import { test } from "uvu";
import * as assert from "uvu/assert";
import { equals } from "../../src/model/packet.js";
import { FALSE, TRUE } from "../../src/proof/bdd.js";
import { beginning, chooseWords, type Flow, keyOf, merged, type State } from "../../src/proof/flow.js";
import { constantWord, wordSet } from "../../src/proof/word.js";
import { address } from "../support/nodes.js";
import { aroundFor } from "./passing.js";

const { space } = aroundFor([equals("mark", 0, 3)]);
const { bdd } = space;
const start = beginning(space, { hook: "output", iif: 0, oif: 1 });
const dns = space.matchSet(equals("dport", 53)), ntp = space.matchSet(equals("dport", 123));

function marked(mark: number): State {
  return { ...start, words: { ...start.words, mark: constantWord(mark) } };
}

test("a packet begins with what it has, and without an entry", () => {
  assert.is(wordSet(bdd, start.words.mark, equals("mark", 2, 3)), space.matchSet(equals("mark", 2, 3)));
  assert.equal([start.src, start.dst, start.sport, start.words.tracked, start.words.untracked], [null, null, "initial", FALSE, FALSE]);
});

test("flows of equal rewrites become one, each packet keeps its mark", () => {
  const [only, ...others] = merged(bdd, [{ guard: dns, state: marked(1) }, { guard: ntp, state: marked(2) }, { guard: FALSE, state: marked(3) }]);
  assert.equal(others, []);
  assert.is(only?.guard, bdd.or(dns, ntp));
  const mark = only?.state.words.mark ?? [];
  assert.ok(bdd.includes(wordSet(bdd, mark, equals("mark", 1)), dns));
  assert.ok(bdd.includes(wordSet(bdd, mark, equals("mark", 2)), ntp));
});

test("packets that are in two flows with two marks stay in both", () => {
  const flows: readonly Flow[] = [{ guard: TRUE, state: marked(1) }, { guard: dns, state: marked(2) }, { guard: ntp, state: marked(1) }];
  assert.equal(merged(bdd, flows).map(({ guard }) => guard), [TRUE, dns]);
});

test("flows with other addresses, ports or devices stay apart", () => {
  const others: readonly State[] = [{ ...start, dst: address("192.0.2.1") }, { ...start, src: address("192.0.2.1") }, { ...start, sport: "open" }, { ...start, oif: 2 }, { ...start, settled: { src: true, dst: false } }];
  assert.is(new Set([start, ...others].map(keyOf)).size, 6);
  assert.is(merged(bdd, [start, ...others].map((state) => ({ guard: dns, state }))).length, 6);
});

test("a choice of words that makes no difference gives the very same words", () => {
  assert.is(chooseWords(bdd, dns, { ...start.words, mark: [...start.words.mark] }, start.words), start.words);
  assert.is(chooseWords(bdd, FALSE, marked(1).words, start.words), start.words);
  assert.is.not(chooseWords(bdd, dns, marked(1).words, start.words), start.words);
});

test.run();
