// From the bytes of a frame to a packet's row of fields. A frame that does not hold what its headers promise is a condition, never a trap.

import { clearBlock } from "./block";
import { Condition, Direction, Fragment, Frame, FrameFlag, Image, Packet } from "./layout";
import { Arp } from "./wire/arp";
import { be16 } from "./wire/bytes";
import { EtherType, Ethernet, untag } from "./wire/ethernet";
import { Icmp, quotes4, quotes6, request4, request6 } from "./wire/icmp";
import { Ipv4 } from "./wire/ipv4";
import { Extension, Ipv6, NextHeader, isExtension } from "./wire/ipv6";
import { redirected } from "./wire/redirect";
import { PppProtocol, Pppoe } from "./wire/pppoe";
import { Tcp, TcpFlag } from "./wire/tcp";
import { Udp } from "./wire/udp";

/** Longer chains of extension headers count as malformed; the kernel's own limit of options is of the same order. */
const EXTENSIONS_MAX = 8;

export enum Proto { ICMP = 1, IGMP = 2, TCP = 6, UDP = 17, ICMPV6 = 58 }
export enum Ndp { REDIRECT = 137 }

/** Ethernet frame -> packet. `bytes` is the start of the byte area. */
export function dissectEthernet(frame: Frame, bytes: usize, image: Image, packet: Packet): void {
  clearBlock(changetype<usize>(packet), offsetof<Packet>());
  const at = bytes + frame.at;
  const end = at + frame.captured;
  const whole = at + (frame.original > frame.captured ? frame.original : frame.captured);
  if (!Ethernet.fits(at, end)) {
    packet.condition = condition(at + 14, whole);
    return;
  }
  const ethernet = changetype<Ethernet>(at);
  packet.direction = directionOf(frame.flags, ethernet.source, image);
  packet.group = u32(ethernet.group);
  packet.station = u32(!isOwn(ethernet.source, image));
  const payload = dissectTagged(ethernet.type, ethernet.payload, end, whole, image, packet);
  if (payload != 0 && packet.family == 0 && packet.etherType != EtherType.ARP && carriesSwitchTag(payload, end)) packet.condition = Condition.TAGGED;
}

/** What a type announces, at `at`, once the tags are skipped; returns where that is, 0 where the tags do not end. */
export function dissectTagged(type: u32, at: usize, end: usize, whole: usize, image: Image, packet: Packet): usize {
  const payload = untag(at, type, end);
  if (payload == 0) {
    // Where four tags are there, what is wrong is a fifth.
    packet.condition = at + 16 <= end ? Condition.MALFORMED : condition(at + 16, whole);
    return 0;
  }
  dissectNetwork(payload == at ? type : be16(payload - 2), payload, end, whole, image, packet);
  return payload;
}

/** What an EtherType announces, at `at`. */
export function dissectNetwork(type: u32, at: usize, end: usize, whole: usize, image: Image, packet: Packet): void {
  packet.etherType = type;
  packet.network = <u32>at;
  if (type == EtherType.IPV4) dissectIpv4(at, end, whole, packet);
  else if (type == EtherType.IPV6) dissectIpv6(at, end, whole, packet);
  else if (type == EtherType.ARP) dissectArp(at, end, whole, image, packet);
  else if (type == EtherType.PPPOE) dissectPppoe(at, end, whole, packet);
}

function dissectPppoe(at: usize, end: usize, whole: usize, packet: Packet): void {
  if (!Pppoe.fits(at, end)) {
    packet.condition = condition(at + 8, whole);
    return;
  }
  const header = changetype<Pppoe>(at);
  if (!header.wellFormed) packet.condition = Condition.MALFORMED;
  else if (header.protocol == PppProtocol.IPV4) dissectIpv4(header.payload, end, whole, packet);
  else if (header.protocol == PppProtocol.IPV6) dissectIpv6(header.payload, end, whole, packet);
}

/** A switch chip's tag stands between the addresses and the EtherType: a known type with a fitting version two, four or eight bytes further on gives it away. */
function carriesSwitchTag(payload: usize, end: usize): bool {
  for (let skip: usize = 2; skip <= 8; skip += skip) {
    const at = payload + skip;
    if (at + 1 > end) return false;
    const type = be16(at - 2);
    const version = load<u8>(at) >> 4;
    if ((type == EtherType.IPV4 && version == 4) || (type == EtherType.IPV6 && version == 6)) return true;
  }
  return false;
}

