/** A ruleset as single lines, so that a search for the fewest of them can leave out any, and how it gets into the node. */
import { FAMILIES, type Family } from "../../../src/model/address.js";
import { inside } from "../oracle/space.js";
import { run } from "../sandbox.js";
import { NODE } from "./world.js";

export const BACKENDS = ["iptables-legacy", "iptables-nft", "nft"] as const;
export type Backend = (typeof BACKENDS)[number];

/**
 * nft: lines of `nft -f`. iptables: family, table, then a line of iptables: `4 mangle -A OUTPUT -j ACCEPT`, `6 filter -N mine`, `46 filter -P FORWARD DROP`; 46 stands for
 * both families.
 */
export interface Ruleset {
  readonly backend: Backend;
  readonly rules: readonly string[];
}

/** Loads it. Throws what the tool says when it refuses. */
export function load({ backend, rules }: Ruleset): void {
  if (backend === "nft") {
    if (rules.length > 0) inside(NODE, "nft", ["-f", "-"], `${rules.join("\n")}\n`);
    return;
  }
  const tool = backend.slice("iptables-".length);
  for (const family of FAMILIES) {
    const text = restoreText(rules, family);
    if (text !== "") inside(NODE, `${family === 4 ? "iptables" : "ip6tables"}-${tool}-restore`, [], text);
  }
}

/** What iptables-restore reads for one family; empty without a line. */
export function restoreText(rules: readonly string[], family: Family): string {
  const tables = new Map<string, { readonly chains: Map<string, string>; readonly lines: string[] }>();
  for (const rule of rules) {
    const [families = "", table = "", option = "", chain = "", policy] = rule.split(" ");
    if (!families.includes(String(family))) continue;
    const { chains, lines } = tables.get(table) ?? { chains: new Map<string, string>(), lines: [] };
    tables.set(table, { chains, lines });
    if (option === "-P" || option === "-N") chains.set(chain, option === "-P" ? (policy ?? "ACCEPT") : "-");
    else if (!chains.has(chain) && chain === chain.toUpperCase()) chains.set(chain, "ACCEPT");
    if (option === "-A") lines.push(rule.slice(families.length + table.length + 2));
  }
  return [...tables].map(([table, { chains, lines }]) => {
    const heads = [...chains].map(([chain, policy]) => `:${chain} ${policy} [0:0]`);
    return `*${table}\n${[...heads, ...lines].join("\n")}\nCOMMIT\n`;
  }).join("");
}

/** The same rules in nft's own words, by iptables-restore-translate; null when it does not know how to say one of them. */
export function translated(rules: readonly string[]): readonly string[] | null {
  const lines = FAMILIES.flatMap((family) => {
    const text = restoreText(rules, family);
    return text === "" ? [] : run("sh", ["-c", `cat | ${family === 4 ? "iptables" : "ip6tables"}-restore-translate -f /dev/stdin`], text).split("\n");
  });
  const said = lines.filter((line) => line.startsWith("add "));
  return lines.some((line) => line.startsWith("# -")) ? null : said;
}
