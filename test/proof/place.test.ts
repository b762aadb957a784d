import { test } from "uvu";
import * as assert from "uvu/assert";
import { equals, within } from "../../src/model/packet.js";
import { Bdd, FALSE, TRUE } from "../../src/proof/bdd.js";
import { formsOf } from "../../src/proof/fields.js";
import { pick } from "../../src/proof/pick.js";
import { choicePlace, literalsAt, placeOf, testSet, valueAt } from "../../src/proof/place.js";
import { literals } from "../../src/proof/quantify.js";

function taking(): (count: number) => number[] {
  let next = 0;
  return (count) => Array.from({ length: count }, () => next++);
}

test("five classes take three variables, and numbers beyond the fifth mean the fifth", () => {
  const bdd = new Bdd(), tests = [equals("proto", 1), equals("proto", 6), equals("proto", 17), equals("proto", 58)];
  const place = placeOf(formsOf(6, 0).proto, tests, taking());
  assert.equal([...place.levels], [0, 1, 2]);
  const last = testSet(bdd, place, equals("proto", 58), 255);
  assert.is(last, bdd.variable(0));
  for (let code = 4; code < 8; code++) assert.is(valueAt(place, Uint8Array.of(code >> 2, (code >> 1) & 1, code & 1)), 58);
});

test("a set and its complement are what the test and its opposite say", () => {
  const bdd = new Bdd(), tests = [within("uid", 0, 999), equals("uid", 1000), equals("uid", 2000)];
  const place = placeOf(formsOf(6, 0).uid, tests, taking());
  const system = testSet(bdd, place, within("uid", 0, 999), 0xfffffffe), others = testSet(bdd, place, within("uid", 1000, 0xfffffffe), 0xfffffffe);
  assert.is(system === null ? null : bdd.not(system), others);
});

test("bits that no test looks at have no variable, and a test that looks at one is refused", () => {
  const bdd = new Bdd(), place = placeOf(formsOf(6, 0).mark, [equals("mark", 1, 1), equals("mark", 0x100, 0x300)], taking());
  assert.is(place.levels.length, 3);
  assert.is(testSet(bdd, place, equals("mark", 4, 4), 0xffffffff), null);
  assert.is(testSet(bdd, place, equals("mark", 0x301, 0x301), 0xffffffff), bdd.all([0, 1, 2].map((level) => bdd.variable(level))));
});

test("a test that cuts a class is refused", () => {
  const place = placeOf(formsOf(6, 0).uid, [equals("uid", 1000)], taking());
  assert.is(testSet(new Bdd(), place, equals("uid", 1001), 0xfffffffe), null);
});

test("a masked test of a uid makes it bits", () => {
  const place = placeOf(formsOf(6, 0).uid, [equals("uid", 1, 1)], taking());
  assert.is(place.kind, "bits");
  assert.is(place.levels.length, 32);
});

test("a value is found again in the member that its literals pick", () => {
  const bdd = new Bdd(), forms = formsOf(6, 4);
  const take = taking();
  for (const [place, value] of [
    [placeOf(forms.dport, [], take), 0xa5c3], [placeOf(forms.iif, [equals("iif", 2), equals("iif", 3)], take), 3], [choicePlace(5, take), 4], [choicePlace(1, take), 0],
    [placeOf(forms.family, [], take), 6], [placeOf(forms.dst0, [], take), 0x80000001],
  ] as const) {
    const found = literalsAt(place, value);
    assert.ok(found !== null);
    assert.is(valueAt(place, pick(bdd, literals(bdd, found), new Uint8Array(64)) ?? new Uint8Array()), value);
  }
});

test("a value that a field never has gives no literals", () => {
  const forms = formsOf(4, 2), take = taking();
  assert.is(literalsAt(placeOf(forms.family, [], take), 6), null);
  assert.is(literalsAt(placeOf(forms.iif, [], take), 3), null);
});

test("tests of a fixed field hold always or never", () => {
  const bdd = new Bdd(), place = placeOf(formsOf(4, 0).family, [], taking());
  assert.is(testSet(bdd, place, equals("family", 4), 4), TRUE);
  assert.is(testSet(bdd, place, equals("family", 6), 4), FALSE);
});

test.run();
