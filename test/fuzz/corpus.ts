/** What the campaign mutates, built here, the same in every run: well-formed packets, and link headers to put before them, and captures of them. */
import { arp, destination, ethernet, fragment, hopByHop, icmp4, icmp6, ip, ipv4, ipv6, join, raw, routing, tcp, u16, u32, udp, type Upper } from "../support/packets.js";
import { dhcp4, dhcp6, dnsAnswer, dnsQuery, overTcp } from "../support/messages.js";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { pcap } from "../support/pcapfile.js";
import { Blocks, joined } from "../support/pcapngfile.js";
import { random } from "../support/random.js";
import { vectors } from "../support/vectors.js";
import { OWN, packet, ROUTER, SERVER, STRANGER } from "../support/wire.js";

const NAME = "vpn.example.org";
const QUESTION = { name: NAME, type: "AAAA" } as const;
const ANSWER = { ...QUESTION, answers: [{ type: "AAAA", data: "2001:db8:100::7" }, { type: "CNAME", data: "gw.example.org" }] } as const;
const RESOLVER = "2001:db8:77:10::1";
const GROUP = "ff02::16";

/** An IP packet there and, where the payload is the same both ways, back. */
function bothWays(payload: Upper, there: string): Uint8Array[] {
  const own = there.includes(":") ? OWN[6] : OWN[4];
  return [packet(own, there, payload), packet(there, own, payload)];
}

/** IP packets between the test node and the world: each class of the policy, answers, errors, fragments, extension headers. */
export const PACKETS: readonly Uint8Array[] = [
  ...bothWays(udp({ sport: 47558, dport: SERVER.port, payload: [1, 2, 3] }), SERVER[4]),
  ...bothWays(udp({ sport: 47558, dport: SERVER.port }), "2001:db8:100::7"),
  ...bothWays(udp({ sport: 40000, dport: 123, payload: new Uint8Array(48) }), STRANGER[4]),
  ...bothWays(tcp({ sport: 50000, dport: 22, flags: "S" }), STRANGER[4]),
  ...bothWays(tcp({ sport: 22, dport: 50000, flags: "SA", seq: 9, ack: 2 }), STRANGER[6]),
  ...bothWays(icmp4({ type: 8, rest: [0, 1, 0, 2] }), STRANGER[4]),
  ...bothWays(icmp6({ type: 129, rest: [0, 1, 0, 2] }), STRANGER[6]),
  packet(OWN[6], RESOLVER, udp({ sport: 40001, dport: 53, payload: dnsQuery(QUESTION) })),
  packet(RESOLVER, OWN[6], udp({ sport: 53, dport: 40001, payload: dnsAnswer(ANSWER) })),
  packet(OWN[4], ROUTER[4], tcp({ sport: 40002, dport: 53, flags: "PA", payload: overTcp(dnsQuery(QUESTION)) })),
  packet(ROUTER[4], OWN[4], tcp({ sport: 53, dport: 40002, flags: "PA", payload: overTcp(dnsAnswer(ANSWER)) })),
  packet("0.0.0.0", "255.255.255.255", dhcp4(OWN.mac)),
  packet(OWN.link, "ff02::1:2", dhcp6(OWN.mac)),
  ipv6({ src: OWN.link, dst: ROUTER.link, hopLimit: 255, payload: icmp6({ type: 135, payload: ip(ROUTER.link) }) }),
  ipv6({ src: OWN.link, dst: GROUP, hopLimit: 1, extensions: [hopByHop([5, 2, 0, 0])], payload: icmp6({ type: 143, payload: join([4, 0], u16(0), ip(GROUP)) }) }),
  ipv4({ src: OWN[4], dst: "224.0.0.22", ttl: 1, options: [0x94, 4, 0, 0], payload: raw(2, [0x16, 0, 0, 0, 224, 0, 0, 22]) }),
  ipv4({ src: STRANGER[4], dst: OWN[4], id: 77, more: true, payload: raw(17, [...u16(9), ...u16(53), ...u16(24), 0, 0, ...new Uint8Array(8)]) }),
  ipv4({ src: OWN[4], dst: STRANGER[4], id: 78, offset: 16, payload: raw(17, new Uint8Array(16)) }),
  ipv4({ src: OWN[4], dst: STRANGER[4], id: 78, more: true, payload: raw(17, [...u16(9), ...u16(123), ...u16(32), 0, 0, ...new Uint8Array(8)]) }),
  ipv6({ src: OWN[6], dst: STRANGER[6], extensions: [fragment({ id: 5, offset: 16 })], payload: raw(17, new Uint8Array(16)) }),
  ipv6({ src: OWN[6], dst: STRANGER[6], extensions: [fragment({ id: 5, more: true })], payload: udp({ sport: 9, dport: 123, payload: new Uint8Array(8) }) }),
  ipv6({ src: OWN[6], dst: STRANGER[6], extensions: [hopByHop(), routing({ addresses: [STRANGER[6]] }), destination()], payload: tcp({ sport: 1, dport: 2, flags: "F" }) }),
  ipv6({ src: OWN[6], dst: STRANGER[6], payload: raw(51, [17, 4, 0, 0, ...u32(1), ...u32(2), ...new Uint8Array(12), ...u16(7), ...u16(8), 0, 8, 0, 0]) }),
  ...errors(),
];

