/** A small Gluon node written by hand, its parts, and packets with what a policy says of them. */
import { type Address, type Family, parseAddress, parsePrefix, type Prefix, WIDTH } from "../../src/model/address.js";
import type { BridgePort, Fastd, FibRule, InterfaceAddress, Link, Node, Remote, Resolver, Route, RuleAction, Socket, UciSection } from "../../src/model/node.js";
import { equals, type Field, type Match } from "../../src/model/packet.js";
import type { PolicyRow } from "../../src/model/policy.js";

/** Throws on anything that is no address: a test's own mistake. */
export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`${text} is no address`);
  return parsed;
}

/** The family is the address's own; for `default` it must be given. */
export function prefix(text: string, family: Family = text.includes(":") ? 6 : 4): Prefix {
  const parsed = parsePrefix(text, family);
  if (parsed === null) throw new Error(`${text} is no IPv${family} prefix`);
  return parsed;
}

/** A device that is up; `index` and `name` are for the test to choose. */
export function link(parts: Partial<Link> & Pick<Link, "name">): Link {
  return { index: 99, mac: null, master: null, lower: null, kind: null, mtu: 1500, up: true, group: "default", data: {}, at: `link.json (${parts.name})`, ...parts };
}

/** `2001:db8::1/64` on a device. */
export function onDevice(dev: string, text: string): InterfaceAddress {
  const { address: own, length } = prefix(text);
  return { dev, address: own, length, scope: "global", flags: [], at: `addr.json (${dev})` };
}

export interface RouteParts extends Omit<Partial<Route>, "destination"> {
  /** Text of the destination: `default`, `2001:db8::/32`. */
  readonly to?: string;
  /** Device of the only next hop. */
  readonly dev?: string;
  /** Gateway of the only next hop. */
  readonly via?: string;
}

/** An IPv6 unicast route in main unless told otherwise; `to`, `dev` and `via` are text. */
export function route({ to = "default", dev, via, ...parts }: RouteParts): Route {
  const family = parts.family ?? 6;
  const nextHops = dev === undefined ? [] : [{ dev, via: via === undefined ? null : address(via), weight: 1, flags: [] }];
  const gateway = via === undefined ? "" : ` via ${via}`;
  return {
    family, table: 254, type: "unicast", destination: prefix(to, family), source: null, metric: family === 6 ? 1024 : 0, tos: 0, scope: null,
    protocol: "static", prefsrc: null, preference: "medium", nextHops, flags: [], unknown: [], text: `${to}${gateway} dev ${dev ?? "lo"}`,
    at: `route${family}.json`, ...parts,
  };
}

export interface RuleParts extends Omit<Partial<FibRule>, "action"> {
  readonly table?: number;
  readonly action?: RuleAction;
}

/** An IPv6 rule that takes everything to `table` unless told otherwise. */
export function rule({ table = 254, action = { kind: "table", table }, ...parts }: RuleParts): FibRule {
  const family = parts.family ?? 6;
  const priority = parts.priority ?? 32766;
  return {
    family, priority, matches: [], from: null, to: null, iif: null, oif: null, invert: false, action, suppressPrefixLength: null,
    suppressGroup: null, unknown: [], text: `${priority}: from all lookup ${table}`, at: `rule${family}.json`, ...parts,
  };
}

export interface SocketParts extends Omit<Partial<Socket>, "local" | "peer"> {
  readonly local?: Partial<Socket["local"]>;
  readonly peer?: Partial<Socket["peer"]>;
}

/** A UDP socket that waits on any IPv4 address unless told otherwise. */
export function socket({ local, peer, ...parts }: SocketParts): Socket {
  return {
    proto: 17, state: "UNCONN", family: 4, commands: [], uid: 0, mark: 0, v6only: false, at: "ss.txt",
    local: { address: null, port: null, dev: null, ...local }, peer: { address: null, port: null, ...peer }, ...parts,
  };
}

