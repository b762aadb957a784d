// The whole way of a packet: sockets and lookups, and every hook in between. Packets in, fates out; where open choices lead to different fates, the fate is open.

import { reserve } from "../arena";
import { arrive, isMartian6 } from "./arrive";
import { noteEnds } from "../netfilter/entry";
import { passHook } from "../netfilter/hooks";
import { routeKernel } from "./kernel";
import { Answer, Limit, Packet, Place, Router } from "../layout";
import { Ending, Ends, Fate, originalOf, Paths, replyOf, Sent, Side, Tracked } from "./packets";
import { end, routeLocal, sentOf, sideOf } from "./socket";
import { isLost, maybe, routerOf, turn, Walk } from "../lookup/walk";
import { CtState, Hook, Hooked, hookedOf, Origin, Owner, Trip } from "../netfilter/wall";
import { packetAt, walkOf } from "./ways";

const TCP: u32 = 6;
const IGMP: u32 = 2;
const SYN: u32 = 2, RST: u32 = 4, ACK: u32 = 16;

const SENT_BYTES: u32 = offsetof<Sent>() + 2 * offsetof<Ends>();
const FATE_BYTES: u32 = offsetof<Fate>() + 2 * offsetof<Ends>();

/** Reserves the areas of a batch. The router has been opened before. */
export function openPaths(paths: Paths): void {
  paths.sent = <u32>reserve(<usize>Limit.QUESTIONS * SENT_BYTES);
  paths.fates = <u32>reserve(<usize>Limit.QUESTIONS * FATE_BYTES);
  paths.trip = <u32>reserve(offsetof<Trip>());
  paths.packet = <u32>reserve(offsetof<Packet>() + offsetof<Hooked>());
  paths.ends = <u32>reserve(2 * offsetof<Ends>());
  paths.fate = <u32>reserve(FATE_BYTES);
  paths.answer = <u32>reserve(offsetof<Answer>());
}

/** Takes the first `count` packets of its area through the node. */
export function takeBatch(paths: Paths, count: u32): void {
  assert(count <= <u32>Limit.QUESTIONS, "trip: more packets than a batch holds");
  for (let i: u32 = 0; i < count; i++) takeOne(paths, changetype<Sent>(paths.sent + i * SENT_BYTES), changetype<Fate>(paths.fates + i * FATE_BYTES));
}

/** Takes every combination of open choices; where two disagree, the fate is open. */
function takeOne(paths: Paths, sent: Sent, fate: Fate): void {
  const walk = changetype<Walk>(changetype<Router>(paths.router).walk);
  memory.fill(changetype<usize>(walk), 0, offsetof<Walk>());
  takeOnce(paths, walk, sent, fate);
  const other = changetype<Fate>(paths.fate);
  let agreed: bool = fate.ending != Ending.UNDETERMINED;
  while (agreed && !isLost(walk) && turn(walk)) {
    takeOnce(paths, walk, sent, other);
    agreed = memory.compare(changetype<usize>(fate), changetype<usize>(other), offsetof<Fate>("flow")) == 0;
    if (!sameFlow(fate, other)) fate.flow = 0;
  }
  if (agreed && !isLost(walk)) return;
  memory.fill(changetype<usize>(fate), 0, FATE_BYTES);
  fate.ending = Ending.UNDETERMINED;
  fate.place = walk.place;
  fate.number = walk.number;
}

/** Whether both leave the same conntrack entry behind. */
function sameFlow(a: Fate, b: Fate): bool {
  const at: u32 = offsetof<Fate>("flow");
  return memory.compare(changetype<usize>(a) + at, changetype<usize>(b) + at, FATE_BYTES - at) == 0;
}

function takeOnce(paths: Paths, walk: Walk, sent: Sent, fate: Fate): void {
  const trip = changetype<Trip>(paths.trip);
  memory.fill(changetype<usize>(trip), 0, offsetof<Trip>());
  setOut(trip, paths, walk, sent);
  travel(trip);
  tell(trip, fate);
}

