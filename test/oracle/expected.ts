/** What the core must say of a frame, if tshark is right. */
import { parseAddress, toBytes } from "../../src/model/address.js";
import { deviceIndex } from "../../src/model/device.js";
import type { Node } from "../../src/model/node.js";
import type { Column, Told } from "./tshark.js";

/** What is compared, by name: a number, the text of words, null where tshark does not say,
 * undefined where it cannot. What is undefined or not there is not compared. */
export type Values = Readonly<Record<string, number | string | null | undefined>>;

/** What the frame is judged against besides tshark's words. */
export interface Surroundings {
  readonly node: Node;
  /** The node's own hardware addresses. */
  readonly macs: readonly string[];
  readonly linkType: number;
}

const ETHERNET = 1;
const COOKED = 113;
const COOKED2 = 276;
const NFLOG = 239;
/** Links that announce what they carry by its EtherType. */
export const TYPED: readonly number[] = [ETHERNET, COOKED, COOKED2];
/** The first word of these that is not a link layer's own is the network protocol. */
const LINK_WORDS = /^(eth|ethertype|vlan|ieee8021ad|sll|nflog|raw|null|pppoes|ppp|_ws\..*)$/;
const UDP = 17, TCP = 6, ICMP = 1, ICMPV6 = 58;
const DIRECTION = { unknown: 0, out: 1, in: 2 } as const;
/** Bits of what a capture shows besides the packet (Visible in assembly/layout.ts). */
const SHOWN = { mark: 1, uid: 2, gid: 4 } as const;
const STRANGE = 0xffffffff;

export function expected(told: Told, around: Surroundings): Values {
  const network = networkWord(told);
  const link = linkValues(told, around);
  // Where nothing else names the family, the version does; tshark's ip hands version 6 on.
  const handedOn = network === "ip" && !TYPED.includes(around.linkType) && told("ip.src").length === 0 && words(told).includes("ipv6");
  if (handedOn) return { ...link, ...ipv6(told) };
  if (network === "ip") return { ...link, ...ipv4(told) };
  if (network === "ipv6") return { ...link, ...ipv6(told) };
  if (network === "arp") return { ...link, family: 0, src: address(told, "arp.src.proto_ipv4"), dst: address(told, "arp.dst.proto_ipv4") };
  if (network === "") return { ...link, family: null, proto: null, src: null, dst: null };
  return { ...link, family: 0, proto: 0, src: "", dst: "", sport: 0, dport: 0, icmpType: 0, tcpFlags: 0, fragment: 0 };
}

/** What stands behind the link headers: `ip`, `ipv6`, `arp`, `data`; empty for nothing. */
export function networkWord(told: Told): string {
  return words(told).find((word) => !LINK_WORDS.test(word)) ?? "";
}

function words(told: Told): string[] {
  return (told("frame.protocols")[0] ?? "").split(":");
}

function linkValues(told: Told, around: Surroundings): Values {
  switch (around.linkType) {
    case ETHERNET: return { etherType: etherType(told), direction: ethernetDirection(told, around.macs) };
    case COOKED: return { etherType: etherType(told), direction: cookedDirection(told) };
    case COOKED2: return { etherType: etherType(told), direction: cookedDirection(told), device: device(told, "sll.ifindex", around.node) };
    case NFLOG: return nflog(told, around.node);
    default: return {};
  }
}

/** The innermost: tags' own types stand behind one another. Of an 802.1ad tag tshark 4.0 has no field for the type. */
function etherType(told: Told): number | null | undefined {
  if (words(told).filter((word) => /vlan|8021ad/.test(word)).at(-1) === "ieee8021ad") return undefined;
  const columns = ["vlan.len", "vlan.etype", "eth.type", "eth.len", "sll.etype", "sll.ltype"] as const;
  const column = columns.find((name) => told(name).length > 0);
  return column === undefined ? null : number(told(column).at(-1));
}

function ethernetDirection(told: Told, macs: readonly string[]): number | null {
  const source = told("eth.src")[0];
  if (source === undefined) return null;
  if (source === "00:00:00:00:00:00") return DIRECTION.unknown;
  return macs.includes(source) ? DIRECTION.out : DIRECTION.in;
}

function cookedDirection(told: Told): number | null {
  const type = number(told("sll.pkttype")[0]);
  return type === null ? null : type === 4 ? DIRECTION.out : DIRECTION.in;
}

/** An interface index as a device number. */
function device(told: Told, column: Column, node: Node): number {
  const index = number(told(column)[0]) ?? 0;
  if (index === 0) return 0;
  const link = node.links.find((candidate) => candidate.index === index);
  return link === undefined ? STRANGE : deviceIndex(node.links, link.name);
}

function nflog(told: Told, node: Node): Values {
  const hook = number(told("nflog.hook")[0]);
  const types = told("nflog.tlv_type").map(number);
  // tshark has no field for the mark: four bytes behind the attribute's own header.
  const mark = told("nflog.tlv")[types.indexOf(2)]?.replaceAll(":", "").slice(8, 16);
  const leaves = (hook ?? 0) >= 2;
  const has = (column: Column): boolean => told(column).length > 0;
  return {
    mark: mark === undefined || mark === "" ? null : parseInt(mark, 16),
    uid: number(told("nflog.uid")[0]),
    gid: number(told("nflog.gid")[0]),
    direction: hook === null ? null : leaves ? DIRECTION.out : DIRECTION.in,
    device: device(told, leaves ? "nflog.ifindex_outdev" : "nflog.ifindex_indev", node),
    visible: SHOWN.mark | (has("nflog.uid") ? SHOWN.uid : 0) | (has("nflog.gid") ? SHOWN.gid : 0),
  };
}

