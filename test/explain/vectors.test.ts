import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { differences } from "../lab/oracle/answer.js";
import { REFERENCE } from "../lab/oracle/reference.js";
import { sceneOf } from "../lab/oracle/scene.js";
import { parseVector, stateOfVector } from "../lab/oracle/vector.js";

const FOLDER = new URL("../vectors/fib/", import.meta.url);

for (const file of readdirSync(FOLDER).sort()) {
  const vector = parseVector(readFileSync(new URL(file, FOLDER), "utf8"));
  test(`${file.replace(/\.json$/, "")}: ${vector.says}`, () => {
    const told = REFERENCE.answer(sceneOf(stateOfVector(vector)), vector.lookups.map(({ query }) => query));
    vector.lookups.forEach(({ query, answer }, i) => {
      const mine = told[i] ?? { error: "no answer" };
      assert.equal(differences(answer, mine), [], `${JSON.stringify(query)}: the kernel ${JSON.stringify(answer)}, the walk ${JSON.stringify(mine)}`);
    });
  });
}

test.run();
