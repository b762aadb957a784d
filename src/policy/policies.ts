/** The one list of policies, and which one a node gets by default. */
import type { Node } from "../model/node.js";
import type { Policy } from "../model/policy.js";
import { gluon, gluonLetter, type PolicyOptions } from "./gluon.js";

export interface PolicyEntry {
  /** One line for a person. */
  readonly summary: string;
  readonly build: (node: Node, options: PolicyOptions) => Policy;
}

export const POLICIES = {
  gluon: { summary: "fastd, its DNS, what a link needs, and answers to what arrived on the WAN", build: gluon },
  "gluon-letter": { summary: "Gluon's WAN document to the letter: answers are leaks too", build: gluonLetter },
} as const satisfies Record<string, PolicyEntry>;

export type PolicyName = keyof typeof POLICIES;

export const POLICY_NAMES: readonly PolicyName[] = ["gluon", "gluon-letter"];

export function isPolicyName(name: string): name is PolicyName {
  return POLICY_NAMES.some((known) => known === name);
}

/** The policy of whoever asks without one. Gluon's is the only family there is so far, so a node without its signs gets it too. */
export const DEFAULT_POLICY: PolicyName = "gluon";

/** The policy of this name for this node. Throws InputError WP3001 when the node does not say which devices are its WAN. */
export function readPolicy(name: PolicyName, node: Node, options: PolicyOptions = {}): Policy {
  return POLICIES[name].build(node, options);
}
