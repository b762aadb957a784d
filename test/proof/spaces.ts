/** A space for one node, and what a lookup says of one packet there, in few words. */
import type { Family } from "../../src/model/address.js";
import type { Node } from "../../src/model/node.js";
import { type Edge, TRUE } from "../../src/proof/bdd.js";
import { type Environment, type Ground, groundOf, mentionsOfLookup } from "../../src/proof/ground.js";
import { lookupOutput } from "../../src/proof/lookup.js";
import { mentionsOf } from "../../src/proof/mentions.js";
import type { Outcome, Question } from "../../src/proof/outcome.js";
import { cofactor } from "../../src/proof/quantify.js";
import { Space } from "../../src/proof/space.js";
import { address } from "./drawn.js";

export const FREE: Question = { oif: null, strict: false, source: "none", mark: "packet", owned: true };

export function groundFor(node: Node, family: Family, environment: (space: Space) => Partial<Environment> = () => ({}), facts: readonly string[] = []): Ground {
  const [all, own] = [mentionsOf(node, family, null), mentionsOfLookup(node, family)];
  const space = new Space({ family, matches: [...all.matches, ...own.matches], unknown: [...all.unknown, ...own.unknown], choices: new Map(), facts, devices: node.links.length });
  return groundOf(space, node, node.localTable, environment(space));
}

/** Packets to, and from, an address. */
export function at({ space }: Ground, dst: string, src?: string): Edge {
  const words = ([0, 1, 2, 3] as const).flatMap((i) => [space.literals(`dst${i}`, address(dst).words[i]), ...(src === undefined ? [] : [space.literals(`src${i}`, address(src).words[i])])]);
  return space.bdd.all(words);
}

export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "way": return `${outcome.dev} table ${outcome.table}`;
    case "error": return outcome.error;
    case "none": return "none";
    case "unknown": return `unknown ${outcome.text}`;
  }
}

/** Outcomes that some packet of a set has, sorted; `values`: literals that the set is narrowed by. */
export function outcomes(ground: Ground, values: Edge, question: Partial<Question> = {}): string[] {
  const { bdd } = ground.space;
  return [...new Set(lookupOutput(ground, { ...FREE, ...question }, TRUE).filter(({ set }) => cofactor(bdd, set, values) !== 0).map(({ outcome }) => outcomeText(outcome)))].sort();
}
