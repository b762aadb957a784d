// Who spoke first. A bounded memory of flows on the WAN: an answer is what replies to something that arrived there (contract: class `answer`).

import { clearBlock } from "./block";
import { dissectIpv4, dissectIpv6, Proto } from "./dissect";
import { find, forgotten, fresh, place } from "./flows";
import { Condition, Direction, Flow, Fragment, Image, Listener, Packet, Run } from "./layout";
import { FlowEntry } from "./flows";
import { request4, request6 } from "./wire/icmp";
import { TcpFlag } from "./wire/tcp";

/** Seconds after a capture's start in which the packet that caused a reply may have come before it. The kernel answers at once; address resolution gives up after three seconds (mcast_solicit). */
const GRACE: u32 = 5;
/** Reassembly gives up after 30 (ipfrag_time) or 60 seconds (ip6frag_time). */
const REASSEMBLY_GRACE: u32 = 61;
/** Added to an ICMP request's type in the key of its replies: a reply that arrives is remembered apart from the request. */
const REPLY: u32 = 0x100;
/** A client's port: the lower end of Linux's and IANA's dynamic ranges. */
const EPHEMERAL: u32 = 32768;

const OPENING = TcpFlag.SYN | TcpFlag.ACK | TcpFlag.RST | TcpFlag.FIN;

// Bits of `closed`.
const FIN_IN: u8 = 1;
const FIN_OUT: u8 = 2;
const RESET: u8 = 4;
/** A segment has left. */
const LEFT: u8 = 8;
/** The last segment that came in carried an acknowledgement. */
const HAD_ACK: u8 = 16;

/** Remembers the packet; for one that leaves, sets `flow`: who opened the flow it belongs to. */
export function track(run: Run, image: Image, packet: Packet): void {
  if (packet.family == 0 || packet.condition != Condition.WHOLE || packet.fragment == Fragment.LATER) return;
  if (packet.direction == Direction.UNKNOWN) return;
  if (packet.direction == Direction.IN) run.arrivals++;
  const proto = packet.proto;
  if (proto == Proto.TCP) trackTcp(run, image, packet);
  else if (proto == Proto.UDP) trackUdp(run, image, packet);
  else if (isIcmp(packet)) trackIcmp(run, packet);
  else if (packet.direction == Direction.IN) arrive(run, packet, 0, Flow.WAN);
}

function isIcmp(packet: Packet): bool {
  return packet.family == 4 ? packet.proto == Proto.ICMP : packet.proto == Proto.ICMPV6;
}

/** The key of the packet's flow, seen from the node: its own end is `local`, for multicast any. */
function keyOf(run: Run, packet: Packet, request: u32, outgoing: bool, anyLocal: bool): FlowEntry {
  const key = changetype<FlowEntry>(run.key);
  key.setEnds(packet, outgoing, anyLocal);
  // Identifier and sequence keep their places in a request and its reply.
  const straight = outgoing || request != 0;
  key.setKind(straight ? packet.sport : packet.dport, straight ? packet.dport : packet.sport, packet.proto | (packet.family << 8) | (request << 16));
  return key;
}

/** An inbound packet: remembers that it arrived; a flow not known before gets this opener. */
function arrive(run: Run, packet: Packet, request: u32, opener: u32): FlowEntry {
  const key = keyOf(run, packet, request, false, packet.group != 0);
  let entry = find(run, key);
  if (entry == null || !fresh(entry, run.now)) {
    entry = place(run, key);
    entry.opener = <u8>opener;
  }
  entry.seconds = run.now;
  entry.arrived = 1;
  return entry;
}

/** A flow the packet belongs to, by its exact key or, for a reply to a multicast, by that of any local address. */
function recall(run: Run, packet: Packet, request: u32): FlowEntry | null {
  const entry = find(run, keyOf(run, packet, request, true, false));
  if (entry != null && fresh(entry, run.now)) return entry;
  const any = find(run, keyOf(run, packet, request, true, true));
  return any != null && fresh(any, run.now) ? any : null;
}

function trackUdp(run: Run, image: Image, packet: Packet): void {
  if (packet.direction == Direction.IN) {
    const group = packet.group != 0;
    arrive(run, packet, 0, opensFromOutside(image, packet, group) ? Flow.WAN : Flow.UNDER_WAY);
    return;
  }
  let entry = recall(run, packet, 0);
  if (entry == null) {
    entry = place(run, keyOf(run, packet, 0, true, false));
    entry.opener = <u8>firstSeenLeaving(run, image, packet);
  }
  entry.seconds = run.now;
  packet.entry = <u32>changetype<usize>(entry);
  packet.flow = spoken(entry.opener, image, packet);
}

