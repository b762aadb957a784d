// One batch through all stations, station by station: dissect, path, flow, policy, fragments, tally.

import { mark, reserve } from "./arena";
import { classify } from "./classify";
import { Proto } from "./dissect";
import { tell } from "./findings";
import { FRAGMENT_BYTES, HELD_BYTES, expireHeld, freeHeld, settleFirst, settleLater } from "./fragments";
import { EXPLAINED, FlowEntry } from "./flows";
import { track } from "./flow";
import {
  Asks, CAPTURE_SHIFT, Class, Condition, Direction, Disposition, Explained, Fib, Finding, FindingKind, Fragment, Frame, Image, Limit, Packet, Reason, Run, Settled,
  Judgement, NONE, TOTALS_BYTES, Totals, Visible,
} from "./layout";
import { dissectFrame } from "./link";
import { NAMES_BYTES, noteQuestion } from "./names";
import { forgetObserved, observe, reserveObserved } from "./observed";
import { PAIR_BYTES, seenBefore } from "./pairs";
import { explain, isRouted } from "./path";
import { foreignSource, isOwnAddress, isOwnDestination, isOwnSource } from "./source";
import { EtherType } from "./wire/ethernet";
import { NflogRecord } from "./wire/nflog";

/** Reserves every area and table of a run, once. */
export function createRun(): Run {
  const run = changetype<Run>(reserve(offsetof<Run>()));
  const frames = <usize>Limit.BATCH_FRAMES;
  run.bytes = <u32>reserve(<usize>Limit.BATCH_BYTES);
  run.frames = <u32>reserve(frames * offsetof<Frame>());
  run.packets = <u32>reserve(frames * offsetof<Packet>());
  run.judgements = <u32>reserve(frames * offsetof<Judgement>());
  run.chosen = <u32>reserve(frames * 4);
  run.names = <u32>reserve(NAMES_BYTES);
  run.flows = <u32>reserve(<usize>Limit.FLOWS * offsetof<FlowEntry>());
  run.fragments = <u32>reserve(FRAGMENT_BYTES);
  run.held = <u32>reserve(HELD_BYTES);
  run.findings = <u32>reserve(<usize>Limit.FINDINGS * offsetof<Finding>());
  run.settled = <u32>reserve(<usize>Limit.SETTLED * offsetof<Settled>());
  run.totals = <u32>reserve(TOTALS_BYTES);
  run.key = <u32>reserve(offsetof<FlowEntry>());
  run.quoted = <u32>reserve(offsetof<Packet>());
  run.record = <u32>reserve(offsetof<NflogRecord>());
  run.numbers = <u32>reserve(<usize>Limit.CAPTURES * 16);
  run.pairs = <u32>reserve(PAIR_BYTES);
  reserveObserved(run);
  freeHeld(run);
  return run;
}

/** Forgets everything about captures seen before, and judges by this image from now on. */
export function startRun(run: Run, image: usize): void {
  assert(image != 0 && image < mark(), "judge: the image lies outside the arena");
  memory.fill(run.flows, 0, <usize>Limit.FLOWS * offsetof<FlowEntry>());
  memory.fill(run.fragments, 0, FRAGMENT_BYTES);
  memory.fill(run.findings, 0, <usize>Limit.FINDINGS * offsetof<Finding>());
  memory.fill(run.totals, 0, TOTALS_BYTES);
  forgetObserved(run);
  freeHeld(run);
  run.image = <u32>image;
  run.forgottenUntil = 0;
}

/** New captures begin: their frames count from 1, what was held is given up, and nothing has arrived yet. */
export function startCaptures(run: Run): void {
  giveUpHeld(run);
  memory.fill(run.numbers, 0, <usize>Limit.CAPTURES * 16);
  memory.fill(run.pairs, 0, PAIR_BYTES);
  memory.fill(run.names, 0, NAMES_BYTES);
  run.arrivals = 0;
}

/** Stops waiting for first fragments. */
export function giveUpHeld(run: Run): void {
  changetype<Totals>(run.totals).settledCount = 0;
  expireHeld(run, 0, true);
}

/** Dissects the batch's frames into packets. */
export function dissectBatch(run: Run, count: u32): void {
  assert(count <= <u32>Limit.BATCH_FRAMES, "judge: more frames than a batch holds");
  const image = changetype<Image>(run.image);
  const record = changetype<NflogRecord>(run.record);
  for (let i: u32 = 0; i < count; i++) {
    const frame = frameAt(run, i);
    assert(frame.at <= <u32>Limit.BATCH_BYTES && frame.captured <= <u32>Limit.BATCH_BYTES - frame.at, "judge: a frame lies outside the area");
    dissectFrame(frame, run.bytes, image, record, packetAt(run, i));
  }
}

