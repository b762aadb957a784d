// One batch through all stations, station by station: dissect, path, flow, policy, fragments, tally.

import { mark, reserve } from "./arena";
import { classify } from "./classify";
import { dissectEthernet, Proto } from "./dissect";
import { tell } from "./findings";
import { FRAGMENT_BYTES, HELD_BYTES, expireHeld, freeHeld, settleFirst, settleLater } from "./fragments";
import { EXPLAINED, FlowEntry } from "./flows";
import { track } from "./flow";
import {
  Asks, Class, Condition, Direction, Disposition, Explained, Fib, Finding, FindingKind, Fragment, Frame, Image, Limit, Packet, Reason, Run, Settled,
  Source, TOTALS_BYTES, Totals, Judgement,
} from "./layout";
import { explain } from "./path";
import { isOwnSource } from "./source";
import { EtherType } from "./wire/ethernet";

/** Reserves every area and table of a run, once. */
export function createRun(): Run {
  const run = changetype<Run>(reserve(offsetof<Run>()));
  const frames = <usize>Limit.BATCH_FRAMES;
  run.bytes = <u32>reserve(<usize>Limit.BATCH_BYTES);
  run.frames = <u32>reserve(frames * offsetof<Frame>());
  run.packets = <u32>reserve(frames * offsetof<Packet>());
  run.judgements = <u32>reserve(frames * offsetof<Judgement>());
  run.chosen = <u32>reserve(frames * 4);
  run.flows = <u32>reserve(<usize>Limit.FLOWS * offsetof<FlowEntry>());
  run.fragments = <u32>reserve(FRAGMENT_BYTES);
  run.held = <u32>reserve(HELD_BYTES);
  run.findings = <u32>reserve(<usize>Limit.FINDINGS * offsetof<Finding>());
  run.settled = <u32>reserve(<usize>Limit.SETTLED * offsetof<Settled>());
  run.totals = <u32>reserve(TOTALS_BYTES);
  run.key = <u32>reserve(offsetof<FlowEntry>());
  run.quoted = <u32>reserve(offsetof<Packet>());
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
  freeHeld(run);
  run.image = <u32>image;
  run.forgottenUntil = 0;
}

/** The next frames belong to this capture; what was held is given up. */
export function startCapture(run: Run, capture: u32): void {
  giveUpHeld(run);
  run.capture = capture;
  run.frame = 1;
  run.started = u32.MAX_VALUE;
}

/** Stops waiting for first fragments. */
export function giveUpHeld(run: Run): void {
  changetype<Totals>(run.totals).settledCount = 0;
  expireHeld(run, u32.MAX_VALUE);
}

/** Dissects the batch's frames into packets. */
export function dissectBatch(run: Run, count: u32): void {
  assert(count <= <u32>Limit.BATCH_FRAMES, "judge: more frames than a batch holds");
  const image = changetype<Image>(run.image);
  for (let i: u32 = 0; i < count; i++) {
    const frame = frameAt(run, i);
    assert(frame.at <= <u32>Limit.BATCH_BYTES && frame.captured <= <u32>Limit.BATCH_BYTES - frame.at, "judge: a frame lies outside the area");
    dissectEthernet(frame, run.bytes, image, packetAt(run, i));
  }
}

/** Judges the batch: fills a verdict for each frame, adds to the counters, groups what is worth telling. */
export function judgeBatch(run: Run, count: u32): void {
  const image = changetype<Image>(run.image);
  const totals = changetype<Totals>(run.totals);
  totals.settledCount = 0;
  if (count == 0) return;
  if (run.started == u32.MAX_VALUE) run.started = frameAt(run, 0).seconds;
  dissectBatch(run, count);
  if (image.macCount == 0) directByAddress(run, image, count);
  expireHeld(run, frameAt(run, 0).seconds > HELD_SECONDS ? frameAt(run, 0).seconds - HELD_SECONDS : 0);
  for (let i: u32 = 0; i < count; i++) {
    const frame = frameAt(run, i);
    run.now = frame.seconds;
    judge(run, image, packetAt(run, i), frame, run.frame + i, changetype<Judgement>(run.judgements + i * <u32>offsetof<Judgement>()));
  }
  run.frame += count;
}

/** As long as a receiver waits for the rest of a packet. */
const HELD_SECONDS: u32 = 60;

