/** What is sent and what is seen, in the words of `wanproof explain` (contract, section 5). */
import type { Family } from "../../../src/model/address.js";

/** A packet to explain. Fields behind `api` are the lab's own; whoever explains ignores them. */
export interface PathPacket {
  readonly origin: "local" | "forward" | "kernel";
  readonly family: Family;
  readonly src?: string;
  readonly dst: string;
  readonly mark?: number;
  readonly markWhen?: "create" | "connected";
  readonly uid?: number;
  readonly gid?: number;
  readonly proto: number;
  readonly sport?: number;
  readonly dport?: number;
  readonly oif?: string;
  readonly iif?: string;
  readonly ct?: string;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly icmpId?: number;
  readonly tcpFlags?: string;
  readonly api?: "connect" | "sendto";
  /** How a local echo request is sent: a raw socket (stock), or the kernel's ping socket. */
  readonly socket?: "raw" | "ping";
  /** An ICMP error: the packet it quotes. */
  readonly quoted?: PathPacket;
  /** Packets that went before it, in this order, while conntrack remembered: what `ct` comes from. */
  readonly before?: readonly PathPacket[];
  /** A kernel's packet: the number of the packet it answers, in the same list. */
  readonly answerTo?: number;
}

/** A packet where something saw it. */
export interface Seen {
  readonly src: string;
  readonly dst: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly mark: number;
}

export interface Egress extends Seen {
  readonly dev: string;
  /** The neighbour whose hardware address the frame carried; the destination itself where it is on-link. */
  readonly via: string;
}

/** Hooks of netfilter, and what stands before the first one. */
export const PLACES = ["socket", "device", "prerouting", "input", "forward", "output", "postrouting"] as const;
export type Place = (typeof PLACES)[number];

/**
 * How a packet ended. dropped: nothing went back; rejected: the sender got an error of a route, or a packet said so; noRoute: the sender got ENETUNREACH.
 * One packet may be noRoute here and rejected by a rule that says unreachable: an error number does not tell.
 */
export interface Observed {
  readonly disposition: "egress" | "local" | "dropped" | "rejected" | "noRoute";
  readonly egress: Egress | null;
  /** Where INPUT let it through, as the socket sees it. */
  readonly delivered?: Seen & { readonly dev: string };
  /** Neither: the last place it was seen. `inside`: in a hook, else behind it. */
  readonly lost?: { readonly place: Place; readonly inside: boolean; readonly reason?: string; readonly by?: string };
  /** What a local sender was told, and by which call. A bind that is refused says nothing about packets: there is none. */
  readonly error?: string;
  readonly call?: string;
}

/** One packet and its fate. */
export interface Sighting {
  readonly packet: PathPacket;
  readonly observed: Observed;
  /** Something else of the kernel passed the hooks with the same conntrack entry, before the packet or on its way: a redirect for instance, whose rate is limited. */
  readonly stirred?: true;
}