/** Judges the batch: fills a verdict for each frame, adds to the counters, groups what is worth telling. */
export function judgeBatch(run: Run, count: u32): void {
  const image = changetype<Image>(run.image);
  const totals = changetype<Totals>(run.totals);
  totals.settledCount = 0;
  run.asked = 0;
  if (count == 0) return;
  dissectBatch(run, count);
  directByAddress(run, image, count);
  expireHeld(run, frameAt(run, 0).seconds > HELD_SECONDS ? frameAt(run, 0).seconds - HELD_SECONDS : 0);
  for (let i: u32 = 0; i < count; i++) {
    const frame = frameAt(run, i);
    run.now = frame.seconds;
    const packet = packetAt(run, i), number = numberOf(run, frame);
    const judgement = changetype<Judgement>(run.judgements + i * <u32>offsetof<Judgement>());
    judge(run, image, packet, frame, number, judgement);
    if (packet.visible & Visible.BEFORE_NAT) observe(run, packet, frame, number);
    if (judgement.verdict == <u8>Class.WAN_DNS) noteQuestion(run, packet, frame, judgement, i);
  }
}

/** The frame's number in its capture. The first one of a capture starts the time in which causes may be out of sight. */
function numberOf(run: Run, frame: Frame): u64 {
  run.capture = frame.flags >>> CAPTURE_SHIFT;
  assert(run.capture < <u32>Limit.CAPTURES, "judge: more captures than a run holds");
  const at = run.numbers + (run.capture << 4);
  const number = load<u64>(at) + 1;
  store<u64>(at, number);
  if (number == 1) run.started = frame.seconds;
  return number;
}

/** As long as a receiver waits for the rest of a packet. */
const HELD_SECONDS: u32 = 60;

/** Where neither the capture nor a hardware address tells the direction, IP addresses do: a packet to a group that is not from here came in. */
function directByAddress(run: Run, image: Image, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const packet = packetAt(run, i);
    if (packet.direction != Direction.UNKNOWN || packet.family == 0) continue;
    if (isOwnSource(image, packet)) packet.direction = Direction.OUT;
    else if (isOwnDestination(image, packet) || packet.group != 0) packet.direction = Direction.IN;
  }
}

/** Rules and tables for a packet that leaves: walked once for a flow, where neither its TOS nor the source it shares with others can matter. */
function explainOnce(run: Run, image: Image, packet: Packet): void {
  const totals = changetype<Totals>(run.totals);
  const entry = changetype<FlowEntry>(packet.entry);
  const fib = changetype<Fib>(packet.family == 4 ? image.fib4 : image.fib6);
  const shared = packet.entry != 0 && !(fib.asks & Asks.TOS) && entry.isFrom(packet);
  if (shared && (entry.explained & EXPLAINED)) {
    packet.explained = entry.explained & ~EXPLAINED;
    packet.rule = entry.rule;
    packet.route = entry.route;
  } else {
    explain(image, packet);
    if (shared) {
      entry.explained = <u8>packet.explained | EXPLAINED;
      entry.rule = packet.rule;
      entry.route = packet.route;
    }
  }
  const explained = packet.explained;
  if (explained == (Explained.UNMARKED | Explained.MARKED)) totals.either++;
  else if (explained == Explained.UNMARKED) totals.unmarked++;
  else if (explained == Explained.MARKED) totals.marked++;
  else totals.neither++;
}

function judge(run: Run, image: Image, packet: Packet, frame: Frame, number: u64, judgement: Judgement): void {
  const totals = changetype<Totals>(run.totals);
  store<u64>(changetype<usize>(judgement), 0);
  totals.frames++;
  if (packet.condition != Condition.WHOLE) {
    const unread = run.numbers + (run.capture << 4) + 8;
    store<u64>(unread, load<u64>(unread) + 1);
    totals.undecodable++;
  }
  if (packet.condition == Condition.TAGGED) totals.tagged++;
  judgement.direction = <u8>packet.direction;
  judgement.device = <u16>packet.device;
  judgement.disposition = dispositionOf(packet);
  if (seenBefore(run, image, packet, frame)) return;
  if (!onWan(image, packet.device)) {
    if (packet.direction == Direction.OUT) elsewhere(run, image, packet, frame, number, judgement);
    return;
  }
  // What came in on a device that nobody knows did not arrive on the WAN as far as anyone can tell.
  if (packet.direction == Direction.IN && packet.device == NONE) return;
  track(run, image, packet);
  if (packet.direction == Direction.IN) {
    totals.ingress++;
    return;
  }
  totals.egress++;
  if (packet.visible & Visible.MARK) totals.marks++;
  if (packet.direction == Direction.OUT && isRouted(packet)) explainOnce(run, image, packet);
  judgement.foreign = foreignSource(image, packet, totals);
  decide(run, image, packet, frame, number, judgement);
  if (judgement.verdict == <u8>Class.HELD) return;
  count(run, judgement.verdict);
  tellAll(run, image, packet, frame, number, judgement);
}

function dispositionOf(packet: Packet): u8 {
  if (packet.direction == Direction.UNKNOWN) return <u8>Disposition.UNKNOWN;
  if (packet.condition == Condition.MALFORMED) return <u8>Disposition.MALFORMED;
  return packet.direction == Direction.IN ? <u8>Disposition.INGRESS : <u8>Disposition.EGRESS;
}

function count(run: Run, verdict: u32): void {
  const counter = run.totals + (verdict << 3);
  store<u64>(counter, load<u64>(counter, offsetof<Totals>("classes")) + 1, offsetof<Totals>("classes"));
}