/** Without own hardware addresses, IP addresses tell the direction where they can. */
function directByAddress(run: Run, image: Image, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const packet = packetAt(run, i);
    if (packet.direction != Direction.UNKNOWN || packet.family == 0) continue;
    if (isOwnSource(image, packet.family, packet.src0, packet.src1, packet.src2, packet.src3)) packet.direction = Direction.OUT;
    else if (isOwnSource(image, packet.family, packet.dst0, packet.dst1, packet.dst2, packet.dst3)) packet.direction = Direction.IN;
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

/** Unicast beyond the link: everything that needs a table. */
function isRouted(packet: Packet): bool {
  const top = packet.dst0;
  if (packet.family == 4) return top >>> 28 != 0xe && top != u32.MAX_VALUE && top != 0;
  return packet.family == 6 && top >>> 24 != 0xff && top >>> 22 != 0x3fa;
}

function judge(run: Run, image: Image, packet: Packet, frame: Frame, number: u64, judgement: Judgement): void {
  const totals = changetype<Totals>(run.totals);
  store<u64>(changetype<usize>(judgement), 0);
  totals.frames++;
  if (packet.condition != Condition.WHOLE) totals.undecodable++;
  judgement.direction = <u8>packet.direction;
  if (!onWan(image, frame.device)) return;
  track(run, image, packet);
  if (packet.direction == Direction.IN) {
    totals.ingress++;
    judgement.disposition = packet.condition == Condition.MALFORMED ? <u8>Disposition.MALFORMED : <u8>Disposition.INGRESS;
    return;
  }
  totals.egress++;
  judgement.disposition = packet.condition == Condition.MALFORMED ? <u8>Disposition.MALFORMED : <u8>Disposition.EGRESS;
  if (packet.direction == Direction.OUT && isRouted(packet)) explainOnce(run, image, packet);
  judgement.foreign = u8(isForeign(image, packet));
  decide(run, image, packet, frame, number, judgement);
  if (judgement.verdict == <u8>Class.HELD) return;
  const counter = run.totals + (<u32>judgement.verdict << 3);
  store<u64>(counter, load<u64>(counter, offsetof<Totals>("classes")) + 1, offsetof<Totals>("classes"));
  if (judgement.verdict >= <u8>Class.LEAK) tell(run, FindingKind.CONTAINMENT, packet, judgement.verdict, judgement.reason, number, frame);
  if (judgement.foreign) tell(run, FindingKind.SOURCE, packet, judgement.verdict, Reason.NONE, number, frame);
}

/** A capture that names no device was taken on the WAN. */
function onWan(image: Image, device: u32): bool {
  return device == 0 || (device < image.deviceCount && load<u8>(image.devices + device) != 0);
}

/** The class of one frame that leaves. */
function decide(run: Run, image: Image, packet: Packet, frame: Frame, number: u64, judgement: Judgement): void {
  if (packet.direction == Direction.UNKNOWN) {
    judgement.disposition = <u8>Disposition.UNKNOWN;
    judgement.foreign = 0;
    judgement.verdict = <u8>Class.UNDETERMINED;
    judgement.reason = <u8>Reason.DIRECTION;
    return;
  }
  if (packet.fragment == Fragment.LATER && packet.condition == Condition.WHOLE) {
    settleLater(run, packet, judgement, number, frame);
    return;
  }
  const row = classify(image, packet);
  if (row == null) judgement.verdict = <u8>Class.LEAK;
  else {
    judgement.verdict = <u8>row.verdict;
    judgement.reason = <u8>row.reason;
  }
  if (packet.fragment == Fragment.FIRST) settleFirst(run, packet, judgement.verdict, judgement.reason);
}

/** A source (of ARP: the sender's protocol address) that is set and is none of the WAN's. */
function isForeign(image: Image, packet: Packet): bool {
  if (packet.condition == Condition.MALFORMED) return false;
  const family: u32 = packet.etherType == EtherType.ARP ? 4 : packet.family;
  if (family == 0 || (packet.src0 | packet.src1 | packet.src2 | packet.src3) == 0) return false;
  return !isOwnSource(image, family, packet.src0, packet.src1, packet.src2, packet.src3);
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

function frameAt(run: Run, index: u32): Frame {
  return changetype<Frame>(run.frames + index * <u32>offsetof<Frame>());
}

function packetAt(run: Run, index: u32): Packet {
  return changetype<Packet>(run.packets + index * <u32>offsetof<Packet>());
}
