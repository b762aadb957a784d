/** The scenarios: what differs from a stock node, what is sent, what must be found. docs/lab.md tells how to add one. */
import type { Scenario } from "./scenario.js";
import { INNER } from "./world.js";

const NTP4 = { name: "ntp-v4", kind: "udp", to: "internet", family: 4, dport: 123 } as const;
const NTP6 = { name: "ntp-v6", kind: "udp", to: "internet", family: 6, dport: 123 } as const;
const HTTP4 = { name: "update-v4", kind: "tcp", to: "internet", family: 4, dport: 80 } as const;
const HTTP6 = { name: "update-v6", kind: "tcp", to: "internet", family: 6, dport: 80 } as const;
const TUNNEL_PING = { name: "tunnel-ping", kind: "ping", to: { address: `${INNER}%br-client` }, family: 6 } as const;
const MESH_NAME = { name: "mesh-name", kind: "dns", to: { address: "127.0.0.1" }, family: 4, dport: 53, words: ["name=www.example.net"] } as const;
const LEAKS4 = [{ send: NTP4 }, { send: HTTP4 }, { send: { name: "ping-v4", kind: "ping", to: "internet", family: 4 } }] as const;

/** What the IPv4 hole looks like: the same on every stock node. */
const HOLE4 = {
  result: "leak",
  causes: { "flow:ntp-v4": "leak", "flow:update-v4": "leak", "flow:ping-v4": "leak" },
  findings: ["containment leak:udp/123 W1", "containment leak:tcp/80 W1", "containment leak:icmp/8 W1"],
  } as const;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "clean", about: "A stock node: the tunnel is up, what else is sent goes to the mesh.", differs: {},
    steps: [{ send: TUNNEL_PING }, { send: NTP6 }, { send: MESH_NAME }],
    found: { result: "clean", causes: {}, findings: [] },
  },
  {
    name: "ipv4-leak", about: "Ordinary processes talk to IPv4 addresses, and the only IPv4 default route is the WAN's.",
    differs: { remote: "name-v4", wanDns: "46" }, steps: [{ send: TUNNEL_PING }, ...LEAKS4, { send: NTP6 }], found: HOLE4,
  },
  {
    name: "rule-missing", about: "Without the rule for the mark fastd reaches its server over the mesh.", differs: { markRule: false, remote: "address-v6" },
    steps: [{ send: TUNNEL_PING }, { send: NTP6 }],
    found: { result: "clean", causes: {}, findings: [], any: ["confinement confinement:fastd"], nflog: [] },
  },
  {
    name: "routes-in-main", about: "The WAN's IPv6 routes stand in main, before the mesh's.", differs: { wanTable: 254 }, tunnel: false, steps: [{ send: NTP6 }, { send: HTTP6 }],
    found: { result: "leak", causes: { "flow:ntp-v6": "leak", "flow:update-v6": "leak" }, findings: ["containment leak:udp/123", "containment leak:tcp/80"] },
  },
  {
    name: "late-mark", about: "The mark comes from mangle OUTPUT, after the source address was chosen.", differs: { lateMark: true, wanDns: "46" }, tunnel: false, steps: [{ send: NTP6 }],
    found: {
      result: "violated", causes: {}, findings: ["source source:fastd W8", "source source:wan-dns W8"], nflog: ["source source:fastd W8", "source source:wan-dns W8"],
    },
  },
  {
    name: "wan-resolver-in-primary", about: "The first DNS daemon asks the WAN's resolver for every name.", differs: { primaryDns: "wan", wanDns: "4" }, steps: [{ send: TUNNEL_PING }, { send: MESH_NAME }],
    found: {
      result: "violated", causes: { "primary-dns": "wan-dns" }, findings: ["resolver resolver:name"], nflog: ["resolver resolver:name", "confinement mark-missing:wan-dns"],
    },
  },
  {
    name: "no-wan-default", about: "The home router is no default router: the mark finds nothing, and nothing leaves.", differs: { wanDefault: false, remote: "address-v6" }, tunnel: false,
    steps: [{ send: NTP6 }],
    found: { result: "clean", causes: {}, findings: [] },
  },
  {
    name: "forward-accept", about: "The firewall lets the mesh out on the WAN.", differs: { forward: "ACCEPT" },
    steps: [{ send: TUNNEL_PING }, { send: { name: "client-v4", on: "client", kind: "udp", to: "internet", family: 4, dport: 4242 } }, { send: { name: "client-web-v4", on: "client", kind: "tcp", to: "internet", family: 4, dport: 443 } }],
    found: { result: "leak", causes: { "flow:client-v4": "leak", "flow:client-web-v4": "leak" }, findings: ["containment leak:udp/4242 W1", "containment leak:tcp/443 W1"] },
  },
  { name: "nft", about: "The same hole behind an nft ruleset as fw4 makes it.", needs: ["nft"], differs: { firewall: "nft", remote: "name-v4", wanDns: "46" }, steps: [{ send: TUNNEL_PING }, ...LEAKS4, { send: NTP6 }], found: HOLE4 },
  { name: "iptables-nft", about: "The same hole behind iptables rules that nft carries out.", needs: ["iptables-nft"], differs: { firewall: "iptables-nft", remote: "name-v4", wanDns: "46" }, steps: [{ send: TUNNEL_PING }, ...LEAKS4, { send: NTP6 }], found: HOLE4 },
  {
    name: "mesh-default-lost", about: "The mesh loses its default route, and netifd's rules send what is left to the WAN.", differs: { netifdRules: true },
    steps: [{ send: TUNNEL_PING }, { send: NTP6 }, { ip: "node", lines: ["-6 route del default dev br-client"] }, { send: { ...NTP6, name: "ntp-fallthrough" } }, { send: { ...HTTP6, name: "update-fallthrough" } }],
    found: { result: "leak", causes: { "flow:ntp-fallthrough": "leak", "flow:update-fallthrough": "leak" }, findings: ["containment leak:udp/123 W2", "containment leak:tcp/80 W2"] },
  },
  {
    name: "wan-prefix", about: "Unmarked packets to the home network, and from the WAN's own address.", differs: { netifdRules: true },
    steps: [
      { send: TUNNEL_PING }, { send: { name: "home-v6", kind: "udp", to: "home", family: 6, dport: 4242 } }, { send: { name: "home-v4", kind: "udp", to: "home", family: 4, dport: 4242 } },
      { send: { name: "from-wan-v6", kind: "udp", to: "internet", family: 6, dport: 4500, words: ["src=@wan6"] } },
    ],
    found: {
      result: "leak", causes: { "flow:home-v6": "leak", "flow:home-v4": "leak", "flow:from-wan-v6": "leak" },
      findings: ["containment leak:udp/4242 W3", "containment leak:udp/4242 W3", "containment leak:udp/4500 W4"],
    },
  },
  {
    name: "inbound", about: "The home network pings the node, opens ssh, and knocks at closed ports.", differs: { netifdRules: true },
    steps: [
      { send: TUNNEL_PING }, { send: { name: "ping-in-v4", on: "home", kind: "ping", to: "node-wan", family: 4 } }, { send: { name: "ping-in-v6", on: "home", kind: "ping", to: "node-wan", family: 6 } },
      { send: { name: "ssh-in-v4", on: "home", kind: "tcp", to: "node-wan", family: 4, dport: 22 } }, { send: { name: "ssh-in-v6", on: "home", kind: "tcp", to: "node-wan", family: 6, dport: 22 } },
      { send: { name: "closed-tcp", on: "home", kind: "tcp", to: "node-wan", family: 4, dport: 81, words: ["sport=40081"], errors: ["ECONNREFUSED"] } },
      { send: { name: "closed-tcp-v6", on: "home", kind: "tcp", to: "node-wan", family: 6, dport: 81, words: ["sport=40081"], errors: ["ECONNREFUSED"] } },
      { send: { name: "closed-udp", on: "home", kind: "udp", to: "node-wan", family: 4, dport: 82, count: 1, errors: ["ECONNREFUSED"] } },
    ],
    found: { result: "clean", causes: { "reply:echo": "answer", "reply:ssh": "answer", "reply:reset": "answer", "reply:error": "answer" }, findings: [], nflog: [
      "containment undetermined:trigger:icmp/0", "containment undetermined:trigger:icmpv6/129", "containment undetermined:trigger:icmp/3",
      "containment undetermined:underWay:tcp/40081", "containment undetermined:underWay:tcp/40081",
    ] },
  },
  {
    name: "bound", about: "A process binds its sockets to the WAN device, another one writes frames itself.", differs: {},
    steps: [
      { send: TUNNEL_PING }, { send: { name: "bound-v6", kind: "udp", to: "internet", family: 6, dport: 4242, words: ["dev=br-wan"], errors: ["ENETUNREACH"] } },
      { send: { name: "bound-v4", kind: "udp", to: "internet", family: 4, dport: 4242, words: ["dev=br-wan"] } },
      { send: { name: "frames", kind: "packet", to: "internet", family: 4, dport: 4500, words: ["dev=br-wan", "src=@wan4", "sport=4501", "mac=02:00:00:00:02:01"] } },
    ],
    found: { result: "leak", causes: { "flow:bound-v4": "leak", "flow:frames": "leak" }, findings: ["containment leak:udp/4242 W1", "containment leak:udp/4500 W1"], nflog: ["containment leak:udp/4242 W1"] },
  },
  {
    name: "fastd-unmarked", about: "fastd sets no mark: over IPv4 it leaves on the WAN by chance.", differs: { fastdMark: false, remote: "name-v4", wanDns: "46" }, steps: [{ send: TUNNEL_PING }],
    found: { result: "clean", causes: {}, findings: [], nflog: ["confinement mark-missing:fastd"] },
  },
  {
    name: "hardened", about: "A guard in POSTROUTING lets out the mission and housekeeping only.", differs: { hardened: true, netifdRules: true, wanDns: "46" },
    steps: [
      { send: TUNNEL_PING }, { send: { ...NTP4, errors: ["EPERM"] } }, { send: { ...HTTP4, errors: ["EINPROGRESS"] } }, { send: { name: "ping-v4", kind: "ping", to: "internet", family: 4, errors: ["EPERM"] } },
      { send: { name: "home-v6", kind: "udp", to: "home", family: 6, dport: 4242, errors: ["EPERM"] } }, { send: { name: "ping-in-v4", on: "home", kind: "ping", to: "node-wan", family: 4 } },
    ],
    found: { result: "clean", causes: {}, findings: [] },
  },
  {
    name: "reflection", about: "A mesh host forges a source in the home network, and the node answers it on the WAN.", differs: { netifdRules: true },
    steps: [
      { ip: "mesh", lines: ["addr add 192.168.178.99/32 dev lo", "addr add 2001:db8:178:1::99/128 dev lo nodad"] },
      // Somebody must be there, or nobody would answer the node's ARP.
      { ip: "home", lines: ["addr add 192.168.178.99/24 dev eth0", "addr add 2001:db8:178:1::99/64 dev eth0 nodad"] },
      // An answer within five seconds of a capture's start may answer something that came before it.
      { send: TUNNEL_PING }, { wait: 5 }, { send: { name: "forged-v4", on: "mesh", kind: "ping", to: "node-mesh", family: 4, words: ["src=192.168.178.99", "wait=100"] } },
      { send: { name: "forged-v6", on: "mesh", kind: "ping", to: "node-mesh", family: 6, words: ["src=2001:db8:178:1::99", "wait=100"] } },
    ],
    // The answer to IPv4 is a refusal: br-client speaks for local-node's address, and its zone takes no ping.
    found: {
      result: "leak", causes: { "reply:echo": "leak", "reply:error": "leak" },
      findings: ["containment leak:icmp/3 W5", "containment leak:icmpv6/129 W5", "source source:leak", "source source:leak", "source source:arp"],
      nflog: ["containment undetermined:trigger:icmp/3", "containment undetermined:trigger:icmpv6/129", "source source:undetermined"],
    },
  },
  {
    name: "icmpv6-forward", about: "A host in the home network pings a host in the mesh, through the node.", differs: { netifdRules: true },
    steps: [
      { ip: "home", lines: ["-6 route add 2001:db8:ff::/64 via fe80::ff:fe00:101 dev eth0"] }, { ip: "client", lines: ["-6 route add 2001:db8:178:1::/64 via 2001:db8:ff:0:0:ff:fe00:102"] },
      { send: TUNNEL_PING }, { send: { name: "through", on: "home", kind: "ping", to: "client", family: 6 } },
    ],
    // NFLOG on the way out shows no question, so an answer cannot be told from a packet that is none.
    found: {
      result: "violated", causes: { "reply:echo": "answer" }, findings: ["source source:answer"],
      nflog: ["source source:undetermined", "containment undetermined:trigger:icmpv6/129"],
    },
  },
  {
    name: "tcp-dns", about: "The second DNS daemon is asked over TCP, and asks over TCP.", differs: { wanDns: "4" },
    steps: [{ send: TUNNEL_PING }, { send: { name: "question", kind: "dns", to: { address: "127.0.0.1" }, family: 4, dport: 54, words: ["tcp=1", "name=vpn1.example.net"] } }],
    found: { result: "clean", causes: {}, findings: [] },
  },
  {
    name: "fragments", about: "The WAN's MTU is small: fastd's packets leave in pieces, and so does a leak.", differs: { wanMtu: 1280, remote: "name-v4", wanDns: "46" },
    steps: [
      { send: { ...TUNNEL_PING, words: ["bytes=1300"] } }, { send: { name: "big-v4", kind: "udp", to: "internet", family: 4, dport: 4242, words: ["bytes=3000", "pmtu=0"] } },
    ],
    found: { result: "leak", causes: { "flow:big-v4": "leak" }, findings: ["containment leak:udp/4242 W1"] },
  },
  {
    name: "under-way", about: "The capture begins when the tunnel has long been up.", differs: { remote: "name-v4", wanDns: "46" },
    steps: [{ send: TUNNEL_PING }, { cut: true }, { send: { ...TUNNEL_PING, name: "tunnel-ping-later" } }, { send: NTP4 }],
    found: { result: "leak", causes: { "flow:ntp-v4": "leak" }, findings: ["containment leak:udp/123 W1"] },
  },
  {
    name: "wireguard", about: "WireGuard instead of fastd: its servers stand in no file that is read, so its packets may be anything.", needs: ["wireguard"], differs: { vpn: "wireguard" },
    steps: [{ send: { ...TUNNEL_PING, to: { address: `${INNER}%mesh-vpn` } } }],
    found: { result: "undetermined", causes: { wireguard: "undetermined" }, findings: ["containment undetermined:remotes:udp/51820"] },
  },
];
