/** Ethernet frames, renumbered: link layer, ARP, IP, ports, neighbour discovery, DNS and what ICMP errors quote. Lengths never change. */
import { fromBytes, toBytes } from "../../../src/model/address.js";
import { type Covered, mend, mendUdp, NOTHING, read16, write16 } from "./checksums.js";
import { renumberDns } from "./dns.js";
import type { Renumbering } from "./plan.js";

const IPV4 = 0x0800, ARP = 0x0806, VLAN = 0x8100, IPV6 = 0x86dd, QINQ = 0x88a8;
const ICMP = 1, TCP = 6, UDP = 17, ICMPV6 = 58;
const DNS = 53;

/** A new frame of the same length. */
export function renumberFrame(captured: Uint8Array, renumbering: Renumbering): Uint8Array {
  const frame = captured.slice();
  moveHardware(frame, 0, renumbering);
  moveHardware(frame, 6, renumbering);
  let at = 12;
  while ([VLAN, QINQ].includes(read16(frame, at))) at += 4;
  const etherType = read16(frame, at);
  const payload = frame.subarray(at + 2);
  if (etherType === ARP) renumberArp(payload, renumbering);
  else if (etherType === IPV4 || etherType === IPV6) renumberPacket(payload, renumbering);
  return frame;
}

/** Ethernet and IPv4 (RFC 826); other ARP stays. */
function renumberArp(arp: Uint8Array, renumbering: Renumbering): void {
  if (arp[4] !== 6 || arp[5] !== 4) return;
  moveHardware(arp, 8, renumbering);
  moveAddress(arp, 14, 4, renumbering);
  moveHardware(arp, 18, renumbering);
  moveAddress(arp, 24, 4, renumbering);
}

function renumberPacket(packet: Uint8Array, renumbering: Renumbering): void {
  const version = (packet[0] ?? 0) >>> 4;
  if (version === 4 && packet.length >= 20) renumberIpv4(packet, renumbering);
  if (version === 6 && packet.length >= 40) renumberIpv6(packet, renumbering);
}

function renumberIpv4(packet: Uint8Array, renumbering: Renumbering): void {
  const header = packet.subarray(0, ((packet[0] ?? 0) & 15) * 4);
  const oldHeader = header.slice();
  const total = read16(packet, 2);
  const fragment = read16(packet, 6) & 0x3fff; // more fragments, offset
  const proto = packet[9] ?? 0;
  const pseudo = (): Uint8Array => Uint8Array.from([...packet.subarray(12, 20), 0, proto, (total - header.length) >>> 8, (total - header.length) & 255]);
  const before = pseudo();
  moveAddress(packet, 12, 4, renumbering);
  moveAddress(packet, 16, 4, renumbering);
  mend(header, oldHeader, 10, { before: NOTHING, after: NOTHING, whole: true });
  if ((fragment & 0x1fff) !== 0) return;
  const whole = fragment === 0 && total <= packet.length;
  renumberSegment(packet.subarray(header.length, total), proto, { before, after: pseudo(), whole }, renumbering);
}

/** Extension headers that are walked: hop-by-hop, routing, fragment, destination options. */
const EXTENSIONS = [0, 43, 44, 60];
const FRAGMENT = 44;

function renumberIpv6(packet: Uint8Array, renumbering: Renumbering): void {
  const end = 40 + read16(packet, 4);
  let proto = packet[6] ?? 0, at = 40, fragment = 0;
  while (EXTENSIONS.includes(proto) && at + 8 <= packet.length) {
    const length = proto === FRAGMENT ? 8 : 8 * (1 + (packet[at + 1] ?? 0));
    if (proto === FRAGMENT) fragment = read16(packet, at + 2) & 0xfff9;
    proto = packet[at] ?? 0;
    at += length;
  }
  const pseudo = (): Uint8Array => Uint8Array.from([...packet.subarray(8, 40), 0, 0, (end - at) >>> 8, (end - at) & 255, 0, 0, 0, proto]);
  const before = pseudo();
  moveAddress(packet, 8, 16, renumbering);
  moveAddress(packet, 24, 16, renumbering);
  if (fragment >>> 3 !== 0) return;
  renumberSegment(packet.subarray(at, end), proto, { before, after: pseudo(), whole: fragment === 0 && end <= packet.length }, renumbering);
}

