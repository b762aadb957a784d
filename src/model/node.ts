/** A node as its own files describe it. Everything here was read, nothing is assumed. */
import type { Address, Family, Prefix } from "./address.js";
import type { Diagnostic } from "./diagnostic.js";
import type { Firewall } from "./netfilter.js";
import type { Match } from "./packet.js";

export interface Link {
  readonly index: number;
  readonly name: string;
  /** Lower-case `aa:bb:cc:dd:ee:ff`; null where the device has none (or all zero, as `lo`). */
  readonly mac: string | null;
  /** The bridge or VRF this device belongs to. */
  readonly master: string | null;
  /** The device this one stands on (VLAN, macvlan, VXLAN, veth peer). */
  readonly lower: string | null;
  /** `linkinfo.info_kind`: bridge, vlan, veth, vxlan, tun, wireguard, ...; null when not told. */
  readonly kind: string | null;
  readonly mtu: number | null;
  readonly up: boolean;
  readonly group: string | null;
  /** `linkinfo.info_data` as printed. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: string;
}

export interface InterfaceAddress {
  readonly dev: string;
  readonly address: Address;
  readonly length: number;
  readonly scope: string;
  /** Lower-case flags that are true: tentative, deprecated, temporary, noprefixroute, dynamic, ... */
  readonly flags: readonly string[];
  readonly at: string;
}

/** What a rule does once its selectors hold (fib_rules.c: fib_rules_lookup). */
export type RuleAction =
  | { readonly kind: "table"; readonly table: number }
  | { readonly kind: "goto"; readonly target: number; readonly resolved: boolean }
  | { readonly kind: "nop" | "unreachable" | "prohibit" | "blackhole" | "failedPolicy" }
  | { readonly kind: "unknown"; readonly text: string };

export interface FibRule {
  readonly family: Family;
  readonly priority: number;
  /** Selectors, all of which must hold; lowered from the text. */
  readonly matches: readonly Match[];
  readonly from: Prefix | null;
  readonly to: Prefix | null;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly invert: boolean;
  readonly action: RuleAction;
  /** null: not given. */
  readonly suppressPrefixLength: number | null;
  readonly suppressGroup: string | null;
  /** Selectors that are not modelled, by their own text. Any entry makes the rule a "maybe". */
  readonly unknown: readonly string[];
  /** As `ip rule` prints it: `90006: from all iif lo lookup 1`. */
  readonly text: string;
  readonly at: string;
}

export type RouteType =
  | "unicast" | "local" | "broadcast" | "anycast" | "multicast" | "unreachable" | "prohibit" | "blackhole" | "throw" | "unknown";

export interface NextHop {
  readonly dev: string | null;
  readonly via: Address | null;
  readonly weight: number;
  readonly flags: readonly string[];
}

export interface Route {
  readonly family: Family;
  readonly table: number;
  readonly type: RouteType;
  readonly destination: Prefix;
  /** Source-specific routes (IPv6 `from`). */
  readonly source: Prefix | null;
  /** IPv4: 0 when absent. IPv6: as printed. */
  readonly metric: number;
  readonly tos: number;
  readonly scope: string | null;
  readonly protocol: string | null;
  readonly prefsrc: Address | null;
  /** Router preference of RFC 4191. */
  readonly preference: "low" | "medium" | "high";
  readonly nextHops: readonly NextHop[];
  /** Route flags: linkdown, dead, onlink, ... */
  readonly flags: readonly string[];
  readonly unknown: readonly string[];
  /** As `ip route` prints it. */
  readonly text: string;
  readonly at: string;
}

export type Host =
  | { readonly kind: "address"; readonly address: Address }
  /** `family` null: either family will do. */
  | { readonly kind: "name"; readonly name: string; readonly family: Family | null };

/** A VPN server as configured. */
export interface Remote {
  readonly host: Host;
  readonly port: number;
  readonly peer: string | null;
  readonly at: string;
}

export interface Fastd {
  readonly remotes: readonly Remote[];
  readonly mark: number | null;
  readonly group: string | null;
  /** Local ports of `bind` statements; empty: a random one for each attempt. */
  readonly binds: readonly number[];
  /** Peers named by an `include` that was not collected, by their place; empty: the list of remotes is complete. */
  readonly missing: readonly string[];
  readonly at: string;
}

/** A peer's present address from fastd's status socket. */
export interface FastdPeer {
  readonly name: string | null;
  readonly address: Address;
  readonly port: number;
  readonly at: string;
}

/** One line of `ss -tunape`. */
export interface Socket {
  readonly proto: 6 | 17;
  readonly state: string;
  /** null family: `*`, both families. */
  readonly family: Family | null;
  /** null address: any. */
  readonly local: { readonly address: Address | null; readonly port: number | null; readonly dev: string | null };
  readonly peer: { readonly address: Address | null; readonly port: number | null };
  readonly commands: readonly string[];
  readonly uid: number;
  readonly mark: number;
  readonly v6only: boolean;
  readonly at: string;
}

/** A `nameserver` line; `dev` is the zone of a link-local address. */
export interface Resolver {
  readonly address: Address;
  readonly dev: string | null;
  readonly at: string;
}

export interface Sender {
  readonly command: string;
  readonly role: string | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly groups: readonly number[];
  readonly mark: number | null;
  readonly at: string;
}

/** A section of `uci export`. */
export interface UciSection {
  readonly package: string;
  readonly type: string;
  /** null: anonymous. */
  readonly name: string | null;
  readonly options: Readonly<Record<string, string>>;
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly at: string;
}

export interface BridgePort {
  readonly dev: string;
  readonly bridge: string;
  readonly at: string;
}

/** A route whose destination nobody could read: what was found in its place, and where. */
export interface UnreadRoute {
  readonly family: Family;
  readonly text: string;
  readonly at: string;
}

/** IPv4 keeps its tables local and main as one until the first change of a rule parts them for ever (fib_unmerge). */
export type LocalTable = "merged" | "split";

/** null stands for a file that is missing or unreadable; a diagnostic then says so. */
export interface Node {
  readonly name: string;
  /** The folder or file it was read from, as given. */
  readonly path: string;
  readonly rules: Readonly<Record<Family, readonly FibRule[]>>;
  readonly routes: Readonly<Record<Family, readonly Route[]>>;
  /** Any of them may take any packet of its family. */
  readonly unreadRoutes: readonly UnreadRoute[];
  readonly links: readonly Link[];
  readonly addresses: readonly InterfaceAddress[];
  readonly bridgePorts: readonly BridgePort[] | null;
  readonly fastd: Fastd | null;
  readonly fastdPeers: readonly FastdPeer[] | null;
  readonly sockets: readonly Socket[] | null;
  /** Upstreams of the second DNS daemon, the one for the WAN. */
  readonly wanResolvers: readonly Resolver[] | null;
  /** What ordinary processes ask. */
  readonly resolvers: readonly Resolver[] | null;
  /** Group name -> gid; user name -> uid. */
  readonly groups: ReadonlyMap<string, number> | null;
  readonly users: ReadonlyMap<string, number> | null;
  readonly sysctl: ReadonlyMap<string, string> | null;
  readonly senders: readonly Sender[] | null;
  readonly uci: readonly UciSection[] | null;
  /** iptables and nftables. Without any of their files it has no table and is not complete. */
  readonly firewall: Firewall;
  /** Whether IPv4's tables local and main are one, as a probe said (meta.json): no dump tells. null: nobody asked. */
  readonly localTable: LocalTable | null;
  /** Every file that was found, required or not. */
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}
