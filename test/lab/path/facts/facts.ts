/** The one list of facts. */
import { ANSWER_FACTS } from "./answers.js";
import { ERROR_FACTS } from "./errors.js";
import { type Fact, GLUON } from "./fact.js";
import { FLOW_FACTS } from "./flows.js";
import { OWNER_FACTS } from "./owners.js";
import { REROUTE_FACTS } from "./reroute.js";
import { BACKENDS, translated } from "../ruleset.js";
import type { Setup } from "../trial.js";

export const FACTS: readonly Fact[] = [...REROUTE_FACTS, ...OWNER_FACTS, ...FLOW_FACTS, ...ANSWER_FACTS, ...ERROR_FACTS];

/** The setups of a fact: one for each backend that can say it. */
export function setupsOf({ lines = [], rules, nft, listeners = [] }: Fact): readonly Setup[] {
  return BACKENDS.flatMap((backend): Setup[] => {
    const mine = backend !== "nft" ? rules : nft === undefined ? translated(rules) : nft;
    return mine === null ? [] : [{ backend, rules: mine, lines: [...GLUON, ...lines], listeners }];
  });
}
