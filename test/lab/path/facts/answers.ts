/** What the sender or the other side sees. */
import { OWN } from "../world.js";
import { echo, type Fact, IN4, IN6, PING4, PING6, tcp, TCP4, TCP6, THROUGH4, THROUGH6, UDP4, UDP6 } from "./fact.js";

const LISTENERS = ["proto=tcp src=0.0.0.0 port=80", "proto=tcp src=:: port=80"] as const;
const SENDERS = [UDP4, UDP6, { ...UDP4, api: "sendto" } as const, TCP4, TCP6, PING4, PING6, { ...PING4, socket: "ping" } as const, { ...PING6, socket: "ping" } as const];
const CAUSES = [IN4, IN6].flatMap((packet) => [echo(packet), tcp(packet, 81), packet, tcp(packet, 80)]);
const MARKED = "46 mangle -A PREROUTING -i wan0 -j MARK --set-xmark 0x1/0x1";
const BOTH = [THROUGH4, THROUGH6] as const;

export const ANSWER_FACTS: readonly Fact[] = [
  {
    name: "25-drop-in-output", says: "DROP in OUTPUT: send() of UDP and pings is EPERM; the ping socket of IPv6 and connect() of TCP see nothing",
    rules: ["46 filter -A OUTPUT -o mesh0 -j DROP"], packets: SENDERS,
    fates: [
      "dropped in output EPERM",
      "dropped in output EPERM",
      "dropped in output EPERM",
      "dropped in output",
      "dropped in output",
      "dropped in output EPERM",
      "dropped in output EPERM",
      "dropped in output EPERM",
      "dropped in output",
    ],
  },
  {
    name: "25-reject-in-output", says: "REJECT in OUTPUT: send() is EPERM too, and the ICMP error arrives over lo besides",
    rules: ["46 filter -A OUTPUT -o mesh0 -j REJECT"], packets: SENDERS,
    fates: [
      "rejected in output EPERM + icmp 3/3 local lo own.mesh0>own.mesh0",
      "rejected in output EPERM + icmp 1/4 local lo own.mesh0>own.mesh0",
      "rejected in output EPERM + icmp 3/3 local lo own.mesh0>own.mesh0",
      "rejected in output + icmp 3/3 local lo own.mesh0>own.mesh0",
      "rejected in output + icmp 1/4 local lo own.mesh0>own.mesh0",
      "rejected in output EPERM + icmp 3/3 local lo own.mesh0>own.mesh0",
      "rejected in output EPERM + icmp 1/4 local lo own.mesh0>own.mesh0",
      "rejected in output EPERM + icmp 3/3 local lo own.mesh0>own.mesh0",
      "rejected in output + icmp 1/4 local lo own.mesh0>own.mesh0",
    ],
  },
  {
    name: "25-drop-in-postrouting", says: "DROP in POSTROUTING is EPERM as well",
    rules: ["46 mangle -A POSTROUTING -o mesh0 -j DROP"], packets: SENDERS,
    fates: [
      "dropped in postrouting EPERM",
      "dropped in postrouting EPERM",
      "dropped in postrouting EPERM",
      "dropped in postrouting",
      "dropped in postrouting",
      "dropped in postrouting EPERM",
      "dropped in postrouting EPERM",
      "dropped in postrouting EPERM",
      "dropped in postrouting",
    ],
  },
  {
    name: "25-drop-on-lo", says: "what is dropped when it comes in on lo gives no error",
    rules: ["46 mangle -A PREROUTING -i lo -p udp -j DROP", "46 filter -A INPUT -i lo -j DROP"],
    packets: [{ ...UDP4, dst: OWN[4].lo }, { ...UDP6, dst: OWN[6].lo }, { ...TCP4, dst: OWN[4].lo }, { ...PING4, dst: OWN[4].lo }, { ...PING6, dst: OWN[6].mesh0 }],
    fates: ["dropped in prerouting", "dropped in prerouting", "dropped in input", "dropped in input", "dropped in input"],
  },
  {
    name: "26-error-over-lo", says: "the ICMP error of a REJECT in OUTPUT has the packet's own source on both ends, a reset comes from the other side's address; both go over lo",
    rules: ["46 filter -A OUTPUT -o mesh0 -p tcp -j REJECT --reject-with tcp-reset", "46 filter -A OUTPUT -o mesh0 -j REJECT"],
    packets: [UDP4, UDP6, TCP4, TCP6],
    fates: [
      "rejected in output EPERM + icmp 3/3 local lo own.mesh0>own.mesh0",
      "rejected in output EPERM + icmp 1/4 local lo own.mesh0>own.mesh0",
      "rejected in output + tcp RA local lo far>own.mesh0:40000",
      "rejected in output + tcp RA local lo far>own.mesh0:40000",
    ],
  },
  {
    name: "26-error-is-dropped", says: "it passes the hooks like any packet and can be dropped there",
    rules: ["46 filter -A OUTPUT -o mesh0 -j REJECT", "4 filter -A OUTPUT -p icmp -o lo -j DROP", "6 filter -A INPUT -p icmpv6 -i lo -j DROP"],
    packets: [UDP4, UDP6],
    fates: ["rejected in output EPERM + icmp 3/3 dropped in output", "rejected in output EPERM + icmp 1/4 dropped in input"],
  },
  {
    name: "27-forward-errors", says: "route errors of forwarded packets come between PREROUTING and FORWARD: no rule of FORWARD sees them",
    lines: [
      "route del default", "-6 route del default",
      ...["unreachable", "prohibit", "blackhole"].flatMap((type, i) => [`route add ${type} default table ${10 + i}`, `-6 route add ${type} default table ${10 + i}`, `rule add pref ${10 + i} fwmark 0x${1 + i}0 table ${10 + i}`, `-6 rule add pref ${10 + i} fwmark 0x${1 + i}0 table ${10 + i}`]),
    ],
    rules: ["46 filter -P FORWARD DROP", ...[0x10, 0x20, 0x30].map((mark, i) => `46 mangle -A PREROUTING -p udp --dport ${1 + i} -j MARK --set-mark 0x${mark.toString(16)}`)],
    packets: BOTH.flatMap((packet) => [53, 1, 2, 3].map((dport) => ({ ...packet, dport }))),
    fates: [
      "rejected after prerouting + icmp 3/0 egress client0 own.client0>client",
      "rejected after prerouting + icmp 3/1 egress client0 own.client0>client",
      "rejected after prerouting + icmp 3/13 egress client0 own.client0>client",
      "dropped after prerouting",
      "rejected after prerouting + icmp 1/0 egress client0 own.client0>client",
      "rejected after prerouting + icmp 1/0 egress client0 own.client0>client",
      "rejected after prerouting + icmp 1/1 egress client0 own.client0>client",
      "dropped after prerouting",
    ],
  },
  {
    name: "27-no-forwarding", says: "a device with forwarding 0 drops; for IPv6 the switch of all devices counts",
    lines: ["sysctl net.ipv4.conf.client0.forwarding=0", "sysctl net.ipv6.conf.all.forwarding=0"], rules: [],
    packets: [THROUGH4, THROUGH6],
    fates: ["dropped after prerouting", "dropped after prerouting"],
  },
  {
    name: "27-answer-without-route", says: "an answer of the kernel that finds no route never comes to OUTPUT",
    lines: ["route del default", "-6 route del default"], listeners: LISTENERS, rules: [],
    packets: CAUSES,
    fates: [
      "local wan0 far>own.wan0",
      "local wan0 far>own.wan0:81",
      "local wan0 far>own.wan0:99",
      "local wan0 far>own.wan0:80",
      "local wan0 far>own.wan0",
      "local wan0 far>own.wan0:81",
      "local wan0 far>own.wan0:99",
      "local wan0 far>own.wan0:80",
    ],
  },
  {
    name: "28-loopback-from-outside", says: "IPv6 from or to ::1 is discarded before PREROUTING; IPv4 to 127.0.0.1 or from an own address behind it; an own IPv6 source is taken",
    rules: [],
    packets: [
      { ...IN6, dst: OWN[6].lo }, { ...IN6, src: OWN[6].lo }, { ...IN4, dst: OWN[4].lo }, { ...IN4, src: OWN[4].lo }, { ...IN4, src: OWN[4].mesh0 }, { ...IN4, src: OWN[4].wan0 }, { ...IN6, src: OWN[6].mesh0 }, { ...IN6, src: OWN[6].wan0 },
      { ...THROUGH4, src: OWN[4].mesh0 }, { ...THROUGH6, src: OWN[6].mesh0 },
    ],
    fates: [
      "dropped after device",
      "dropped after device",
      "dropped after prerouting",
      "dropped after prerouting",
      "dropped after prerouting",
      "dropped after prerouting",
      "local wan0 own.mesh0>own.wan0:99 + icmp 1/4 local lo own.wan0>own.mesh0",
      "local wan0 own.wan0>own.wan0:99 + icmp 1/4 local lo own.wan0>own.wan0",
      "dropped after prerouting",
      "egress mesh0 own.mesh0>far:53",
    ],
  },
  {
    name: "29-reflect-off", says: "without fwmark_reflect and tcp_fwmark_accept answers have no mark and leave by the unmarked route",
    listeners: LISTENERS, rules: [MARKED], packets: CAUSES,
    fates: [
      "local wan0 far>own.wan0 m1 + icmp 0/0 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0:81 m1 + tcp RA egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:99 m1 + icmp 3/3 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0:80 m1 + tcp SA egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0 m1 + icmp 129/0 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0:81 m1 + tcp RA egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:99 m1 + icmp 1/4 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0:80 m1 + tcp SA egress mesh0 own.wan0>far:40000",
    ],
  },
  {
    name: "29-reflect-on", says: "with fwmark_reflect and tcp_fwmark_accept answers carry the mark that PREROUTING gave their cause, and are routed by it",
    lines: ["sysctl net.ipv4.fwmark_reflect=1", "sysctl net.ipv6.fwmark_reflect=1", "sysctl net.ipv4.tcp_fwmark_accept=1"],
    listeners: LISTENERS, rules: [MARKED], packets: CAUSES,
    fates: [
      "local wan0 far>own.wan0 m1 + icmp 0/0 egress wan0 own.wan0>far m1",
      "local wan0 far>own.wan0:81 m1 + tcp RA egress wan0 own.wan0>far:40000 m1",
      "local wan0 far>own.wan0:99 m1 + icmp 3/3 egress wan0 own.wan0>far m1",
      "local wan0 far>own.wan0:80 m1 + tcp SA egress wan0 own.wan0>far:40000 m1",
      "local wan0 far>own.wan0 m1 + icmp 129/0 egress wan0 own.wan0>far m1",
      "local wan0 far>own.wan0:81 m1 + tcp RA egress wan0 own.wan0>far:40000 m1",
      "local wan0 far>own.wan0:99 m1 + icmp 1/4 egress wan0 own.wan0>far m1",
      "local wan0 far>own.wan0:80 m1 + tcp SA egress wan0 own.wan0>far:40000 m1",
    ],
  },
  {
    name: "29-listener-mark", says: "a SYN-ACK has the listener's mark; the SYN's counts only where that is 0",
    lines: ["sysctl net.ipv4.tcp_fwmark_accept=1"],
    listeners: ["proto=tcp src=0.0.0.0 port=80 mark=16", "proto=tcp src=:: port=80 mark=16"], rules: [MARKED], packets: [tcp(IN4, 80), tcp(IN6, 80)],
    fates: [
      "local wan0 far>own.wan0:80 m1 + tcp SA egress mesh0 own.wan0>far:40000 m10",
      "local wan0 far>own.wan0:80 m1 + tcp SA egress mesh0 own.wan0>far:40000 m10",
    ],
  },
  {
    name: "29-reject-reflects", says: "a REJECT's packets carry the reflected mark, too",
    lines: ["sysctl net.ipv4.fwmark_reflect=1", "sysctl net.ipv6.fwmark_reflect=1"],
    rules: [MARKED, "46 filter -A INPUT -p tcp -j REJECT --reject-with tcp-reset", "46 filter -A INPUT -j REJECT"], packets: [tcp(IN4, 80), IN4, tcp(IN6, 80), IN6],
    fates: [
      "rejected in input + tcp RA egress wan0 own.wan0>far:40000 m1",
      "rejected in input + icmp 3/3 egress wan0 own.wan0>far m1",
      "rejected in input + tcp RA egress wan0 own.wan0>far:40000 m1",
      "rejected in input + icmp 1/4 egress wan0 own.wan0>far m1",
    ],
  },
  {
    name: "36-reset-to-loopback", says: "an IPv6 RST to ::1 is bound to the device of the address that was asked, and leaves there on the wire",
    rules: [], packets: [{ ...TCP6, dst: OWN[6].mesh0, src: OWN[6].lo }, { ...TCP6, dst: OWN[6].lo, src: OWN[6].mesh0 }, { ...UDP6, dst: OWN[6].mesh0, src: OWN[6].lo }, { ...TCP4, dst: OWN[4].mesh0, src: OWN[4].lo }],
    fates: [
      "local lo own.lo>own.mesh0:53 + tcp RA egress mesh0 own.mesh0>own.lo:40000",
      "local lo own.mesh0>own.lo:53 + tcp RA local lo own.lo>own.mesh0:40000",
      "local lo own.lo>own.mesh0:53 + icmp 1/4 local lo own.mesh0>own.lo",
      "local lo own.lo>own.mesh0:53 + tcp RA local lo own.mesh0>own.lo:40000",
    ],
  },
  {
    name: "37-echo-reply-device", says: "an IPv6 echo reply is looked up with the device its request came in on, so that rules with oif match; other answers name no device",
    lines: ["rule add pref 9 oif wan0 table 1", "-6 rule add pref 9 oif wan0 table 1"], listeners: LISTENERS, rules: [], packets: CAUSES,
    fates: [
      "local wan0 far>own.wan0 + icmp 0/0 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0:81 + tcp RA egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:99 + icmp 3/3 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0:80 + tcp SA egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0 + icmp 129/0 egress wan0 own.wan0>far",
      "local wan0 far>own.wan0:81 + tcp RA egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:99 + icmp 1/4 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0:80 + tcp SA egress mesh0 own.wan0>far:40000",
    ],
  },
  {
    name: "37-echo-reply-strict", says: "without such a rule it leaves on any device; to a link-local address all answers leave where their cause came in",
    lines: ["-6 route add fe80::/16 via fe80::f00d:1 dev mesh0 metric 1"], rules: [], packets: [echo(IN6), echo({ ...IN6, src: "fe80::77:1" }), { ...IN6, src: "fe80::77:1" }, tcp({ ...IN6, src: "fe80::77:1" }, 81)],
    fates: [
      "local wan0 far>own.wan0 + icmp 129/0 egress mesh0 own.wan0>far",
      "local wan0 wanGate>own.wan0 + icmp 129/0 egress wan0 own.wan0>wanGate",
      "local wan0 wanGate>own.wan0:99 + icmp 1/4 egress wan0 own.wan0>wanGate",
      "local wan0 wanGate>own.wan0:81 + tcp RA egress wan0 own.wan0>wanGate:40000",
    ],
  },
];
