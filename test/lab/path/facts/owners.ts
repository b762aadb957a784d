/** Rules with `from`, socket calls, and owner matches. */
import { OWN } from "../world.js";
import { echo, type Fact, IN4, IN6, PING4, PING6, tcp, TCP4, TCP6, THROUGH4, THROUGH6, UDP4, UDP6 } from "./fact.js";

const LISTENERS = ["proto=tcp src=0.0.0.0 port=80 uid=1000 gid=800", "proto=tcp src=:: port=80 uid=1000 gid=800"] as const;
/** Echo reply, RST, RST of an ACK, port unreachable. */
const CAUSES = [IN4, IN6].flatMap((packet) => [echo(packet), tcp(packet, 81), tcp(packet, 81, "A"), packet]);
const FROM = ["rule add pref 3 from 10.23.0.5 table 1", "-6 rule add pref 3 from 2001:db8:f00d:1::5 table 1"] as const;

/** Marks what matches in POSTROUTING by 0x8. */
function showing(match: string): readonly string[] {
  return [`46 mangle -A POSTROUTING ${match} -j MARK --set-xmark 0x8/0x8`];
}

function showingNft(match: string): readonly string[] {
  return ["add table inet t", "add chain inet t c { type filter hook postrouting priority -150; }", `add rule inet t c ${match} meta mark set meta mark or 0x8`];
}

