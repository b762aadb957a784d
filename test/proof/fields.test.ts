import { test } from "uvu";
import * as assert from "uvu/assert";
import { FIELDS, HOOK_FIELDS } from "../../src/model/packet.js";
import { ALL_FIELDS, formsOf, largestOf, ORDER } from "../../src/proof/fields.js";

test("every field has a form in both families", () => {
  for (const family of [4, 6] as const) assert.equal(Object.keys(formsOf(family, 3)).sort(), [...FIELDS, ...HOOK_FIELDS].sort());
  assert.equal([...ALL_FIELDS], [...FIELDS, ...HOOK_FIELDS]);
});

test("every field that varies stands once in the order", () => {
  const forms = formsOf(6, 3);
  assert.is(new Set(ORDER).size, ORDER.length);
  assert.equal([...ORDER].sort(), ALL_FIELDS.filter((field) => forms[field].kind !== "fixed").sort());
});

test("an IPv4 address is one word", () => {
  const forms = formsOf(4, 3);
  assert.equal(forms.dst0, { kind: "bits", mask: 0xffffffff, mentioned: false });
  assert.equal([forms.dst1, forms.dst2, forms.src3], Array(3).fill({ kind: "fixed", value: 0 }));
  assert.equal(forms.family, { kind: "fixed", value: 4 });
});

test("the largest value of a field follows from its form", () => {
  const forms = formsOf(6, 12);
  assert.equal([forms.iif, forms.proto, forms.dport, forms.uid, forms.ctState, forms.family].map(largestOf), [12, 255, 65535, 0xfffffffe, 64, 6]);
});

test.run();
