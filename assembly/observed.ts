// What the node was seen to send at its own hooks (NFLOG): distinct packets, for the readable walk to be held against. Bounded; what does not fit is counted.

import { reserve } from "./arena";
import { clearBlock, copyBlock, sameBlock } from "./block";
import { Proto } from "./dissect";
import { hashKey } from "./hash";
import { Condition, Fragment, Frame, Limit, Observed, Packet, Run, Totals, Visible } from "./layout";
import { request4, request6 } from "./wire/icmp";
import { TcpFlag } from "./wire/tcp";

/** Twice as many places as records, so that a search is short. */
const PLACES: u32 = 2 * <u32>Limit.OBSERVED;
const PLACES_BYTES: u32 = 4 * PLACES;
const PROBES: u32 = 32;
const KEY_BYTES: usize = offsetof<Observed>("frames");
if (offsetof<Observed>("frames") != 96) ERROR("the key of an Observed is a block");

/** Flags that tell what connection tracking and owner matches think of a segment. */
const TELLING = TcpFlag.FIN | TcpFlag.SYN | TcpFlag.RST | TcpFlag.ACK;

/** Reserves the records, with one more to build a key in, and the table of their places. */
export function reserveObserved(run: Run): void {
  run.observed = <u32>reserve((<usize>Limit.OBSERVED + 1) * offsetof<Observed>());
  run.observedPlaces = <u32>reserve(PLACES_BYTES);
}

/** Empties the table. */
export function forgetObserved(run: Run): void {
  run.observedCount = 0;
  memory.fill(run.observedPlaces, 0, PLACES_BYTES);
}

/** Adds a frame that was logged on its way out. `number` is the frame's in its capture. */
export function observe(run: Run, packet: Packet, frame: Frame, number: u64): void {
  if (!isHeld(packet)) return;
  const key = recordAt(run, run.observedCount);
  fill(key, packet);
  const home = hash(key);
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const place = run.observedPlaces + (((home + probe) & (PLACES - 1)) << 2);
    const known = load<u32>(place);
    if (known == 0) {
      if (run.observedCount == <u32>Limit.OBSERVED) break;
      store<u32>(place, ++run.observedCount);
      start(key, run, frame, number);
      count(key, frame);
      return;
    }
    const record = recordAt(run, known - 1);
    if (!sameBlock(changetype<usize>(record), changetype<usize>(key), KEY_BYTES)) continue;
    count(record, frame);
    return;
  }
  changetype<Totals>(run.totals).observedForgotten++;
}

/** A whole packet that the node made and asked its tables about: what is forwarded, and the link's own housekeeping, is not. */
function isHeld(packet: Packet): bool {
  if (packet.condition != Condition.WHOLE || packet.family == 0 || packet.fragment != Fragment.NONE) return false;
  if (packet.visible & Visible.FORWARDED) return false;
  return (packet.visible & Visible.UID) != 0 || !isHousekeeping(packet);
}

/** IGMP, neighbour discovery and MLD of the kernel: no table is asked, and their mark is garbage. */
function isHousekeeping(packet: Packet): bool {
  if (packet.family == 4) return packet.proto == Proto.IGMP;
  return packet.proto == Proto.ICMPV6 && ((packet.icmpType >= 130 && packet.icmpType <= 137) || packet.icmpType == 143);
}

function fill(key: Observed, packet: Packet): void {
  clearBlock(changetype<usize>(key), KEY_BYTES);
  copyBlock(changetype<usize>(key), changetype<usize>(packet) + offsetof<Packet>("src0"), 32);
  key.family = packet.family;
  key.proto = packet.proto;
  if (packet.proto == Proto.TCP || packet.proto == Proto.UDP) {
    key.sport = packet.sport;
    key.dport = packet.dport;
  } else if (isIcmp(packet)) {
    key.icmpType = packet.icmpType;
    key.icmpCode = packet.icmpCode;
    // A ping counts up its sequence, which nothing looks at.
    if (isEcho(packet)) key.sport = packet.sport;
  }
  if (packet.proto == Proto.TCP) key.tcpFlags = packet.tcpFlags & TELLING;
  key.mark = packet.mark;
  key.uid = packet.uid;
  key.gid = packet.gid;
  key.visible = packet.visible;
  key.device = packet.device;
  key.flow = packet.flow;
}

function isIcmp(packet: Packet): bool {
  return packet.proto == (packet.family == 4 ? Proto.ICMP : Proto.ICMPV6);
}

function isEcho(packet: Packet): bool {
  return (packet.family == 4 ? request4(packet.icmpType) : request6(packet.icmpType)) != 0;
}

function start(record: Observed, run: Run, frame: Frame, number: u64): void {
  record.frames = 0;
  record.bytes = 0;
  record.frame = number;
  record.capture = run.capture;
  record.seconds = frame.seconds;
  record.nanos = frame.nanos;
}

function count(record: Observed, frame: Frame): void {
  record.frames++;
  record.bytes += frame.original;
}

function recordAt(run: Run, index: u32): Observed {
  return changetype<Observed>(run.observed + index * <u32>offsetof<Observed>());
}

function hash(key: Observed): u32 {
  const at = changetype<usize>(key);
  let more = load<u64>(at, 32);
  for (let offset: usize = 40; offset < KEY_BYTES; offset += 8) more = rotl<u64>(more, 13) ^ load<u64>(at + offset);
  return hashKey(at, more);
}
