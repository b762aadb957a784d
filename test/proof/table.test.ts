import { test } from "uvu";
import * as assert from "uvu/assert";
import { Answers, hasObject, isAlive, special } from "../../src/proof/table.js";
import { route } from "../support/nodes.js";

const HOP = { dev: "br-wan", via: null, weight: 1, flags: [] };

test("error routes name the kernel's errors, throw and unknown types stand for themselves, others are their next hops", () => {
  const said = (["unreachable", "prohibit", "blackhole", "throw", "unknown", "unicast", "local"] as const).map((type) => {
    const answer = special(route({ type }));
    return answer === null ? "-" : answer.kind === "error" ? answer.error : answer.kind;
  });
  assert.equal(said, ["EHOSTUNREACH", "EACCES", "EINVAL", "throw", "unknown", "-", "-"]);
});

test("a next hop is dead by itself or with its route; linkdown alone is not dead", () => {
  assert.ok(isAlive(route({ flags: ["linkdown"] }), HOP));
  assert.not(isAlive(route({ flags: ["dead"] }), HOP));
  assert.not(isAlive(route({}), { ...HOP, flags: ["dead", "linkdown"] }));
});

test("a route by a next hop object says so with its flags", () => {
  assert.equal([hasObject(route({ flags: ["nhid 11"] })), hasObject(route({ flags: ["onlink"] }))], [true, false]);
});

test("in a large table routes that do the same share a number, in a small one and among default routes none do", () => {
  const hit = (to: string, dev: string): Parameters<Answers["numberOf"]>[0] => ({ kind: "hit", route: route({ to, dev }), hops: [{ ...HOP, dev }], rivals: [] });
  const all = [hit("2001:db8::/32", "a"), hit("2001:db9::/32", "a"), hit("2001:dba::/32", "b"), hit("2001:db8::/48", "a"), hit("default", "a"), hit("default", "a")];
  const [small, large] = [new Answers(6), new Answers(100_000)];
  assert.equal(all.map((answer) => small.numberOf(answer)), [0, 1, 2, 3, 4, 5]);
  assert.equal(all.map((answer) => large.numberOf(answer)), [0, 0, 1, 2, 3, 4]);
});

test.run();
