// What Linux did with packets through rulesets (test/vectors/path), told again by the core; and what the host itself refuses.
import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import type { Open, PathFate } from "../../src/core/fates.js";
import { type PathPacket, Paths } from "../../src/core/path.js";
import type { Node } from "../../src/model/node.js";
import { differences } from "../lab/path/compare.js";
import { parseVector, stateOfVector } from "../lab/path/vector.js";
import { sceneOf } from "../lab/oracle/scene.js";
import { conversation, isKept } from "../support/conversation.js";
import { address, aNode } from "../support/nodes.js";
import { coreExplainer, whole } from "../support/paths.js";

const FOLDER = new URL("../vectors/path/", import.meta.url);
/** Packets whose fate the core may leave open: of all that were recorded, and of those that tell everything that counts. */
const OPEN_MAX = 0.05;
const TOLD_OPEN_MAX = 0.01;

const core = await Core.load();
const count = { packets: 0, untold: 0, open: 0 };

for (const file of readdirSync(FOLDER).sort()) {
  const vector = parseVector(readFileSync(new URL(file, FOLDER), "utf8"));
  test(`${file.replace(".json", "")}: ${vector.says}`, () => {
    for (const recorded of vector.rulesets) {
      const node = whole(sceneOf(stateOfVector(vector, recorded)).node);
      const mark = core.mark();
      const reasons = new WeakMap<object, Open>();
      const told = conversation(coreExplainer(new Paths(core, node), node, reasons), recorded.sightings);
      core.rewind(mark);
      recorded.sightings.forEach(({ packet, observed }, i) => {
        // Where bind() is refused there is no packet.
        if (observed.call === "bind") return;
        count.packets++;
        const mine = told[i] ?? [];
        const open = mine.map((one) => reasons.get(one)).find((reason) => reason !== undefined);
        if (open !== undefined) {
          if (open.at === "packet") count.untold++;
          else count.open++;
          return;
        }
        const agrees = mine.some((one) => differences(observed, one).length === 0) || isKept(packet, observed, mine);
        assert.ok(agrees, `${recorded.backend} ${JSON.stringify(packet)}: the kernel ${JSON.stringify(observed)}, the core ${JSON.stringify(mine.map(({ disposition, egress, error }) => ({ disposition, egress, error })))}`);
      });
    }
  });
}

test("few recorded packets have a fate that the core leaves open", () => {
  const { packets, untold, open } = count;
  console.log(`${packets} recorded packets, ${untold} left open that do not tell all that counts, ${open} others`);
  assert.ok(packets > 1000, `${packets} packets`);
  assert.ok(untold + open <= OPEN_MAX * packets && open <= TOLD_OPEN_MAX * packets, `${untold} and ${open} of ${packets} left open`);
});

const packet = (parts: Partial<PathPacket>): PathPacket => ({
  origin: "local", dst: address("2001:db8:9::1"), src: null, mark: 0, markWhen: null, api: "sendto", socket: null, oif: null, iif: null, ct: "new", entry: null,
  fields: { proto: 17, sport: 40000, dport: 53, uid: 0, gid: 0 }, ...parts,
});

function fates(node: Node, packets: readonly PathPacket[]): readonly PathFate[] {
  const mark = core.mark();
  const told = new Paths(core, node).walk(packets);
  core.rewind(mark);
  return told;
}

test("more packets than a batch holds are told in order, and those that are refused stand among them", () => {
  const told = fates(whole(aNode()), Array.from({ length: 2500 }, (_, i) => packet(i % 5 === 0 ? { fields: {} } : i % 2 === 0 ? { dst: address("192.0.2.42") } : { mark: 1 })));
  assert.is(told.length, 2500);
  told.forEach(({ disposition, egress, undetermined }, i) => {
    if (i % 5 === 0) assert.equal(undetermined, { text: "proto is not given", at: "packet" });
    else if (i % 2 === 0) assert.is(disposition, "local");
    else assert.is(egress?.dev, "br-wan");
  });
});

test("a device that the node does not have is no device of a packet", () => {
  assert.equal(fates(whole(aNode()), [packet({ oif: "eth9" })])[0]?.undetermined, { text: 'the node has no device "eth9"', at: "packet" });
});

test("a firewall that was not collected leaves open what would meet it, and nothing else", () => {
  const node = { ...aNode(), firewall: { tables: [], complete: { 4: true, 6: false }, others: [] } };
  const told = fates(node, [packet({}), packet({ dst: address("fe80::9") }), packet({ dst: address("192.0.2.1") })]);
  assert.equal(told.map(({ disposition }) => disposition), ["undetermined", "undetermined", "egress"]);
  assert.is(told[0]?.undetermined?.text, "not all rules of the firewall are known");
  assert.is(fates(node, [packet({ dst: address("fe80::9"), api: "connect" })])[0]?.error, "EINVAL");
});

test.run();
