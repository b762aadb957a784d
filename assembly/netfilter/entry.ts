// What connection tracking knows of a packet's flow (nf_conntrack_in, net/netfilter/nf_conntrack_core.c).

import { isDiscovery, isError } from "../trip/kernel";
import { NONE, Packet, Place } from "../layout";
import { Ends, Known, originalOf, Paths, replyOf, Sent, Tracked } from "../trip/packets";
import { sentOf, sideOf } from "../trip/socket";
import { maybe } from "../lookup/walk";
import { CtState, CtStatus, Hook, hookedOf, Origin, Span, Stage, StageKind, Trip, Wall } from "./wall";
import { packetAt, walkOf } from "../trip/ways";

const ICMP: u32 = 1;
const TCP: u32 = 6;
const ICMP6: u32 = 58;
const FIN: u32 = 1, SYN: u32 = 2, RST: u32 = 4, ACK: u32 = 16, URG: u32 = 32;
const ORIGINAL: u32 = 0, REPLY: u32 = 1;

/** The stage of conntrack: a packet that has an entry already (it came through lo, or a REJECT made it) keeps it. */
export function track(trip: Trip): void {
  if (trip.untracked != 0 || trip.entry != 0) return;
  const sent = sentOf(trip);
  // icmpv6_error() leaves out router and neighbour discovery and MLD.
  if (sent.ct == Tracked.UNTRACKED || (sent.family == 6 && sent.proto == ICMP6 && isDiscovery(sent.icmpType))) {
    trip.untracked = 1;
    hookedOf(trip).ctState = CtState.UNTRACKED;
    return;
  }
  enter(trip, sent);
}

/** A REJECT's reset, and an ICMP error, come with the entry of the packet they answer (nf_ct_attach), before any hook. */
export function attach(trip: Trip): void {
  const sent = sentOf(trip);
  if (sent.origin == Origin.KERNEL && sent.ct == Tracked.RELATED && isAttached(trip, sent)) enter(trip, sent);
}

/** A packet that finds no socket has lost its entry by then, and conntrack has to find it again (nf_reset_ct in __udp4_lib_rcv). It counts where chains stand before conntrack. */
function isAttached(trip: Trip, sent: Sent): bool {
  if (sent.proto == TCP) return true;
  if (!isError(sent.family, sent.proto, sent.icmpType)) return false;
  const lacks = sent.family == 4 ? sent.icmpType == 3 && sent.icmpCode == 3 : sent.icmpType == 1 && sent.icmpCode == 4;
  const stages = changetype<Span>(changetype<Wall>(trip.wall).hooks + <u32>Hook.OUTPUT * <u32>offsetof<Span>());
  const counts = stages.count != 0 && changetype<Stage>(stages.first).kind == StageKind.CHAIN;
  return !lacks || !counts || !maybe(walkOf(trip), Place.MAKER, 0);
}

function enter(trip: Trip, sent: Sent): void {
  switch (sent.ct) {
    case Tracked.NEW:
      if (sent.hasFlow == 0) return begin(trip, sent);
      return stand(trip, sent, CtState.NEW, ORIGINAL);
    case Tracked.ESTABLISHED:
      return stand(trip, sent, CtState.ESTABLISHED, ORIGINAL);
    case Tracked.REPLY:
      return stand(trip, sent, CtState.ESTABLISHED, REPLY);
    case Tracked.RELATED:
      return stand(trip, sent, CtState.RELATED, sent.hasFlow == 0 ? NONE : sideOfFlow(trip, sent));
    default:
      return;
  }
}

/** The first packet of a flow, as it is now. */
function begin(trip: Trip, sent: Sent): void {
  if (isInvalid(trip, sent)) return;
  trip.entry = 1;
  trip.entryMarkKnown = 1;
  trip.statusKnown = 0xffffffff;
  trip.directionKnown = 1;
  const hooked = hookedOf(trip);
  hooked.ctState = CtState.NEW;
  hooked.ctDirection = ORIGINAL;
  trip.hadFirst = 1;
  noteEnds(trip, changetype<Ends>(changetype<Paths>(trip.paths).ends));
}

/** An entry that stood before this packet came. `direction` NONE: it is not told. */
function stand(trip: Trip, sent: Sent, state: u32, direction: u32): void {
  const hooked = hookedOf(trip);
  const flow = sent.hasFlow != 0;
  trip.entry = 1;
  trip.directionKnown = u32(direction != NONE);
  trip.statusKnown = CtStatus.CONFIRMED | CtStatus.SEEN_REPLY | (flow ? CtStatus.SNAT | CtStatus.DNAT : 0);
  // Where no rule gives entries a mark they have none.
  trip.entryMarkKnown = u32(flow || sideOf(trip).setsEntryMark == 0);
  hooked.ctState = state;
  hooked.ctDirection = direction == REPLY ? REPLY : ORIGINAL;
  hooked.ctMark = flow ? sent.flowMark : 0;
  hooked.ctStatus = CtStatus.CONFIRMED | (state == CtState.NEW ? 0 : CtStatus.SEEN_REPLY) | (flow ? translations(sent) : 0);
}