/** UDP to a listener was opened outside; without ss.txt, to any port that is not one of the local port range. */
function opensFromOutside(image: Image, packet: Packet, anyAddress: bool): bool {
  if (image.listenersKnown) return listens(image, packet, false, anyAddress);
  return packet.dport < image.portLow || packet.dport > image.portHigh;
}

/** Opened here, unless it may answer something that came before the capture began or was forgotten. */
function firstSeenLeaving(run: Run, image: Image, packet: Packet): u32 {
  if (forgotten(run)) return Flow.FORGOTTEN;
  const answerShaped = packet.sport < EPHEMERAL && packet.dport >= EPHEMERAL && listens(image, packet, true, false);
  return answerShaped && withinGrace(run, GRACE) ? Flow.TRIGGER : Flow.HERE;
}

function trackTcp(run: Run, image: Image, packet: Packet): void {
  const opening = (packet.tcpFlags & OPENING) == TcpFlag.SYN;
  if (packet.direction == Direction.IN) segmentIn(run, packet, opening);
  else segmentOut(run, image, packet, opening);
}

function segmentIn(run: Run, packet: Packet, opening: bool): void {
  const entry = arrive(run, packet, 0, opening ? Flow.WAN : Flow.UNDER_WAY);
  const flags = packet.tcpFlags;
  // A SYN into a flow that is open changes nothing (RFC 5961 section 4): who spoke first stays.
  if (opening && (isClosed(entry) || !(entry.closed & LEFT))) {
    entry.opener = <u8>Flow.WAN;
    entry.closed = 0;
  }
  entry.acknowledged = packet.acknowledged;
  entry.segmentEnd = packet.sequence + packet.segment;
  entry.closed &= ~HAD_ACK;
  if (flags & TcpFlag.ACK) entry.closed |= HAD_ACK;
  if (flags & TcpFlag.FIN) entry.closed |= FIN_IN;
  if (flags & TcpFlag.RST) entry.closed |= RESET;
}

function segmentOut(run: Run, image: Image, packet: Packet, opening: bool): void {
  let entry = recall(run, packet, 0);
  if (entry == null) {
    entry = place(run, keyOf(run, packet, 0, true, false));
    entry.opener = <u8>Flow.UNDER_WAY;
  }
  if (opening) {
    entry.opener = <u8>Flow.HERE;
    entry.closed = 0;
  }
  const flags = packet.tcpFlags;
  entry.seconds = run.now;
  packet.entry = <u32>changetype<usize>(entry);
  entry.closed |= LEFT;
  if (flags & TcpFlag.FIN) entry.closed |= FIN_OUT;
  if (flags & TcpFlag.RST) {
    entry.closed |= RESET;
    if (entry.opener == Flow.UNDER_WAY && refuses(entry, packet)) {
      packet.flow = Flow.WAN;
      return;
    }
  }
  packet.flow = spoken(entry.opener, image, packet);
}

function isClosed(entry: FlowEntry): bool {
  const fins = FIN_IN | FIN_OUT;
  return (entry.closed & RESET) != 0 || (entry.closed & fins) == fins;
}

/** The RST of RFC 9293 section 3.5.2: made from the segment that arrived, not by a socket that gives up. */
function refuses(entry: FlowEntry, packet: Packet): bool {
  if (!entry.arrived) return false;
  if (packet.tcpFlags & TcpFlag.ACK) return !(entry.closed & HAD_ACK) && packet.acknowledged == entry.segmentEnd;
  return (entry.closed & HAD_ACK) != 0 && packet.sequence == entry.acknowledged;
}

/** Who opened it, as the policy asks: a flow under way counts as an answer where its local port listens. */
function spoken(opener: u32, image: Image, packet: Packet): u32 {
  return opener == Flow.UNDER_WAY && listens(image, packet, true, false) ? Flow.LISTENER : opener;
}

function listens(image: Image, packet: Packet, outgoing: bool, anyAddress: bool): bool {
  const port = outgoing ? packet.sport : packet.dport;
  const end = image.listeners + image.listenerCount * <u32>offsetof<Listener>();
  for (let at = image.listeners; at < end; at += offsetof<Listener>()) {
    const listener = changetype<Listener>(at);
    if (listener.port != port || listener.proto != packet.proto || listener.family != packet.family) continue;
    if (anyAddress || listener.anyAddress || sameAddress(listener, packet, outgoing)) return true;
  }
  return false;
}