export const OWNER_FACTS: readonly Fact[] = [
  {
    name: "13-from-and-connect", says: "IPv4 connect() looks up twice, so a rule with from matches the address chosen first; sendto() looks up once, without an address",
    lines: FROM, rules: [],
    packets: [UDP4, { ...UDP4, api: "sendto" }, TCP4, PING4, { ...PING4, api: "sendto" }, { ...PING4, socket: "ping" }, { ...PING4, socket: "ping", api: "sendto" }, { ...UDP4, api: "sendto", src: OWN[4].mesh0 }],
    fates: [
      "egress wan0 own.mesh0>far:53",
      "egress mesh0 own.mesh0>far:53",
      "egress wan0 own.mesh0>far:53",
      "egress wan0 own.mesh0>far",
      "egress mesh0 own.mesh0>far",
      "egress wan0 own.mesh0>far",
      "egress mesh0 own.mesh0>far",
      "egress wan0 own.mesh0>far:53",
    ],
  },
  {
    name: "14-from-in-ipv6", says: "IPv6: UDP, TCP and ping sockets match a rule with from when they are bound only; a raw socket that connected looks up again with the source it got",
    lines: FROM, rules: [],
    packets: [UDP6, { ...UDP6, api: "sendto" }, TCP6, PING6, { ...PING6, api: "sendto" }, { ...PING6, socket: "ping" }, { ...PING6, socket: "ping", api: "sendto" }, { ...UDP6, src: OWN[6].mesh0 }, { ...TCP6, src: OWN[6].mesh0 }],
    fates: [
      "egress mesh0 own.mesh0>far:53",
      "egress mesh0 own.mesh0>far:53",
      "egress mesh0 own.mesh0>far:53",
      "egress wan0 own.mesh0>far",
      "egress mesh0 own.mesh0>far",
      "egress mesh0 own.mesh0>far",
      "egress mesh0 own.mesh0>far",
      "egress wan0 own.mesh0>far:53",
      "egress wan0 own.mesh0>far:53",
    ],
  },
  {
    name: "14-late-mark-and-from", says: "a mark set after connect() throws the socket's route away: the next packet is looked up with the source that it has, which a rule with from matches in IPv6 too",
    lines: FROM, rules: [], packets: [UDP6, UDP4].flatMap((packet) => [{ ...packet, mark: 2 }, { ...packet, mark: 2, markWhen: "connected" }]),
    fates: [
      "egress mesh0 own.mesh0>far:53 m2",
      "egress wan0 own.mesh0>far:53 m2",
      "egress wan0 own.mesh0>far:53 m2",
      "egress wan0 own.mesh0>far:53 m2",
    ],
  },
  {
    name: "16-owner-inverted", says: "without an ordinary socket ! --uid-owner 0 is true, and nft's skuid != 0 is false",
    rules: showing("-m owner ! --uid-owner 0"), nft: showingNft("meta skuid != 0"),
    packets: [UDP4, { ...UDP4, uid: 1000 }, { ...UDP6, uid: 1000 }, ...CAUSES, THROUGH4, THROUGH6],
    fates: [
      "egress mesh0 own.mesh0>far:53",
      "egress mesh0 own.mesh0>far:53 m8",
      "egress mesh0 own.mesh0>far:53 m8",
      "local wan0 far>own.wan0 + icmp 0/0 egress mesh0 own.wan0>far m8",
      "local wan0 far>own.wan0:81 + tcp RA egress mesh0 own.wan0>far:40000 m8",
      "local wan0 far>own.wan0:81 + tcp R egress mesh0 own.wan0>far:40000 m8",
      "local wan0 far>own.wan0:99 + icmp 3/3 egress mesh0 own.wan0>far m8",
      "local wan0 far>own.wan0 + icmp 129/0 egress mesh0 own.wan0>far m8",
      "local wan0 far>own.wan0:81 + tcp RA egress mesh0 own.wan0>far:40000 m8",
      "local wan0 far>own.wan0:81 + tcp R egress mesh0 own.wan0>far:40000 m8",
      "local wan0 far>own.wan0:99 + icmp 1/4 egress mesh0 own.wan0>far m8",
      "egress mesh0 client>far:53 m8",
      "egress mesh0 client>far:53 m8",
    ],
    nftFates: [
      "egress mesh0 own.mesh0>far:53",
      "egress mesh0 own.mesh0>far:53 m8",
      "egress mesh0 own.mesh0>far:53 m8",
      "local wan0 far>own.wan0 + icmp 0/0 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0:81 + tcp RA egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:81 + tcp R egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:99 + icmp 3/3 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0 + icmp 129/0 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0:81 + tcp RA egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:81 + tcp R egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:99 + icmp 1/4 egress mesh0 own.wan0>far",
      "egress mesh0 client>far:53",
      "egress mesh0 client>far:53",
    ],
  },
  {
    name: "16-owner", says: "without an ordinary socket --uid-owner 0 and nft's skuid 0 are false",
    rules: showing("-m owner --uid-owner 0"), nft: showingNft("meta skuid 0"),
    packets: [UDP4, UDP6, { ...UDP4, uid: 1000 }, ...CAUSES, THROUGH4, THROUGH6],
    fates: [
      "egress mesh0 own.mesh0>far:53 m8",
      "egress mesh0 own.mesh0>far:53 m8",
      "egress mesh0 own.mesh0>far:53",
      "local wan0 far>own.wan0 + icmp 0/0 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0:81 + tcp RA egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:81 + tcp R egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:99 + icmp 3/3 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0 + icmp 129/0 egress mesh0 own.wan0>far",
      "local wan0 far>own.wan0:81 + tcp RA egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:81 + tcp R egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:99 + icmp 1/4 egress mesh0 own.wan0>far",
      "egress mesh0 client>far:53",
      "egress mesh0 client>far:53",
    ],
  },
  {
    name: "17-syn-ack-owner", says: "a SYN-ACK carries the owner of the listening socket",
    listeners: LISTENERS, rules: showing("-m owner --gid-owner 800"), nft: showingNft("meta skgid 800"),
    packets: [tcp(IN4, 80), tcp(IN6, 80)],
    fates: [
      "local wan0 far>own.wan0:80 + tcp SA egress mesh0 own.wan0>far:40000 m8",
      "local wan0 far>own.wan0:80 + tcp SA egress mesh0 own.wan0>far:40000 m8",
    ],
  },
  {
    name: "17-syn-ack-other", says: "! --gid-owner 800 is false for the SYN-ACK of a listener of group 800",
    listeners: LISTENERS, rules: showing("-m owner ! --gid-owner 800"), nft: showingNft("meta skgid != 800"),
    packets: [tcp(IN4, 80), tcp(IN6, 80), UDP4, UDP6],
    fates: [
      "local wan0 far>own.wan0:80 + tcp SA egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:80 + tcp SA egress mesh0 own.wan0>far:40000",
      "egress mesh0 own.mesh0>far:53 m8",
      "egress mesh0 own.mesh0>far:53 m8",
    ],
  },
  {
    name: "18-socket-exists", says: "--socket-exists is true for ICMP of the kernel and IPv4 RSTs, false for IPv6 RSTs and what is forwarded",
    rules: showing("-m owner --socket-exists"), nft: null,
    packets: [...CAUSES, THROUGH4, THROUGH6, UDP4, UDP6],
    fates: [
      "local wan0 far>own.wan0 + icmp 0/0 egress mesh0 own.wan0>far m8",
      "local wan0 far>own.wan0:81 + tcp RA egress mesh0 own.wan0>far:40000 m8",
      "local wan0 far>own.wan0:81 + tcp R egress mesh0 own.wan0>far:40000 m8",
      "local wan0 far>own.wan0:99 + icmp 3/3 egress mesh0 own.wan0>far m8",
      "local wan0 far>own.wan0 + icmp 129/0 egress mesh0 own.wan0>far m8",
      "local wan0 far>own.wan0:81 + tcp RA egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:81 + tcp R egress mesh0 own.wan0>far:40000",
      "local wan0 far>own.wan0:99 + icmp 1/4 egress mesh0 own.wan0>far m8",
      "egress mesh0 client>far:53",
      "egress mesh0 client>far:53",
      "egress mesh0 own.mesh0>far:53 m8",
      "egress mesh0 own.mesh0>far:53 m8",
    ],
  },
];