/** What the capture says of the direction, else whose hardware address sent it. */
export function directionOf(flags: u32, source: u64, image: Image): u32 {
  if (flags & FrameFlag.OUT) return Direction.OUT;
  if (flags & FrameFlag.IN) return Direction.IN;
  if (image.macCount == 0 || source == 0) return Direction.UNKNOWN;
  return isOwn(source, image) ? Direction.OUT : Direction.IN;
}

export function isOwn(hardware: u64, image: Image): bool {
  const end = image.macs + (image.macCount << 3);
  for (let at = image.macs; at < end; at += 8) {
    if (load<u64>(at) == hardware) return true;
  }
  return false;
}

/** A header that ends at `need` is missing: cut by the capture if the packet itself was long enough, else malformed. */
export function condition(need: usize, whole: usize): u32 {
  return need <= whole ? Condition.CUT : Condition.MALFORMED;
}

function dissectArp(at: usize, end: usize, whole: usize, image: Image, packet: Packet): void {
  if (!Arp.fits(at, end)) {
    packet.condition = condition(at + 28, whole);
    return;
  }
  const arp = changetype<Arp>(at);
  if (!arp.known) {
    packet.condition = Condition.MALFORMED;
    return;
  }
  packet.src0 = arp.sender;
  packet.dst0 = arp.target;
  packet.ownHardware = u32(isOwn(arp.senderHardware, image));
}

/** IPv4 packet at `at` -> packet. `end` bounds the captured bytes, `whole` the packet's own. */
export function dissectIpv4(at: usize, end: usize, whole: usize, packet: Packet): void {
  packet.family = 4;
  if (!Ipv4.fits(at, end)) {
    packet.condition = condition(at + 20, whole);
    return;
  }
  const ip = changetype<Ipv4>(at);
  // A total length of 0 is a segment the card will cut up (TSO): it reaches to the end of the frame.
  const stop = ip.totalLength == 0 ? whole : at + ip.totalLength;
  packet.tos = ip.tos;
  packet.hopLimit = ip.ttl;
  packet.proto = ip.protocol;
  packet.src0 = ip.source;
  packet.dst0 = ip.destination;
  if (!ip.wellFormed || at + ip.header > stop || stop > whole) {
    packet.condition = Condition.MALFORMED;
    return;
  }
  packet.fragmentId = ip.id;
  packet.wholeEnd = <u32>stop;
  if (ip.fragmentOffset != 0) packet.fragment = Fragment.LATER;
  else if (ip.moreFragments) packet.fragment = Fragment.FIRST;
  transport(at + ip.header, end < stop ? end : stop, stop, packet);
}

/** IPv6 packet at `at` -> packet. */
export function dissectIpv6(at: usize, end: usize, whole: usize, packet: Packet): void {
  packet.family = 6;
  if (!Ipv6.fits(at, end)) {
    packet.condition = condition(at + 40, whole);
    return;
  }
  const ip = changetype<Ipv6>(at);
  packet.tos = ip.trafficClass;
  packet.hopLimit = ip.hopLimit;
  packet.proto = ip.nextHeader;
  ip.copyAddresses(changetype<usize>(packet) + offsetof<Packet>("src0"));
  // A payload length of 0 is a jumbogram (RFC 2675) or a segment the card will cut up.
  const stop = ip.payloadLength == 0 && ip.nextHeader != 59 ? whole : ip.payload + ip.payloadLength;
  if (!ip.wellFormed || stop > whole) {
    packet.condition = Condition.MALFORMED;
    return;
  }
  packet.wholeEnd = <u32>stop;
  extensions(ip.payload, end < stop ? end : stop, stop, packet);
}

/** Walks the extension headers, then reads the transport. */
function extensions(at: usize, end: usize, stop: usize, packet: Packet): void {
  for (let i = 0; isExtension(packet.proto); i++) {
    if (i == EXTENSIONS_MAX) {
      packet.condition = Condition.MALFORMED;
      return;
    }
    if (!Extension.fits(at, end)) {
      packet.condition = condition(at + 8, stop);
      return;
    }
    const header = changetype<Extension>(at);
    const kind = packet.proto;
    packet.proto = header.nextHeader;
    at += header.length(kind);
    if (kind != NextHeader.FRAGMENT) continue;
    packet.fragmentId = header.id;
    if (header.fragmentOffset != 0) {
      packet.fragment = Fragment.LATER;
      return;
    }
    // Offset 0 without more to come is an atomic fragment (RFC 6946): an ordinary packet.
    if (header.moreFragments) packet.fragment = Fragment.FIRST;
  }
  transport(at, end, stop, packet);
}

