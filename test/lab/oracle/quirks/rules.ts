import { FAR4, FAR6, type Quirk, vary } from "./quirk.js";

const DEFAULTS = ["route add default via 192.0.2.1 dev wan0", "-6 route add default via fe80::1 dev wan0"] as const;
const TABLE1 = ["route add default via 10.23.0.1 dev mesh0 table 1", "-6 route add default via fe80::11 dev mesh0 table 1"] as const;
const both = (line: string): string[] => [line, `-6 ${line}`];

export const RULE_QUIRKS: readonly Quirk[] = [
  {
    name: "errors", says: "unreachable: EHOSTUNREACH by a route, ENETUNREACH by a rule; prohibit EACCES; blackhole EINVAL; nothing found ENETUNREACH",
    lines: [
      ...["unreachable", "prohibit", "blackhole"].flatMap((type, i) => [...both(`rule add pref ${i + 1} fwmark ${i + 1} ${type}`), `route add ${type} 198.51.${i}.0/24`, `-6 route add ${type} 2a00:${i}::/32`]),
    ],
    queries: [...vary(FAR4, "mark", [1, 2, 3, 4]), ...vary(FAR6, "mark", [1, 2, 3, 4]), ...vary(FAR4, "dst", ["198.51.0.1", "198.51.1.1", "198.51.2.1"]), ...vary(FAR6, "dst", ["2a00:0:1::", "2a00:1::1", "2a00:2::1"])],
  },
  {
    name: "throw", says: "throw and an empty table both go on with the next rule",
    lines: [...DEFAULTS, "route add throw 198.51.100.0/24 table 1", "-6 route add throw 2a00::/16 table 1", ...both("rule add pref 1 table 1"), ...both("rule add pref 2 table 2")],
    queries: [FAR4, FAR6],
  },
  {
    name: "suppress-default", says: "suppress_prefixlength 0 passes a default route, but not an unreachable one",
    lines: [...DEFAULTS, ...both("rule add pref 1 table 1 suppress_prefixlength 0"), ...TABLE1, "route add unreachable default table 2", "-6 route add unreachable default table 2", ...both("rule add pref 2 fwmark 2 table 2 suppress_prefixlength 0")],
    queries: [FAR4, FAR6, { ...FAR4, mark: 2 }, { ...FAR6, mark: 2 }],
  },
  {
    name: "suppress-group", says: "suppress_ifgroup passes any route through a device of the group, connected ones too",
    lines: [...DEFAULTS, "link set mesh0 group 7", ...both("rule del pref 32766"), ...both("rule add pref 32766 table 254 suppress_ifgroup 7")],
    queries: [FAR4, FAR6, { family: 4, dst: "10.23.0.9" }, { family: 6, dst: "2001:db8:f00d:1::9" }, { family: 4, dst: "192.0.2.9" }],
  },
  {
    name: "fwmark", says: "fwmark without a mask looks at all 32 bits; fwmark 0/0x1 wants bit 0 clear",
    lines: [...DEFAULTS, ...TABLE1, ...both("rule add pref 1 fwmark 1 table 1"), ...both("rule add pref 2 fwmark 0/0x1 to 198.51.100.0/24 unreachable").slice(0, 1), "-6 rule add pref 2 fwmark 0/0x1 to 2a00::/16 prohibit"],
    queries: [...vary(FAR4, "mark", [0, 1, 2, 3, 0x80000001]), ...vary(FAR6, "mark", [0, 1, 2, 3, 0x80000001])],
  },
  {
    name: "equal-priorities", says: "rules of one priority keep their order of insertion; a rule without one stands before the second",
    lines: [...DEFAULTS, ...TABLE1, ...both("rule add pref 5 fwmark 5 table 1"), ...both("rule add pref 5 fwmark 5 prohibit"), ...both("rule add fwmark 6 blackhole"), ...both("rule add fwmark 6 prohibit")],
    queries: [...vary(FAR4, "mark", [5, 6]), ...vary(FAR6, "mark", [5, 6])],
  },
  {
    name: "goto", says: "goto leaves rules out, a goto without its target and nop do nothing",
    lines: [...DEFAULTS, ...both("rule add pref 1 fwmark 1 goto 10"), ...both("rule add pref 2 fwmark 2 goto 99"), ...both("rule add pref 3 fwmark 3 nop"), ...both("rule add pref 5 prohibit"), ...both("rule add pref 10 fwmark 1 table 254")],
    queries: [...vary(FAR4, "mark", [0, 1, 2, 3]), ...vary(FAR6, "mark", [0, 1, 2, 3])],
  },
  {
    name: "not", says: "not turns round all selectors together; an IPv6 rule with from does not hold without a source, so its inverse does",
    lines: [...DEFAULTS, ...both("rule add not pref 1 fwmark 1 uidrange 0-999 prohibit"), "-6 rule add not pref 2 from 2001:db8:77:10::21 blackhole"],
    queries: [...vary({ ...FAR4, mark: 1 }, "uid", [0, 1000]), ...vary({ ...FAR6, mark: 1 }, "src", ["2001:db8:77:10::21", "2001:db8:f00d:1::5"]), { ...FAR6, mark: 1 }, { ...FAR4, mark: 2 }],
  },
  {
    name: "protocol-absent", says: "an IPv4 question without a protocol is one about UDP, an IPv6 one is about protocol 0; others than TCP, UDP and ICMP are not answered",
    lines: [...DEFAULTS, ...both("rule add pref 1 ipproto udp prohibit")],
    queries: [FAR4, FAR6, ...vary(FAR4, "ipproto", [1, 6, 17, 50]), ...vary(FAR6, "ipproto", [6, 17, 58, 50])],
  },
  {
    name: "ports-and-users", says: "absent ports and uid count as 0; ranges hold both ends",
    lines: [...DEFAULTS, ...both("rule add pref 1 dport 53-100 prohibit"), ...both("rule add pref 2 uidrange 0-0 blackhole"), ...both("rule add pref 3 sport 1024 unreachable")],
    queries: [...vary({ ...FAR4, uid: 1 }, "dport", [52, 53, 100, 101]), ...vary({ ...FAR6, uid: 1 }, "dport", [52, 53, 100, 101]), FAR4, FAR6, ...vary({ ...FAR4, uid: 1 }, "sport", [1024, 1025])],
  },
  {
    name: "tos", says: "IPv4 rules and routes see three bits of TOS, IPv6 rules all six of DSCP",
    lines: [...DEFAULTS, ...both("rule add pref 1 tos 0x10 prohibit"), "-6 rule add pref 2 tos 0xb8 blackhole", "route add 198.51.0.0/16 via 192.0.2.9 dev wan0 tos 0x08"],
    queries: [...vary(FAR4, "tos", [0x10, 0x30, 0x14, 0x08, 0x28, 0x0c]), ...vary(FAR6, "tos", [0x10, 0x30, 0x13, 0xb8])],
  },
  {
    name: "iif-lo", says: "iif lo is what the node sends, not what it passes on",
    lines: [...DEFAULTS, ...both("rule add pref 1 iif lo prohibit"), "sysctl net.ipv4.ip_forward=1", "sysctl net.ipv6.conf.all.forwarding=1"],
    queries: [FAR4, FAR6, { ...FAR4, iif: "mesh0", src: "10.23.0.9" }, { ...FAR6, iif: "mesh0", src: "2001:db8:f00d:1::9" }],
  },
  {
    name: "host-bits", says: "a rule's prefix keeps its host bits in the dump and not in the test",
    lines: ["-6 route add default via fe80::11 dev mesh0", "-6 route add 2001:db8:77:10::/64 dev wan0 table 1", "-6 route add default via fe80::1 dev wan0 table 1", "-6 rule add pref 10000 from 2001:db8:77:10::21 table 1", "-6 rule add pref 20000 to 2001:db8:77:10::21/64 table 1"],
    queries: [...vary(FAR6, "src", ["2001:db8:77:10::21", "2001:db8:77:10::22"]), FAR6, ...vary(FAR6, "dst", ["2001:db8:77:10::", "2001:db8:77:10:ffff:ffff:ffff:ffff", "2001:db8:77:11::"])],
  },
];