/** An ICMP error goes the way of the packets whose receiver it has. Where answers have that address on both ends, as behind MASQUERADE on lo, its sender tells. */
function sideOfFlow(trip: Trip, sent: Sent): u32 {
  const original = originalOf(sent);
  const reply = replyOf(sent);
  const packet = trip.packet;
  const src = packet + <u32>offsetof<Packet>("src0");
  const dst = packet + <u32>offsetof<Packet>("dst0");
  if (!isEnd(reply, Known.DST, dst)) return ORIGINAL;
  const begins = trip.sourceKnown != 0 && isEnd(original, Known.SRC, src);
  const isAboutAnswer = isEnd(reply, Known.SRC, dst) && begins && !isEnd(reply, Known.SRC, src);
  return isAboutAnswer ? ORIGINAL : REPLY;
}

/** Whether one end of a direction is told, and the address at `at`. */
function isEnd(ends: Ends, known: u32, at: usize): bool {
  const own = changetype<usize>(ends) + (known == Known.SRC ? offsetof<Ends>("src0") : offsetof<Ends>("dst0"));
  return (ends.known & known) != 0 && memory.compare(own, at, 16) == 0;
}

/** Bits of CtStatus: which ends of the flow were translated. */
export function translations(sent: Sent): u32 {
  const original = originalOf(sent);
  const reply = replyOf(sent);
  const snat = sameEnd(original, true, reply, false) ? 0 : CtStatus.SNAT;
  return snat | (sameEnd(original, false, reply, true) ? 0 : CtStatus.DNAT);
}

/** Whether the source (or destination) of one direction is that end of the other, port and all. What neither tells counts as the same. */
function sameEnd(a: Ends, sourceOfA: bool, b: Ends, sourceOfB: bool): bool {
  const addressOfA = (a.known & (sourceOfA ? Known.SRC : Known.DST)) != 0;
  if (addressOfA != ((b.known & (sourceOfB ? Known.SRC : Known.DST)) != 0)) return false;
  const portOfA = (a.known & (sourceOfA ? Known.SPORT : Known.DPORT)) != 0;
  if (portOfA != ((b.known & (sourceOfB ? Known.SPORT : Known.DPORT)) != 0)) return false;
  if (portOfA && (sourceOfA ? a.sport : a.dport) != (sourceOfB ? b.sport : b.dport)) return false;
  const atA = changetype<usize>(a) + (sourceOfA ? offsetof<Ends>("src0") : offsetof<Ends>("dst0"));
  const atB = changetype<usize>(b) + (sourceOfB ? offsetof<Ends>("src0") : offsetof<Ends>("dst0"));
  return !addressOfA || memory.compare(atA, atB, 16) == 0;
}

/** The ends of the packet as it is. */
export function noteEnds(trip: Trip, ends: Ends): void {
  const packet = packetAt(trip);
  memory.copy(changetype<usize>(ends), changetype<usize>(packet) + offsetof<Packet>("src0"), 32);
  const ports = hasPorts(packet.proto);
  const kept = ports && trip.portKept != 0;
  ends.sport = kept ? packet.sport : 0;
  ends.dport = ports ? packet.dport : 0;
  ends.known = (trip.sourceKnown != 0 ? <u32>Known.SRC : 0) | Known.DST | (kept ? <u32>Known.SPORT : 0) | (ports ? <u32>Known.DPORT : 0);
}
if (offsetof<Packet>("dst0") - offsetof<Packet>("src0") != 16) ERROR("a packet's destination stands behind its source");

/** TCP, UDP, DCCP, SCTP, UDP-Lite. */
export function hasPorts(proto: u32): bool {
  return proto == 6 || proto == 17 || proto == 33 || proto == 132 || proto == 136;
}

/** Whether the first packet of a flow is one that conntrack does not make an entry for. */
function isInvalid(trip: Trip, sent: Sent): bool {
  if (sent.proto == TCP) return !isOpening(sent.tcpFlags, changetype<Paths>(trip.paths).loose != 0);
  // icmp_packet(), nf_conntrack_icmpv6_packet(): only what asks for an answer begins a flow.
  const type = sent.icmpType;
  if (sent.proto == ICMP) return type != 8 && type != 13 && type != 15 && type != 17;
  return sent.proto == ICMP6 && type != 128 && type != 139;
}

/** tcp_error(), tcp_new(): a SYN, or with nf_conntrack_tcp_loose a segment of a flow under way. */
function isOpening(flags: u32, loose: bool): bool {
  const plain = flags & (FIN | SYN | RST | ACK);
  return plain == SYN || (loose && plain == ACK);
}
