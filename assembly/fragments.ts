// Fragments. A later fragment has no ports and takes the class of its first one, in whichever order they leave; until the first is seen it is held.

import { hashKey } from "./hash";
import { clearBlock, copyBlock, sameBlock } from "./block";
import { tell } from "./findings";
import { CAPTURE_SHIFT, Class, FindingKind, Frame, Limit, NONE, Packet, Reason, Run, Settled, Totals, Judgement } from "./layout";

const PROBES: u32 = 8;
/** The longest time a receiver waits for the rest (RFC 8200 section 4.5). */
const LIFETIME: u32 = 60;

/** One fragmented packet. The first ten words are the key; a kind of 0 is an empty place. */
@unmanaged @final class FragmentEntry {
  src0: u32;
  src1: u32;
  src2: u32;
  src3: u32;
  dst0: u32;
  dst1: u32;
  dst2: u32;
  dst3: u32;
  id: u32;
  kind: u32; // family, and protocol for IPv4 (RFC 791); IPv6 identifies by addresses and id alone (RFC 8200)
  seconds: u32;
  verdict: u32; // 0 while the first fragment is unseen
  reason: u32;
  sport: u32;
  dport: u32;
  icmpType: u32;
  proto: u32;
  etherType: u32;
  rule: u32;
  route: u32;
  explained: u32;
  flow: u32;
  held: u32; // first held frame, 1-based
  reserved: u32;
}

/** A frame that waits for its first fragment, with a copy of its index row behind it. */
@unmanaged @final class Held {
  frame: u64;
  next: u32; // 1-based, 0 = last
  foreign: u32;
  device: u32;
  reserved: u32;
  spare: u64;
}
const HELD_STRIDE: u32 = <u32>offsetof<Held>() + <u32>offsetof<Frame>();

/** Bytes of the tables, for the one who reserves them. */
export const FRAGMENT_BYTES: u32 = <u32>offsetof<FragmentEntry>() * <u32>Limit.FRAGMENTS;
export const HELD_BYTES: u32 = HELD_STRIDE * <u32>Limit.HELD;

/** Chains all held records into the free list. */
export function freeHeld(run: Run): void {
  for (let number: u32 = 1; number <= <u32>Limit.HELD; number++) heldAt(run, number).next = number == <u32>Limit.HELD ? 0 : number + 1;
  run.heldFree = 1;
  run.heldCount = 0;
}

/** The first fragment leaves with this class: the later ones that were held take it too. */
export function settleFirst(run: Run, packet: Packet, verdict: u32, reason: u32): void {
  const entry = entryFor(run, packet);
  entry.seconds = run.now;
  entry.verdict = verdict;
  entry.reason = reason;
  entry.sport = packet.sport;
  entry.dport = packet.dport;
  entry.icmpType = packet.icmpType;
  entry.proto = packet.proto;
  entry.etherType = packet.etherType;
  entry.rule = packet.rule;
  entry.route = packet.route;
  entry.explained = packet.explained;
  entry.flow = packet.flow;
  release(run, entry);
}

/** A later fragment leaves: fills the verdict with the class of its first, or holds the frame. */
export function settleLater(run: Run, packet: Packet, judgement: Judgement, frame: u64, index: Frame): void {
  const entry = entryFor(run, packet);
  if (entry.verdict == Class.NONE) {
    hidePorts(packet);
    judgement.verdict = hold(run, entry, packet, judgement.foreign, frame, index) ? <u8>Class.HELD : <u8>Class.UNDETERMINED;
    judgement.reason = <u8>Reason.FRAGMENT;
    return;
  }
  judgement.verdict = <u8>entry.verdict;
  judgement.reason = <u8>entry.reason;
  recallFirst(entry, packet);
}

/** Gives up on everything held since before `seconds`, or on all of it: undetermined. A capture may claim any time, so no time stands for all. */
export function expireHeld(run: Run, seconds: u32, all: bool = false): void {
  if (run.heldCount == 0) return;
  for (let i: u32 = 0; i < <u32>Limit.FRAGMENTS; i++) {
    const entry = entryAt(run, i);
    if (entry.held != 0 && (all || entry.seconds < seconds)) giveUp(run, entry);
  }
}

/** Nothing is known of what the first fragment would have told. */
function hidePorts(packet: Packet): void {
  packet.sport = NONE;
  packet.dport = NONE;
  packet.icmpType = NONE;
}

/** Ports and explanation of the first fragment, so that all fragments of a packet are told as one flow. */
function recallFirst(entry: FragmentEntry, packet: Packet): void {
  packet.sport = entry.sport;
  packet.dport = entry.dport;
  packet.icmpType = entry.icmpType;
  packet.proto = entry.proto;
  packet.rule = entry.rule;
  packet.route = entry.route;
  packet.explained = entry.explained;
  packet.flow = entry.flow;
}

