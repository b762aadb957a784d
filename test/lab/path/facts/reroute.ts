/** Devices, marks and rerouting of local output. */
import { OWN, PEERS } from "../world.js";
import { type Fact, PING4, PING6, TCP4, TCP6, UDP4, UDP6 } from "./fact.js";

const MARKED = "46 mangle -A OUTPUT -m owner --uid-owner 1000 -j MARK --set-xmark 0x1/0x1";
const BOTH = [UDP4, UDP6] as const;
const user = { uid: 1000 } as const;

/** Marks whose rules end in each of the errors, and in nothing. */
const ENDS = [["0x10", "unreachable"], ["0x20", "prohibit"], ["0x40", "blackhole"]] as const;

export const REROUTE_FACTS: readonly Fact[] = [
  {
    name: "01-output-device-wan", says: "-o in OUTPUT is the device of the first lookup: what is rerouted to the WAN does not match -o wan0",
    rules: [MARKED, "46 filter -A OUTPUT -o wan0 -j DROP"],
    packets: [{ ...UDP4, ...user }, { ...UDP6, ...user }, { ...TCP4, ...user }, { ...UDP4, mark: 1 }],
    fates: ["egress wan0 own.mesh0>far:53 m1", "egress wan0 own.mesh0>far:53 m1", "egress wan0 own.mesh0>far:53 m1", "dropped in output EPERM"],
  },
  {
    name: "01-output-device-mesh", says: "-o in OUTPUT is the device of the first lookup: what is rerouted to the WAN still matches -o mesh0, and in nat too",
    rules: [MARKED, "46 filter -A OUTPUT -p tcp -o mesh0 -j DROP", `4 nat -A OUTPUT -o mesh0 -p udp -j DNAT --to-destination ${PEERS[4].farther}`, `6 nat -A OUTPUT -o mesh0 -p udp -j DNAT --to-destination ${PEERS[6].farther}`],
    packets: [{ ...UDP4, ...user }, { ...UDP6, ...user }, { ...TCP4, ...user }, { ...TCP6, ...user }],
    fates: ["egress wan0 own.mesh0>farther:53 m1", "egress wan0 own.mesh0>farther:53 m1", "dropped in output", "dropped in output"],
  },
  {
    name: "01-postrouting-device", says: "POSTROUTING sees the device that a reroute led to",
    rules: [MARKED, "46 mangle -A POSTROUTING -o wan0 -j MARK --set-xmark 0x4/0x4", "46 mangle -A POSTROUTING -o mesh0 -j MARK --set-xmark 0x8/0x8"],
    packets: BOTH.flatMap((packet) => [{ ...packet, ...user }, packet]),
    fates: ["egress wan0 own.mesh0>far:53 m5", "egress mesh0 own.mesh0>far:53 m8", "egress wan0 own.mesh0>far:53 m5", "egress mesh0 own.mesh0>far:53 m8"],
  },
  {
    name: "02-mark-in-raw", says: "a mark set in raw OUTPUT leaves with the packet and does not reroute it",
    rules: ["46 raw -A OUTPUT -j MARK --set-xmark 0x1/0x1"],
    packets: BOTH,
    fates: ["egress mesh0 own.mesh0>far:53 m1", "egress mesh0 own.mesh0>far:53 m1"],
  },
  {
    name: "02-mark-in-filter", says: "a mark set in a chain of type filter does not reroute, at the priority of mangle neither",
    rules: ["46 filter -A OUTPUT -j MARK --set-xmark 0x1/0x1"],
    nft: ["add table inet t", "add chain inet t c { type filter hook output priority -150; }", "add rule inet t c meta mark set 0x1"],
    packets: BOTH,
    fates: ["egress mesh0 own.mesh0>far:53 m1", "egress mesh0 own.mesh0>far:53 m1"],
  },
  {
    name: "03-mark-twice", says: "what raw set is no difference to mangle: setting the same bit again does not reroute, setting another one does, with both marks",
    rules: ["46 raw -A OUTPUT -j MARK --set-xmark 0x1/0x1", "46 mangle -A OUTPUT -p udp -j MARK --set-xmark 0x1/0x1", "46 mangle -A OUTPUT -p tcp -j MARK --set-xmark 0x10/0x10"],
    packets: [UDP4, UDP6, TCP4, TCP6],
    fates: ["egress mesh0 own.mesh0>far:53 m1", "egress mesh0 own.mesh0>far:53 m1", "egress wan0 own.mesh0>far:53 m11", "egress wan0 own.mesh0>far:53 m11"],
  },
  {
    name: "03-mark-and-back", says: "what counts is the mark at the end of the mangle table: set and taken back is no difference",
    rules: ["46 mangle -A OUTPUT -j MARK --set-xmark 0x1/0x1", "46 mangle -A OUTPUT -p udp -j MARK --set-xmark 0x0/0x1"],
    packets: [UDP4, UDP6, TCP4, TCP6],
    fates: ["egress mesh0 own.mesh0>far:53", "egress mesh0 own.mesh0>far:53", "egress wan0 own.mesh0>far:53 m1", "egress wan0 own.mesh0>far:53 m1"],
  },
  {
    name: "04-nat-reroutes", says: "nat OUTPUT reroutes when the destination address changes, with the mark of that moment; the source stays",
    rules: ["46 raw -A OUTPUT -m owner --uid-owner 1000 -j MARK --set-xmark 0x1/0x1", `4 nat -A OUTPUT -p udp -j DNAT --to-destination ${PEERS[4].farther}`, `6 nat -A OUTPUT -p udp -j DNAT --to-destination ${PEERS[6].farther}`],
    packets: BOTH.flatMap((packet) => [packet, { ...packet, ...user }]),
    fates: [
      "egress mesh0 own.mesh0>farther:53",
      "egress wan0 own.mesh0>farther:53 m1",
      "egress mesh0 own.mesh0>farther:53",
      "egress wan0 own.mesh0>farther:53 m1",
    ],
  },
  {
    name: "04-nat-port-only", says: "nat OUTPUT does not reroute when only the port changes",
    rules: ["46 raw -A OUTPUT -j MARK --set-xmark 0x1/0x1", `4 nat -A OUTPUT -p udp -j DNAT --to-destination ${PEERS[4].far}:54`, `6 nat -A OUTPUT -p udp -j DNAT --to-destination [${PEERS[6].far}]:54`],
    packets: BOTH,
    fates: ["egress mesh0 own.mesh0>far:54 m1", "egress mesh0 own.mesh0>far:54 m1"],
  },
  {
    name: "05-reroute-fails", says: "a reroute that finds no route ends the packet with the route's own error; TCP and the ping socket of IPv6 show nothing",
    lines: [
      ...ENDS.flatMap(([mark, type], i) => ["", "-6 "].flatMap((six) => [`${six}route add ${type} default table ${10 + i}`, `${six}rule add pref ${10 + i} fwmark ${mark}/${mark} table ${10 + i}`])),
      "rule add pref 20 fwmark 0x80/0x80 unreachable", "-6 rule add pref 20 fwmark 0x80/0x80 unreachable",
    ],
    rules: [["1", "0x10"], ["2", "0x20"], ["3", "0x40"], ["4", "0x80"]].map(([uid, mark]) => `46 mangle -A OUTPUT -m owner --uid-owner ${uid} -j MARK --set-xmark ${mark}/${mark}`),
    packets: [
      ...[UDP4, UDP6].flatMap((packet) => [1, 2, 3, 4].map((uid) => ({ ...packet, uid }))),
      ...[TCP4, TCP6, PING4, PING6, { ...PING4, socket: "ping" } as const, { ...PING6, socket: "ping" } as const].map((packet) => ({ ...packet, uid: 1 })),
    ],
    fates: [
      "rejected in output EHOSTUNREACH",
      "rejected in output EACCES",
      "rejected in output EINVAL",
      "noRoute in output ENETUNREACH",
      "rejected in output EHOSTUNREACH",
      "rejected in output EACCES",
      "rejected in output EINVAL",
      "noRoute in output ENETUNREACH",
      "dropped in output",
      "dropped in output",
      "rejected in output EHOSTUNREACH",
      "rejected in output EHOSTUNREACH",
      "rejected in output EHOSTUNREACH",
      "dropped in output",
    ],
  },
  {
    name: "06-redirect", says: "REDIRECT in OUTPUT needs no route_localnet: the packet goes through lo with its old source",
    rules: [MARKED, "46 nat -A OUTPUT -p udp --dport 53 -j REDIRECT --to-ports 54"],
    listeners: ["proto=udp src=0.0.0.0 port=54", "proto=udp src=:: port=54"],
    packets: BOTH.flatMap((packet) => [packet, { ...packet, ...user }]),
    fates: ["local lo own.mesh0>own.lo:54", "local lo own.mesh0>own.lo:54 m1", "local lo own.mesh0>own.lo:54", "local lo own.mesh0>own.lo:54 m1"],
  },
  {
    name: "07-bound-and-redirected", says: "bound to a device and redirected, an IPv4 packet leaves on that device for 127.0.0.1; an IPv6 one follows what routes there are through that device",
    rules: ["46 nat -A OUTPUT -p udp --dport 53 -j REDIRECT --to-ports 54"],
    packets: BOTH.flatMap((packet) => [{ oif: "wan0" }, { oif: "mesh0" }, { oif: "wan0", mark: 1 }, { oif: "mesh0", mark: 1 }].map((more) => ({ ...packet, ...more }))),
    fates: [
      "egress wan0 own.wan0>own.lo:54",
      "egress mesh0 own.mesh0>own.lo:54",
      "egress wan0 own.wan0>own.lo:54 m1",
      "egress mesh0 own.mesh0>own.lo:54 m1",
      "noRoute after socket ENETUNREACH",
      "egress mesh0 own.mesh0>own.lo:54",
      "egress wan0 own.wan0>own.lo:54 m1",
      "egress mesh0 own.mesh0>own.lo:54 m1",
    ],
  },
  {
    name: "07-bound-to-own", says: "an IPv4 socket bound to a device sends to 127.0.0.1 on that device; an IPv6 one cannot reach ::1 or an address of the node's own",
    rules: [],
    packets: [
      ...[OWN[4].lo, OWN[4].mesh0, OWN[4].wan0].map((dst) => ({ ...UDP4, dst, oif: "wan0" })), ...[OWN[6].lo, OWN[6].mesh0, OWN[6].wan0].map((dst) => ({ ...UDP6, dst, oif: "wan0" })),
      { ...UDP4, dst: OWN[4].lo, oif: "lo" }, { ...UDP6, dst: OWN[6].lo, oif: "lo" },
    ],
    fates: [
      "egress wan0 own.wan0>own.lo:53",
      "egress wan0 own.wan0>own.mesh0:53",
      "local lo own.wan0>own.wan0:53 + icmp 3/3 local lo own.wan0>own.wan0",
      "noRoute after socket ENETUNREACH",
      "noRoute after socket ENETUNREACH",
      "local lo own.wan0>own.wan0:53 + icmp 1/4 local lo own.wan0>own.wan0",
      "local lo own.lo>own.lo:53 + icmp 3/3 local lo own.lo>own.lo",
      "local lo own.lo>own.lo:53 + icmp 1/4 local lo own.lo>own.lo",
    ],
  },
  {
    name: "08-marked-and-translated", says: "DNAT does not move a marked packet off the WAN: it leaves there for a host of the mesh",
    rules: [`4 nat -A OUTPUT -p udp -j DNAT --to-destination ${PEERS[4].meshHost}`, `6 nat -A OUTPUT -p udp -j DNAT --to-destination ${PEERS[6].meshHost}`],
    packets: BOTH.flatMap((packet) => [packet, { ...packet, mark: 1 }]),
    fates: [
      "egress mesh0 own.mesh0>meshHost:53",
      "egress wan0 own.wan0>meshHost:53 m1",
      "egress mesh0 own.mesh0>meshHost:53",
      "egress wan0 own.wan0>meshHost:53 m1",
    ],
  },
  {
    name: "09-foreign-source", says: "a socket bound to a device may be bound to the address of another device",
    rules: [],
    packets: [{ ...UDP4, oif: "wan0", src: OWN[4].mesh0 }, { ...UDP6, oif: "wan0", src: OWN[6].mesh0, mark: 1 }, { ...UDP6, oif: "mesh0", src: OWN[6].wan0 }],
    fates: ["egress wan0 own.mesh0>far:53", "egress wan0 own.mesh0>far:53 m1", "egress mesh0 own.wan0>far:53"],
  },
  {
    name: "10-loopback-source", says: "127.0.0.1 as a source to a remote address is EINVAL; ::1 goes out on the wire",
    rules: [],
    packets: [{ ...UDP4, src: OWN[4].lo }, { ...UDP4, src: OWN[4].lo, api: "sendto" }, { ...UDP6, src: OWN[6].lo }, { ...TCP6, src: OWN[6].lo }, { ...UDP6, src: OWN[6].lo, mark: 1 }],
    fates: [
      "rejected after socket EINVAL",
      "rejected after socket EINVAL",
      "egress mesh0 own.lo>far:53",
      "egress mesh0 own.lo>far:53",
      "egress wan0 own.lo>far:53 m1",
    ],
  },
  {
    name: "11-mark-through-lo", says: "the mark survives the loopback device, and PREROUTING may change it there",
    rules: ["46 mangle -A PREROUTING -i lo -p tcp -j MARK --set-xmark 0x20/0x20"],
    packets: [{ ...UDP4, dst: OWN[4].lo }, { ...UDP6, dst: OWN[6].lo }, { ...UDP4, dst: OWN[4].mesh0 }, { ...TCP4, dst: OWN[4].lo }, { ...TCP6, dst: OWN[6].lo }].map((packet) => ({ ...packet, mark: 0x10 })),
    fates: [
      "local lo own.lo>own.lo:53 m10 + icmp 3/3 local lo own.lo>own.lo",
      "local lo own.lo>own.lo:53 m10 + icmp 1/4 local lo own.lo>own.lo",
      "local lo own.mesh0>own.mesh0:53 m10 + icmp 3/3 local lo own.mesh0>own.mesh0",
      "local lo own.lo>own.lo:53 m30 + tcp RA local lo own.lo>own.lo:40000 m20",
      "local lo own.lo>own.lo:53 m30 + tcp RA local lo own.lo>own.lo:40000 m20",
    ],
  },
  {
    name: "12-redirect-on-lo", says: "nat PREROUTING is not asked about packets that came through nat OUTPUT",
    rules: ["46 nat -A OUTPUT -p tcp -j ACCEPT", "46 nat -A PREROUTING -i lo -p udp -j REDIRECT --to-ports 54"],
    packets: [{ ...UDP4, dst: OWN[4].lo }, { ...UDP6, dst: OWN[6].lo }],
    fates: ["local lo own.lo>own.lo:53 + icmp 3/3 local lo own.lo>own.lo", "local lo own.lo>own.lo:53 + icmp 1/4 local lo own.lo>own.lo"],
  },
];
