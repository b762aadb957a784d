import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Chain, Statement, Step, Table } from "../../src/model/netfilter.js";
import { DEPTH_MAX, withSafeJumps } from "../../src/state/chains.js";
import { Remarks } from "../../src/state/remarks.js";

/** A table of chains whose rules are single jumps. */
function table(jumps: Readonly<Record<string, readonly Step[]>>): Table {
  const chains = Object.entries(jumps).map(([name, steps]): [string, Chain] => [name, { name, base: null, at: name, rules: steps.map((step, i) => ({ steps: [step], text: `rule ${i}`, comment: null, at: `${name}:${i}` })) }]);
  return { backend: "iptables", family: "ip", name: "filter", chains: new Map(chains), at: "t" };
}
const jump = (chain: string): Statement => ({ kind: "jump", chain });
function safe(jumps: Readonly<Record<string, readonly Step[]>>): { readonly steps: (chain: string) => readonly Step[]; readonly said: string[]; readonly same: boolean } {
  const before = table(jumps);
  const remarks = new Remarks("t");
  const after = withSafeJumps(before, remarks);
  return { steps: (chain) => (after.chains.get(chain)?.rules ?? []).flatMap((rule) => rule.steps), said: remarks.list().map(({ code, place, fact }) => `${code} ${place}: ${fact}`), same: after === before };
}

test("a table without faults stays what it is", () => {
  assert.ok(safe({ a: [jump("b"), jump("c")], b: [jump("c")], c: [{ kind: "drop" }] }).same);
});

test("a jump to nowhere may do anything", () => {
  const { steps, said } = safe({ a: [jump("x"), { kind: "accept" }] });
  assert.equal([steps("a"), said], [[{ kind: "unknown", text: "rule 0" }, { kind: "accept" }], ["WP1403 a:0: there is no chain x"]]);
});

test("a circle is cut once, and a chain that jumps to itself is one", () => {
  const { steps, said } = safe({ a: [jump("b")], b: [{ kind: "goto", chain: "c" }], c: [jump("a")], d: [jump("d")] });
  assert.equal([steps("a")[0]?.kind, steps("b")[0]?.kind, steps("c")[0]?.kind, steps("d")[0]?.kind], ["jump", "goto", "unknown", "unknown"]);
  assert.equal(said, ["WP1403 c:0: the jump to a leads in a circle", "WP1403 d:0: the jump to d leads in a circle"]);
});

test("jumps in a verdict map are looked at, too", () => {
  const choice: Step = { kind: "choice", text: "x", entries: [{ rows: [], then: jump("a") }, { rows: [], then: { kind: "accept" } }] };
  const [step] = safe({ a: [choice] }).steps("a");
  assert.equal(step?.kind === "choice" ? step.entries.map(({ then }) => then.kind) : [], ["unknown", "accept"]);
});

test("a way is at most DEPTH_MAX chains deep", () => {
  const row = (length: number): Record<string, readonly Step[]> => Object.fromEntries(Array.from({ length }, (_, i) => [`c${i}`, i === length - 1 ? [] : [jump(`c${i + 1}`)]]));
  assert.ok(safe(row(DEPTH_MAX)).same);
  assert.is(safe(row(DEPTH_MAX + 1)).said.length, 1);
});

test("a way that doubles with every chain is cut", () => {
  const doubling = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`c${i}`, i === 39 ? [] : [jump(`c${i + 1}`), jump(`c${i + 1}`)]]));
  assert.match(safe(doubling).said[0] ?? "", "longer than 1000000 rules");
});

test.run();