/** Puts the packet at its beginning. */
export function setOut(trip: Trip, paths: Paths, walk: Walk, sent: Sent): void {
  const router = changetype<Router>(paths.router);
  const side = changetype<Side>(sent.family == 4 ? paths.side4 : paths.side6);
  walk.router = paths.router;
  walk.packet = router.packet;
  walk.fib = sent.family == 4 ? router.fib4 : router.fib6;
  walk.asked = 0;
  trip.walk = <u32>changetype<usize>(walk);
  trip.packet = paths.packet;
  trip.wall = side.wall;
  trip.origin = sent.origin;
  trip.paths = <u32>changetype<usize>(paths);
  trip.side = <u32>changetype<usize>(side);
  trip.sent = <u32>changetype<usize>(sent);
  trip.answer = paths.answer;
  trip.bound = sent.origin == Origin.LOCAL ? sent.oif : 0;
  // A process's packet has the source that the kernel chooses for it.
  trip.sourceKnown = u32(sent.hasSource != 0 || sent.origin == Origin.LOCAL);
  trip.portKept = 1;
  trip.statusKnown = 0xffffffff;
  trip.directionKnown = 1;
  trip.entryMarkKnown = 1;
  fill(trip, sent);
}

function fill(trip: Trip, sent: Sent): void {
  const packet = packetAt(trip);
  memory.fill(changetype<usize>(packet), 0, offsetof<Packet>() + offsetof<Hooked>());
  packet.family = sent.family;
  packet.etherType = sent.family == 4 ? 0x0800 : 0x86dd;
  packet.proto = sent.proto;
  memory.copy(changetype<usize>(packet) + offsetof<Packet>("src0"), changetype<usize>(sent) + offsetof<Sent>("src0"), 32);
  packet.sport = sent.sport;
  packet.dport = sent.dport;
  packet.icmpType = sent.icmpType;
  packet.icmpCode = sent.icmpCode;
  packet.tcpFlags = sent.tcpFlags;
  packet.hopLimit = sent.hopLimit;
  packet.tos = sent.tos;
  packet.mark = sent.mark;
  packet.uid = sent.uid;
  packet.gid = sent.gid;
  trip.owned = 1;
  const hooked = hookedOf(trip);
  // Until conntrack has seen it.
  hooked.ctState = CtState.INVALID;
  hooked.owner = ownerOf(trip, sent);
}
if (offsetof<Sent>("dst0") - offsetof<Sent>("src0") != 16) ERROR("a packet's destination stands behind its source");

/** What made a packet of the kernel is told by its protocol. */
function ownerOf(trip: Trip, sent: Sent): u32 {
  if (sent.origin == Origin.FORWARD) return Owner.NONE;
  if (sent.origin == Origin.LOCAL || sent.hasOwner != 0) return Owner.PROCESS;
  if (sent.proto != TCP) return sent.proto == IGMP ? Owner.NONE : Owner.KERNEL;
  // A SYN-ACK belongs to the creator of the listening socket.
  if ((sent.tcpFlags & (SYN | ACK | RST)) == (SYN | ACK)) return Owner.PROCESS;
  if (!(sent.tcpFlags & RST)) return Owner.KERNEL;
  if (sent.ct == Tracked.RELATED) return Owner.NONE;
  // Since Linux 6.13 a reset of a socket that is there, a listening one, belongs to it.
  if (maybe(walkOf(trip), Place.MAKER, 0)) return Owner.PROCESS;
  if (sent.family == 6) return Owner.NONE;
  // A rule with REJECT makes one without any socket, but not for a flow that stands.
  const stands = sent.ct == Tracked.ESTABLISHED || sent.ct == Tracked.REPLY;
  return !stands && maybe(walkOf(trip), Place.MAKER, 0) ? Owner.NONE : Owner.KERNEL;
}

function travel(trip: Trip): void {
  const sent = sentOf(trip);
  if (sent.origin == Origin.FORWARD) return passThrough(trip, sent.iif);
  const goes = sent.origin == Origin.LOCAL ? routeLocal(trip) : routeKernel(trip);
  if (goes && isSeen(trip) && passHook(trip, Hook.OUTPUT, 0, trip.device)) out(trip, 0);
}

/** Whether all rules are known that the packet meets from here on. */
function isSeen(trip: Trip): bool {
  if (sideOf(trip).complete != 0) return true;
  maybe(walkOf(trip), Place.UNSEEN, 0);
  return end(trip, Ending.UNDETERMINED);
}

