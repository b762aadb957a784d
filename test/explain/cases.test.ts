import { test } from "uvu";
import * as assert from "uvu/assert";
import { mergeCases, whenOf } from "../../src/explain/cases.js";
import type { Condition, Option, Run } from "../../src/explain/choices.js";
import { classesOf } from "../../src/explain/classes.js";
import type { Ending } from "../../src/model/walk.js";
import { within } from "../../src/model/packet.js";

const ending = (disposition: Ending["disposition"]): { ending: Ending } => ({ ending: { disposition, egress: null, verdict: null } });
const uids = classesOf("uid", [within("uid", 0, 0), within("uid", 1000, 1000)]);
const pick = (name: string, options: readonly Option[], ...chosen: number[]): [string, Condition] => [name, { options, chosen: new Set(chosen) }];
const run = (disposition: Ending["disposition"], ...picks: [string, Condition][]): Run<{ ending: Ending }> => ({ value: ending(disposition), when: new Map(picks) });
const WORDS = [{ text: "connect" }, { text: "sendto" }];

test("runs that all end alike are one case without a condition", () => {
  const cases = mergeCases([run("local", pick("uid", uids, 0)), run("local", pick("uid", uids, 1))]);
  assert.equal(cases.map(whenOf), [{}]);
});

test("values that lead to one end are told together", () => {
  const cases = mergeCases([0, 1, 2].map((index) => run(index === 0 ? "local" : "dropped", pick("uid", uids, index))));
  assert.equal(cases.map(whenOf), [{ uid: 0 }, { uid: "1-4294967294" }]);
});

test("an unknown that does not matter in a case is left out of it", () => {
  const cases = mergeCases([
    run("local", pick("uid", uids, 0)), run("dropped", pick("uid", uids, 1), pick("api", WORDS, 0)), run("dropped", pick("uid", uids, 1), pick("api", WORDS, 1)),
    run("local", pick("uid", uids, 2)),
  ]);
  assert.equal(cases.map(whenOf), [{ uid: "0,1000" }, { uid: "1-999,1001-4294967294" }]);
});

test("a run that was told only that a value is one of several stands for all of them", () => {
  const cases = mergeCases([run("local", pick("uid", uids, 0, 2)), run("dropped", pick("uid", uids, 1, 3))]);
  assert.equal(cases.map(whenOf), [{ uid: "0,1000" }, { uid: "1-999,1001-4294967294" }]);
});

test("words are joined by or", () => {
  const three = [...WORDS, { text: "ping" }];
  const cases = mergeCases([0, 1, 2].map((index) => run(index === 2 ? "local" : "dropped", pick("api", three, index))));
  assert.equal(cases.map(whenOf), [{ api: "connect or sendto" }, { api: "ping" }]);
});

test.run();
