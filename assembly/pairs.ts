// One egress counts once: within one capture a frame on a bridge port pairs with at most one identical frame on its bridge, in either order, within PAIR_NANOS.

import { Condition, Frame, Image, Limit, Packet, Run, Totals } from "./layout";

const PROBES: u32 = 8;
const PAIR_NANOS: i64 = 50_000_000;

/** A frame that may still meet its twin. A hash of 0 is an empty place. */
@unmanaged @final class Waiting {
  hash: u64;
  nanos: i64; // since the epoch
  bridge: u32; // device number
  device: u32; // the bridge itself, or one of its ports
  met: u64; // of a bridge frame: the ports it has met, one bit each; of a port frame: 1 once it has met the bridge
}
export const PAIR_BYTES: u32 = <u32>offsetof<Waiting>() * <u32>Limit.PAIRS;

/** True when this frame is the second sight of one that was seen on the bridge or on its port before. */
export function seenBefore(run: Run, image: Image, packet: Packet, frame: Frame): bool {
  const bridge = bridgeOf(image, packet.device);
  if (bridge == 0 || packet.network == 0) return false;
  const hash = contentHash(run, packet, frame) ^ (<u64>run.capture << 32 | <u64>bridge << 2 | <u64>packet.direction);
  const nanos = <i64>frame.seconds * 1_000_000_000 + <i64>frame.nanos;
  const met = packet.device == bridge ? meetPort(run, hash, bridge, nanos) : meetBridge(run, hash, bridge, packet.device, nanos);
  if (met == NOBODY || packet.device == bridge) wait(run, hash, bridge, packet.device, met == NOBODY ? 0 : met, nanos);
  if (met == NOBODY) return false;
  changetype<Totals>(run.totals).paired++;
  return true;
}

const NOBODY: u64 = u64.MAX_VALUE;

function bridgeOf(image: Image, device: u32): u32 {
  return device != 0 && device < image.deviceCount ? load<u16>(image.bridges + (device << 1)) : 0;
}

/** Ports whose numbers are a multiple of 64 apart share a bit: then the second one's frame counts as an egress of its own. */
function bitOf(device: u32): u64 {
  return <u64>1 << <u64>(device & 63);
}

/** A bridge frame meets the earliest port frame that has met nobody; returns that port's bit. */
function meetPort(run: Run, hash: u64, bridge: u32, nanos: i64): u64 {
  let found: usize = 0;
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const waiting = waitingAt(run, hash, probe);
    if (!fits(waiting, hash, bridge, nanos) || waiting.device == bridge || waiting.met != 0) continue;
    if (found == 0 || waiting.nanos < changetype<Waiting>(found).nanos) found = changetype<usize>(waiting);
  }
  if (found == 0) return NOBODY;
  changetype<Waiting>(found).met = 1;
  return bitOf(changetype<Waiting>(found).device);
}

/** A port frame meets the earliest bridge frame that this port has not met. */
function meetBridge(run: Run, hash: u64, bridge: u32, port: u32, nanos: i64): u64 {
  let found: usize = 0;
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const waiting = waitingAt(run, hash, probe);
    if (!fits(waiting, hash, bridge, nanos) || waiting.device != bridge || (waiting.met & bitOf(port)) != 0) continue;
    if (found == 0 || waiting.nanos < changetype<Waiting>(found).nanos) found = changetype<usize>(waiting);
  }
  if (found == 0) return NOBODY;
  changetype<Waiting>(found).met |= bitOf(port);
  return 0;
}

function fits(waiting: Waiting, hash: u64, bridge: u32, nanos: i64): bool {
  if (waiting.hash != hash || waiting.bridge != bridge) return false;
  const apart = nanos - waiting.nanos;
  return apart <= PAIR_NANOS && apart >= -PAIR_NANOS;
}

/** Takes the place that has waited longest. */
function wait(run: Run, hash: u64, bridge: u32, device: u32, met: u64, nanos: i64): void {
  let place = waitingAt(run, hash, 0);
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const waiting = waitingAt(run, hash, probe);
    if (waiting.hash == 0 || waiting.nanos < place.nanos) place = waiting;
    if (waiting.hash == 0) break;
  }
  place.hash = hash;
  place.bridge = bridge;
  place.device = device;
  place.met = met;
  place.nanos = nanos;
}

function waitingAt(run: Run, hash: u64, probe: u32): Waiting {
  const index = (<u32>(hash >> 32) + probe) & (<u32>Limit.PAIRS - 1);
  return changetype<Waiting>(run.pairs + index * <u32>offsetof<Waiting>());
}

/** All captured bytes from the network header on, without padding; never 0. */
function contentHash(run: Run, packet: Packet, frame: Frame): u64 {
  const captured = run.bytes + frame.at + frame.captured;
  const bounded = packet.condition == Condition.WHOLE && packet.wholeEnd != 0 && packet.wholeEnd < captured;
  const end = <usize>(bounded ? packet.wholeEnd : captured);
  let at = <usize>packet.network;
  let sum = (<u64>packet.etherType << 32) ^ <u64>(end - at);
  for (; at + 8 <= end; at += 8) sum = fold(sum, load<u64>(at));
  for (; at < end; at++) sum = fold(sum, load<u8>(at));
  return sum | 1;
}

function fold(sum: u64, word: u64): u64 {
  return rotl<u64>((sum ^ word) * 0x9e3779b97f4a7c15, 29);
}
