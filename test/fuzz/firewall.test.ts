import { test } from "uvu";
import * as assert from "uvu/assert";
import { seed } from "../support/seed.js";
import { type Dump, dumps, damaged, judge } from "./firewall.js";

/** A share of each kind, however slow the machine is. */
const SECONDS = 7;

test("real dumps are read without a word, but for the vectors of what is not modelled", () => {
  const { iptables, nft } = dumps();
  assert.ok(iptables.length >= 7 && nft.length >= 3);
  for (const text of iptables.filter((each) => !each.includes("--u32"))) assert.equal(judge("iptables", text), []);
});

test("the same seed gives the same damage", () => {
  const { nft } = dumps();
  for (let i = 0; i < 50; i++) assert.is(damaged(nft, 7, i), damaged(nft, 7, i));
});

for (const kind of ["iptables", "nft"] satisfies Dump[]) {
  test(`damaged dumps of ${kind} are read, or said to be unreadable, in bounded time`, () => {
    const texts = dumps()[kind];
    const drawn = seed();
    const codes = new Set<string>();
    const begun = performance.now();
    let number = 0;
    for (; number < 20_000 && performance.now() - begun < SECONDS * 1000; number++) {
      const text = damaged(texts, drawn, number);
      try {
        for (const code of judge(kind, text)) codes.add(code);
      } catch (error) {
        assert.unreachable(`case ${number} of seed ${drawn}: ${error instanceof Error ? String(error.stack) : String(error)}\n${text.slice(0, 2000)}`);
      }
    }
    assert.ok(number >= 100, `${number} cases`);
    assert.ok(codes.size >= 3, [...codes].join(" "));
  });
}

test.run();
