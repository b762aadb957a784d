/** Two nodes that differ in nothing but the words of their firewall, and packets that are walked through both. */
import { type Explainer, explainer } from "../../../src/explain/explain.js";
import { type Packet, packetOfJson } from "../../../src/explain/packet.js";
import type { Node } from "../../../src/model/node.js";
import type { Walk } from "../../../src/model/walk.js";
import { DEFAULT_POLICY, readPolicy } from "../../../src/policy/policies.js";
import { sceneOf } from "../oracle/scene.js";
import { compare, isAmong } from "./fates.js";
import { type Meaning, MEANINGS, withMeaningsOf } from "./meanings.js";
import type { Asking } from "./packets.js";
import type { Ruleset } from "./rulesets.js";
import type { Translation } from "./translator.js";
import { type Values, valuesOf } from "./values.js";

/** What became of one packet. vague: too many cases, or a source that nobody gave is all that differs. kernel: the kernel itself tells the two rulesets apart, and the walks do as it does; `by` names the meanings that it takes. */
export type Outcome =
  | { readonly kind: "same"; readonly iptables: Walk }
  | { readonly kind: "vague" }
  /** No packet of this node, by what it says. */
  | { readonly kind: "refused"; readonly why: string }
  | Differing;

export interface Differing {
  readonly kind: "kernel" | "different";
  readonly by: string;
  readonly part: string;
  readonly iptables: Walk;
  readonly nft: Walk;
}

/** iptables with some of nft's meanings. */
interface Reading {
  readonly meanings: readonly Meaning[];
  readonly explainer: Explainer;
}

export class Sides {
  readonly values: Values;
  /** Texts of what one side could not read whole; both lists are empty where all was read. */
  readonly unread: readonly string[];
  readonly #iptables: Explainer;
  readonly #nft: Explainer;
  readonly #readings: readonly Reading[];

  constructor({ state }: Ruleset, { saved, nft }: Translation) {
    const iptables = sceneOf({ ...state, "iptables-save.txt": saved[4], "ip6tables-save.txt": saved[6] }).node;
    const other = sceneOf({ ...state, "nft.json": nft }).node;
    this.values = valuesOf(iptables, [iptables.firewall, other.firewall]);
    this.unread = [iptables, other].flatMap((node) => node.diagnostics.filter(({ place }) => FIREWALL.test(place)).map(({ place, fact }) => `${place.replace(/[:#].*/, "")} ${fact}`));
    this.#iptables = walker(iptables);
    this.#nft = walker(other);
    this.#readings = [...MEANINGS.map((meaning) => [meaning]), MEANINGS].flatMap((meanings): Reading[] => {
      const firewall = withMeaningsOf(meanings, iptables.firewall);
      return firewall === null ? [] : [{ meanings, explainer: walker({ ...iptables, firewall }) }];
    });
  }

  ask({ line, entry }: Asking): Outcome {
    const asked = packetOfJson(JSON.stringify({ ...line, entry }), "packet");
    if ("error" in asked) return { kind: "refused", why: asked.error.fact };
    const { packet } = asked;
    const [iptables, nft] = [this.#iptables.explain(packet), this.#nft.explain(packet)];
    const told = compare(iptables, nft, srcKnown(packet));
    if (told.kind === "same") return { kind: "same", iptables };
    if (told.kind === "vague") return told;
    const reading = this.#readings.find(({ meanings, explainer: { explain } }) => meanings.some(({ concerns }) => concerns(packet)) && compare(explain(packet), nft, srcKnown(packet)).kind === "same");
    const isPlain = srcKnown(packet) || reading?.meanings.every(({ namesSources }) => !namesSources) === true;
    if (!isPlain) return this.#bySources({ line, ...(entry === undefined ? {} : { entry }) }, { packet, iptables, nft, part: told.part });
    return { kind: reading === undefined ? "different" : "kernel", by: reading?.meanings.map(({ name }) => name).join(" and ") ?? "", part: told.part, iptables, nft };
  }

  /**
   * A packet that nobody gave a source, and walks that differ: how many sources are tried depends on what rules say of them, so another meaning of such a rule proves
   * nothing, and it takes each of the node's own to tell why. All that they lead to must be told without one.
   */
  #bySources({ line, entry }: Asking, { packet, iptables, nft, part }: Open): Outcome {
    const found = new Set<string>();
    for (const src of this.values.own[packet.family]) {
      const asked = packetOfJson(JSON.stringify({ ...line, src, entry }), "packet");
      if ("error" in asked) continue;
      const [known, other] = [this.#iptables.explain(asked.packet), this.#nft.explain(asked.packet)];
      if (!isAmong(known, iptables) || !isAmong(other, nft)) return { kind: "different", by: src, part: "a source leads where the walk without one does not", iptables, nft };
      const outcome = this.ask({ line: { ...line, src }, ...(entry === undefined ? {} : { entry }) });
      if (outcome.kind === "different") return { ...outcome, by: src };
      if (outcome.kind === "kernel") found.add(outcome.by);
    }
    return found.size === 0 ? { kind: "vague" } : { kind: "kernel", by: [...found].join(" and "), part, iptables, nft };
  }
}

/** Walks of a packet without a source. */
interface Open {
  readonly packet: Packet;
  readonly iptables: Walk;
  readonly nft: Walk;
  readonly part: string;
}

function srcKnown({ origin, src }: Packet): boolean {
  return origin === "local" || src !== null;
}

const FIREWALL = /^(?:ip6?tables-save\.txt|nft\.json)/;

/** Drawn nodes have wan0; the examples say themselves what their WAN is. */
function walker(node: Node): Explainer {
  const wan = node.links.some(({ name }) => name === "wan0") ? { wan: ["wan0"] } : {};
  return explainer(node, readPolicy(DEFAULT_POLICY, node, wan));
}
