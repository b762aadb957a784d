// What Linux did with packets through rulesets (test/vectors/path), told again by the walk.
import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { explainer } from "../../../src/explain/explain.js";
import { POLICIES } from "../../../src/policy/policies.js";
import { differences } from "../../lab/path/compare.js";
import { parseVector, stateOfVector } from "../../lab/path/vector.js";
import { sceneOf } from "../../lab/oracle/scene.js";
import { conversation, isKept } from "../../support/conversation.js";

const FOLDER = new URL("../../vectors/path/", import.meta.url);

for (const file of readdirSync(FOLDER).sort()) {
  const vector = parseVector(readFileSync(new URL(file, FOLDER), "utf8"));
  test(`${file.replace(".json", "")}: ${vector.says}`, () => {
    for (const recorded of vector.rulesets) {
      const { node } = sceneOf(stateOfVector(vector, recorded));
      const told = conversation(explainer(node, POLICIES.gluon.build(node, { wan: ["wan0"] })), recorded.sightings);
      recorded.sightings.forEach(({ packet, observed }, i) => {
        // Where bind() is refused there is no packet.
        if (observed.call === "bind") return;
        const mine = told[i] ?? [];
        const agrees = mine.some((one) => differences(observed, one).length === 0) || isKept(packet, observed, mine);
        assert.ok(agrees, `${recorded.backend} ${JSON.stringify(packet)}: the kernel ${JSON.stringify(observed)}, the walk ${JSON.stringify(mine.map(({ disposition, egress, error }) => ({ disposition, egress, error })))}`);
      });
    }
  });
}

test("there are vectors", () => {
  assert.ok(readdirSync(FOLDER).length > 40);
});

test.run();