function renumberSegment(segment: Uint8Array, proto: number, covered: Covered, renumbering: Renumbering): void {
  const old = segment.slice();
  if (proto === UDP) {
    renumberUdp(segment, renumbering);
    mendUdp(segment, old, 6, covered);
  } else if (proto === TCP) {
    movePorts(segment, renumbering);
    mend(segment, old, 16, covered);
  } else if (proto === ICMP) {
    renumberIcmp(segment, renumbering);
    mend(segment, old, 2, { before: NOTHING, after: NOTHING, whole: covered.whole });
  } else if (proto === ICMPV6) {
    renumberIcmpv6(segment, renumbering);
    mend(segment, old, 2, covered);
  }
}

/** RFC 792: unreachable, source quench, redirect, time exceeded, parameter problem. */
const ICMP_ERRORS = [3, 4, 5, 11, 12];
const REDIRECT = 5;

function renumberIcmp(segment: Uint8Array, renumbering: Renumbering): void {
  const type = segment[0] ?? 0;
  if (ICMP_ERRORS.includes(type)) renumberPacket(segment.subarray(8), renumbering);
  // A redirect names a gateway where other errors have nothing.
  if (type === REDIRECT) moveAddress(segment, 4, 4, renumbering);
}

function renumberUdp(segment: Uint8Array, renumbering: Renumbering): void {
  const named = read16(segment, 0) === DNS || read16(segment, 2) === DNS;
  movePorts(segment, renumbering);
  if (named) renumberDns(segment.subarray(8), renumbering);
}

/** ICMPv6 neighbour discovery (RFC 4861): type -> offsets of its addresses, and where its options begin. */
const DISCOVERY: Readonly<Record<number, { readonly addresses: readonly number[]; readonly options: number }>> = {
  133: { addresses: [], options: 8 },
  134: { addresses: [], options: 16 },
  135: { addresses: [8], options: 24 },
  136: { addresses: [8], options: 24 },
  137: { addresses: [8, 24], options: 40 },
};
const LINK_LAYER_OPTIONS = [1, 2];
const REDIRECTED_OPTION = 4;

function renumberIcmpv6(segment: Uint8Array, renumbering: Renumbering): void {
  const type = segment[0] ?? 0;
  // RFC 4443: errors quote the packet they are about.
  if (type < 128) renumberPacket(segment.subarray(8), renumbering);
  const discovery = DISCOVERY[type];
  if (discovery === undefined) return;
  for (const at of discovery.addresses) moveAddress(segment, at, 16, renumbering);
  for (let at = discovery.options; at + 8 <= segment.length;) {
    const length = 8 * (segment[at + 1] ?? 0);
    if (length === 0) return;
    if (LINK_LAYER_OPTIONS.includes(segment[at] ?? 0)) moveHardware(segment, at + 2, renumbering);
    if (segment[at] === REDIRECTED_OPTION) renumberPacket(segment.subarray(at + 8, at + length), renumbering);
    at += length;
  }
}

function movePorts(segment: Uint8Array, { port }: Renumbering): void {
  for (const at of [0, 2]) if (at + 2 <= segment.length) write16(segment, at, port(read16(segment, at)));
}

function moveAddress(bytes: Uint8Array, at: number, length: 4 | 16, { address }: Renumbering): void {
  if (at + length <= bytes.length) bytes.set(toBytes(address(fromBytes(bytes.subarray(at, at + length)))), at);
}

function moveHardware(bytes: Uint8Array, at: number, { hardware }: Renumbering): void {
  if (at + 6 <= bytes.length) bytes.set(hardware(bytes.subarray(at, at + 6)), at);
}
