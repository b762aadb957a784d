import { FAR6, type Quirk, vary } from "./quirk.js";

const WAN = "2001:db8:77:10::21";
const MESH = "2001:db8:f00d:1::5";

export const IPV6_QUIRKS: readonly Quirk[] = [
  {
    name: "unreachable-default", says: "an unreachable default stands on lo, so a lookup with a device and without a source passes it by",
    lines: ["-6 rule add pref 1 fwmark 0x1/0x1 table 1", "-6 route add unreachable default table 1 metric 65535", "-6 route add default via fe80::11 dev mesh0"],
    queries: [{ ...FAR6, mark: 1 }, ...vary({ ...FAR6, mark: 1 }, "oif", ["mesh0", "wan0"]), { ...FAR6, mark: 1, oif: "mesh0", src: MESH }],
  },
  {
    name: "strict", says: "a device is strict only without a source, or for link-local and multicast destinations",
    lines: ["-6 route add default via fe80::1 dev wan0"],
    queries: [{ ...FAR6, oif: "mesh0" }, { ...FAR6, oif: "mesh0", src: MESH }, ...vary({ ...FAR6, oif: "mesh0", src: MESH }, "dst", ["fe80::9", "ff02::1", "ff05::1", "::1", MESH])],
  },
  {
    name: "specific-hides", says: "a source-specific route hides the plain route of the same prefix from other sources, but not at ::/0",
    lines: [`-6 route add 2a00:1::/32 from ${WAN}/64 via fe80::1 dev wan0`, "-6 route add 2a00:1::/32 via fe80::11 dev mesh0", "-6 route add 2a00::/16 via fe80::2 dev wan0", `-6 route add default from ${WAN}/64 via fe80::1 dev wan0`, "-6 route add default via fe80::11 dev mesh0"],
    queries: [...vary(FAR6, "src", [WAN, MESH]), FAR6, ...vary({ ...FAR6, dst: "2b00::1" }, "src", [WAN, MESH]), { ...FAR6, dst: "2b00::1" }],
  },
  {
    name: "destination-first", says: "a longer destination beats a source; without a source no source-specific route fits",
    lines: [`-6 route add default from ${WAN}/64 via fe80::1 dev wan0`, "-6 route add 2a00::/16 via fe80::11 dev mesh0"],
    queries: [{ ...FAR6, src: WAN }, { ...FAR6, dst: "2b00::1", src: WAN }, { ...FAR6, dst: "2b00::1" }, { ...FAR6, dst: "2b00::1", src: MESH }],
  },
  {
    name: "longest-source", says: "of one destination the longest source wins, device or not; whom no source fits goes on with a shorter destination",
    lines: [`-6 route add 2a00:1::/32 from ${WAN}/128 via fe80::1 dev wan0`, "-6 route add 2a00:1::/32 from 2001:db8::/32 via fe80::11 dev mesh0", "-6 route add 2a00:1::/32 dev wan0", "-6 route add default dev mesh0"],
    queries: [...vary({ ...FAR6, src: WAN }, "oif", ["wan0", "mesh0"]), { ...FAR6, src: MESH }, { ...FAR6, src: "fd00::1" }],
  },
  {
    name: "marked-mesh", says: "marked packets to the mesh and to link-local addresses take the WAN's default route; multicast does not see the mark",
    lines: ["-6 rule add pref 1 fwmark 0x1/0x1 table 1", "-6 route add default via fe80::1 dev wan0 table 1 metric 512", "-6 route add default via fe80::11 dev mesh0"],
    queries: [...vary({ ...FAR6, mark: 1 }, "dst", ["2001:db8:f00d:1::9", "fe80::9", "ff02::1", "ff05::1", MESH]), { family: 6, dst: "fe80::9", mark: 1, oif: "wan0" }, { ...FAR6, mark: 1, src: MESH }],
  },
  {
    name: "metrics-together", says: "where no route of the lowest metric qualifies, all others are compared by preference alone",
    lines: ["-6 route add 2a00::/16 dev mesh0 metric 1000", "-6 route add 2a00::/16 dev wan0 metric 1500 pref low", "-6 route add 2a00::/16 via fe80::1 dev wan0 metric 2000 pref high"],
    queries: [FAR6, ...vary(FAR6, "oif", ["wan0", "mesh0"]), { ...FAR6, oif: "wan0", src: WAN }],
  },
  {
    name: "preference", says: "among routes of one metric the preference outweighs the device",
    lines: ["-6 route add 2a00::/16 dev mesh0 metric 1000 pref low", "-6 route append 2a00::/16 dev wan0 metric 1000 pref high", "-6 route append 2a00::/16 dev mesh0 metric 2000 pref high"],
    queries: [FAR6, ...vary(FAR6, "oif", ["wan0", "mesh0"]), { ...FAR6, oif: "mesh0", src: MESH }, { ...FAR6, oif: "wan0", src: WAN }],
  },
  {
    name: "append", says: "a second gateway of the same metric is appended as a next hop; one without a gateway stays behind the first",
    lines: ["-6 route add 2a00::/16 via fe80::1 dev wan0", "-6 route append 2a00::/16 via fe80::11 dev mesh0", "-6 route add 2b00::/16 dev wan0", "-6 route append 2b00::/16 dev mesh0"],
    queries: [...vary(FAR6, "dst", ["2a00::1", "2a00::2", "2a00::3", "2b00::1"]), { ...FAR6, dst: "2b00::1", oif: "mesh0" }],
  },
  {
    name: "source6", says: "the source is chosen for the device of the route: scope, deprecation, device, label, longest prefix; :: is asked for like a link-local address",
    lines: ["-6 route add default via fe80::1 dev wan0", "address add fd00:9::1/64 dev mesh0 nodad", "address add 2001:db8:77:10::99/64 dev wan0 nodad preferred_lft 0", "address add 2a00:1:2::1/64 dev mesh0 nodad", "-6 route add 2c00::/16 dev wan0 src 2001:db8:f00d:1::5"],
    queries: vary(FAR6, "dst", ["2a00:1:2::3", "2b00::1", "fd00:9:9::1", "::", "2c00::1", "ff05::1", "fe80::9", "fec0::1", "2001:db8:77:10::98"]),
  },
  {
    name: "labels6", says: "a source of the destination's label is better than one with more leading bits in common: Teredo, 6to4, 6bone, unique local, IPv4-compatible and all others",
    lines: ["-6 route add default via fe80::1 dev wan0", ...["2001:0:1::1", "2002:c000:204::1", "3ffe:1::1", "fd00:1::1", "::5"].map((own) => `address add ${own}/64 dev wan0 nodad`)],
    queries: vary(FAR6, "dst", ["2001:1::9", "2001:0:9::9", "2003::9", "2002:1::9", "3fff::9", "3ffe:9::9", "fe00::9", "fc00::9", "fec0:9::9", "::9", "0:0:0:1::9", "::1:0:9", "::ffff:1.2.3.4", "a000::9"]),
  },
  {
    name: "orchid6", says: "an ORCHID is no source for what is none, whatever its bits",
    lines: ["-6 route add default via fe80::1 dev wan0", "address add 2001:10:1::1/64 dev wan0 nodad"],
    queries: vary(FAR6, "dst", ["3ffe:9::9", "2001:20::9", "2001:1f:9::9", "2003::9"]),
  },
  {
    name: "common-bits6", says: "rule 8 counts leading bits up to the length of the source's prefix",
    lines: ["-6 route add default via fe80::1 dev wan0", "address add 2001:db8:77:10:8000:0:8000:1/112 dev wan0 nodad", "address add 2001:db8:77:10:8000::1/96 dev wan0 nodad", "address add 2001:db8:77:90::1/64 dev wan0 nodad", "address add 2001:db8:77:11::1/64 dev wan0 nodad"],
    queries: vary(FAR6, "dst", ["2001:db8:77:10:8000::9", "2001:db8:77:10:8000:0:8000:9", "2001:db8:77:10:8000:0:4000:9", "2001:db8:77:10:1::9", "2001:db8:77:10::9", "2001:db8:77:18::9", "2001:db8:77:98::9", "2001:db8:78::9"]),
  },
  {
    name: "temporary6", says: "a public address is better than a temporary one unless use_tempaddr is 2 or more",
    lines: ["-6 route add default via fe80::1 dev wan0", "sysctl net.ipv6.conf.wan0.use_tempaddr=2", "address add 2a00:1:2::1/64 dev wan0 mngtmpaddr nodad", "sysctl net.ipv6.conf.wan0.use_tempaddr=1"],
    queries: vary(FAR6, "dst", ["2a00:1:2::3", "2a00:9::1"]),
  },
  {
    name: "loopback-source6", says: "::1 is as near as a link-local address: where there is nothing else, leading bits decide between them",
    lines: ["address flush dev wan0 scope global", "link set mesh0 down", "link set mesh0 addrgenmode none", "link set mesh0 up", "address flush dev mesh0", "-6 route add default dev mesh0"],
    queries: vary(FAR6, "dst", ["::9", "2a00:1:2::3"]),
  },
  {
    name: "multicast6", says: "IPv6 multicast takes the interface's own route in table local, the first one where no device is given",
    lines: ["-6 route add ff05::/16 dev mesh0", "-6 rule add pref 1 prohibit"],
    queries: [...vary(FAR6, "dst", ["ff02::1", "ff05::1"]), ...vary({ ...FAR6, dst: "ff05::1" }, "oif", ["wan0", "mesh0"])],
  },
  {
    name: "local6", says: "a local destination answers dev lo, an anycast one too",
    lines: ["sysctl net.ipv6.conf.all.forwarding=1"],
    queries: vary(FAR6, "dst", [WAN, MESH, "::1", "2001:db8:77:10::", "fe80::", "2001:db8:77:10::22"]),
  },
];