function sameAddress(listener: Listener, packet: Packet, outgoing: bool): bool {
  if (outgoing) {
    return listener.word0 == packet.src0 && listener.word1 == packet.src1 && listener.word2 == packet.src2 && listener.word3 == packet.src3;
  }
  return listener.word0 == packet.dst0 && listener.word1 == packet.dst1 && listener.word2 == packet.dst2 && listener.word3 == packet.dst3;
}

function trackIcmp(run: Run, packet: Packet): void {
  const request = packet.family == 4 ? request4(packet.icmpType) : request6(packet.icmpType);
  const outgoing = packet.direction == Direction.OUT;
  if (request == 0) {
    if (outgoing && packet.payload != 0) packet.flow = quotedFlow(run, packet);
  } else if (packet.icmpType == request) {
    if (outgoing) packet.flow = Flow.HERE;
    else arrive(run, packet, request, Flow.WAN);
  } else if (outgoing) {
    const entry = recall(run, packet, request);
    packet.flow = entry != null && entry.arrived ? Flow.WAN : withoutTrigger(run, GRACE);
  } else {
    arrive(run, packet, request | REPLY, Flow.WAN);
  }
}

/** An error is an answer when the packet it quotes arrived on the WAN, whoever opened that flow. */
function quotedFlow(run: Run, packet: Packet): u32 {
  const quoted = changetype<Packet>(run.quoted);
  clearBlock(run.quoted, offsetof<Packet>());
  // Quotes are cut by design: the bytes end at the message's end, the quoted headers promise more.
  if (packet.family == 4) dissectIpv4(packet.payload, packet.payloadEnd, <usize>u32.MAX_VALUE, quoted);
  else dissectIpv6(packet.payload, packet.payloadEnd, <usize>u32.MAX_VALUE, quoted);
  const portsSeen = quoted.condition == Condition.WHOLE || (quoted.proto == Proto.TCP && (quoted.sport | quoted.dport) != 0);
  if (quoted.condition == Condition.CUT && !portsSeen) {
    packet.condition = packet.payloadEnd < packet.wholeEnd ? Condition.CUT : Condition.MALFORMED;
    return Flow.NONE;
  }
  if (quoted.condition == Condition.MALFORMED || !answersSender(packet, quoted)) return Flow.NONE;
  if (quoted.fragment == Fragment.LATER) return Flow.TRIGGER;
  const request = requestKey(quoted);
  let entry = find(run, keyOf(run, quoted, request, false, false));
  if (entry == null) entry = find(run, keyOf(run, quoted, request, false, true));
  if (entry != null && entry.arrived) return Flow.WAN;
  return withoutTrigger(run, isReassembly(packet) ? REASSEMBLY_GRACE : GRACE);
}

/** What an ICMP request or reply is remembered under; 0 for everything else. */
function requestKey(packet: Packet): u32 {
  if (!isIcmp(packet)) return 0;
  const request = packet.family == 4 ? request4(packet.icmpType) : request6(packet.icmpType);
  return request == 0 || packet.icmpType == request ? request : request | REPLY;
}

/** ICMP errors go back to the source of what they quote (RFC 1122 section 3.2.2). */
function answersSender(packet: Packet, quoted: Packet): bool {
  return packet.dst0 == quoted.src0 && packet.dst1 == quoted.src1 && packet.dst2 == quoted.src2 && packet.dst3 == quoted.src3;
}

/** Fragment reassembly time exceeded. */
function isReassembly(packet: Packet): bool {
  return packet.icmpCode == 1 && packet.icmpType == (packet.family == 4 ? 11 : 3);
}

/** A reply whose cause was not seen: told apart from a leak only while that cause may be out of sight. */
function withoutTrigger(run: Run, grace: u32): u32 {
  if (forgotten(run)) return Flow.FORGOTTEN;
  return withinGrace(run, grace) ? Flow.TRIGGER : Flow.NONE;
}

/** A capture in which nothing has arrived yet may show one direction only (NFLOG on the way out): what it answers is out of sight. */
function withinGrace(run: Run, grace: u32): bool {
  return run.arrivals == 0 || run.now <= run.started + grace;
}
