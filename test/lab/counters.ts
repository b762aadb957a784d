/** Truth, first half: nft counters at the WAN's egress hook, which sees every frame, packet sockets and ARP included. */
import type { Host } from "./host.js";
import { FIRST_UID } from "./senders.js";
import { DNSMASQ_UID, VPN_GROUP } from "./settings.js";
import { VPN_PORT, WIREGUARD_PORT } from "./world.js";

/** The most senders on the node that a scenario may have. */
const SENDERS_MAX = 16;

/** Kernel-made and housekeeping packets, by protocol; in the order in which they are looked for. */
const HOUSEKEEPING: readonly (readonly [string, string])[] = [
  ["arp", "ether type arp"],
  ["mld", "icmpv6 type { mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report }"],
  ["ndp", "icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert }"],
  ["igmp", "ip protocol igmp"],
  ["dhcp4", "udp sport 68 udp dport 67"],
  ["dhcp6", "udp sport 546 udp dport 547"],
];

/** Then what no sender made: answers of the kernel by protocol, daemons by their owner. */
const OTHERS: readonly (readonly [string, string])[] = [
  ["reply:echo", "icmp type echo-reply"], ["reply:echo", "icmpv6 type echo-reply"],
  ["reply:error", "icmp type { destination-unreachable, time-exceeded, parameter-problem, redirect }"],
  ["reply:error", "icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, nd-redirect }"],
  ["reply:ssh", "tcp sport 22"],
  ["fastd", `udp dport ${VPN_PORT} meta skgid ${VPN_GROUP.gid}`],
  ["fastd", `meta skgid ${VPN_GROUP.gid} meta l4proto udp`],
  ["wireguard", `udp dport ${WIREGUARD_PORT}`],
  ["primary-dns", `th dport 53 meta skuid ${DNSMASQ_UID}`], ["wan-dns", "th dport 53 meta skuid 0 meta skgid 0"],
  // The last segments of a connection have no socket any more.
  ["wan-dns", "tcp dport 53"],
];

/** Counts, per cause. */
export class Counters {
  /** `ports`: destination ports of senders by TCP or on other hosts, whose packets may have no owner: cause by port. */
  constructor(private readonly node: Host, ports: ReadonlyMap<string, readonly [string, number]>) {
    const senders = Array.from({ length: SENDERS_MAX }, (_, i) => [`uid:${FIRST_UID + i}`, `meta skuid ${FIRST_UID + i}`] as const);
    const byPort = [...ports].map(([cause, [proto, port]]) => [cause, `${proto} dport ${port}`] as const);
    const rules = [...HOUSEKEEPING, ...senders, ...OTHERS, ...byPort, ["reply:reset", "tcp flags & rst == rst"], ["reply:tcp", "meta l4proto tcp"]] as const;
    const causes = [...new Set(rules.map(([cause]) => cause)), OTHER];
    const counters = causes.map((cause) => `  counter ${identifier(cause)} { }`).join("\n");
    const lines = rules.map(([cause, match]) => `    ${match} counter name ${identifier(cause)} accept`).join("\n");
    node.run("nft", ["-f", "-"], `table netdev truth {\n${counters}\n  chain wan {\n    type filter hook egress device "br-wan" priority 0;\n${lines}\n    counter name ${identifier(OTHER)}\n  }\n}\n`);
    this.#causes = new Map(causes.map((cause) => [identifier(cause), cause]));
  }

  readonly #causes: ReadonlyMap<string, string>;

  /** Packets so far, per cause; causes without packets are left out. */
  read(): Map<string, number> {
    const said = this.node.run("nft", ["list", "counters", "table", "netdev", "truth"]);
    const counts = new Map<string, number>();
    for (const [, name = "", packets] of said.matchAll(/counter (\S+) \{\s+packets (\d+)/g)) {
      if (Number(packets) > 0) counts.set(this.#causes.get(name) ?? name, Number(packets));
    }
    return counts;
  }

  /** Opens the WAN again, for whoever keeps the lab. */
  remove(): void {
    this.node.run("nft", ["delete", "table", "netdev", "truth"]);
  }

  /** From here on nothing leaves on the WAN: frames are dropped before the counters, and before any capture sees them. */
  close(): void {
    this.node.run("nft", ["insert", "rule", "netdev", "truth", "wan", "drop"]);
  }
}

/** What no rule took: must stay empty. */
export const OTHER = "other";

function identifier(cause: string): string {
  return `c_${cause.replace(/[^a-z0-9]/g, "_")}`;
}
