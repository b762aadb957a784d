import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Family, parsePrefix, type Prefix } from "../../src/model/address.js";
import { CT_STATE } from "../../src/model/netfilter.js";
import { equals, hasAny, type HookField, type Match, within } from "../../src/model/packet.js";
import { Bdd, FALSE, TRUE } from "../../src/proof/bdd.js";
import { count, countText, support } from "../../src/proof/count.js";
import { ALL_FIELDS, formsOf } from "../../src/proof/fields.js";
import { passes } from "../../src/proof/partition.js";
import { holds, pick } from "../../src/proof/pick.js";
import { cofactor, literals } from "../../src/proof/quantify.js";
import { Space } from "../../src/proof/space.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";

const draw = random(seed());
const CHOICES = new Map([["origin", ["local", "kernel", "forward", "bridged", "packet"]], ["bound", ["none", "br-wan", "bat0"]]]);

function spaceOf(family: Family, matches: readonly Match<HookField>[] = []): Space {
  return new Space({ family, matches, unknown: ["-m string x", "-m bpf"], choices: CHOICES, facts: ["default gone", "lease gone"], devices: 5 });
}

function prefixOf(text: string, family: Family): Prefix {
  const prefix = parsePrefix(text, family);
  assert.ok(prefix !== null);
  return prefix;
}

/** Any match that somebody could write, on any field. */
function anyMatch(): Match<HookField> {
  const field = ALL_FIELDS[draw(ALL_FIELDS.length)] ?? "mark";
  const small = (): number => (draw(3) === 0 ? draw(2 ** 32) : draw(80));
  const low = small();
  switch (draw(3)) {
    case 0: return equals(field, low);
    case 1: return field === "mark" || field === "ctMark" || field === "ctState" ? hasAny(field, 1 + draw(255)) : within(field, low, low + draw(100));
    default: return equals(field, low, field === "uid" && draw(2) === 0 ? 0xffffffff : draw(256));
  }
}

test("of a member a match holds exactly when it holds of the member's values", () => {
  for (let round = 0; round < 60; round++) {
    const matches = Array.from({ length: 12 }, anyMatch), space = spaceOf(round % 2 === 0 ? 4 : 6, matches);
    for (let i = 0; i < 20; i++) {
      const member = Uint8Array.from({ length: space.size }, () => draw(2));
      for (const match of matches) assert.is(holds(space.bdd, space.matchSet(match), member), passes(match, space.value(match.field, member)), JSON.stringify(match));
    }
  }
});

test("matches that together hold for no value are the empty set, for any value everything", () => {
  const space = spaceOf(6, [equals("iif", 1), equals("iif", 2), within("uid", 0, 4)]);
  assert.is(space.matchesSet([equals("iif", 1), equals("iif", 2)]), FALSE);
  assert.is(space.bdd.or(space.matchSet(within("uid", 0, 4)), space.matchSet(within("uid", 5, 0xfffffffe))), TRUE);
  assert.is(space.matchSet(equals("iif", 0xffffffff)), FALSE, "a device that no link has");
});

test("a match that the space was not made for throws instead of answering wrongly", () => {
  const space = spaceOf(6, [equals("mark", 1, 1), equals("uid", 5)]);
  assert.throws(() => space.matchSet(equals("mark", 2, 2)), "made without a match on mark");
  assert.throws(() => space.matchSet(equals("uid", 6)), "made without a match on uid");
});

test("a prefix is one node for each of its bits, and none of the other family", () => {
  const space = spaceOf(6);
  const set = space.prefixSet("dst", prefixOf("2001:db8::/32", 6));
  assert.equal(support(space.bdd, set), [...space.addressLevels("dst")].slice(0, 32));
  assert.is(countText(count(space.bdd, set, space.addressLevels("dst"))), "2^96");
  assert.is(space.prefixSet("dst", prefixOf("10.0.0.0/8", 4)), FALSE);
  assert.is(space.prefixSet("src", prefixOf("default", 6)), TRUE);
});

test("an address has 32 or 128 variables, most significant bit first", () => {
  assert.is(spaceOf(4).addressLevels("src").length, 32);
  const levels = spaceOf(6).addressLevels("dst");
  assert.is(levels.length, 128);
  assert.equal([...levels].sort((a, b) => a - b), [...levels]);
});