/** A VPN server; `host` is an address or a name. */
export function remote(host: string, port: number, parts: Partial<Omit<Remote, "host" | "port">> & { readonly family?: Family | null } = {}): Remote {
  const { family = null, ...rest } = parts;
  const own = parseAddress(host);
  return { host: own === null ? { kind: "name", name: host, family } : { kind: "address", address: own }, port, peer: null, at: "fastd.conf", ...rest };
}

export function fastd(parts: Partial<Fastd> = {}): Fastd {
  return { remotes: [], mark: 1, group: "gluon-mesh-vpn", binds: [], missing: [], at: "fastd.conf", ...parts };
}

export function resolver(text: string, dev: string | null = null): Resolver {
  return { address: address(text), dev, at: "wan-resolv.conf" };
}

export function section(parts: Partial<UciSection> & Pick<UciSection, "package" | "type">): UciSection {
  return { name: null, options: {}, lists: {}, at: `uci.txt (${parts.package}.${parts.name ?? parts.type})`, ...parts };
}

export function bridgePort(dev: string, bridge: string): BridgePort {
  return { dev, bridge, at: `bridge-link.json (${dev})` };
}

const LINKS = [
  link({ index: 1, name: "lo", mtu: 65536 }),
  link({ index: 2, name: "eth1", mac: "02:00:00:00:00:21", master: "br-wan" }),
  link({ index: 3, name: "br-wan", mac: "02:00:00:00:00:21", kind: "bridge" }),
  link({ index: 4, name: "br-client", mac: "02:00:00:00:00:20", kind: "bridge" }),
  link({ index: 5, name: "local-node", mac: "16:41:95:40:f7:dc", kind: "veth" }),
  link({ index: 6, name: "mesh-vpn", mac: "02:00:00:00:00:29", kind: "tun", mtu: 1312 }),
];

/** WAN 192.0.2.42/24 and 2001:db8:77:10::21/64 behind .1 and fe80::1; mesh 2001:db8:f00d:1::/64 behind fe80::11; servers 203.0.113.11:10010 and vpn.example.org:10010. */
export function aNode(overrides: Partial<Node> = {}): Node {
  return {
    name: "gl-node", path: "state", links: LINKS,
    rules: {
      4: [rule({ family: 4, priority: 0, table: 255 }), rule({ family: 4 }), rule({ family: 4, priority: 32767, table: 253 })],
      6: [rule({ priority: 0, table: 255 }), rule({ priority: 1, table: 1, matches: [equals("mark", 1, 1)], text: "1: from all fwmark 0x1/0x1 lookup 1", at: "rule6.json#1" }), rule({})],
    },
    routes: {
      4: [
        route({ family: 4, dev: "br-wan", via: "192.0.2.1" }),
        route({ family: 4, to: "192.0.2.0/24", dev: "br-wan" }), route({ family: 4, to: "10.187.0.0/18", dev: "local-node" }),
        route({ family: 4, table: 255, type: "local", to: "192.0.2.42", dev: "br-wan" }),
      ],
      6: [
        route({ table: 1, to: "2001:db8:77:10::/64", dev: "br-wan", metric: 256 }),
        route({ table: 1, dev: "br-wan", via: "fe80::1", metric: 512, at: "route6.json#1" }),
        route({ table: 1, type: "unreachable", dev: "lo", metric: 65535 }),
        route({ dev: "br-client", via: "fe80::11", metric: 512 }), route({ to: "2001:db8:f00d:1::/64", dev: "br-client", metric: 256 }),
        route({ table: 255, type: "local", to: "2001:db8:77:10::21", dev: "br-wan", metric: 0 }),
      ],
    },
    unreadRoutes: [],
    addresses: [
      onDevice("lo", "127.0.0.1/8"), onDevice("lo", "::1"), onDevice("br-wan", "192.0.2.42/24"), onDevice("br-wan", "2001:db8:77:10::21/64"),
      onDevice("br-wan", "fe80::21/64"), onDevice("br-client", "2001:db8:f00d:1::20/64"), onDevice("local-node", "10.187.0.1/18"),
    ],
    bridgePorts: [bridgePort("eth1", "br-wan")],
    fastd: fastd({
      remotes: [
        remote("203.0.113.11", 10010, { peer: "gw01", at: "fastd.conf:5" }),
        remote("vpn.example.org", 10010, { peer: "gw02", family: 6, at: "fastd.conf:6" }),
      ],
    }),
    fastdPeers: null,
    sockets: [
      socket({ commands: ["fastd"], family: 6, v6only: true, mark: 1, local: { port: 47558 }, at: "ss.txt:1" }),
      socket({ commands: ["dropbear"], proto: 6, state: "LISTEN", family: 6, local: { port: 22 }, at: "ss.txt:2" }),
      socket({ commands: ["dnsmasq"], local: { port: 53 }, at: "ss.txt:3" }),
    ],
    wanResolvers: [resolver("2001:db8:77:10::1"), resolver("fe80::1", "br-wan"), resolver("192.0.2.1")],
    resolvers: [{ address: address("127.0.0.1"), dev: null, at: "resolv.conf:1" }],
    groups: new Map([["root", 0], ["gluon-mesh-vpn", 800]]), users: new Map([["root", 0]]), sysctl: new Map(), senders: null, uci: null,
    firewall: { tables: [], complete: { 4: true, 6: true }, others: [] }, localTable: null,
    files: ["rule4.json", "rule6.json", "route4.json", "route6.json", "addr.json", "link.json"], diagnostics: [],
    ...overrides,
  };
}