/** Everything worth telling of a frame that left on the WAN. */
function tellAll(run: Run, image: Image, packet: Packet, frame: Frame, number: u64, judgement: Judgement): void {
  const verdict: u32 = judgement.verdict;
  const marked = (packet.visible & Visible.MARK) != 0 && (packet.mark & image.mark) != 0;
  if (verdict >= <u32>Class.LEAK) {
    const kind = verdict == <u32>Class.LEAK && marked ? FindingKind.STRANGER : FindingKind.CONTAINMENT;
    note(run, kind, packet, judgement, number, frame);
  }
  if (judgement.foreign) note(run, FindingKind.SOURCE, packet, judgement, number, frame);
  if (isMission(verdict) && (packet.visible & Visible.MARK) && !marked) note(run, FindingKind.MARK_MISSING, packet, judgement, number, frame);
  if (verdict == <u32>Class.ANSWER && (packet.visible & Visible.FORWARDED)) note(run, FindingKind.FORWARDED, packet, judgement, number, frame);
}

function note(run: Run, kind: FindingKind, packet: Packet, judgement: Judgement, number: u64, frame: Frame): void {
  const reason: u32 = kind == FindingKind.CONTAINMENT ? judgement.reason : Reason.NONE;
  judgement.kinds |= (<u8>1 << <u8>kind);
  tell(run, kind, packet, judgement.verdict, reason, number, frame);
}

function isMission(verdict: u32): bool {
  return verdict == <u32>Class.FASTD || verdict == <u32>Class.WAN_DNS;
}

/** A frame that leaves on another device: the mission's traffic and marked packets have no business there. */
function elsewhere(run: Run, image: Image, packet: Packet, frame: Frame, number: u64, judgement: Judgement): void {
  if (packet.condition != Condition.WHOLE || packet.family == 0 || packet.device == image.loopback || (packet.visible & Visible.EARLY) != 0) return;
  if (!isOwnAddress(image, packet) || packet.group != 0) return;
  const row = classify(image, packet);
  const verdict: u32 = row == null ? Class.NONE : row.verdict;
  const marked = (packet.visible & Visible.MARK) != 0 && (packet.mark & image.mark) != 0;
  if (!isMission(verdict) && !marked) return;
  judgement.kinds |= (<u8>1 << <u8>FindingKind.CONFINEMENT);
  tell(run, FindingKind.CONFINEMENT, packet, isMission(verdict) ? verdict : Class.NONE, Reason.NONE, number, frame);
}

/** A capture that names no device was taken on the WAN; a device the node does not have may be part of it. */
function onWan(image: Image, device: u32): bool {
  if (device == 0 || device == NONE) return true;
  return device < image.deviceCount && load<u8>(image.devices + device) != 0;
}

/** The class of one frame that leaves. */
function decide(run: Run, image: Image, packet: Packet, frame: Frame, number: u64, judgement: Judgement): void {
  const unknown = unknowable(packet);
  if (unknown != Reason.NONE) {
    judgement.foreign = 0;
    judgement.verdict = <u8>Class.UNDETERMINED;
    judgement.reason = <u8>unknown;
    return;
  }
  if (packet.fragment == Fragment.LATER && packet.condition == Condition.WHOLE) {
    settleLater(run, packet, judgement, number, frame);
    return;
  }
  const row = classify(image, packet);
  if (row == null || (isMission(row.verdict) && (packet.visible & Visible.FORWARDED) != 0)) judgement.verdict = <u8>Class.LEAK;
  else {
    judgement.verdict = <u8>row.verdict;
    judgement.reason = <u8>row.reason;
  }
  if (packet.fragment == Fragment.FIRST) settleFirst(run, packet, judgement.verdict, judgement.reason);
}

/** Why nothing can be said of the frame, whatever the policy: NONE when something can. */
function unknowable(packet: Packet): Reason {
  if (packet.condition == Condition.UNREAD) return Reason.LINK;
  if (packet.condition == Condition.TAGGED) return Reason.TAG;
  if (packet.device == NONE) return Reason.DEVICE;
  return packet.direction == Direction.UNKNOWN ? Reason.DIRECTION : Reason.NONE;
}

const DNS: u32 = 53;

/** Dissects the batch and chooses the frames that carry DNS: fills `chosen`, returns how many. */
export function surveyBatch(run: Run, count: u32): u32 {
  dissectBatch(run, count);
  let chosen: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const packet = packetAt(run, i);
    store<u32>(run.chosen + (chosen << 2), i);
    const carries = (packet.proto == Proto.UDP || packet.proto == Proto.TCP) && (packet.sport == DNS || packet.dport == DNS);
    chosen += u32(carries && packet.payload != 0);
  }
  return chosen;
}

export function frameAt(run: Run, index: u32): Frame {
  return changetype<Frame>(run.frames + index * <u32>offsetof<Frame>());
}

export function packetAt(run: Run, index: u32): Packet {
  return changetype<Packet>(run.packets + index * <u32>offsetof<Packet>());
}