test("choices stand above everything, facts below everything", () => {
  const space = spaceOf(6, [equals("iif", 1)]);
  const deepest = Math.max(...space.levels("hopLimit"), ...space.unknownLevels());
  assert.equal([...space.choiceLevels("origin"), ...space.choiceLevels("bound")], [0, 1, 2, 3, 4]);
  assert.ok(space.factLevels().every((level) => level > deepest));
  assert.is(space.size, deepest + 3);
});

test("every assignment is one option of a choice", () => {
  const space = spaceOf(4), { bdd } = space;
  const sets = ["local", "kernel", "forward", "bridged", "packet"].map((option) => space.optionSet("origin", option));
  assert.is(bdd.any(sets), TRUE);
  sets.forEach((a, i) => { sets.slice(i + 1).forEach((b) => { assert.is(bdd.and(a, b), FALSE); }); });
  assert.is(cofactor(bdd, space.optionSet("origin", "packet"), space.optionLiterals("origin", "packet")), TRUE);
  assert.throws(() => space.optionSet("origin", "tunnel"), "no option tunnel");
  assert.throws(() => space.optionSet("colour", "red"), "no place for colour");
});

test("a text that is not understood is the same variable wherever it stands", () => {
  const space = spaceOf(4), { bdd } = space;
  const row = { matches: [equals("dport", 53)], unknown: "-m string x" };
  const condition = { kind: "condition", rows: [row], not: false, text: "" } as const;
  assert.is(bdd.and(space.conditionSet(condition), space.conditionSet({ ...condition, not: true })), FALSE);
  assert.is(bdd.and(space.rowSet(row), bdd.not(space.unknown("-m string x"))), FALSE);
  assert.is(space.conditionSet({ ...condition, rows: [] }), FALSE);
  assert.throws(() => space.unknown("-m other"), "no place for -m other");
});

test("literals of a field set all its variables", () => {
  const space = spaceOf(6, [equals("iif", 2), equals("mark", 1, 3)]), { bdd } = space;
  assert.is(cofactor(bdd, space.matchSet(equals("iif", 2)), space.literals("iif", 2)), TRUE);
  assert.is(cofactor(bdd, space.matchSet(equals("iif", 2)), space.literals("iif", 4)), FALSE);
  assert.is(cofactor(bdd, space.matchSet(equals("mark", 1, 3)), space.literals("mark", 0xff01)), TRUE);
  assert.is(space.literals("iif", 9), FALSE);
});

test("a member has the preferred values where the set leaves them open", () => {
  const matches = [equals("proto", 17), equals("proto", 58), equals("ctState", CT_STATE.new), equals("uid", 1000)];
  const space = spaceOf(6, matches), { bdd } = space;
  const set = bdd.all([space.matchSet(within("dport", 100, 200)), space.fact("lease gone"), space.optionSet("origin", "forward")]);
  const member = pick(bdd, set, space.preference({ proto: 17, sport: 40000, dport: 123, dst0: 0x20010db8, ctState: CT_STATE.new, uid: 1000, family: 6 }, 0));
  assert.ok(member !== null);
  const values = (["proto", "sport", "dport", "dst0", "dst3", "ctState", "uid", "family"] as const).map((field) => space.value(field, member));
  assert.equal(values, [17, 40000, 123, 0x20010db8, 0, CT_STATE.new, 1000, 6]);
  assert.is(space.optionOf("origin", member), "forward");
  assert.equal([space.holdsIn("lease gone", member), space.holdsIn("default gone", member)], [true, false]);
});

test("bits and classes tell how a field is asked", () => {
  const space = spaceOf(4, [equals("uid", 7)]);
  assert.is(space.bits("dport")?.[15], space.levels("dport")[0]);
  assert.is(space.bits("uid"), null);
  assert.is(space.classes("uid")?.length, 2);
  assert.is(space.classes("family"), null);
});

test("spaces may share an arena", () => {
  const bdd = new Bdd();
  const outline = { family: 4, matches: [], unknown: [], choices: new Map<string, string[]>(), facts: [], devices: 1 } as const;
  assert.is(new Space(outline, bdd).matchSet(equals("dport", 53)), new Space(outline, bdd).matchSet(equals("dport", 53)));
  assert.is(literals(bdd, []), TRUE);
  assert.is(formsOf(4, 1).family.kind, "fixed");
});

test.run();
