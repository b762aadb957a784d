/** Writes a node's state as the contract's files, by the commands that stand there. */
import { mkdirSync, writeFileSync } from "node:fs";
import type { Host } from "./host.js";
import type { Settings } from "./settings.js";

/** File -> command. All run on the node. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "rule4.json": ["ip", "-4", "-j", "-d", "rule", "show"],
  "rule6.json": ["ip", "-6", "-j", "-d", "rule", "show"],
  "route4.json": ["ip", "-4", "-j", "-d", "route", "show", "table", "all"],
  "route6.json": ["ip", "-6", "-j", "-d", "route", "show", "table", "all"],
  "addr.json": ["ip", "-j", "-d", "addr", "show"],
  "link.json": ["ip", "-j", "-d", "link", "show"],
  "neigh.json": ["ip", "-j", "-d", "neigh", "show"],
  "bridge-link.json": ["bridge", "-j", "-d", "link", "show"],
  "ss.txt": ["ss", "-H", "-tunape"],
};
const SYSCTL = /^net\.(?:ipv4|ipv6|netfilter|bridge)\./;

export interface Known {
  /** fastd's configuration without its secret; null: there is no fastd. */
  readonly fastd: string | null;
  /** The second daemon's list of upstreams. */
  readonly resolvers: string;
}

/** Fills `folder`, which may exist. */
export function writeState(node: Host, settings: Settings, folder: string, known: Known): void {
  mkdirSync(folder, { recursive: true });
  const files = new Map(Object.entries(COMMANDS).map(([file, [command = "", ...words]]) => [file, node.run(command, words)]));
  for (const [file, text] of firewall(node, settings)) files.set(file, text);
  const settingsText = node.run("sh", ["-c", "sysctl -a 2>/dev/null"]).split("\n").filter((line) => SYSCTL.test(line));
  files.set("sysctl.txt", settingsText.map((line) => `${line}\n`).join(""));
  // Accounts of the machine underneath are nobody's business.
  const own = (path: string): string => node.run("cat", [path]).split("\n").filter((line) => /^(?:root|dnsmasq|ntp|gluon-mesh-vpn):/.test(line)).map((line) => `${line}\n`).join("");
  files.set("passwd", own("/etc/passwd"));
  files.set("group", own("/etc/group"));
  files.set("resolv.conf", node.run("cat", ["/etc/resolv.conf"]));
  files.set("wan-resolv.conf", known.resolvers);
  if (known.fastd !== null) files.set("fastd.conf", known.fastd);
  files.set("meta.json", `${JSON.stringify({ kernel: node.run("uname", ["-r"]).trim(), hostname: "lab", localTable: localTable(node) })}\n`);
  for (const [file, text] of files) writeFileSync(`${folder}/${file}`, text);
}

/** Whether IPv4's tables local and main are one: no dump says so, but a lookup of an own address names table local only once they were split. */
export function localTable(node: Host): "merged" | "split" {
  return node.ip("-4 route get 127.0.0.1").includes("table local") ? "split" : "merged";
}

function firewall(node: Host, { firewall: kind }: Settings): [string, string][] {
  const nft = (): [string, string] => ["nft.json", withoutCounters(node.run("nft", ["-j", "list", "ruleset"]))];
  if (kind === "nft") return [nft()];
  const backend = kind.slice("iptables-".length);
  const saved: [string, string][] = [["iptables-save.txt", node.run(`iptables-${backend}-save`, ["-c"])], ["ip6tables-save.txt", node.run(`ip6tables-${backend}-save`, ["-c"])]];
  return kind === "iptables-nft" ? [...saved, nft()] : saved;
}

/** The lab's own table of counters is no part of the node. */
function withoutCounters(ruleset: string): string {
  const parsed: unknown = JSON.parse(ruleset);
  const entries = typeof parsed === "object" && parsed !== null && "nftables" in parsed && Array.isArray(parsed.nftables) ? parsed.nftables : [];
  const kept = entries.filter((entry: unknown) => !JSON.stringify(entry).includes('"family":"netdev"'));
  return `${JSON.stringify({ nftables: kept }, null, 1)}\n`;
}
