/** What may leave on the WAN: an ordered list of rows, each a conjunction of matches that gives a class. */
import type { Address, Family } from "./address.js";
import type { Diagnostic } from "./diagnostic.js";
import type { Match } from "./packet.js";
import type { Class, Reason } from "./verdict.js";

/** mission: what the uplink is for; housekeeping: what any host on a link says; answer: replies to what came in; optional: features switched on. */
export type ClassKind = "mission" | "housekeeping" | "answer" | "optional" | "none";

export interface PolicyRow {
  readonly matches: readonly Match[];
  readonly class: Class;
  /** Why the row gives `undetermined`; null for every other class. */
  readonly reason: Reason | null;
  /** One sentence for a person. */
  readonly why: string;
  /** Where the value comes from: `fastd.conf:5`. */
  readonly at: string;
}

/** The key by which a port listens: rows of ss.txt, lowered. */
export interface Listener {
  readonly proto: 6 | 17;
  readonly family: Family;
  /** null: any local address. */
  readonly address: Address | null;
  readonly port: number;
}

export interface Policy {
  readonly name: string;
  /** WAN devices: the bridge, its ports and every upper of a port. */
  readonly wan: readonly string[];
  /** Where the choice of the WAN device comes from. */
  readonly wanFrom: string;
  /** Tried in order; the first row that holds gives the class, no row means leak. */
  readonly rows: readonly PolicyRow[];
  /** Source addresses that belong on the WAN. */
  readonly sources: readonly Address[];
  /** Whether the firewall may give what leaves on a WAN device another source, after the hooks where packets are logged. */
  readonly translated: Readonly<Record<Family, boolean>>;
  /** Own hardware addresses, lower case. */
  readonly macs: readonly string[];
  /** null: ss.txt is missing. */
  readonly listeners: readonly Listener[] | null;
  /** Local port range (ip_local_port_range), both included. */
  readonly portRange: readonly [number, number];
  /** The VPN's mark and the bits of it that count. */
  readonly mark: { readonly value: number; readonly mask: number };
  /** gid of the VPN group, null when unknown. */
  readonly gid: number | null;
  /** Remotes by name that need a DNS answer, lower case. */
  readonly names: readonly NamedRemote[];
  /** Names that the WAN's resolvers may be asked, the VPN servers', lower case; null: not all of them are known. */
  readonly askable: readonly string[] | null;
  readonly diagnostics: readonly Diagnostic[];
}

export interface NamedRemote {
  readonly name: string;
  readonly family: Family;
  readonly port: number;
  readonly at: string;
  /** What gave its address: a DNS answer, fastd's status, or nothing yet. */
  readonly resolved: "dns" | "status" | null;
}

/** A resolved name: what captured DNS answers say. `complete` is false when an answer could only be read in part. */
export interface Resolution {
  readonly name: string;
  readonly family: Family;
  readonly addresses: readonly Address[];
  readonly complete: boolean;
}
