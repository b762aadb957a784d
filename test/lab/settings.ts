/** What a scenario may set. The defaults are a stock Gluon node with fastd on IPv6. */

export type Firewall = "iptables-legacy" | "iptables-nft" | "nft";

export interface Settings {
  readonly firewall: Firewall;
  readonly vpn: "fastd" | "wireguard";
  /** How fastd's configuration names its server. */
  readonly remote: "name-v6" | "name-v4" | "address-v6" | "address-v4";
  /** fastd marks its sockets. */
  readonly fastdMark: boolean;
  /** The second DNS daemon runs under the mark library. */
  readonly dnsMark: boolean;
  /** Families of the WAN's resolvers that the second daemon is told. */
  readonly wanDns: "4" | "6" | "46";
  /** The IPv6 rule that sends the mark to table 1. */
  readonly markRule: boolean;
  /** The rules that netifd adds for an interface with a table of its own. */
  readonly netifdRules: boolean;
  /** Where the WAN's IPv6 routes go; 254 is main. */
  readonly wanTable: 1 | 254;
  /** The home router announces itself as a default router. */
  readonly wanDefault: boolean;
  /** Marks the mission's packets in mangle OUTPUT instead of on the socket. */
  readonly lateMark: boolean;
  /** What the first DNS daemon asks. */
  readonly primaryDns: "mesh" | "wan";
  /** The firewall's answer to forwarding from the mesh to the WAN. */
  readonly forward: "REJECT" | "ACCEPT";
  /** Nothing but the mission and housekeeping passes POSTROUTING on the WAN. */
  readonly hardened: boolean;
  readonly wanMtu: number;
}

export const STOCK: Settings = {
  firewall: "iptables-legacy", vpn: "fastd", remote: "name-v6", fastdMark: true, dnsMark: true, wanDns: "6", markRule: true, netifdRules: false, wanTable: 1, wanDefault: true,
  lateMark: false, primaryDns: "mesh", forward: "REJECT", hardened: false, wanMtu: 1500,
};

/** gid of the VPN's processes, in every Gluon version. */
export const VPN_GROUP = { name: "gluon-mesh-vpn", gid: 800 } as const;
/** uid of the first DNS daemon. */
export const DNSMASQ_UID = 453;
