/** One packet's walk through a node: the value behind `wanproof explain`. */
import type { Family } from "./address.js";
import type { Hook } from "./netfilter.js";
import type { Class, Reason } from "./verdict.js";

/** Who made the packet: a process of the node, somebody else whose packet the node passes on, or the kernel itself (RST, ICMP, echo reply). */
export const ORIGINS = ["local", "forward", "kernel"] as const;
export type Origin = (typeof ORIGINS)[number];

/** Stations in the order of a walk (docs/stations.md). */
export const STATIONS = ["socket", "input", "rule", "table", "source", "netfilter", "reroute", "policy"] as const;
export type StationName = (typeof STATIONS)[number];

/**
 * How a walk ends. rejected: an error goes back (an unreachable or prohibit route or rule, a socket call that is refused); dropped: nothing does; noRoute: no rule
 * led to a route; depends: fields that were not given decide, see `cases`; undetermined: the node's own text was not understood.
 */
export const FATES = ["egress", "local", "dropped", "rejected", "noRoute", "depends", "undetermined"] as const;
export type Fate = (typeof FATES)[number];

/** What a socket call of a local sender returns. EPERM: a rule of OUTPUT or POSTROUTING drops or rejects it. */
export const ERROR_NAMES = ["ENETUNREACH", "EHOSTUNREACH", "EACCES", "EINVAL", "EADDRNOTAVAIL", "EPERM"] as const;
export type ErrorName = (typeof ERROR_NAMES)[number];

/** The packet where a station sees it; what is not known yet is left out. */
export interface PacketView {
  readonly family: Family;
  readonly dst: string;
  /** Left out until the kernel has chosen one. */
  readonly src?: string;
  readonly mark: number;
  readonly proto?: number;
  readonly sport?: number;
  readonly dport?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly iif?: string;
  readonly oif?: string;
}

/** One thing that was asked of the packet, in the order it was asked. */
export interface Station {
  readonly station: StationName;
  /** The node's own text where it has one (`1: from all fwmark 0x1/0x1 lookup 1`), else a sentence. */
  readonly text: string;
  /** Where that text stands; null for what the kernel does by itself. */
  readonly at: string | null;
  /** What came of it, in words: `its mark is 0, not 0x1/0x1`. Empty when the text says it all. */
  readonly why: string;
  /** Whether this line decided where the packet goes. */
  readonly decides: boolean;
  /** As the station found it. */
  readonly packet: PacketView;
  /** Only in netfilter: the hook, and the table and chain (`mangle OUTPUT`, `inet fw4 output`) of a rule. */
  readonly hook?: Hook;
  readonly chain?: string;
}

/** How a packet leaves. `table` 0: no table was asked (IPv4 on-link by device, multicast on a device). */
export interface Egress {
  readonly dev: string;
  readonly table: number;
  readonly via?: string;
  readonly src: string | null;
  readonly dst: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly mark: number;
}

/** One direction of a conntrack entry. null, or a port that is left out: not known. */
export interface FlowEnds {
  readonly src: string | null;
  readonly dst: string | null;
  readonly sport?: number;
  readonly dport?: number;
}

/** The conntrack entry that a packet leaves behind, as `conntrack -L` prints it: ask about later packets of the flow, and about answers, with it. */
export interface FlowView {
  readonly original: FlowEnds;
  readonly reply: FlowEnds;
  readonly mark: number;
}

/** How a walk ended. `verdict` is null for what does not leave on a WAN device. */
export interface Ending {
  readonly disposition: Fate;
  readonly egress: Egress | null;
  /** Only for local senders. */
  readonly error?: ErrorName;
  readonly verdict: Class | null;
  /** Why the verdict is `undetermined`. */
  readonly reason?: Reason;
}

/** What a value of a field, or a fact that is not in the state, leads to. A range of values is text: `0-999,2000-4294967295`. */
export interface Case extends Ending {
  readonly when: Readonly<Record<string, string | number>>;
  /** Only where all that is behind this case leaves the same one. */
  readonly entry?: FlowView;
  /** The lines that decided in this case. */
  readonly because: readonly { readonly station: StationName; readonly text: string; readonly at: string | null }[];
}

export interface Walk extends Ending {
  readonly schema: "wanproof/explain@1";
  readonly node: { readonly name: string; readonly path: string };
  readonly policy: { readonly name: string; readonly wan: readonly string[] };
  readonly origin: Origin;
  /** As it was asked about. */
  readonly packet: PacketView;
  /** Where cases differ, the stations that all of them share. */
  readonly stations: readonly Station[];
  readonly entry?: FlowView;
  /** Only where values that were not given matter. With a disposition other than `depends` they change nothing but the source address. */
  readonly cases?: readonly Case[];
  /** True: there were more combinations than CASES_MAX; those beyond are not listed. */
  readonly truncated?: true;
  /** Sentences on what the answer rests on: `origin-unseen`, ... */
  readonly notes: readonly { readonly id: string; readonly text: string }[];
}

/** More combinations of unknown values than a person, or a script, wants to read. */
export const CASES_MAX = 256;