/** Fields of a packet; what is not named is 0. */
export type Fields = Partial<Record<Field, number>>;

/** The header fields of an IP packet between two addresses. */
export function ip(src: string, dst: string, fields: Fields = {}): Fields {
  const [from, to] = [address(src), address(dst)];
  const [src0, src1, src2, src3] = from.words;
  const [dst0, dst1, dst2, dst3] = to.words;
  return { family: to.family, etherType: to.family === 4 ? 0x0800 : 0x86dd, src0, src1, src2, src3, dst0, dst1, dst2, dst3, hopLimit: 64, ...fields };
}

/** UDP from the node's WAN address of the right family. */
export function udp(dst: string, sport: number, dport: number, fields: Fields = {}): Fields {
  return ip(WAN_ADDRESS[address(dst).family], dst, { proto: 17, sport, dport, ...fields });
}

/** TCP from the node's WAN address of the right family. */
export function tcp(dst: string, sport: number, dport: number, fields: Fields = {}): Fields {
  return ip(WAN_ADDRESS[address(dst).family], dst, { proto: 6, sport, dport, tcpFlags: 2, ...fields });
}

/** ICMPv6 from the node's link-local address. */
export function icmp6(icmpType: number, dst: string, fields: Fields = {}): Fields {
  return ip("fe80::21", dst, { proto: 58, icmpType, hopLimit: 255, ...fields });
}

const WAN_ADDRESS = { 4: "192.0.2.42", 6: "2001:db8:77:10::21" } as const;

/** The definition of a match, in numbers of any size. */
export function holds(match: Match, fields: Fields): boolean {
  const value = BigInt.asUintN(32, BigInt(fields[match.field] ?? 0) & BigInt(match.mask));
  return BigInt.asUintN(32, value - BigInt(match.low)) <= BigInt(match.span);
}

/** The first row all of whose matches hold, null for none. */
export function firstRow(rows: readonly PolicyRow[], fields: Fields): PolicyRow | null {
  return rows.find((row) => row.matches.every((match) => holds(match, fields))) ?? null;
}

/** `fastd`, `undetermined/name`, `leak`: the first row's class, with its reason if there is one. */
export function verdictOf(rows: readonly PolicyRow[], fields: Fields): string {
  const row = firstRow(rows, fields);
  if (row === null) return "leak";
  return row.reason === null ? row.class : `${row.class}/${row.reason}`;
}

/** All addresses of a family. */
export function whole(family: Family): Prefix {
  return { address: { family, words: [0, 0, 0, 0] }, length: 0 };
}

/** The prefix of one host. */
export function host(text: string): Prefix {
  const own = address(text);
  return { address: own, length: WIDTH[own.family] };
}