/** ICMP errors in both families that quote what the node sent, and a redirect. */
function errors(): Uint8Array[] {
  const sent4 = packet(OWN[4], STRANGER[4], udp({ sport: 40000, dport: 123 }));
  const sent6 = packet(OWN[6], STRANGER[6], tcp({ sport: 40003, dport: 443, flags: "S" }));
  const option = join([4, (8 + sent6.length + 4) >> 3, 0, 0, 0, 0, 0, 0], sent6, [0, 0, 0, 0]);
  return [
    packet(STRANGER[4], OWN[4], icmp4({ type: 3, code: 3, payload: sent4 })),
    packet(OWN[4], STRANGER[4], icmp4({ type: 11, payload: packet(STRANGER[4], OWN[4], udp({ sport: 1, dport: 2 })) })),
    packet(OWN[6], STRANGER[6], icmp6({ type: 1, code: 4, payload: packet(STRANGER[6], OWN[6], udp({ sport: 1, dport: 2 })) })),
    packet(ROUTER.link, OWN.link, icmp6({ type: 137, payload: join(ip(ROUTER.link), ip(STRANGER[6]), option) })),
  ];
}

const ARP = arp({ sender: [OWN.mac, OWN[4]], target: ["00:00:00:00:00:00", ROUTER[4]] });
const PPPOE = (packet: Uint8Array): Uint8Array => join([0x11, 0, 0, 1], u16(packet.length + 2), u16(isSix(packet) ? 0x57 : 0x21), packet);

/** Link type -> the packet as a frame of it. `pick` draws whole numbers below its argument. */
export const LINKS: Readonly<Record<number, (packet: Uint8Array, pick: (limit: number) => number) => Uint8Array>> = {
  0: (packet) => join([isSix(packet) ? 30 : 2, 0, 0, 0], packet),
  1: ethernetFrame,
  12: (packet) => packet,
  101: (packet) => packet,
  108: (packet) => join([0, 0, 0, isSix(packet) ? 24 : 2], packet),
  113: (packet, pick) => join(u16(pick(5)), u16(1), u16(6), mac(pick), [0, 0], u16(typeOf(packet)), packet),
  228: (packet) => packet,
  229: (packet) => packet,
  239: (packet, pick) => nflog(packet, { pick, little: pick(2) === 0 }),
  276: (packet, pick) => join(u16(typeOf(packet)), [0, 0], u32(pick(9)), u16(1), [pick(5), 6], mac(pick), [0, 0], packet),
};

/** Whole captures: every link type in every container, and the beginnings of real ones. */
export function corpus(): Uint8Array[] {
  const pick = random(1);
  const built = Object.entries(LINKS).flatMap(([number, wrap]) => {
    const linkType = Number(number);
    const frames = PACKETS.map((packet) => wrap(packet, pick));
    const blocks = new Blocks(pick(2) === 0);
    const modern = joined(blocks.section(), blocks.interface({ linkType, name: "br-wan" }), ...frames.map((bytes) => blocks.enhanced(bytes)));
    const classic = pcap(frames, { linkType, bigEndian: pick(2) === 0, nano: pick(2) === 0 });
    return [classic, modern, new Uint8Array(gzipSync(classic))];
  });
  return [...built, ...vectors().map(({ capture }) => new Uint8Array(readFileSync(capture)).subarray(0, REAL_BYTES))];
}

/** Bytes of a real capture: some dozens of frames, the last of them cut. */
const REAL_BYTES = 8_000;

function ethernetFrame(packet: Uint8Array, pick: (limit: number) => number): Uint8Array {
  const ends = pick(2) === 0 ? { src: OWN.mac, dst: ROUTER.mac } : { src: ROUTER.mac, dst: OWN.mac };
  const tags = Array.from({ length: Math.max(0, pick(7) - 4) }, () => pick(4096));
  if (pick(16) === 0) return ethernet({ ...ends, dst: "ff:ff:ff:ff:ff:ff", tags, payload: ARP });
  return pick(8) === 0 ? ethernet({ ...ends, tags, type: 0x8864, payload: PPPOE(packet) }) : ethernet({ ...ends, tags, payload: packet });
}

interface NflogOptions {
  readonly pick: (limit: number) => number;
  readonly little: boolean;
}

/** A log record; attributes stand in the byte order of the machine that wrote it, their values in that of the network. */
function nflog(packet: Uint8Array, { pick, little }: NflogOptions): Uint8Array {
  const half = (value: number): number[] => (little ? u16(value).reverse() : u16(value));
  const attribute = (type: number, value: ArrayLike<number>): Uint8Array =>
    join(half(value.length + 4), half(type), value, new Uint8Array(-value.length & 3));
  const optional = [attribute(2, u32(pick(3))), attribute(4, u32(pick(9))), attribute(5, u32(pick(9))), attribute(11, u32(pick(3) * 400)), attribute(14, u32(800))];
  const header = attribute(1, [...u16(typeOf(packet)), pick(5), 0]);
  return join([isSix(packet) ? 10 : 2, 0, 0, 30], header, ...optional.filter(() => pick(3) > 0), attribute(9, packet));
}

function mac(pick: (limit: number) => number): number[] {
  return [2, 0, 0, 0, 0, pick(2) === 0 ? 0x21 : 0xfe];
}

function isSix(packet: Uint8Array): boolean {
  return (packet[0] ?? 0) >>> 4 === 6;
}

function typeOf(packet: Uint8Array): number {
  return isSix(packet) ? 0x86dd : 0x0800;
}
