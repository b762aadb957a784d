/** What an answer rests on, or what else is wrong with a packet: one sentence each. */
import { type Address, type Family, isUnspecified, sameAddress } from "../model/address.js";
import type { Node } from "../model/node.js";
import type { Policy } from "../model/policy.js";
import type { Egress } from "../model/walk.js";
import { isUnseen } from "./firewall.js";
import type { Packet } from "./packet.js";
import type { Verdict } from "./verdict.js";

/** Ids are those of a replay's findings where there is one. */
export const NOTES = {
  "origin-unseen": "who sends it is not given (uid, gid), so any process with this destination counts as the VPN's or its DNS daemon's",
  "mark-missing": "it belongs to the VPN or its DNS, but its socket does not carry the mark that keeps it on the WAN",
  "marked-stranger": "it carries the VPN's mark, and its destination is none of the VPN's",
  "forwarded-answer": "it answers what came in on the WAN, but somebody behind the node sends it",
  source: "it leaves on the WAN with a source address that is not the WAN's",
  confinement: "it carries the VPN's mark, and yet leaves on another device than the WAN",
  "firewall-unseen": "the firewall's rules of this family are not all known, and the walk passes by those that are not",
  "other-datapath": "the node has other places that look at packets (netdev, bridge or arp tables, tc, xfrm, ebtables, BPF, multicast routing), which are not walked",
} as const;

export type NoteId = keyof typeof NOTES;

/** Notes on a packet that leaves. `verdict` null: not on a WAN device. */
export function notesOf(packet: Packet, egress: Egress, verdict: Verdict | null, src: Address | null, policy: Policy): NoteId[] {
  const { value, mask } = policy.mark;
  const marked = ((egress.mark ^ value) & mask) === 0;
  if (verdict === null) return marked ? ["confinement"] : [];
  const mission = verdict.class === "fastd" || verdict.class === "wan-dns";
  const foreign = src !== null && !isUnspecified(src) && !policy.sources.some((own) => sameAddress(own, src));
  return [
    ...(verdict.unseen ? (["origin-unseen"] as const) : []),
    ...(mission && !marked ? (["mark-missing"] as const) : []),
    ...(verdict.class === "leak" && marked ? (["marked-stranger"] as const) : []),
    ...(verdict.class === "answer" && packet.origin === "forward" ? (["forwarded-answer"] as const) : []),
    ...(foreign ? (["source"] as const) : []),
  ];
}

/** Files of other data paths. */
const OTHER_PATHS: readonly string[] = ["tc.json", "xfrm.txt", "ebtables-save.txt", "bpf.json", "mroute.json"];

/** What a walk through the hooks could not look at. */
export function unseenNotes(node: Node, family: Family): NoteId[] {
  const others = node.firewall.others.length > 0 || OTHER_PATHS.some((file) => node.files.includes(file));
  return [...(isUnseen(node, family) ? (["firewall-unseen"] as const) : []), ...(others ? (["other-datapath"] as const) : [])];
}
