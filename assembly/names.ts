// Questions to the WAN's resolvers: the host (src/core/asked.ts) reads each name once and says whether it is in order; the core counts from then on.

import { FindingKind, Fragment, Frame, Judgement, Packet, Run, Totals } from "./layout";

/** Names that were read. An entry is a hash whose lowest bits are its fate; 0 is an empty place. */
const NAMES: u32 = 1024;
const FATES: u64 = 3;
const ALLOWED: u64 = 1;
const FOREIGN: u64 = 2;
export const NAMES_BYTES: u32 = NAMES * 8;
const PROBES: u32 = 8;

const UDP: u32 = 17;
const HEADER: usize = 12;
const RESPONSE: u32 = 0x80;
/** RFC 1035 section 2.3.4, and above it the two bits of a pointer, which a question has no use for. */
const LABEL_MAX: u32 = 63;
const NAME_MAX: usize = 255;

/** Counts a question for a name that is not in order; adds frame `index` to those the host must read when its name is not known. A segment may hold any number of questions. */
export function noteQuestion(run: Run, packet: Packet, frame: Frame, judgement: Judgement, index: u32): void {
  if (packet.fragment == Fragment.LATER || packet.payload == 0) return;
  if (packet.proto == UDP) {
    const hash = nameHash(packet);
    if (hash == 0) return;
    const place = placeOf(run, hash);
    const fate = place == 0 ? 0 : load<u64>(place) & FATES;
    if (fate == FOREIGN) countForeign(run, frame, judgement);
    if (fate != 0) return;
  }
  store<u32>(run.chosen + (run.asked << 2), index);
  run.asked++;
}

/** What the host read in a frame of the batch: a foreign name is counted, and a datagram's name is remembered. */
export function settleQuestion(run: Run, packet: Packet, frame: Frame, judgement: Judgement, foreign: bool): void {
  if (foreign) countForeign(run, frame, judgement);
  if (packet.proto != UDP) return;
  const hash = nameHash(packet);
  const place: usize = hash == 0 ? 0 : placeOf(run, hash);
  if (place != 0) store<u64>(place, hash | (foreign ? FOREIGN : ALLOWED));
}

function countForeign(run: Run, frame: Frame, judgement: Judgement): void {
  const totals = changetype<Totals>(run.totals);
  totals.asked++;
  totals.askedBytes += frame.original;
  judgement.kinds |= <u8>1 << <u8>FindingKind.ASKED;
}

/** Where the hash stands or may be put; 0 when its places are taken by others. */
function placeOf(run: Run, hash: u64): usize {
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const at = run.names + (((<u32>(hash >> 40) + probe) & (NAMES - 1)) << 3);
    const there = load<u64>(at);
    if (there == 0 || (there & ~FATES) == hash) return at;
  }
  return 0;
}

/** A question's name without case, never 0; 0 for a datagram that asks for nothing, or not in plain words: what is no question breaks no claim. */
function nameHash(packet: Packet): u64 {
  const start = <usize>packet.payload;
  const end = <usize>packet.payloadEnd;
  if (end < start + HEADER + 1 || (load<u8>(start, 2) & RESPONSE) != 0 || load<u16>(start, 4) == 0) return 0;
  let sum: u64 = 0;
  for (let at = start + HEADER; at < end && at < start + HEADER + NAME_MAX; ) {
    const length = <u32>load<u8>(at);
    if (length == 0) return (sum & ~FATES) | (FATES + 1);
    if (length > LABEL_MAX || at + 1 + length > end) return 0;
    for (let i: u32 = 0; i <= length; i++, at++) sum = fold(sum, lower(load<u8>(at), i));
  }
  return 0;
}

/** A letter in lower case; the length in front of a label is none. */
function lower(byte: u32, i: u32): u32 {
  return i > 0 && byte - 0x41 < 26 ? byte | 0x20 : byte;
}

function fold(sum: u64, byte: u32): u64 {
  return rotl<u64>((sum ^ <u64>byte) * 0x9e3779b97f4a7c15, 29);
}
