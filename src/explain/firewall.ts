/** What is not known of the node's firewall. */
import type { Family } from "../model/address.js";
import type { Node } from "../model/node.js";
import type { Packet } from "./packet.js";
import type { Told } from "./trail.js";

const FILES: Readonly<Record<Family, readonly string[]>> = { 4: ["iptables-save.txt", "nft.json"], 6: ["ip6tables-save.txt", "nft.json"] };

/** Whether rules may stand in the way that nobody has seen. */
export function isUnseen(node: Node, family: Family): boolean {
  return !node.firewall.complete[family];
}

/** What a walk says before the first hook where the family's rules are not all known, or there are none; null: they will speak for themselves. */
export function firewallStation(node: Node, { family }: Packet): Told | null {
  const theirs = family === 4 ? "ip6" : "ip";
  if (!isUnseen(node, family)) return node.firewall.tables.some((table) => table.family !== theirs) ? null : { station: "netfilter", text: "no rules" };
  const files = FILES[family];
  const found = files.filter((file) => node.files.includes(file));
  const why = "a rule that is not known may still drop, reject, translate or reroute it";
  if (found.length > 0) return { station: "netfilter", text: "not all rules are known", at: found.join(", "), why };
  return { station: "netfilter", text: `whether there is a firewall is not known (no ${files.join(", no ")})`, why };
}
