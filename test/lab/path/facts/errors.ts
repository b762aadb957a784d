/** What the campaigns found: where errors and resets come from, and what they are looked up with. */
import { OWN, PEERS } from "../world.js";
import { echo, type Fact, IN4, IN6, PING6, tcp, TCP4, TCP6, THROUGH4, THROUGH6, UDP4, UDP6 } from "./fact.js";

const MINE6 = "fe80::ff:fe00:2";

export const ERROR_FACTS: readonly Fact[] = [
  {
    name: "14-late-mark-without-marks", says: "IPv6: a mark set after connect() leads to a rule with from even where no rule looks at marks",
    lines: ["-6 rule del pref 1", "rule del pref 1", `-6 rule add pref 3 from ${OWN[6].mesh0} table 1`, `rule add pref 3 from ${OWN[4].mesh0} table 1`], rules: [],
    packets: [UDP6, UDP4].flatMap((packet) => [packet, { ...packet, mark: 2, markWhen: "connected" }]),
    fates: [
      "egress mesh0 own.mesh0>far:53",
      "egress wan0 own.mesh0>far:53 m2",
      "egress wan0 own.mesh0>far:53",
      "egress wan0 own.mesh0>far:53 m2",
    ],
  },
  {
    name: "38-dnat-to-loopback", says: "a forwarded IPv6 packet that DNAT sends to ::1 is routed like any other, by routes on the device it came in on alone, and leaves there; IPv4's is a martian",
    rules: ["6 nat -A PREROUTING -j DNAT --to-destination ::1", "4 nat -A PREROUTING -j DNAT --to-destination 127.0.0.1"],
    packets: [{ ...IN6, iif: "mesh0" }, { ...IN6, iif: "client0", src: PEERS[6].client }, { ...IN4, iif: "mesh0" }],
    fates: [
      "egress mesh0 far>own.lo:99",
      "rejected after prerouting + icmp 1/0 egress client0 own.wan0>client",
      "dropped after prerouting",
    ],
  },
  {
    name: "39-link-local-source", says: "a link-local IPv6 source that would leave its link is told so (1/2), one of :: is dropped; both leave where they came in",
    rules: [],
    packets: [
      { ...IN6, src: PEERS[6].wanGate, dst: PEERS[6].far }, { ...IN6, src: "::", dst: PEERS[6].far }, { ...IN6, iif: "mesh0", src: PEERS[6].meshGate, dst: PEERS[6].far },
      { ...IN6, iif: "mesh0", src: "::", dst: PEERS[6].far },
    ],
    fates: [
      "rejected after prerouting + icmp 1/2 egress wan0 fe80::ff:fe00:1>wanGate",
      "dropped after prerouting",
      "egress mesh0 meshGate>far:99",
      "egress mesh0 ::>far:99",
    ],
  },
  {
    name: "40-errors-are-attached", says: "an ICMP error has the entry of the packet it is about before raw rules see it, so NOTRACK does nothing and no rule finds it invalid; that of a port without a socket does not",
    lines: ["route del default", "-6 route del default", `route add ${PEERS[4].client} dev client0`],
    rules: ["46 raw -A OUTPUT -m conntrack --ctstate INVALID -j MARK --set-xmark 0x8/0x8", "46 raw -A OUTPUT -j CT --notrack", "46 filter -A INPUT -p udp --dport 98 -j REJECT"],
    packets: [THROUGH4, THROUGH6, ...[98, 99].flatMap((dport) => [{ ...IN4, iif: "client0", src: PEERS[4].client, dport }, { ...IN6, iif: "client0", src: PEERS[6].client, dport }])],
    fates: [
      "rejected after prerouting + icmp 3/0 egress client0 own.client0>client",
      "rejected after prerouting + icmp 1/0 egress client0 own.client0>client",
      "rejected in input + icmp 3/3 egress client0 own.wan0>client",
      "rejected in input + icmp 1/4 egress client0 own.wan0>client",
      "local client0 client>own.wan0:99 + icmp 3/3 egress client0 own.wan0>client m8",
      "local client0 client>own.wan0:99 + icmp 1/4 egress client0 own.wan0>client m8",
    ],
  },
  {
    name: "44-error-source", says: "an IPv6 error about somebody else's packet has the best source for the device it came in on, and is looked up with it; where the route names a source, without",
    lines: [`-6 route add unreachable ${PEERS[6].farther}`, `-6 rule add pref 3 from ${OWN[6].wan0} table 1`, `-6 route add ${PEERS[6].meshHost} dev mesh0 src ${OWN[6].wan0} metric 1`],
    rules: ["6 filter -A FORWARD -j REJECT"],
    packets: [["wan0", PEERS[6].farther], ["mesh0", PEERS[6].farther], ["mesh0", PEERS[6].meshHost], ["wan0", PEERS[6].wanHost]].map(([iif = "", src = ""]) => ({ ...IN6, iif, src, dst: PEERS[6].far })),
    fates: [
      "rejected in forward + icmp 1/4 egress wan0 own.wan0>farther",
      "dropped in forward",
      "rejected in forward + icmp 1/4 egress mesh0 own.wan0>meshHost",
      "rejected in forward + icmp 1/4 egress wan0 own.wan0>wanHost",
    ],
  },
  {
    name: "41-echo-reply-rejected", says: "the kernel does not answer the REJECT of an echo reply on its way out, for its ICMP socket is busy; it answers that of a SYN-ACK, and of a reply on its way in",
    listeners: ["proto=tcp src=0.0.0.0 port=80", "proto=tcp src=:: port=80"],
    rules: ["4 filter -A OUTPUT -p icmp --icmp-type echo-reply -d 198.51.100.0/24 -j REJECT", "6 filter -A OUTPUT -p icmpv6 --icmpv6-type echo-reply -d 2001:db8:cafe::/48 -j REJECT", "4 filter -A INPUT -p icmp --icmp-type echo-reply -j REJECT", "6 filter -A INPUT -p icmpv6 --icmpv6-type echo-reply -j REJECT", "46 filter -A OUTPUT -p tcp --tcp-flags SYN,ACK SYN,ACK -j REJECT"],
    packets: [echo(IN4), echo(IN6), tcp(IN4, 80), tcp(IN6, 80), { ...PING6, dst: OWN[6].wan0 }],
    fates: [
      "local wan0 far>own.wan0 + icmp 0/0 dropped in output",
      "local wan0 far>own.wan0 + icmp 129/0 dropped in output",
      "local wan0 far>own.wan0:80 + tcp SA rejected in output + icmp 3/3 local lo own.wan0>own.wan0",
      "local wan0 far>own.wan0:80 + tcp SA rejected in output + icmp 1/4 local lo own.wan0>own.wan0",
      "local lo own.wan0>own.wan0 + icmp 129/0 rejected in input + icmp 1/4 local lo own.wan0>own.wan0",
    ],
  },
  {
    name: "42-reset-by-device", says: "the reset of an IPv4 REJECT in OUTPUT is looked up with the device that the sender is bound to: to an address of another device it leaves on the wire, from 127.0.0.1 not at all",
    rules: ["46 filter -A OUTPUT -p tcp --syn -j REJECT --reject-with tcp-reset"],
    packets: [{ ...TCP4, oif: "wan0", src: OWN[4].mesh0 }, { ...TCP4, oif: "wan0", src: OWN[4].wan0 }, { ...TCP4, src: OWN[4].mesh0 }, { ...TCP4, oif: "wan0", src: OWN[4].mesh0, dst: OWN[4].lo }],
    fates: [
      "rejected in output + tcp RA egress wan0 far>own.mesh0:40000",
      "rejected in output + tcp RA local lo far>own.wan0:40000",
      "rejected in output + tcp RA local lo far>own.mesh0:40000",
      "dropped in output",
    ],
  },
  {
    name: "42-reset-to-loopback", says: "the reset of an IPv6 REJECT to ::1 names no device and stays on lo; that of a socket leaves by the device of the address that was asked",
    rules: ["6 filter -A OUTPUT -p tcp --syn --dport 80 -j REJECT --reject-with tcp-reset"],
    packets: [80, 81].map((dport) => ({ ...TCP6, src: OWN[6].lo, dst: OWN[6].mesh0, dport })),
    fates: ["rejected in output + tcp RA local lo own.mesh0>own.lo:40000", "local lo own.lo>own.mesh0:81 + tcp RA egress mesh0 own.mesh0>own.lo:40000"],
  },
  {
    name: "42-reset-reroute", says: "an IPv6 reset of somebody's listening socket is looked up with its user, and rerouted as root",
    lines: ["-6 rule add pref 3 uidrange 1000-1000 table 1"], listeners: ["proto=tcp src=:: port=80 uid=1000 gid=1000"],
    rules: [`6 nat -A INPUT -p tcp --dport 80 -s ${PEERS[6].client} -j SNAT --to-source [${OWN[6].mesh0}]:2000`],
    packets: [tcp({ ...IN6, iif: "client0", src: PEERS[6].meshHost }, 80, "A"), tcp({ ...IN6, iif: "client0", src: PEERS[6].client }, 80, "A")],
    fates: ["local client0 meshHost>own.wan0:80 + tcp R egress wan0 own.wan0>meshHost:40000", "local client0 own.mesh0>own.wan0:80 + tcp R egress client0 own.wan0>client:40000"],
  },
  {
    name: "43-echo-reply-over-lo", says: "an IPv6 echo reply over lo is looked up with the device that has the address which was asked; to ::1 with lo",
    rules: [`6 nat -A OUTPUT -p icmpv6 -d ${PEERS[6].meshGate} -j DNAT --to-destination ${OWN[6].mesh0}`],
    packets: [{ ...PING6, oif: "mesh0", src: MINE6, dst: OWN[6].mesh0 }, { ...PING6, oif: "mesh0", src: MINE6, dst: PEERS[6].meshGate }, { ...PING6, src: OWN[6].lo, dst: OWN[6].mesh0 }],
    fates: [
      "local lo fe80::ff:fe00:2>own.mesh0 + icmp 129/0 local lo own.mesh0>fe80::ff:fe00:2",
      "local lo fe80::ff:fe00:2>own.mesh0 + icmp 129/0 local lo meshGate>fe80::ff:fe00:2",
      "local lo own.lo>own.mesh0 + icmp 129/0 local lo own.mesh0>own.lo",
    ],
  },
];
