/** The small world of every trial: a node with three devices, whose far ends lie in a namespace that answers nothing, and neighbours for everything. */
import type { Family } from "../../../src/model/address.js";

/** Network namespaces. */
export const NODE = "path-node";
export const FAR = "path-far";

export const DEVICES = ["wan0", "mesh0", "client0"] as const;
export type Device = (typeof DEVICES)[number];

/** The node's own addresses. */
export const OWN = {
  4: { wan0: "192.0.2.42", mesh0: "10.23.0.5", client0: "10.23.128.1", lo: "127.0.0.1" },
  6: { wan0: "2001:db8:77:10::21", mesh0: "2001:db8:f00d:1::5", client0: "2001:db8:f00d:2::1", lo: "::1" },
} as const satisfies Record<Family, Record<Device | "lo", string>>;

/** Everybody else: routers, hosts of each network, and two far away. */
export const PEERS = {
  4: { wanGate: "192.0.2.1", wanHost: "192.0.2.9", meshGate: "10.23.0.1", meshHost: "10.23.0.77", client: "10.23.128.9", far: "198.51.100.7", farther: "203.0.113.5" },
  6: { wanGate: "fe80::77:1", wanHost: "2001:db8:77:10::9", meshGate: "fe80::f00d:1", meshHost: "2001:db8:f00d:1::77", client: "2001:db8:f00d:2::9", far: "2001:db8:cafe::7", farther: "2001:db8:beef::5" },
} as const satisfies Record<Family, Record<string, string>>;

/** Every address that a packet may have as its next hop, in an order that hardware addresses count by. */
const HOPS = [4, 6].flatMap((family) => (family === 4 ? [...Object.values(PEERS[4]), ...Object.values(OWN[4])] : [...Object.values(PEERS[6]), ...Object.values(OWN[6])]));

const hexByte = (value: number): string => value.toString(16).padStart(2, "0");

/** Hardware addresses: of the node's devices, and of neighbour number `hop` behind one of them. */
export function macOf(dev: Device): string {
  return `02:00:00:00:00:${hexByte(1 + DEVICES.indexOf(dev))}`;
}

function macOfHop(dev: Device, hop: number): string {
  return `02:ee:00:00:${hexByte(1 + DEVICES.indexOf(dev))}:${hexByte(1 + hop)}`;
}

/** Who has this hardware address (12 hex digits); null: none of the neighbours. */
export function hopOf(mac: string): string | null {
  return mac.startsWith("02ee0000") ? (HOPS[Number.parseInt(mac.slice(10), 16) - 1] ?? null) : null;
}

/** No traffic that nobody asked for, no answers that go missing, no bridge between packets and rules. */
const QUIET = [
  "sysctl net.ipv6.conf.default.accept_dad=0", "sysctl net.ipv6.conf.all.accept_dad=0", "sysctl net.ipv6.conf.default.router_solicitations=0", "sysctl net.ipv6.conf.default.accept_ra=0",
  "sysctl net.ipv4.conf.all.rp_filter=0", "sysctl net.ipv4.conf.default.rp_filter=0", "sysctl net.ipv4.icmp_ratelimit=0", "sysctl net.ipv4.icmp_msgs_per_sec=1000000", "sysctl net.ipv4.icmp_msgs_burst=1000000",
  "sysctl net.ipv6.icmp.ratelimit=0", "sysctl net.ipv4.ping_group_range=0 2147483647", "sysctl net.ipv4.tcp_invalid_ratelimit=0",
  "sysctl net.bridge.bridge-nf-call-iptables=0", "sysctl net.bridge.bridge-nf-call-ip6tables=0", "sysctl net.bridge.bridge-nf-call-arptables=0",
];

/** Lines for oracle/space.ts: devices and neighbours. The far ends have no addresses and other hardware addresses than any neighbour, so they take nothing. */
export const GROUND: readonly string[] = [
  ...QUIET, "link set lo up",
  ...DEVICES.flatMap((dev) => [`link add name ${dev} address ${macOf(dev)} type veth peer name ${dev}p netns ${FAR}`, `link set ${dev} up`]),
];

/** Addresses that a trial may also do without. */
export const ADDRESSES: readonly string[] = [
  `address add ${OWN[4].wan0}/24 dev wan0`, `address add ${OWN[4].mesh0}/20 dev mesh0`, `address add ${OWN[4].client0}/18 dev client0`,
  `address add ${OWN[6].wan0}/64 dev wan0 nodad`, `address add ${OWN[6].mesh0}/64 dev mesh0 nodad`, `address add ${OWN[6].client0}/64 dev client0 nodad`,
];

/** A neighbour for every next hop on every device, so that nobody has to be asked: neighbour discovery would be subject to the rules under test. */
export const NEIGHBOURS: readonly string[] = DEVICES.flatMap((dev) => HOPS.map((hop, i) => `neighbour add ${hop} lladdr ${macOfHop(dev, i)} dev ${dev} nud permanent`));

/** Lines for the namespace of the far ends, before they are there: no IPv6 to speak with. A veth cannot be born up, so they are set up afterwards. */
export const FAR_GROUND: readonly string[] = ["sysctl net.ipv6.conf.default.disable_ipv6=1", "sysctl net.ipv6.conf.all.disable_ipv6=1"];
export const FAR_ENDS: readonly string[] = DEVICES.map((dev) => `link set ${dev}p up`);
