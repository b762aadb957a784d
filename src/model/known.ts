/** What stock Gluon is known to let out on the WAN, by name, so that a finding can say "known" and how to close it. docs/known.md has the long form. */

export interface Known {
  /** One sentence: what happens, and the line of stock configuration that makes it happen. */
  readonly sentence: string;
  /** What closes it, short. */
  readonly fix: string;
}

/** W1.. in the order of docs/known.md. An id never changes its meaning. */
export const KNOWN = {
  W1: {
    sentence: "The node's only IPv4 default route is the WAN's, so every process that talks to an outside IPv4 address leaves there.",
    fix: "Point the service at names or addresses that the mesh reaches over IPv6, or reject new unmarked IPv4 packets on the WAN in the firewall's OUTPUT (DHCP and IGMP excepted).",
  },
  W2: {
    sentence: "While the mesh offers no IPv6 default route, a local packet without the VPN's mark goes on to netifd's rule `iif lo` and finds the WAN's default route there.",
    fix: "Add an unreachable IPv6 default route with metric 65535 to table main (UCI route6 on loopback), so that the search ends there; replies from the WAN's own addresses keep working.",
  },
  W3: {
    sentence: "Hosts in the WAN's own prefix are reached directly on the WAN: by netifd's rule 20000 for IPv6, by the connected route for IPv4.",
    fix: "If the node must not talk to the home network, reject new unmarked packets to the WAN's prefix in the firewall's OUTPUT (DHCP excepted).",
  },
  W4: {
    sentence: "Whatever has a WAN address as its source leaves on the WAN, because netifd's rule 10000 sends it there: answers to mesh hosts that ask such an address, and processes that bind to one.",
    fix: "Drop packets that arrive from the mesh for an address of the WAN in the firewall's INPUT.",
  },
  W5: {
    sentence: "A mesh host that forges a source in the home network makes the node answer out of the WAN with a mesh address: rp_filter is off and replies are not masqueraded.",
    fix: "Drop packets that arrive from the mesh with a source in the WAN's prefix (rp_filter for IPv4, the rpfilter match or a source rule for IPv6).",
  },
  W6: {
    sentence: "The stock rule Allow-ICMPv6-Forward lets a host on the WAN ask hosts in the mesh through the node, and their replies leave on the WAN.",
    fix: "Remove or narrow the firewall rule Allow-ICMPv6-Forward for the zone wan.",
  },
  W7: {
    sentence: "A VPN server whose IPv4 address lies inside prefix4 is sought on local-node, because no IPv4 rule looks at the VPN's mark.",
    fix: "Keep VPN servers and the home network out of prefix4.",
  },
  W8: {
    sentence: "A packet that gets its mark after its source address was chosen moves to the WAN with the mesh's address as its source.",
    fix: "Set the mark on the socket before bind and connect (fastd's `packet mark`, libpacketmark), not in mangle OUTPUT and not on a connected socket.",
  },
  W9: {
    sentence: "Only UDP to 127.0.0.1:53 is redirected for the VPN's group, so its questions over TCP or to ::1 reach the DNS daemon of the mesh.",
    fix: "Redirect TCP and ::1 as well, or give the VPN's servers by address.",
  },
  W10: {
    sentence: "The main DNS daemon's questions are unmarked: an IPv4 upstream, or an IPv6 one while the mesh default route is missing, is asked on the WAN.",
    fix: "Set site.dns.servers to IPv6 addresses that the mesh routes, and close W2.",
  },
} as const satisfies Record<string, Known>;

export type KnownId = keyof typeof KNOWN;

/** The entry of an id, or null for an id this version does not know. */
export function knownBehaviour(id: string): Known | null {
  return isKnown(id) ? KNOWN[id] : null;
}

function isKnown(id: string): id is KnownId {
  return Object.hasOwn(KNOWN, id);
}