/** What leaves on the loopback device comes in there again, but for what came from outside. */
function out(trip: Trip, iif: u32): void {
  if (!passHook(trip, Hook.POSTROUTING, iif, trip.device)) return;
  if (iif == 0 && trip.device == routerOf(walkOf(trip)).loopback) comeBack(trip);
  else trip.ending = Ending.EGRESS;
}

/** The loopback device gives the packet back as it is, with its mark, its conntrack entry and its route; only the socket is gone. */
function comeBack(trip: Trip): void {
  const loopback = routerOf(walkOf(trip)).loopback;
  trip.owned = 0;
  hookedOf(trip).owner = Owner.NONE;
  if (passHook(trip, Hook.PREROUTING, loopback, 0) && passHook(trip, Hook.INPUT, loopback, 0)) trip.ending = Ending.LOCAL;
}

/** PREROUTING, the lookup with what it left, then INPUT, or FORWARD and POSTROUTING. */
function passThrough(trip: Trip, iif: u32): void {
  const packet = packetAt(trip);
  if (isMartian6(packet)) {
    trip.ending = Ending.DROPPED;
    return;
  }
  if (!isSeen(trip) || !passHook(trip, Hook.PREROUTING, iif, 0) || !arrive(trip, iif)) return;
  if (trip.device == routerOf(walkOf(trip)).loopback) {
    if (passHook(trip, Hook.INPUT, iif, 0)) trip.ending = Ending.LOCAL;
    return;
  }
  // ip_forward() and ip6_forward() count before the hook sees the packet.
  if (packet.hopLimit != 0) packet.hopLimit--;
  if (passHook(trip, Hook.FORWARD, iif, trip.device)) out(trip, iif);
}

function tell(trip: Trip, fate: Fate): void {
  memory.fill(changetype<usize>(fate), 0, FATE_BYTES);
  fate.ending = trip.ending;
  fate.error = trip.error;
  if (trip.ending == Ending.EGRESS) tellEgress(trip, fate);
  if (trip.entry != 0 && trip.entryMarkKnown != 0) tellFlow(trip, fate);
}

function tellEgress(trip: Trip, fate: Fate): void {
  const packet = packetAt(trip);
  fate.device = trip.device;
  fate.table = trip.table;
  fate.hop = trip.hop;
  memory.copy(changetype<usize>(fate) + offsetof<Fate>("src0"), changetype<usize>(packet) + offsetof<Packet>("src0"), 32);
  fate.sourceKnown = trip.sourceKnown;
  fate.portKept = trip.portKept;
  fate.sport = trip.portKept != 0 ? packet.sport : 0;
  fate.dport = packet.dport;
  fate.mark = packet.mark;
}

/** The entry that the packet leaves behind: as it was remembered, or the packet as it came and as it leaves. */
function tellFlow(trip: Trip, fate: Fate): void {
  const sent = sentOf(trip);
  if (sent.hasFlow == 0 && trip.hadFirst == 0) return;
  fate.flow = 1;
  fate.flowMark = hookedOf(trip).ctMark;
  const original = changetype<usize>(fate) + offsetof<Fate>();
  const reply = original + offsetof<Ends>();
  const ends = changetype<Paths>(trip.paths).ends;
  memory.copy(original, sent.hasFlow != 0 ? changetype<usize>(originalOf(sent)) : ends, offsetof<Ends>());
  if (sent.hasFlow != 0) {
    memory.copy(reply, changetype<usize>(replyOf(sent)), offsetof<Ends>());
    return;
  }
  const now = changetype<Ends>(ends + <u32>offsetof<Ends>());
  noteEnds(trip, now);
  turnRound(now, changetype<Ends>(reply));
}

/** The ends as a packet of the other direction has them. */
function turnRound(ends: Ends, to: Ends): void {
  memory.copy(changetype<usize>(to) + offsetof<Ends>("src0"), changetype<usize>(ends) + offsetof<Ends>("dst0"), 16);
  memory.copy(changetype<usize>(to) + offsetof<Ends>("dst0"), changetype<usize>(ends) + offsetof<Ends>("src0"), 16);
  to.sport = ends.dport;
  to.dport = ends.sport;
  // Known.SRC and Known.DST change places, and so do the ports.
  to.known = (ends.known & 5) << 1 | (ends.known & 10) >>> 1;
}
