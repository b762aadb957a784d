/** Rulesets in the words of iptables-restore, each with the node that it stands on: the examples' own, the lab's, and drawn ones. */
import { readdirSync, readFileSync } from "node:fs";
import type { Family } from "../../../src/model/address.js";
import { fw3 } from "../fw3.js";
import type { State } from "../oracle/scene.js";
import type { Configuration } from "../oracle/space.js";
import { drawSetup } from "../path/draw/setup.js";
import { restoreText } from "../path/ruleset.js";
import { conduct, type Tools } from "../path/trial.js";
import { type Settings, STOCK } from "../settings.js";

export type Texts = Readonly<Record<Family, string>>;

export interface Ruleset {
  readonly name: string;
  /** What iptables-restore and ip6tables-restore read; empty: no rule of this family. */
  readonly texts: Texts;
  /** The node's files without those of a firewall. */
  readonly state: State;
  /** How to make the node in a namespace, behind path/world.ts; null: only its files are known. */
  readonly lines: Configuration | null;
}

const EXAMPLES = new URL("../../../examples/", import.meta.url);
const FIREWALL_FILES: ReadonlySet<string> = new Set(["iptables-save.txt", "ip6tables-save.txt", "nft.json"]);

/** The node of an example lends its devices and routes to the lab's firewalls. */
const GROUND = "mesh-default-lost";
const SETTINGS: readonly (readonly [string, Partial<Settings>])[] = [["stock", {}], ["hardened", { hardened: true }], ["late mark, forwarding", { lateMark: true, forward: "ACCEPT" }]];

/** Those that are not drawn. */
export function standing(): readonly Ruleset[] {
  const examples = readdirSync(EXAMPLES).sort().map((name): Ruleset => {
    const files = filesOf(name);
    return { name: `example ${name}`, texts: { 4: files["iptables-save.txt"] ?? "", 6: files["ip6tables-save.txt"] ?? "" }, state: withoutFirewall(files), lines: null };
  });
  const state = withoutFirewall(filesOf(GROUND));
  const lab = SETTINGS.map(([name, some]): Ruleset => {
    const settings = { ...STOCK, ...some };
    return { name: `fw3 ${name}`, texts: { 4: fw3(4, settings), 6: fw3(6, settings) }, state, lines: null };
  });
  return [...examples, ...lab];
}

/** Where drawn rulesets begin, so that path's campaigns draw others. */
const SEEDS_APART = 7_000_003;

/** Number `i` of a seed. Its node is made once, to be asked for its state. */
export function drawn(tools: Tools, seed: number, i: number): Ruleset {
  const { rules, lines } = drawSetup("iptables-legacy", seed * SEEDS_APART + i, false);
  const { state } = conduct(tools, { backend: "iptables-legacy", rules: [], lines, listeners: [] }, []);
  return { name: `drawn ${i}`, texts: { 4: restoreText(rules, 4), 6: restoreText(rules, 6) }, state: withoutFirewall(state), lines };
}

function filesOf(example: string): State {
  const folder = new URL(`${example}/state/`, EXAMPLES);
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(new URL(file, folder), "utf8")]));
}

function withoutFirewall(state: State): State {
  return Object.fromEntries(Object.entries(state).filter(([file]) => !FIREWALL_FILES.has(file)));
}
