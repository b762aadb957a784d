import { test } from "uvu";
import * as assert from "uvu/assert";
import { chosen, conditionHolds } from "../../../src/explain/netfilter/conditions.js";
import type { Choice, Condition, HookMatch, Row } from "../../../src/model/netfilter.js";
import { equals, type HookField } from "../../../src/model/packet.js";
import { transit } from "../../support/walls.js";

const row = (unknown: string | null, ...matches: HookMatch[]): Row => ({ matches, unknown });
const condition = (rows: readonly Row[], not = false): Condition => ({ kind: "condition", rows, not, text: "text" });
const is = (field: HookField, value: number): HookMatch => equals<HookField>(field, value);

test("one row is enough, not turns it round, without a row it never holds", () => {
  const made = transit("dst=192.0.2.1 proto=udp");
  const rows = [row(null, is("proto", 6)), row(null, is("proto", 17), is("mark", 0))];
  assert.equal([conditionHolds(condition(rows), made), conditionHolds(condition(rows, true), made), conditionHolds(condition([]), made)], [true, false, false]);
});

test("what is not known is asked only where nothing that is known decides", () => {
  const made = transit("dst=192.0.2.1 proto=udp");
  assert.not(conditionHolds(condition([row("limit", is("dport", 53), is("proto", 6))]), made));
  assert.ok(conditionHolds(condition([row("limit", is("dport", 53)), row(null, is("proto", 17))]), made));
  assert.is(made.reader.choices.conditions().size, 0);
});

test("an unknown is asked by its own text, and shared", () => {
  const made = transit("dst=192.0.2.1 proto=udp");
  assert.equal([conditionHolds(condition([row("-m limit")]), made), conditionHolds(condition([row("-m limit")], true), made)], [true, false]);
  assert.equal([...made.reader.choices.conditions().keys()], ["-m limit"]);
});

test("a source that nobody knows is asked about by the condition's text", () => {
  const made = transit("dst=192.0.2.1 iif=br-wan proto=udp");
  assert.ok(conditionHolds(condition([row(null, is("src0", 5))]), made));
  assert.equal([...made.reader.choices.conditions().keys()], ["text"]);
});

test("a map leads to what stands behind the first entry that holds", () => {
  const map: Choice = { kind: "choice", text: "", entries: [{ rows: [row(null, is("proto", 6))], then: { kind: "drop" } }, { rows: [row(null, is("proto", 17))], then: { kind: "accept" } }] };
  assert.equal([chosen(map, transit("dst=192.0.2.1 proto=udp"))?.kind, chosen(map, transit("dst=192.0.2.1 proto=icmp"))], ["accept", null]);
});

test.run();
