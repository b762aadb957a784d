/** What the kernel and both walks say of a rule and its translation. */
import type { Walk } from "../../../src/model/walk.js";
import { differences } from "../path/compare.js";
import { conduct, type Tools } from "../path/trial.js";
import type { Observed } from "../path/words.js";
import { ADDRESSES, PEERS } from "../path/world.js";
import { askKernel } from "./kernel.js";
import type { Proof } from "./proof.js";
import type { Ruleset } from "./rulesets.js";
import { Sides } from "./sides.js";
import { translate } from "./translator.js";

const LINES = [
  "sysctl net.ipv4.ip_forward=1", "sysctl net.ipv6.conf.all.forwarding=1", ...ADDRESSES, `route add default via ${PEERS[4].meshGate} dev mesh0`, `-6 route add default via ${PEERS[6].meshGate} dev mesh0`,
];

export interface Proven {
  /** Both backends do the same: the difference is gone. */
  readonly isSame: boolean;
  /** Where a walk is not what the kernel did under its rules. */
  readonly wrong: readonly string[];
}

export function prove(tools: Tools, { family, chain, rule, packet }: Proof): Proven {
  const text = `*mangle\n:${chain} ACCEPT [0:0]\n-A ${chain} ${rule}\nCOMMIT\n`;
  const { state } = conduct(tools, { backend: "iptables-legacy", rules: [], lines: LINES, listeners: [] }, []);
  const ruleset: Ruleset = { name: rule, texts: { 4: family === 4 ? text : "", 6: family === 6 ? text : "" }, state, lines: LINES };
  // Nothing is left out: it is the translator's word that is asked about.
  const translation = translate(ruleset.texts, () => null);
  const truth = askKernel(tools, ruleset, translation, { line: packet });
  const outcome = new Sides(ruleset, translation).ask({ line: packet });
  if (truth === null) throw new Error(`${rule}: its packet cannot be sent`);
  if (!("nft" in outcome)) return { isSame: JSON.stringify(truth.iptables) === JSON.stringify(truth.nft), wrong: [`the walks are ${outcome.kind}`] };
  return { isSame: JSON.stringify(truth.iptables) === JSON.stringify(truth.nft), wrong: [...against("iptables", truth.iptables, outcome.iptables), ...against("nft", truth.nft, outcome.nft)] };
}

function against(side: string, observed: Observed, walk: Walk): string[] {
  return differences(observed, { disposition: walk.disposition, egress: walk.egress, ...(walk.error === undefined ? {} : { error: walk.error }) }).map((part) => `${side}: ${part}`);
}
