/** Network-layer packets for the dissection oracle, well formed and not. */
import { arp, destination, type Extension, fragment, hopByHop, icmp4, icmp6, ip, ipv4, ipv6, join, raw, routing, u16, u32, udp, type Upper } from "../support/packets.js";

/** Draws whole numbers from 0 to below `limit`. */
export type Pick = (limit: number) => number;

/** What stands behind an EtherType. */
export interface Network {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** An IP packet; a fault may have made its version another than its family. */
export interface IpPacket {
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
}

const TYPES = { 4: 0x0800, 6: 0x86dd } as const;
/** EtherTypes the core does not look into: batman, LLDP, EAPOL, an 802.3 length. */
const OTHERS = [0x4305, 0x88cc, 0x888e, 0x0026, 0x1234];

/** IP eight times of ten, else ARP or something unknown. */
export function network(pick: Pick): Network {
  const kind = pick(10);
  if (kind === 0) return { type: 0x0806, bytes: arpPacket(pick) };
  if (kind === 1) return { type: OTHERS[pick(OTHERS.length)] ?? 0, bytes: noise(pick, 46) };
  const { family, bytes } = ipPacket(pick);
  return { type: TYPES[family], bytes };
}

export function ipPacket(pick: Pick): IpPacket {
  const { family, bytes } = wellFormed(pick, 1);
  return { family, bytes: pick(8) === 0 ? faulty(bytes, family, pick) : bytes };
}

const HOSTS = {
  4: ["192.0.2.42", "192.0.2.1", "203.0.113.11", "224.0.0.251", "255.255.255.255", "0.0.0.0", "10.187.0.1"],
  6: ["2001:db8:77:10::21", "fe80::1", "fe80::21", "2001:db8:9::99", "ff02::1", "ff02::16", "::", "::ffff:192.0.2.1"],
} as const;

/** `depth`: how often an error may quote another packet. */
function wellFormed(pick: Pick, depth: number): IpPacket {
  const family = pick(2) === 0 ? 4 : 6;
  const host = (): string => HOSTS[family][pick(HOSTS[family].length)] ?? "";
  const ends = { src: host(), dst: host() };
  const payload = upper(pick, family, depth);
  if (family === 4) return { family, bytes: ipv4({ ...ends, payload, ...fields4(pick) }) };
  return { family, bytes: ipv6({ ...ends, payload, hopLimit: pick(256), trafficClass: pick(256), flowLabel: pick(0xfffff), extensions: chain(pick) }) };
}

function fields4(pick: Pick): Partial<Parameters<typeof ipv4>[0]> {
  const basic = { ttl: pick(256), tos: pick(256), id: pick(65_536), dontFragment: pick(2) === 0 };
  const options = pick(6) === 0 ? { options: pick(2) === 0 ? [0x94, 4, 0, 0] : new Uint8Array(pick(41)).fill(1) } : {};
  const piece = pick(5) === 0 ? { offset: pick(2) === 0 ? 0 : 8 * pick(8192), more: pick(2) === 0 } : {};
  return { ...basic, ...options, ...piece };
}

/** Most packets have no extension header, some have up to five. */
function chain(pick: Pick): Extension[] {
  return Array.from({ length: Math.max(0, pick(9) - 3) }, () => extension(pick));
}

function extension(pick: Pick): Extension {
  const kind = pick(6);
  if (kind === 0) return hopByHop(pick(2) === 0 ? [5, 2, 0, 0] : new Uint8Array(pick(20)));
  if (kind === 1) return destination(new Uint8Array(pick(20)));
  if (kind === 2) return routing({ type: [0, 2, 4][pick(3)] ?? 4, left: pick(2), addresses: [HOSTS[6][pick(4)] ?? "::"] });
  if (kind === 3) return authentication(pick);
  return fragment({ id: pick(0x7fffffff), offset: pick(2) === 0 ? 0 : 8 * pick(8192), more: pick(2) === 0 });
}

/** AH (RFC 4302) counts its length in words, less two. */
function authentication(pick: Pick): Extension {
  const words = 1 + 2 * pick(4);
  return { header: 51, pack: (next) => join([next, 1 + words, 0, 0], u32(pick(0x7fffffff)), u32(1), new Uint8Array(4 * words)) };
}

/** Protocols without a reader of their own: hop-by-hop within IPv4, IGMP, IPv6 in IP, ESP, the other family's ICMP, OSPF, SCTP. */
const PROTOCOLS = [0, 2, 41, 50, 58, 1, 59, 89, 132, 200, 255];

function upper(pick: Pick, family: 4 | 6, depth: number): Upper {
  const kind = pick(10);
  if (kind < 3) return udp({ sport: port(pick), dport: port(pick), payload: new Uint8Array(pick(40)) });
  if (kind < 6) return tcpSegment(pick);
  if (kind < 9) return family === 4 ? icmpMessage4(pick, depth) : icmpMessage6(pick, depth);
  if (family === 4 && pick(3) === 0) return raw(2, [0x16, 0, ...u16(0x0904), ...ip("224.0.0.251")]);
  return raw(PROTOCOLS[pick(PROTOCOLS.length)] ?? 255, noise(pick, 24));
}

function port(pick: Pick): number {
  return pick(3) === 0 ? (pick(2) === 0 ? 53 : 123) : pick(65_536);
}

/** All eight flags, and options of up to 40 bytes. */
function tcpSegment(pick: Pick): Upper {
  const options = new Uint8Array(4 * (pick(3) === 0 ? pick(11) : 0)).fill(1);
  const head = [...u16(port(pick)), ...u16(port(pick)), ...u32(pick(0x7fffffff)), ...u32(pick(0x7fffffff)), (5 + options.length / 4) << 4, pick(256)];
  return raw(6, join(head, u16(1024), u16(0), u16(0), options, new Uint8Array(pick(20))));
}

const ERRORS4 = [3, 4, 5, 11, 12];
const OTHERS4 = [0, 8, 8, 13, 14, 15, 16, 17, 18, 9, 10, 40];

function icmpMessage4(pick: Pick, depth: number): Upper {
  const rest = u32(pick(0x7fffffff));
  if (depth > 0 && pick(2) === 0) return icmp4({ type: ERRORS4[pick(5)] ?? 3, code: pick(16), rest, payload: quoted(pick, depth) });
  return icmp4({ type: OTHERS4[pick(OTHERS4.length)] ?? 8, code: pick(2), rest, payload: new Uint8Array(pick(24)) });
}

/** Router and neighbour discovery, MLD, echo, node information, what has no meaning. */
const OTHERS6 = [128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 139, 140, 143, 200];

function icmpMessage6(pick: Pick, depth: number): Upper {
  const rest = u32(pick(0x7fffffff));
  if (depth > 0 && pick(2) === 0) return icmp6({ type: 1 + pick(4), code: pick(8), rest, payload: quoted(pick, depth) });
  const type = OTHERS6[pick(OTHERS6.length)] ?? 128;
  return icmp6({ type, code: pick(2), rest, payload: pick(4) === 0 ? noise(pick, 32) : join(ip(HOSTS[6][pick(8)] ?? "::"), new Uint8Array(pick(3) * 8)) });
}

/** The packet an error is about, often only its beginning. */
function quoted(pick: Pick, depth: number): Uint8Array {
  const { bytes } = wellFormed(pick, depth - 1);
  return pick(2) === 0 ? bytes : bytes.subarray(0, pick(bytes.length + 1));
}

function arpPacket(pick: Pick): Uint8Array {
  const own = ["02:00:00:00:00:21", HOSTS[4][pick(7)] ?? ""] as const;
  const other = ["02:00:00:00:00:fe", HOSTS[4][pick(7)] ?? ""] as const;
  const packet = arp({ operation: 1 + pick(3), sender: own, target: other });
  if (pick(10) === 0) return packet.subarray(0, pick(28));
  // A hardware type or a length that is not Ethernet's.
  if (pick(10) === 0) packet[pick(6)] = pick(10);
  return packet;
}

function noise(pick: Pick, length: number): Uint8Array {
  return Uint8Array.from({ length: pick(length + 1) }, () => pick(256));
}

/** One fault where real ones are: versions and lengths of the network header, the transport's own, an end too early. */
function faulty(bytes: Uint8Array, family: 4 | 6, pick: Pick): Uint8Array {
  const view = new DataView(bytes.buffer);
  const header = family === 4 ? 20 : 40;
  const near = (length: number): number => Math.max(0, length + pick(41) - 20);
  switch (pick(7)) {
    case 0: return bytes.subarray(0, pick(bytes.length + 1));
    case 1: bytes[0] = (pick(16) << 4) | ((bytes[0] ?? 0) & 15); break;
    case 2: if (family === 4) bytes[0] = 0x40 | pick(16); break;
    case 3: view.setUint16(family === 4 ? 2 : 4, near(bytes.length - (family === 4 ? 0 : 40))); break;
    case 4: view.setUint16(family === 4 ? 2 : 4, 0); break;
    // The first twenty bytes behind the header: lengths and offsets of what is there.
    case 5: if (bytes.length > header) bytes[header + pick(Math.min(20, bytes.length - header))] = pick(256); break;
    default: return join(bytes, new Uint8Array(pick(20)));
  }
  return bytes;
}
