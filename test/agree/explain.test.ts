import { test } from "uvu";
import * as assert from "uvu/assert";
import { replay } from "../../src/core/replay.js";
import { explainer } from "../../src/explain/explain.js";
import { packetOfWords } from "../../src/explain/packet.js";
import type { Finding } from "../../src/model/report.js";
import type { Walk } from "../../src/model/walk.js";
import { POLICIES } from "../../src/policy/policies.js";
import { readNode } from "../../src/state/node.js";
import { vectors } from "../support/vectors.js";

/** The flow of a finding as a packet: what was seen, bound to the source it had or, for the first question of a socket, to none. */
function packetWords({ flow }: Finding, bound: boolean): string[] {
  const ports = flow.proto === 6 || flow.proto === 17 ? [`sport=${flow.sport ?? 0}`, `dport=${flow.dport ?? 0}`] : [`icmpType=${flow.family === 4 ? 8 : 128}`];
  return [`dst=${flow.dst}`, `proto=${flow.proto}`, ...ports, "api=sendto", ...(bound ? [`src=${flow.src}`] : [])];
}

/** The rule and the route that decided. */
function deciding(walk: Walk): string[] {
  return walk.stations.filter(({ station, decides }) => decides && (station === "rule" || station === "table")).map(({ at }) => at ?? "");
}

/** Runs in which something leaves that should not. */
const LEAKY = ["02-ipv4-ntp-leak", "10-netifd-mesh-lost"];

for (const vector of vectors()) {
  test(`${vector.name}: each leak that the core explains leaves on the WAN in the readable walk, by the same rule and route`, async () => {
    const node = await readNode(vector.state);
    const policy = POLICIES.gluon.build(node, {});
    const { explain } = explainer(node, policy);
    const { findings } = await replay({ node, captures: [vector.capture], policy: "gluon" });
    const explained = findings.filter(({ claim, id, because }) => claim === "containment" && id.startsWith("leak:") && because.length > 0);
    assert.is(explained.length > 0, LEAKY.includes(vector.name));
    for (const finding of explained) {
      const walks = [false, true].map((bound) => {
        const asked = packetOfWords(packetWords(finding, bound));
        if ("error" in asked) throw new Error(asked.error.fact);
        return explain(asked.packet);
      });
      const because = finding.because.filter(({ station }) => station === "rule" || station === "table").map(({ at }) => at);
      const same = walks.filter((walk) => walk.egress !== null && policy.wan.includes(walk.egress.dev) && deciding(walk).join() === because.join());
      assert.ok(same.length > 0, `${finding.id}: ${because.join()} against ${walks.map((walk) => deciding(walk).join()).join(" and ")}`);
    }
  });
}

test.run();
