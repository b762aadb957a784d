/** Whether a packet comes from the mission's own processes: fastd, and the DNS daemon for the WAN. */
import type { Node } from "../model/node.js";
import type { Policy } from "../model/policy.js";
import type { Packet } from "./packet.js";

export type Mission = "fastd" | "wan-dns";

/** own: one of its processes; other: certainly none of them; unseen: who sends is not given, or the state does not tell. */
export type Belonging = "own" | "other" | "unseen";

/** null: any. */
interface Owner {
  readonly uid: number | null;
  readonly gid: number | null;
}

/** Compares the uid and gid of a packet with the owners that senders.json, ss.txt and the VPN's group tell. */
export function belongs(mission: Mission, packet: Packet, node: Node, policy: Policy): Belonging {
  if (packet.origin === "forward") return "other";
  const uid = packet.open.get("uid") ?? null;
  const gid = packet.open.get("gid") ?? null;
  if (packet.origin === "kernel" || (uid === null && gid === null)) return "unseen";
  const owners = mission === "fastd" ? fastdOwners(node, policy) : dnsOwners(node);
  if (owners.length === 0) return "unseen";
  const rated = owners.map((owner) => compare(owner, uid, gid));
  return rated.includes("own") ? "own" : rated.includes("unseen") ? "unseen" : "other";
}

function compare(owner: Owner, uid: number | null, gid: number | null): Belonging {
  const fits = (wanted: number | null, value: number | null): boolean | null => (wanted === null ? true : value === null ? null : wanted === value);
  const both = [fits(owner.uid, uid), fits(owner.gid, gid)];
  if (both.includes(false)) return "other";
  return both.includes(null) ? "unseen" : "own";
}

/** The VPN's group is what Gluon's firewall goes by; a listed process counts as well. */
function fastdOwners(node: Node, policy: Policy): Owner[] {
  const listed = (node.senders ?? []).filter((sender) => sender.command === "fastd" || sender.role === "fastd");
  return [...(policy.gid === null ? [] : [{ uid: null, gid: policy.gid }]), ...listed.map(({ uid, gid }) => ({ uid, gid }))];
}

/** Roles that name the second daemon, as collectors write them. */
const DNS_ROLES: readonly string[] = ["wan-dns", "gluon-wan-dnsmasq", "wan-dnsmasq"];
/** Where the second daemon listens. */
const DNS_PORT = 54;

/** senders.json, else the owners of the sockets on port 54. */
function dnsOwners(node: Node): Owner[] {
  const listed = (node.senders ?? []).filter((sender) => DNS_ROLES.includes(sender.role ?? "") || sender.command === "gluon-wan-dnsmasq");
  if (listed.length > 0) return listed.map(({ uid, gid }) => ({ uid, gid }));
  const uids = (node.sockets ?? []).filter((socket) => socket.local.port === DNS_PORT && socket.peer.port === null).map((socket) => socket.uid);
  return [...new Set(uids)].map((uid) => ({ uid, gid: null }));
}
