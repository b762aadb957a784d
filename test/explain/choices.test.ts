import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Choices, everyRun } from "../../src/explain/choices.js";

const options = (...texts: string[]): { text: string }[] => texts.map((text) => ({ text }));

test("a walk that asks nothing runs once", () => {
  assert.equal(everyRun(() => 7, 10), { runs: [{ value: 7, when: new Map() }], complete: true });
});

test("every combination is walked once, also where a question depends on an answer", () => {
  const walk = (choices: Choices): string => {
    const a = choices.ask("a", options("0", "1", "2"));
    return a === 1 ? `1${choices.ask("b", options("x", "y"))}` : String(a);
  };
  assert.equal(everyRun(walk, 10).runs.map((run) => run.value), ["0", "10", "11", "2"]);
});

test("the same name has the same answer in one run", () => {
  const { runs } = everyRun((choices) => choices.ask("a", options("0", "1")) === choices.ask("a", options("0", "1")), 10);
  assert.equal(runs.map((run) => run.value), [true, true]);
});

test("one option is no question", () => {
  assert.is(everyRun((choices) => choices.ask("a", options("only")), 10).runs.length, 1);
});

test("whether it is one of several options is one question, and later ones build on its answer", () => {
  const among = (choices: Choices, ...wanted: number[]): boolean => choices.isAmong("a", options("0", "1", "2", "3"), (index) => wanted.includes(index));
  const { runs } = everyRun((choices) => (among(choices, 0, 1) ? (among(choices, 1, 2) ? "1" : "0") : among(choices, 0) ? "never" : "2 or 3"), 10);
  assert.equal(runs.map(({ value, when }) => [value, [...(when.get("a")?.chosen ?? [])]]), [["0", [0]], ["1", [1]], ["2 or 3", [2, 3]]]);
});

test("what is left of an unknown is asked in full only where it matters", () => {
  const { runs } = everyRun((choices) => (choices.isAmong("a", options("0", "1", "2"), (index) => index > 0) ? choices.ask("a", options("0", "1", "2")) : 0), 10);
  assert.equal(runs.map(({ value }) => value), [0, 1, 2]);
});

test("the limit ends the walk and says so", () => {
  const { runs, complete } = everyRun((choices) => choices.ask("a", options("0", "1", "2")), 2);
  assert.is(runs.length, 2);
  assert.not(complete);
});

test.run();
