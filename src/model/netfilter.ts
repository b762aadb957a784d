/**
 * A node's firewall: tables, chains and rules of iptables and nftables in one vocabulary. Both are hooks of the same kernel code, so both become base chains with
 * a hook and a priority, and rules that are lists of steps.
 */
import type { Address, Family } from "./address.js";
import type { HookField, Match } from "./packet.js";

/** In the order a packet meets them; a local packet meets output and postrouting, one from outside prerouting, then input, or forward and postrouting. */
export const HOOKS = ["prerouting", "input", "forward", "output", "postrouting"] as const;
export type Hook = (typeof HOOKS)[number];

/** nat: only the first packet of a conntrack entry comes here. route: a change of what routing looks at between entry and exit makes the kernel ask for the route again. */
export const CHAIN_TYPES = ["filter", "nat", "route"] as const;
export type ChainType = (typeof CHAIN_TYPES)[number];

/** Values of `ctState`, one bit each (NF_CT_STATE_BIT, and nft's untracked). A packet without an entry is invalid or untracked. */
export const CT_STATE = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const;
/** The states of a packet that has a conntrack entry. */
export const CT_TRACKED = CT_STATE.established | CT_STATE.related | CT_STATE.new;
/** Bits of `ctStatus` (enum ip_conntrack_status). */
export const CT_STATUS = {
  "expected": 1, "seen-reply": 2, "assured": 4, "confirmed": 8, "snat": 16, "dnat": 32, "seq-adjust": 64, "snat-done": 128, "dnat-done": 256, "dying": 512,
  "fixed-timeout": 1024,
} as const;
/** Values of `ctDirection`. */
export const CT_DIRECTION = { original: 0, reply: 1 } as const;
/** Values of `owner`. none: forwarded packets, IPv6 RSTs of no socket; kernel: a control socket (echo replies, ICMP errors, IPv4 RSTs); process: a socket with a file, whose creator is `uid` and `gid`. */
export const OWNER = { none: 0, kernel: 1, process: 2 } as const;
/** Values of `srcType` and `dstType`: 1 << RTN_*. */
export const ADDRESS_TYPE = {
  unspec: 1, unicast: 2, local: 4, broadcast: 8, anycast: 16, multicast: 32, blackhole: 64, unreachable: 128, prohibit: 256, throw: 512,
} as const;

export type HookMatch = Match<HookField>;

/** Holds when all its matches do. With an `unknown`, by its own text, it may hold or not when they do, and does not hold when one does not. */
export interface Row {
  readonly matches: readonly HookMatch[];
  readonly unknown: string | null;
}

/** Holds when one of its rows does, or with `not` when none does; without any row it never holds. A rule whose condition does not hold is left at once. */
export interface Condition {
  readonly kind: "condition";
  readonly rows: readonly Row[];
  readonly not: boolean;
  /** The node's own text: `-m owner --gid-owner 800`, `tcp dport 22`. */
  readonly text: string;
}

/** `then` of the first entry that holds; without one the rule is left. nft's maps and verdict maps; entries do not overlap, but for a last one that always holds. */
export interface Choice {
  readonly kind: "choice";
  readonly entries: readonly { readonly rows: readonly Row[]; readonly then: Statement }[];
  readonly text: string;
}

/** Both ends included. */
export interface AddressRange {
  readonly first: Address;
  readonly last: Address;
}

/** Both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** What ends the walk of a rule. `return` ends its chain, `continue` (only from a map) goes on with the rule's next step. */
export type Verdict =
  | { readonly kind: "accept" | "drop" | "return" | "continue" }
  /** A program decides; without one the packet is dropped, or with `bypass` goes on as if the rule were not there. */
  | { readonly kind: "queue"; readonly bypass: boolean }
  /** What `jump` leads to comes back behind the rule, what `goto` leads to does not. The chain exists, and no way leads around in a circle. */
  | { readonly kind: "jump" | "goto"; readonly chain: string }
  /** Dropped, and the sender is told: `reset` by a TCP RST, else by ICMP destination unreachable (IPv4 type 3, IPv6 type 1) with this code. */
  | { readonly kind: "reject"; readonly reset: boolean; readonly code: Readonly<Record<Family, number>> };

/** Accepts, and changes the addresses of the conntrack entry. Only where the entry has none yet. */
export type Nat =
  /** null: what it does not change. */
  | { readonly kind: "dnat" | "snat"; readonly to: AddressRange | null; readonly ports: PortRange | null; readonly flags: readonly string[] }
  /** masquerade: the source becomes an address of the output device. redirect: the destination becomes the node itself. */
  | { readonly kind: "masquerade" | "redirect"; readonly ports: PortRange | null; readonly flags: readonly string[] };

