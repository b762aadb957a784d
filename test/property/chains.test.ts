/** Chains that are searched and the same chains walked rule by rule must end alike, and leave packets alike, for every packet and every open choice. */
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { writeWall } from "../../src/core/wall.js";
import { HOOKS } from "../../src/model/netfilter.js";
import { ALL_KNOWN, everyWalk, type Known, type Probe } from "../support/probes.js";
import { Draw, drawnFields, drawnFirewall, type RulesetOptions } from "../support/rulesets.js";
import { seed } from "../support/seed.js";

const PACKETS = 40;
const core = await Core.load();

/** Half of the packets are known in all respects. */
function drawnProbe(draw: Draw, family: 4 | 6): Probe {
  const fields = drawnFields(draw, family);
  const entry = draw.below(2);
  const drawn: Known = { sourceKnown: draw.below(2), entry, entryMarkKnown: draw.below(2), statusKnown: draw.pick([0xffffffff, 0x3a]), directionKnown: draw.below(2), untracked: 0 };
  return { fields, known: draw.once(2) ? { ...ALL_KNOWN, entry } : drawn };
}

function agree(of: number, options: RulesetOptions): void {
  const draw = new Draw(of);
  const firewall = drawnFirewall(draw, options);
  for (const family of [4, 6] as const) {
    const start = core.mark();
    const searched = writeWall(core, firewall, family);
    const plain = writeWall(core, firewall, family, { searched: false });
    for (let i = 0; i < PACKETS; i++) {
      const hook = draw.pick(HOOKS);
      const probe = drawnProbe(draw, family);
      const [a, b] = [everyWalk(core, searched, searched.chains[hook], probe, 16), everyWalk(core, plain, plain.chains[hook], probe, 16)];
      assert.equal(a.walks.map(({ end, bytes }) => `${end} ${bytes}`), b.walks.map(({ end, bytes }) => `${end} ${bytes}`), `seed ${of}, IPv${family}, ${hook}, packet ${i}`);
    }
    core.rewind(start);
  }
}

function property(options: RulesetOptions, numRuns: number): void {
  fc.assert(fc.property(fc.integer({ min: 0 }), (of) => { agree(of, options); }), { seed: seed(), numRuns });
}

test("searched chains do as walked ones, whatever their rules say", () => {
  property({ lengths: [0, 3, 9, 12, 40, 70, 130], unknowns: 30 }, 25);
});

test("searched chains without open choices do as walked ones", () => {
  property({ lengths: [9, 64, 65, 128, 200], unknowns: 0 }, 10);
});

test("searched chains of more than one summary word do as walked ones", () => {
  property({ lengths: [0, 9, 4500], unknowns: 0 }, 2);
});

test.run();
