import type { Query } from "../query.js";
import { FAR4, FAR6, type Quirk, vary } from "./quirk.js";

const FORWARDING = ["sysctl net.ipv4.ip_forward=1", "sysctl net.ipv6.conf.all.forwarding=1", "route add default via 192.0.2.1 dev wan0", "-6 route add default via fe80::1 dev wan0"] as const;
const IN4: Query = { ...FAR4, iif: "mesh0", src: "10.23.0.9" };
const IN6: Query = { ...FAR6, iif: "mesh0", src: "2001:db8:f00d:1::9" };

export const INPUT_QUIRKS: readonly Quirk[] = [
  {
    name: "martians", says: "IPv4 refuses sources and destinations that no packet from outside has; a lookup of IPv6 refuses none",
    lines: FORWARDING,
    queries: [
      ...vary(IN4, "src", ["224.0.0.1", "255.255.255.255", "127.0.0.1", "0.0.0.0", "0.0.0.1"]), { family: 4, dst: FAR4.dst, iif: "mesh0" }, ...vary(IN4, "dst", ["127.0.0.1", "0.0.0.0", "0.0.0.1", "255.255.255.255"]),
      { family: 4, dst: "0.0.0.0", iif: "mesh0" }, { family: 4, dst: "255.255.255.255", iif: "mesh0" }, ...vary(IN6, "src", ["ff02::1", "::1", "fe80::5"]), { ...IN6, dst: "::1" },
    ],
  },
  {
    name: "no-forwarding", says: "without forwarding IPv4 is EHOSTUNREACH, whatever the tables say, but what is for the node; IPv6 is looked up all the same",
    lines: ["route add default via 192.0.2.1 dev wan0", "route add prohibit 203.0.113.0/24", "-6 route add default via fe80::1 dev wan0"],
    queries: [IN4, ...vary(IN4, "dst", ["203.0.113.1", "10.23.0.5", "192.0.2.42", "10.23.15.255", "192.0.2.255"]), IN6, { ...IN6, dst: "2001:db8:77:10::21" }],
  },
  {
    name: "errors-input", says: "a forwarded packet gets the error of the route that ends its search; types that do not forward are EINVAL",
    lines: [...FORWARDING, "route add unreachable 198.51.100.0/24", "route add prohibit 198.51.101.0/24", "route add blackhole 198.51.102.0/24", "route add multicast 198.51.103.0/24 dev wan0", "route del default"],
    queries: vary(IN4, "dst", ["198.51.100.1", "198.51.101.1", "198.51.102.1", "198.51.103.1", "198.51.104.1"]),
  },
  {
    name: "own-source", says: "a source of the node's own is EINVAL unless accept_local; a rule, or a local route that somebody added, has it looked up instead",
    lines: [...FORWARDING, "route add local 203.0.113.0/24 dev lo table 255", "sysctl net.ipv4.conf.wan0.accept_local=1"],
    queries: [...vary(IN4, "src", ["10.23.0.5", "192.0.2.42", "203.0.113.1", "10.23.15.255", "192.0.2.255"]), { ...IN4, iif: "wan0", src: "192.0.2.42", dst: "10.23.0.9" }],
  },
  {
    name: "same-device", says: "where a packet would leave on the device it came in on, its source is looked up, unless redirects are off",
    lines: [...FORWARDING, "sysctl net.ipv4.conf.all.send_redirects=0", "sysctl net.ipv4.conf.mesh0.send_redirects=0"],
    queries: [...vary({ ...FAR4, iif: "wan0" }, "src", ["10.23.15.255", "192.0.2.255", "192.0.2.9", "10.23.0.5"]), ...vary({ ...FAR4, dst: "10.23.0.77", iif: "mesh0" }, "src", ["192.0.2.255", "10.23.0.5"])],
  },
  {
    name: "rp-filter", says: "rp_filter 1 wants the way back on the same device, 2 any way back; the mark counts with src_valid_mark only",
    lines: [...FORWARDING, "sysctl net.ipv4.conf.mesh0.rp_filter=1", "sysctl net.ipv4.conf.wan0.rp_filter=2", "route del default", "route add 198.51.100.0/24 via 192.0.2.1 dev wan0", "route add 203.0.113.0/24 via 10.23.0.1 dev mesh0 table 1", "rule add pref 1 fwmark 1 table 1"],
    queries: [
      ...vary(IN4, "src", ["10.23.0.9", "192.0.2.9", "203.0.113.1"]), { ...IN4, src: "203.0.113.1", mark: 1 }, ...vary({ ...FAR4, iif: "wan0" }, "src", ["10.23.0.9", "192.0.2.9", "203.0.113.1"]),
    ],
  },
  {
    name: "valid-mark", says: "with src_valid_mark the way back is looked up with the packet's mark",
    lines: [...FORWARDING, "sysctl net.ipv4.conf.mesh0.rp_filter=1", "sysctl net.ipv4.conf.mesh0.src_valid_mark=1", "route add 203.0.113.0/24 via 10.23.0.1 dev mesh0 table 1", "rule add pref 1 fwmark 1 to 203.0.113.0/24 table 1"],
    queries: vary({ ...IN4, src: "203.0.113.1" }, "mark", [0, 1]),
  },
  {
    name: "way-back", says: "the way back is looked up as if the source's packet came in where this one leaves, or on lo where it stays",
    lines: [...FORWARDING, "sysctl net.ipv4.conf.mesh0.rp_filter=1", ...["wan0", "lo"].flatMap((dev, i) => [`rule add pref ${i + 1} iif ${dev} table ${i + 1}`, `route add 203.0.113.${64 * i}/26 via 10.23.0.1 dev mesh0 table ${i + 1}`])],
    queries: [...vary(IN4, "src", ["203.0.113.1", "203.0.113.65"]), ...vary({ ...IN4, dst: "192.0.2.42" }, "src", ["203.0.113.1", "203.0.113.65"])],
  },
  {
    name: "accept-local", says: "with accept_local a source of the node's own is believed where rp_filter has it looked up, on lo in any case",
    lines: [...FORWARDING, ...["mesh0", "lo"].flatMap((dev) => [`sysctl net.ipv4.conf.${dev}.rp_filter=${dev === "lo" ? 1 : 2}`, `sysctl net.ipv4.conf.${dev}.accept_local=1`]), "sysctl net.ipv4.conf.wan0.rp_filter=2"],
    queries: [...vary({ ...IN4, src: "192.0.2.42" }, "iif", ["mesh0", "lo", "wan0"]), ...vary({ ...IN4, src: "10.23.0.5" }, "iif", ["mesh0", "lo", "wan0"]), { ...IN4, src: "10.23.15.255" }],
  },
  {
    name: "no-address", says: "a device without an address has no way back that would do: rp_filter refuses all but what is routed to it",
    lines: [...FORWARDING, "address flush dev mesh0", "sysctl net.ipv4.conf.mesh0.rp_filter=2", "route add 10.23.0.0/24 dev mesh0"],
    queries: vary(IN4, "src", ["10.23.0.9", "192.0.2.9", "203.0.113.1"]),
  },
  {
    name: "broadcast-forwarding", says: "a directed broadcast is for the node, and is passed on where bc_forwarding is on for the device and for all",
    lines: [...FORWARDING, "sysctl net.ipv4.conf.all.bc_forwarding=1", "sysctl net.ipv4.conf.mesh0.bc_forwarding=1"],
    queries: [{ ...IN4, dst: "192.0.2.255" }, { ...IN4, dst: "192.0.2.255", iif: "wan0", src: "192.0.2.9" }],
  },
  {
    name: "ports-input", says: "IPv4 reads protocol and ports from the packet, so ICMP has none, and takes its uid for 0; IPv6 takes them from the question",
    lines: [...FORWARDING, ...["", "-6 "].flatMap((family) => [`${family}rule add pref 1 sport 40000 prohibit`, `${family}rule add pref 2 uidrange 1000-1000 blackhole`])],
    queries: [...vary({ ...IN4, sport: 40000 }, "ipproto", [1, 6, 17]), { ...IN4, sport: 40000 }, ...vary({ ...IN6, sport: 40000 }, "ipproto", [6, 58]), { ...IN4, uid: 1000 }, { ...IN6, uid: 1000 }],
  },
  {
    name: "route-localnet", says: "route_localnet lets loopback addresses in and out",
    lines: [...FORWARDING, "sysctl net.ipv4.conf.mesh0.route_localnet=1", "sysctl net.ipv4.conf.wan0.route_localnet=1"],
    queries: [{ ...IN4, dst: "127.0.0.1" }, { ...IN4, src: "127.0.0.1" }, { ...IN4, src: "127.9.9.9", dst: "127.0.0.1" }, { ...FAR4, src: "127.0.0.1" }],
  },
  {
    name: "rated-input", says: "IPv6 prefers, among equals, the route on the device a packet came in on",
    lines: [...FORWARDING, "-6 route add 2a00::/16 dev wan0", "-6 route append 2a00::/16 dev mesh0"],
    queries: [...vary(IN6, "iif", ["wan0", "mesh0", "lo"]), { ...IN6, dst: "fe80::9" }],
  },
  {
    name: "device-down", says: "a lookup does not ask whether the input device is up",
    lines: [...FORWARDING, "link set mesh0 down"], queries: [IN4, IN6, { ...IN4, src: "203.0.113.9" }],
  },
];