/**
 * `target` becomes `(mark & markBits) ^ (ctMark & ctMarkBits) ^ value`: every form of MARK, CONNMARK and `meta mark set` that computes with constants.
 * Does nothing where it needs a conntrack entry (target ctMark, or ctMarkBits not 0) and there is none.
 */
export interface SetMark {
  readonly kind: "mark";
  readonly target: "mark" | "ctMark";
  readonly markBits: number;
  readonly ctMarkBits: number;
  readonly value: number;
}

/** The header field becomes `(field & ~mask) ^ value`. */
export interface SetField {
  readonly kind: "field";
  readonly field: "tos" | "hopLimit";
  readonly mask: number;
  readonly value: number;
}

/** What a rule does; the walk goes on behind all but verdicts and translations. */
export type Statement =
  | Verdict | Nat | SetMark | SetField
  /** The packet, if it has no entry yet, gets none: its state is untracked. */
  | { readonly kind: "notrack" }
  /** Expectations of this helper make other flows `related`. */
  | { readonly kind: "helper"; readonly name: string }
  /** Later packets of the flow may pass by all hooks behind prerouting. */
  | { readonly kind: "offload" }
  /** No effect on where the packet goes: logs, counters, TCPMSS, filling a set. */
  | { readonly kind: "none"; readonly text: string }
  /** Not modelled: it may accept, drop, send elsewhere, change the packet, or do nothing. */
  | { readonly kind: "unknown"; readonly text: string };

/** Tried in order. nft mixes both kinds: a condition sees what statements before it did. */
export type Step = Condition | Choice | Statement;

export interface Rule {
  readonly steps: readonly Step[];
  /** As the node prints it, without counters: `-A OUTPUT -o lo -j ACCEPT`, `oif "lo" accept`. */
  readonly text: string;
  /** null: none. */
  readonly comment: string | null;
  /** `iptables-save.txt:12`, `nft.json#fw4/input/7` (table, chain and handle). */
  readonly at: string;
}

/** Where a chain is called from. */
export interface Base {
  readonly hook: Hook;
  readonly type: ChainType;
  /** Lower ones first. conntrack stands at -200. */
  readonly priority: number;
  readonly policy: "accept" | "drop";
}

export interface Chain {
  readonly name: string;
  /** null: called by other chains only. */
  readonly base: Base | null;
  readonly rules: readonly Rule[];
  readonly at: string;
}

/** iptables and nft differ in inverted owner matches; both are lowered to what they mean. */
export const BACKENDS = ["iptables", "nft"] as const;
export type Backend = (typeof BACKENDS)[number];

export interface Table {
  readonly backend: Backend;
  readonly family: "ip" | "ip6" | "inet";
  readonly name: string;
  readonly chains: ReadonlyMap<string, Chain>;
  readonly at: string;
}

export interface Firewall {
  readonly tables: readonly Table[];
  /** false: there may be rules of this family that were not collected or could not be read, so every packet may meet them. */
  readonly complete: Readonly<Record<Family, boolean>>;
  /** Tables outside of the IP hooks (netdev, bridge, arp, inet ingress), by their text. */
  readonly others: readonly { readonly text: string; readonly at: string }[];
}

/** A base chain and the table its jumps stay in. */
export interface HookChain {
  readonly table: Table;
  readonly chain: Chain;
  readonly base: Base;
}

const TABLE_FAMILIES = { 4: ["ip", "inet"], 6: ["ip6", "inet"] } as const;

/**
 * The base chains a packet of the family meets at a hook, in order. Of equal priorities the one registered last comes first (nf_hook_entries_grow()), as far as
 * the order of the dump tells; between iptables and nft it does not.
 */
export function chainsAt(firewall: Firewall, family: Family, hook: Hook): HookChain[] {
  const families: readonly string[] = TABLE_FAMILIES[family];
  const found: HookChain[] = [];
  for (const table of firewall.tables) {
    if (!families.includes(table.family)) continue;
    for (const chain of table.chains.values()) {
      if (chain.base?.hook === hook) found.push({ table, chain, base: chain.base });
    }
  }
  return found.reverse().sort((a, b) => a.base.priority - b.base.priority);
}

/** Whether the order of two neighbours of chainsAt() is not known. */
export function isOrderUnknown(a: HookChain, b: HookChain): boolean {
  return a.base.priority === b.base.priority && a.table.backend !== b.table.backend;
}