/** Ports, flags, ICMP types. Later fragments have none of them. */
function transport(at: usize, end: usize, stop: usize, packet: Packet): void {
  if (packet.fragment == Fragment.LATER) return;
  // The last extension header may be longer than its packet.
  if (at > stop) packet.condition = Condition.MALFORMED;
  packet.payloadEnd = <u32>end;
  const proto = packet.proto;
  if (proto == Proto.UDP) udp(at, end, stop, packet);
  else if (proto == Proto.TCP) tcp(at, end, stop, packet);
  else if (proto == Proto.ICMP && packet.family == 4) icmp4(at, end, stop, packet);
  else if (proto == Proto.ICMPV6 && packet.family == 6) icmp6(at, end, stop, packet);
}

function udp(at: usize, end: usize, stop: usize, packet: Packet): void {
  if (!Udp.fits(at, stop)) packet.condition = Condition.MALFORMED;
  else if (!Udp.portsFit(at, end)) packet.condition = Condition.CUT;
  else {
    const header = changetype<Udp>(at);
    packet.sport = header.source;
    packet.dport = header.destination;
    packet.payload = <u32>header.payload;
  }
}

function tcp(at: usize, end: usize, stop: usize, packet: Packet): void {
  const header = changetype<Tcp>(at);
  // The eight bytes that old ICMP errors quote hold the ports and no flags.
  if (Udp.portsFit(at, end)) {
    packet.sport = header.source;
    packet.dport = header.destination;
  }
  if (!Tcp.fits(at, stop)) packet.condition = Condition.MALFORMED;
  else if (!Tcp.flagsFit(at, end)) packet.condition = Condition.CUT;
  else {
    if (!header.wellFormed || at + header.header > stop) {
      packet.condition = Condition.MALFORMED;
      return;
    }
    const flags = header.flags;
    packet.tcpFlags = flags;
    packet.sequence = header.sequence;
    packet.acknowledged = header.acknowledgement;
    packet.payload = <u32>(at + header.header);
    packet.segment = <u32>(stop - at) - header.header + u32((flags & TcpFlag.SYN) != 0) + u32((flags & TcpFlag.FIN) != 0);
  }
}

function icmp4(at: usize, end: usize, stop: usize, packet: Packet): void {
  if (!icmp(at, end, stop, packet)) return;
  const header = changetype<Icmp>(at);
  if (request4(packet.icmpType) != 0) echo(header, end, packet);
  else if (quotes4(packet.icmpType)) packet.payload = <u32>header.quoted;
}

function icmp6(at: usize, end: usize, stop: usize, packet: Packet): void {
  if (!icmp(at, end, stop, packet)) return;
  const header = changetype<Icmp>(at);
  if (request6(packet.icmpType) != 0) echo(header, end, packet);
  else if (quotes6(packet.icmpType)) packet.payload = <u32>header.quoted;
  else if (packet.icmpType == Ndp.REDIRECT) {
    packet.payload = <u32>redirected(at, end);
    if (packet.payload == 0 && end < stop) packet.condition = Condition.CUT;
  }
}

/** Type and code; false when they are not there. */
function icmp(at: usize, end: usize, stop: usize, packet: Packet): bool {
  if (!Icmp.typeFits(at, stop)) packet.condition = Condition.MALFORMED;
  else if (!Icmp.typeFits(at, end)) packet.condition = Condition.CUT;
  else {
    packet.icmpType = changetype<Icmp>(at).type;
    packet.icmpCode = changetype<Icmp>(at).code;
    return true;
  }
  return false;
}

/** Identifier and sequence stand where ports stand elsewhere. */
function echo(header: Icmp, end: usize, packet: Packet): void {
  if (!Icmp.fits(changetype<usize>(header), end)) {
    packet.condition = condition(changetype<usize>(header) + 8, packet.wholeEnd);
    return;
  }
  packet.sport = header.identifier;
  packet.dport = header.sequence;
}
