/** The firewall is not walked yet; a walk says so wherever one may stand in the way. */
import type { Family } from "../model/address.js";
import type { Node } from "../model/node.js";
import type { Packet } from "./packet.js";
import type { Told } from "./trail.js";

const FILES: Readonly<Record<Family, readonly string[]>> = { 4: ["iptables-save.txt", "nft.json"], 6: ["ip6tables-save.txt", "nft.json"] };

/** The station of netfilter: which file of the node holds rules that might change this answer. */
export function firewallStation(node: Node, packet: Packet): Told {
  const files = FILES[packet.family];
  const found = files.filter((file) => node.files.includes(file));
  if (found.length > 0) return { station: "netfilter", text: "not walked yet", at: found.join(", "), why: "a firewall rule may still drop, reject, translate or reroute it" };
  return { station: "netfilter", text: "not walked yet", why: `whether there is a firewall is not known (no ${files.join(", no ")})` };
}