function ipv4(told: Told): Values {
  const proto = number(told("ip.proto")[0]);
  const offset = number(told("ip.frag_offset")[0]) ?? 0;
  const more = flag(told("ip.flags.mf")[0]);
  return {
    family: 4, proto, src: address(told, "ip.src"), dst: address(told, "ip.dst"), hopLimit: number(told("ip.ttl")[0]), tos: number(told("ip.dsfield")[0]),
    fragmentId: number(told("ip.id")[0]), fragment: offset > 0 ? 2 : more ? 1 : 0, ...transport(told, 4, proto, offset > 0),
  };
}

/** Next headers that lead on, and where tshark says what to. */
export const CHAIN: Readonly<Record<number, Column>> = { 0: "ipv6.hopopts.nxt", 43: "ipv6.routing.nxt", 44: "ipv6.fraghdr.nxt", 51: "ah.next_header", 60: "ipv6.dstopts.nxt" };
const FRAGMENT = 44;
const ENDS: readonly number[] = [135, 139, 140];

function ipv6(told: Told): Values {
  const basic = { family: 6, src: address(told, "ipv6.src"), dst: address(told, "ipv6.dst"), hopLimit: number(told("ipv6.hlim")[0]), tos: number(told("ipv6.tclass")[0]) };
  // A length of 0 before hop-by-hop options must be a jumbogram to tshark, to Linux (ipv6_rcv) it may be one: only Linux reads on.
  if (number(told("ipv6.plen")[0]) === 0 && number(told("ipv6.nxt")[0]) === 0) return basic;
  const seen = new Map<number, number>();
  let proto = number(told("ipv6.nxt")[0]);
  let [fragment, fragmentId]: [number, number | null] = [0, 0];
  // Ends: every round goes one occurrence further, and past the last there is no next one.
  while (proto !== null && CHAIN[proto] !== undefined && fragment !== 2) {
    const column: Column = CHAIN[proto] ?? "ipv6.nxt";
    const place = seen.get(proto) ?? 0;
    seen.set(proto, place + 1);
    const next = number(told(column)[place]);
    if (proto === FRAGMENT && next !== null) {
      fragmentId = number(told("ipv6.fraghdr.ident")[place]);
      if ((number(told("ipv6.fraghdr.offset")[place]) ?? 0) > 0) fragment = 2;
      else if (flag(told("ipv6.fraghdr.more")[place])) fragment = 1;
    }
    proto = next;
  }
  // Mobility, HIP and Shim6 headers lead on for the core only.
  if (proto !== null && ENDS.includes(proto)) return basic;
  // Where tshark stopped before the end of the chain, another fragment header may follow.
  const known = (value: number | null): number | null => (proto === null ? null : value);
  return { ...basic, proto, fragment: known(fragment), fragmentId: known(fragmentId), ...transport(told, 6, proto, fragment === 2) };
}

/** The outermost transport header, where the packet has one. */
function transport(told: Told, family: 4 | 6, proto: number | null, later: boolean): Values {
  const none = { sport: 0, dport: 0, tcpFlags: 0, icmpType: 0, icmpCode: 0 };
  const of = (column: Column): number | null => number(told(column)[0]);
  if (proto === null) return { sport: null, dport: null, tcpFlags: null, icmpType: null, icmpCode: null };
  if (later) return none;
  if (proto === UDP) return { ...none, sport: of("udp.srcport"), dport: of("udp.dstport") };
  if (proto === TCP) {
    const flags = of("tcp.flags");
    return { ...none, sport: of("tcp.srcport"), dport: of("tcp.dstport"), tcpFlags: flags === null ? null : flags & 255 };
  }
  if (proto === ICMP && family === 4) {
    const type = of("icmp.type");
    const echo = type === 0 || type === 8 ? { sport: of("icmp.ident"), dport: of("icmp.seq") } : {};
    return { tcpFlags: 0, icmpType: type, icmpCode: of("icmp.code"), ...echo };
  }
  if (proto === ICMPV6 && family === 6) {
    const type = of("icmpv6.type");
    const echo = type === 128 || type === 129 ? { sport: of("icmpv6.echo.identifier"), dport: of("icmpv6.echo.sequence_number") } : {};
    return { tcpFlags: 0, icmpType: type, icmpCode: of("icmpv6.code"), ...echo };
  }
  return none;
}

/** Decimal or 0x; null where there is nothing. */
function number(text: string | undefined): number | null {
  return text === undefined || text === "" ? null : Number(text) >>> 0;
}

function flag(text: string | undefined): boolean {
  return text === "1" || text === "True";
}

/** An address as its bytes in hexadecimal; empty for no address and for one of zeros, which the core's words do not tell apart. */
function address(told: Told, column: Column): string | null {
  const text = told(column)[0];
  if (text === undefined) return null;
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`tshark's ${column} is ${text}`);
  const hex = Buffer.from(toBytes(parsed)).toString("hex");
  return /^0+$/.test(hex) ? "" : hex;
}