function hold(run: Run, entry: FragmentEntry, packet: Packet, foreign: u32, frame: u64, index: Frame): bool {
  const number = run.heldFree;
  if (number == 0) {
    changetype<Totals>(run.totals).fragmentsForgotten++;
    return false;
  }
  const held = heldAt(run, number);
  run.heldFree = held.next;
  run.heldCount++;
  held.frame = frame;
  held.foreign = foreign;
  held.device = packet.device;
  held.next = entry.held;
  copyBlock(changetype<usize>(copyOf(held)), changetype<usize>(index), offsetof<Frame>());
  entry.held = number;
  entry.seconds = run.now;
  entry.proto = packet.proto;
  entry.etherType = packet.etherType;
  entry.sport = packet.sport;
  entry.dport = packet.dport;
  entry.icmpType = packet.icmpType;
  return true;
}

function giveUp(run: Run, entry: FragmentEntry): void {
  entry.verdict = Class.UNDETERMINED;
  entry.reason = Reason.FRAGMENT;
  release(run, entry);
  entry.kind = entry.kind | GIVEN_UP;
}

/** Every held frame of the entry gets the entry's class; the host reads the list after the batch. */
function release(run: Run, entry: FragmentEntry): void {
  const totals = changetype<Totals>(run.totals);
  for (let number = entry.held; number != 0; ) {
    const held = heldAt(run, number);
    const settled = changetype<Settled>(run.settled + totals.settledCount * <u32>offsetof<Settled>());
    settled.frame = held.frame;
    settled.verdict = entry.verdict;
    settled.reason = entry.reason;
    settled.capture = copyOf(held).flags >>> CAPTURE_SHIFT;
    settled.device = held.device;
    totals.settledCount++;
    store<u64>(run.totals + (entry.verdict << 3), load<u64>(run.totals + (entry.verdict << 3), offsetof<Totals>("classes")) + 1, offsetof<Totals>("classes"));
    tellHeld(run, entry, held);
    const next = held.next;
    held.next = run.heldFree;
    run.heldFree = number;
    run.heldCount--;
    number = next;
  }
  entry.held = 0;
}

function tellHeld(run: Run, entry: FragmentEntry, held: Held): void {
  const packet = changetype<Packet>(run.quoted);
  clearBlock(run.quoted, offsetof<Packet>());
  copyBlock(run.quoted + offsetof<Packet>("src0"), changetype<usize>(entry), 32);
  packet.family = entry.kind & 0xff;
  packet.device = held.device;
  run.capture = copyOf(held).flags >>> CAPTURE_SHIFT;
  packet.etherType = entry.etherType;
  recallFirst(entry, packet);
  if (entry.verdict == Class.LEAK || entry.verdict == Class.UNDETERMINED) {
    tell(run, FindingKind.CONTAINMENT, packet, entry.verdict, entry.reason, held.frame, copyOf(held));
  }
  if (held.foreign) tell(run, FindingKind.SOURCE, packet, entry.verdict, Reason.NONE, held.frame, copyOf(held));
}

/** Marks a key that no packet has any more: the place may be taken, the key never matches. */
const GIVEN_UP: u32 = 0x80000000;

/** The packet's entry, or a cleared one in the oldest of its places. */
function entryFor(run: Run, packet: Packet): FragmentEntry {
  const kind = packet.family | (packet.family == 4 ? packet.proto << 8 : 0);
  const home = hash(packet, kind);
  let victim = entryAt(run, home);
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const entry = entryAt(run, home + probe);
    if (sameKey(entry, packet, kind)) {
      if (run.now <= entry.seconds + LIFETIME) return entry;
      victim = entry;
      break;
    }
    if (entry.seconds < victim.seconds) victim = entry;
  }
  if (victim.held != 0) giveUp(run, victim);
  clearBlock(changetype<usize>(victim), offsetof<FragmentEntry>());
  copyBlock(changetype<usize>(victim), changetype<usize>(packet) + offsetof<Packet>("src0"), 32);
  victim.id = packet.fragmentId;
  victim.kind = kind;
  victim.seconds = run.now;
  return victim;
}

function sameKey(entry: FragmentEntry, packet: Packet, kind: u32): bool {
  return entry.kind == kind && entry.id == packet.fragmentId &&
    sameBlock(changetype<usize>(entry), changetype<usize>(packet) + offsetof<Packet>("src0"), 32);
}

function hash(packet: Packet, kind: u32): u32 {
  return hashKey(changetype<usize>(packet) + offsetof<Packet>("src0"), (<u64>kind << 32) | <u64>packet.fragmentId);
}

function entryAt(run: Run, index: u32): FragmentEntry {
  return changetype<FragmentEntry>(run.fragments + (index & (<u32>Limit.FRAGMENTS - 1)) * <u32>offsetof<FragmentEntry>());
}

function heldAt(run: Run, number: u32): Held {
  return changetype<Held>(run.held + (number - 1) * HELD_STRIDE);
}

function copyOf(held: Held): Frame {
  return changetype<Frame>(changetype<usize>(held) + offsetof<Held>());
}
