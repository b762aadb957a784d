import { FAR4, type Quirk, vary } from "./quirk.js";

const DEFAULT = "route add default via 192.0.2.1 dev wan0";
const SPLIT = ["rule add pref 5 table 5", "rule del pref 5"] as const;
/** A local network of the node, and a longer prefix of it in main. */
const LOCAL_NETWORK = ["route add local 203.0.112.0/22 dev lo table 255", "route add 203.0.113.0/24 via 192.0.2.1 dev wan0"] as const;

const INSIDE = vary(FAR4, "dst", ["203.0.113.5", "203.0.112.5", "192.0.2.42", "192.0.2.255", "127.0.0.1"]);

export const IPV4_QUIRKS: readonly Quirk[] = [
  { name: "merged", says: "as long as nobody touched a rule, local and main are one trie: a longer prefix of main beats a local network, and all is said to be table 254", lines: LOCAL_NETWORK, queries: INSIDE },
  { name: "split", says: "a rule that came and went splits local from main for ever: the local network comes first, table 255", lines: [...LOCAL_NETWORK, ...SPLIT], queries: INSIDE },
  {
    name: "table-default", says: "table default is asked where local and main have no route or throw; an error route ends the search before",
    lines: ["route add unreachable 198.51.100.0/24", "route add throw 198.51.101.0/24", ...["198.51.100.0/24", "198.51.101.0/24", "198.51.102.0/24"].map((to) => `route add ${to} via 192.0.2.1 dev wan0 table 253`)],
    queries: vary(FAR4, "dst", ["198.51.100.1", "198.51.101.1", "198.51.102.1", "198.51.103.1"]),
  },
  {
    name: "on-link", says: "IPv4 with a device and without a route is unicast on its link, table 0, whatever ended the search",
    lines: ["route add unreachable 198.51.100.0/24", "rule add pref 9 to 198.51.101.0/24 blackhole"],
    queries: [...vary({ ...FAR4, oif: "wan0" }, "dst", ["198.51.100.1", "198.51.101.1", "198.51.102.1", "127.0.0.1", "10.23.0.5"]), { ...FAR4, oif: "mesh0" }, { ...FAR4, oif: "wan0", src: "10.23.0.5" }],
  },
  {
    name: "foreign-source", says: "IPv4 with a source that is not the node's is ENETUNREACH, with one that no host has EINVAL; 127.0.0.1 does not leave",
    lines: [DEFAULT], queries: vary(FAR4, "src", ["203.0.113.1", "224.0.0.1", "255.255.255.255", "127.0.0.1", "127.9.9.9", "10.23.0.5"]),
  },
  {
    name: "own-by-route", says: "whether a source is the node's own is looked up in table local without a TOS",
    lines: [DEFAULT, "route add local 203.0.112.0/24 dev lo table 255 tos 0x10", "route add local 203.0.113.0/24 dev mesh0 table 255"],
    queries: [...vary(FAR4, "src", ["203.0.112.1", "203.0.113.1"]), { ...FAR4, src: "203.0.112.1", tos: 0x10 }],
  },
  {
    name: "zero-network", says: "of 0.0.0.0/8 only 0.0.0.0 is special: it is the node itself",
    lines: [DEFAULT], queries: [...vary(FAR4, "dst", ["0.0.0.0", "0.0.0.1", "0.255.0.1"]), ...vary({ ...FAR4, dst: "0.0.0.0" }, "oif", ["wan0", "mesh0"]), { ...FAR4, dst: "0.0.0.0", src: "10.23.0.5" }],
  },
  {
    name: "multicast-by-source", says: "multicast and limited broadcast with a source leave on that source's device, without a table",
    lines: [DEFAULT], queries: [...vary({ ...FAR4, dst: "239.1.1.1" }, "src", ["192.0.2.42", "10.23.0.5"]), { ...FAR4, dst: "255.255.255.255", src: "10.23.0.5" }, { ...FAR4, dst: "224.0.0.251", oif: "mesh0" }, { ...FAR4, dst: "239.1.1.1" }, { ...FAR4, dst: "255.255.255.255" }],
  },
  {
    name: "metrics4", says: "IPv4 takes the lowest metric of the longest prefix; the plain answer has no metric, the FIB entry has",
    lines: ["route add 198.51.100.0/24 via 192.0.2.1 dev wan0 metric 20", "route add 198.51.100.0/24 via 10.23.0.1 dev mesh0 metric 10", "route add 198.51.0.0/16 dev wan0 metric 1"],
    queries: [FAR4, ...vary(FAR4, "oif", ["wan0", "mesh0"]), { ...FAR4, dst: "198.51.101.1" }],
  },
  {
    name: "object-leaf", says: "a next hop object on another device hides every other prefix of the same network address",
    lines: ["nexthop add id 13 dev wan0", "route add 198.51.100.0/24 nhid 13", "route add 198.51.100.0/22 dev mesh0", "route add 198.51.0.0/16 via 10.23.0.1 dev mesh0"],
    queries: [FAR4, ...vary(FAR4, "oif", ["wan0", "mesh0"]), { ...FAR4, dst: "198.51.101.1", oif: "mesh0" }],
  },
  {
    name: "blackhole-object", says: "a blackhole next hop object is a blackhole, whatever the device",
    lines: ["nexthop add id 14 blackhole", "route add 198.51.100.0/24 nhid 14", DEFAULT, "-6 nexthop add id 64 blackhole", "-6 route add 2a00::/16 nhid 64", "-6 route add default via fe80::1 dev wan0"],
    queries: [FAR4, { ...FAR4, oif: "wan0" }, { family: 6, dst: "2a00::1" }, { family: 6, dst: "2a00::1", oif: "wan0" }, { family: 6, dst: "2b00::1" }],
  },
  {
    name: "multipath4", says: "which next hop of several is taken depends on a hash that is not in the state",
    lines: ["route add default nexthop via 192.0.2.1 dev wan0 weight 2 nexthop via 10.23.0.1 dev mesh0"],
    queries: [...vary(FAR4, "dst", ["198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4"]), ...vary(FAR4, "oif", ["wan0", "mesh0"])],
  },
  {
    name: "linkdown4", says: "a route without carrier stays in use until the device is told to heed that; then it is passed by",
    lines: ["link set wan0p down", "link set mesh0p down", "sysctl net.ipv4.conf.mesh0.ignore_routes_with_linkdown=1", "sysctl net.ipv6.conf.mesh0.ignore_routes_with_linkdown=1", "route add 198.51.100.0/24 via 10.23.0.1 dev mesh0", DEFAULT],
    queries: [FAR4, { family: 4, dst: "10.23.0.9" }, { family: 6, dst: "2001:db8:f00d:1::9" }, { family: 6, dst: "2001:db8:77:10::9" }, { family: 4, dst: "192.0.2.9" }],
  },
  {
    name: "gateway-of-host", says: "an IPv4 gateway of scope host, an own address or one by a route of that scope, stands for its device alone; in another table its own routes are asked first",
    lines: [
      "sysctl net.ipv4.ip_forward=1", "route add 203.0.113.7 dev wan0 scope host", "route add 198.51.100.0/24 via 192.0.2.42 dev wan0", "route add 198.51.101.0/24 via 203.0.113.7 dev wan0", "route add 198.51.102.0/24 via 192.0.2.9 dev wan0",
      "route add 198.51.103.0/24 nexthop via 192.0.2.42 dev wan0 nexthop via 10.23.0.1 dev mesh0", "nexthop add id 9 via 192.0.2.42 dev wan0", "route add 198.51.104.0/24 nhid 9", "route add 192.0.2.0/24 dev wan0 table 7",
      "route add 198.51.105.0/24 via 192.0.2.42 dev wan0 table 7", "route add 198.51.106.0/24 via 10.23.0.5 dev mesh0 table 7", "route add 198.51.107.0/24 via 203.0.113.99 dev wan0 onlink", "nexthop add id 8 via 192.0.2.42 dev wan0", "route add 198.51.108.0/24 nhid 8 table 7", "rule add pref 5 table 7",
    ],
    queries: [...vary(FAR4, "dst", [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => `198.51.10${i}.1`)), ...vary({ ...FAR4, iif: "mesh0", src: "10.23.0.9" }, "dst", [0, 2, 5].map((i) => `198.51.10${i}.1`))],
  },
  {
    name: "gateway-before-split", says: "whether a gateway lies on the link is looked up when a route is made: before local was split from main the longer prefix of main counts, then the local network",
    lines: [
      "route add local 203.0.112.0/22 dev wan0 table 255", "route add 203.0.113.0/24 dev wan0", "route add 198.51.100.0/24 via 203.0.113.9 dev wan0", "route add 198.51.101.0/24 via 203.0.112.9 dev wan0", "rule add pref 5 table 5",
      "route add 198.51.102.0/24 via 203.0.113.9 dev wan0", "route add 198.51.103.0/24 via 192.0.2.9 dev wan0",
    ],
    queries: vary(FAR4, "dst", [0, 1, 2, 3].map((i) => `198.51.10${i}.1`)),
  },
  {
    name: "gateway-defaults", says: "a default route by an own address has no gateway, so that none of its metric is its rival",
    lines: ["route append default via 192.0.2.42 dev wan0", "route append default via 10.23.0.1 dev mesh0", "route append default via 10.23.0.2 dev mesh0"], queries: vary(FAR4, "dst", ["8.8.8.8", "9.9.9.9"]),
  },
  {
    name: "dead-gateway", says: "of default routes of one metric by gateways on the link, the first whose neighbour has not failed is taken; other metrics, scopes and routes without a gateway are none of them, but those behind routes for a TOS",
    lines: [
      "neigh replace 10.23.0.1 lladdr 02:00:00:00:00:99 dev mesh0 nud permanent", "neigh replace 192.0.2.1 dev wan0 nud failed", "neigh replace 192.0.2.8 dev wan0 nud failed", ...[1, 2, 3, 4, 5, 6, 7].map((table) => `rule add pref ${table} fwmark ${table} table ${table}`), ...[1, 3, 4, 6].map((table) => `route append default via 192.0.2.1 dev wan0 table ${table}`),
      "route append default via 10.23.0.1 dev mesh0 table 1", "route append default via 192.0.2.8 dev wan0 table 2 tos 0x10 metric 9", "route append default via 10.23.0.1 dev mesh0 table 2 metric 5", "route append default via 10.23.0.1 dev mesh0 table 3 metric 1",
      "route append default via 10.23.0.1 dev mesh0 table 4 scope site", "route append default dev wan0 table 5", "route append default via 10.23.0.1 dev mesh0 table 5", "route append default dev mesh0 table 6", "route append default via 10.23.0.1 dev mesh0 table 6",
      "route append default via 192.0.2.8 dev wan0 table 7 tos 0x10 metric 5", "route append default via 10.23.0.1 dev mesh0 table 7 tos 0x10 metric 7",
    ],
    queries: [...[1, 2, 3, 4, 5, 6, 7].flatMap((mark) => vary({ ...FAR4, mark }, "tos", [0, 0x10])), { ...FAR4, mark: 1, src: "192.0.2.42" }, { ...FAR4, mark: 1, oif: "wan0" }],
  },
  {
    name: "source4", says: "the source is the route's own, or the first primary address of its device in the gateway's network, or one of another device",
    lines: ["link add name vpn0 type veth peer name vpn0p", "link set vpn0p up", "link set vpn0 up", "address add 172.16.9.1/24 dev wan0", "route add 198.51.100.0/24 via 172.16.9.2 dev wan0", "route add 198.51.101.0/24 dev vpn0", "route add 198.51.102.0/24 dev wan0 src 10.23.0.5", "route add 198.51.103.0/24 via inet6 fe80::6 dev wan0", "route add 198.51.104.0/24 via 198.51.99.9 dev vpn0 onlink"],
    queries: vary(FAR4, "dst", ["198.51.100.1", "198.51.101.1", "198.51.102.1", "198.51.103.1", "198.51.104.1", "172.16.9.9"]),
  },
];
