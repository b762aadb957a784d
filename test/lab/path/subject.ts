/** Who is compared with the kernel. */
import { explainer } from "../../../src/explain/explain.js";
import { DEFAULT_POLICY, readPolicy } from "../../../src/policy/policies.js";
import { isObject, own } from "../../../src/state/values.js";
import { conversation, type Told as Answers } from "../../support/conversation.js";
import { sceneOf, type State } from "../oracle/scene.js";
import type { Told } from "./compare.js";
import type { Sighting } from "./words.js";

/** Answers, several where the state or the packet leaves a choice, with the names of what it hangs on; or why there is none. */
export type Reply = { readonly told: readonly Told[]; readonly open: readonly string[] } | { readonly leftOut: string };

export interface Subject {
  /** One answer for each packet, in order. The kernel's own stand behind those that they answer, whose fate tells which of several answers their flow has from. */
  readonly answer: (state: State, sightings: readonly Sighting[]) => readonly Reply[] | Promise<readonly Reply[]>;
  /** Only nodes without any rule are drawn. */
  readonly bare: boolean;
}

/** src/explain. */
const EXPLAIN: Subject = {
  bare: false,
  answer: (state, sightings) => {
    const { node } = sceneOf(state);
    const one = explainer(node, readPolicy(DEFAULT_POLICY, node, { wan: ["wan0"] }));
    try {
      return conversation(one, sightings).map((told): Reply => (told === null ? { leftOut: "the walk refuses the packet" } : replyOf(told)));
    } catch (error) {
      // A bug of the subject is a disagreement, to be shrunk like any other.
      const thrown = { disposition: `throws ${error instanceof Error ? error.message : "something"}`, egress: null };
      return sightings.map(() => ({ told: [thrown], open: [] }));
    }
  },
};

/** Cases that differ in the policy's verdict alone are one. */
function replyOf(all: Answers): Reply {
  const told = new Map(all.map(({ disposition, egress, error }): [string, Told] => {
    const one = { disposition, egress, ...(error === undefined ? {} : { error }) };
    return [JSON.stringify(one), one];
  }));
  return { told: [...told.values()], open: told.size < 2 ? [] : [...new Set(all.flatMap(conditionsOf))].filter((name) => name !== VERDICT) };
}

const VERDICT = "what it answers came";

/** What a case hangs on. */
function conditionsOf(told: object): string[] {
  const when = isObject(told) ? own(told, "when") : undefined;
  return isObject(when) ? Object.keys(when) : [];
}

/** Nobody: what the kernel did is told, nothing is compared. */
const NOBODY: Subject = { bare: false, answer: (_, sightings) => sightings.map(() => ({ leftOut: "nobody is asked" })) };

/** A new subject is one entry. */
export const SUBJECTS: Readonly<Record<string, Subject>> = { explain: EXPLAIN, bare: { ...EXPLAIN, bare: true }, nobody: NOBODY };
