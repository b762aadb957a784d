import { test } from "uvu";
import * as assert from "uvu/assert";
import { DEVICES, drawPackets, generateFirewall, STYLES } from "../../bench/firewalls.js";
import { matchBench } from "../../bench/match.js";
import { parseFirewall } from "../../src/state/firewall.js";
import { link } from "../support/nodes.js";

const LINKS = DEVICES.map((name, i) => link({ name, index: i + 1 }));

for (const style of STYLES) {
  test(`${style}: the same seed gives the same text, of as many rules as asked for, and the reader understands all of it`, () => {
    const [first, same, other] = [generateFirewall(style, 600, 3), generateFirewall(style, 600, 3), generateFirewall(style, 600, 4)];
    assert.is(first.text, same.text);
    assert.is.not(first.text, other.text);
    assert.ok(Math.abs(first.rules - 600) <= 3, `${first.rules} rules`);
    const { value, diagnostics } = parseFirewall({ saved: { 4: first.text, 6: null }, nft: null }, LINKS);
    assert.equal(diagnostics, []);
    const rules = value.tables.flatMap(({ chains }) => [...chains.values()]).flatMap((chain) => chain.rules);
    assert.is(rules.length, first.rules);
    assert.equal(rules.filter(({ steps }) => steps.some(({ kind }) => kind === "unknown")), []);
  });

  test(`${style}: packets are drawn by seed, each with all that rules look at`, () => {
    const firewall = generateFirewall(style, 100, 3);
    assert.equal(drawPackets(firewall, 10, 5).map((fields) => [...fields]), drawPackets(firewall, 10, 5).map((fields) => [...fields]));
  });
}

test("the benchmark compares what it times, and tells its figures", async () => {
  const { large, small, ratio } = await matchBench("flat", { seed: 1, rounds: 1 });
  assert.equal([small.rules, large.rules], [60, 6000]);
  assert.ok(ratio > 0 && large.bytes > small.bytes);
});

test.run();
