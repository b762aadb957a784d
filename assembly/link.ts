// From a captured frame of any link type to a packet: finds the network header, the direction and the device, then leaves the rest to dissect.ts.

import { clearBlock } from "./block";
import { condition, directionOf, dissectEthernet, dissectIpv4, dissectIpv6, dissectTagged, isOwn } from "./dissect";
import { Condition, Direction, Frame, Image, NONE, Packet, Visible } from "./layout";
import { Cooked, Cooked2, CookedType } from "./wire/cooked";
import { EtherType, hardware } from "./wire/ethernet";
import { Hook, NflogAttribute, NflogRecord, readNflog } from "./wire/nflog";

/** Numbers of tcpdump.org/linktypes, as LINK_TYPES in src/model/capture.ts. */
export enum LinkType { NULL = 0, ETHERNET = 1, RAW = 12, RAW_BSD = 101, LOOP = 108, COOKED = 113, IPV4 = 228, IPV6 = 229, NFLOG = 239, COOKED2 = 276 }

/** Frame -> packet. `bytes` is the start of the byte area, `record` scratch for one NFLOG record. */
export function dissectFrame(frame: Frame, bytes: usize, image: Image, record: NflogRecord, packet: Packet): void {
  const type = frame.linkType;
  if (type == LinkType.ETHERNET) {
    dissectEthernet(frame, bytes, image, packet);
    packet.device = frame.device;
    return;
  }
  clearBlock(changetype<usize>(packet), offsetof<Packet>());
  packet.device = frame.device;
  packet.direction = directionOf(frame.flags, 0, image);
  const at = bytes + frame.at;
  const end = at + frame.captured;
  const whole = at + (frame.original > frame.captured ? frame.original : frame.captured);
  if (type == LinkType.COOKED2) cooked2(at, end, whole, image, packet);
  else if (type == LinkType.NFLOG) nflog(at, end, image, record, packet);
  else if (type == LinkType.COOKED) cooked(at, end, whole, image, packet);
  else if (type == LinkType.RAW || type == LinkType.RAW_BSD || type == LinkType.IPV4 || type == LinkType.IPV6) raw(at, end, whole, packet);
  else if (type == LinkType.NULL || type == LinkType.LOOP) loopback(at, end, whole, packet);
  else packet.condition = Condition.UNREAD;
}

function cooked(at: usize, end: usize, whole: usize, image: Image, packet: Packet): void {
  if (!Cooked.fits(at, end)) {
    packet.condition = condition(at + 16, whole);
    return;
  }
  const header = changetype<Cooked>(at);
  sent(header.type, header.addressLength, header.address, image, packet);
  // libpcap puts a tag that the card took off back behind the header.
  dissectTagged(header.protocol, header.payload, end, whole, image, packet);
}

function cooked2(at: usize, end: usize, whole: usize, image: Image, packet: Packet): void {
  if (!Cooked2.fits(at, end)) {
    packet.condition = condition(at + 20, whole);
    return;
  }
  const header = changetype<Cooked2>(at);
  packet.device = deviceOf(image, header.interfaceIndex);
  sent(header.type, header.addressLength, header.address, image, packet);
  dissectTagged(header.protocol, header.payload, end, whole, image, packet);
}

/** Direction and sender of a cooked frame; OTHERHOST is inbound. */
function sent(type: u32, addressLength: u32, address: usize, image: Image, packet: Packet): void {
  packet.direction = type == CookedType.OUTGOING ? Direction.OUT : Direction.IN;
  packet.group = u32(type == CookedType.BROADCAST || type == CookedType.MULTICAST);
  packet.station = u32(addressLength == 6 && !isOwn(hardware(address), image));
}

/** The device number of an interface index: 0 for index 0, NONE for one the node does not have. */
export function deviceOf(image: Image, index: u32): u32 {
  if (index == 0) return 0;
  for (let number: u32 = 1; number < image.deviceCount; number++) {
    if (load<u32>(image.indexes + (number << 2)) == index) return number;
  }
  return NONE;
}

/** Bare IP: the version tells the family, and addresses the direction (judge.ts). */
function raw(at: usize, end: usize, whole: usize, packet: Packet): void {
  packet.network = <u32>at;
  if (at >= end) packet.condition = condition(at + 1, whole);
  else if (load<u8>(at) >> 4 == 6) dissectIpv6(at, end, whole, packet);
  else dissectIpv4(at, end, whole, packet);
  packet.etherType = packet.family == 6 ? EtherType.IPV6 : EtherType.IPV4;
  if (packet.group == 0) packet.group = u32(isGroup(packet));
}

/** Without a hardware address to tell, the destination does: multicast, or IPv4's limited broadcast. */
function isGroup(packet: Packet): bool {
  const top = packet.dst0;
  return packet.family == 6 ? top >>> 24 == 0xff : packet.family == 4 && (top >>> 28 == 0xe || top == u32.MAX_VALUE);
}

/** Four bytes of address family in somebody's byte order: 2 is IPv4 everywhere, IPv6 has as many numbers as there are systems, so the version tells. */
function loopback(at: usize, end: usize, whole: usize, packet: Packet): void {
  if (at + 4 > end) packet.condition = condition(at + 4, whole);
  else raw(at + 4, end, whole, packet);
}

function nflog(at: usize, end: usize, image: Image, record: NflogRecord, packet: Packet): void {
  clearBlock(changetype<usize>(record), offsetof<NflogRecord>());
  const complete = readNflog(at, end, record);
  if (!record.has(NflogAttribute.PAYLOAD)) {
    packet.condition = complete ? Condition.MALFORMED : Condition.CUT;
    return;
  }
  const leaves = record.hook >= <u32>Hook.FORWARD;
  packet.direction = leaves ? Direction.OUT : Direction.IN;
  packet.device = deviceOf(image, leaves ? record.outDevice : record.inDevice);
  // The kernel leaves the mark out when it is 0; a packet without a socket has no uid and no gid.
  packet.mark = record.mark;
  packet.uid = record.uid;
  packet.gid = record.gid;
  packet.visible = Visible.MARK;
  if (record.has(NflogAttribute.UID)) packet.visible |= Visible.UID;
  if (record.has(NflogAttribute.GID)) packet.visible |= Visible.GID;
  // Kernel-made neighbour discovery and MLD show their own output device as input.
  const other = record.inDevice != 0 && record.inDevice != record.outDevice;
  if (record.hook == Hook.FORWARD || (leaves && other && !record.has(NflogAttribute.UID))) packet.visible |= Visible.FORWARDED;
  if (record.hook == Hook.LOCAL_OUT) packet.visible |= Visible.EARLY;
  // Logs stand in mangle as a rule, before nat changes the source; the record does not tell.
  if (leaves) packet.visible |= Visible.BEFORE_NAT;
  if (record.hardware != 0 && record.hardwareLength == 6 && !leaves) packet.station = u32(!isOwn(hardware(record.hardware), image));
  const stop = <usize>record.payload + record.payloadLength;
  raw(record.payload, stop < end ? stop : end, stop, packet);
}
