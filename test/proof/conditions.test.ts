import { test } from "uvu";
import * as assert from "uvu/assert";
import { ADDRESS_TYPE, CT_STATE, type HookMatch, OWNER } from "../../src/model/netfilter.js";
import { equals, hasAny, inPrefix } from "../../src/model/packet.js";
import { FALSE, TRUE } from "../../src/proof/bdd.js";
import { conditionSet, matchSet, openText } from "../../src/proof/conditions.js";
import { beginning } from "../../src/proof/flow.js";
import { address, prefix } from "../support/nodes.js";
import { aroundFor, stateAt } from "./passing.js";

const MATCHES = {
  new: hasAny("ctState", CT_STATE.new), invalid: hasAny("ctState", CT_STATE.invalid), untracked: hasAny("ctState", CT_STATE.untracked), reply: equals<"ctDirection">("ctDirection", 1),
  ctMark: equals<"ctMark">("ctMark", 1), sport: equals("sport", 53), local: equals<"dstType">("dstType", ADDRESS_TYPE.local), process: equals<"owner">("owner", OWNER.process), iif: equals("iif", 2),
} as const satisfies Record<string, HookMatch>;
const around = aroundFor(Object.values(MATCHES), [openText(MATCHES.sport), "-m x"], { typeOf: (end) => (end === "dst" ? ADDRESS_TYPE.local : "open") });
const { space } = around, { bdd } = space;
const place = { hook: "prerouting", iif: 2, oif: 0 } as const;
const state = stateAt(space, place);

test("before conntrack has looked every packet is invalid, original, and has no mark of an entry", () => {
  const raw = beginning(space, place);
  assert.equal([MATCHES.invalid, MATCHES.new, MATCHES.untracked, MATCHES.reply, MATCHES.ctMark].map((match) => matchSet(around, raw, match)), [TRUE, FALSE, FALSE, FALSE, FALSE]);
  assert.is(matchSet(around, raw, equals("ctMark", 0)), TRUE);
});

test("what has an entry has its state, what was left out is untracked and nothing else", () => {
  const { tracked, untracked } = state.words;
  assert.is(matchSet(around, state, MATCHES.new), bdd.and(tracked, space.matchSet(MATCHES.new)));
  assert.is(matchSet(around, state, MATCHES.untracked), bdd.or(untracked, bdd.and(tracked, space.matchSet(MATCHES.untracked))));
  assert.is(bdd.and(matchSet(around, state, MATCHES.invalid), untracked), FALSE);
  assert.is(matchSet(around, { ...state, ctState: CT_STATE.new }, MATCHES.new), tracked);
});

test("rewritten addresses and ports are compared as they are now", () => {
  const rewritten = { ...state, dst: address("192.0.2.1"), dport: 80 };
  const net = prefix("192.0.2.0/24");
  assert.is(bdd.all(inPrefix("dst", net).map((match) => matchSet(around, rewritten, match))), TRUE);
  assert.is(bdd.all(inPrefix("src", net).map((match) => matchSet(around, rewritten, match))), space.prefixSet("src", net));
  assert.equal([matchSet(around, rewritten, equals("dport", 80)), matchSet(around, rewritten, equals("dport", 81))], [TRUE, FALSE]);
});

test("a match on a port that is not told is free, and the same wherever it stands", () => {
  assert.is(matchSet(around, { ...state, sport: "open" }, MATCHES.sport), space.unknown(openText(MATCHES.sport)));
});

test("types are asked again only where an end was rewritten", () => {
  assert.is(matchSet(around, state, MATCHES.local), space.matchSet(MATCHES.local));
  assert.is(matchSet(around, { ...state, dst: address("192.0.2.1") }, MATCHES.local), TRUE);
});

test("devices of the hook are constants, the owner may be one", () => {
  assert.equal([matchSet(around, state, MATCHES.iif), matchSet(around, { ...state, iif: 1 }, MATCHES.iif)], [TRUE, FALSE]);
  assert.equal([matchSet(around, state, MATCHES.process), matchSet(around, { ...state, owner: OWNER.none }, MATCHES.process)], [space.matchSet(MATCHES.process), FALSE]);
});

test("one row is enough, with `not` none may hold, without rows nothing holds", () => {
  const rows = [{ matches: [equals("dport", 53)], unknown: null }, { matches: [equals("dport", 54)], unknown: "-m x" }];
  const some = bdd.or(space.matchSet(equals("dport", 53)), bdd.and(space.matchSet(equals("dport", 54)), space.unknown("-m x")));
  assert.equal([conditionSet(around, state, { rows, not: false }), conditionSet(around, state, { rows, not: true })], [some, bdd.not(some)]);
  assert.equal([conditionSet(around, state, { rows: [], not: false }), conditionSet(around, state, { rows: [], not: true })], [FALSE, TRUE]);
});

test.run();
