/** Who is compared with the kernel. */
import { explainer } from "../../../src/explain/explain.js";
import { packetOfJson } from "../../../src/explain/packet.js";
import type { Case, Ending } from "../../../src/model/walk.js";
import { DEFAULT_POLICY, readPolicy } from "../../../src/policy/policies.js";
import { sceneOf, type State } from "../oracle/scene.js";
import type { Told } from "./compare.js";
import type { PathPacket } from "./words.js";

/** An answer, several where the state leaves a choice, or why there is none. */
export type Reply = readonly Told[] | { readonly leftOut: string };

export interface Subject {
  /** One answer for each packet, in order; `packets` holds the kernel's own behind those that they answer. */
  readonly answer: (state: State, packets: readonly PathPacket[]) => readonly Reply[] | Promise<readonly Reply[]>;
  /** Whether rules are beyond it, so that only nodes without any are drawn. */
  readonly bare: boolean;
}

/** src/explain. */
const EXPLAIN: Subject = {
  bare: false,
  answer: (state, packets) => {
    const { node } = sceneOf(state);
    const { explain } = explainer(node, readPolicy(DEFAULT_POLICY, node, { wan: ["wan0"] }));
    return packets.map((packet): Reply => {
      const asked = packetOfJson(JSON.stringify(packet), "packet");
      if ("error" in asked) return { leftOut: asked.error.fact };
      try {
        const walk = explain(asked.packet);
        return (walk.cases ?? [walk]).map(told);
      } catch (error) {
        // A bug of the subject is a disagreement, to be shrunk like any other.
        return [{ disposition: `throws ${error instanceof Error ? error.message : "something"}`, egress: null }];
      }
    });
  },
};

function told({ disposition, egress, error }: Ending | Case): Told {
  return { disposition, egress, ...(error === undefined ? {} : { error }) };
}

/** Nobody: what the kernel did is told, nothing is compared. */
const NOBODY: Subject = { bare: false, answer: (_, packets) => packets.map(() => ({ leftOut: "nobody is asked" })) };

/** A new subject is one entry. explain: without rules, which it did not walk when this was written; walk: with rules. */
export const SUBJECTS: Readonly<Record<string, Subject>> = { explain: { ...EXPLAIN, bare: true }, walk: EXPLAIN, nobody: NOBODY };
