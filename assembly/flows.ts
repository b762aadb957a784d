// The table of flows: open addressing, at most PROBES places for a key. What it must forget is counted, and makes the answer honest.

import { copyBlock, sameBlock } from "./block";
import { hashKey } from "./hash";
import { Limit, Packet, Flow, Run, Totals } from "./layout";
import { Proto } from "./dissect";

const PROBES: u32 = 8;
/** nf_conntrack_udp_timeout_stream, and what ICMP never exceeds. */
const IDLE: u32 = 180;
/** RFC 5382 REQ-5: two hours and four minutes. */
const IDLE_TCP: u32 = 7440;
/** The longest time between a packet and an ICMP error that quotes it: reassembly gives up after a minute. */
const QUOTED_SOON: u32 = 61;

/** One flow as the node sees it. The first ten words are the key; a kind of 0 is an empty place. */
@unmanaged @final export class FlowEntry {
  local0: u32;
  local1: u32;
  local2: u32;
  local3: u32;
  remote0: u32;
  remote1: u32;
  remote2: u32;
  remote3: u32;
  ports: u32; // local port in the high half; identifier and sequence of an ICMP request
  kind: u32; // protocol, family, ICMP request type
  seconds: u32; // last seen
  acknowledged: u32; // TCP: of the last segment that came in
  segmentEnd: u32;
  opener: u8; // Flow
  arrived: u8; // 1 once a packet of it came in
  closed: u8; // bits of flow.ts
  explained: u8; // Explained bits of its packets, with EXPLAINED once they are known
  rule: u32; // as in Packet
  route: u32;

  /** Fills both addresses of the key. */
  setEnds(packet: Packet, outgoing: bool, anyLocal: bool): void {
    const local = changetype<usize>(packet) + (outgoing ? offsetof<Packet>("src0") : offsetof<Packet>("dst0"));
    const remote = changetype<usize>(packet) + (outgoing ? offsetof<Packet>("dst0") : offsetof<Packet>("src0"));
    const at = changetype<usize>(this);
    store<u64>(at, anyLocal ? 0 : load<u64>(local));
    store<u64>(at, anyLocal ? 0 : load<u64>(local, 8), 8);
    store<u64>(at, load<u64>(remote), 16);
    store<u64>(at, load<u64>(remote, 8), 24);
  }

  /** True when the packet, which leaves, has this flow's own source: a flow of any local address has none. */
  isFrom(packet: Packet): bool {
    return sameBlock(changetype<usize>(this), changetype<usize>(packet) + offsetof<Packet>("src0"), 16);
  }

  /** Fills the rest of the key in one store: the comparison reads it in one load, which must not wait for two. */
  setKind(localPort: u32, remotePort: u32, kind: u32): void {
    store<u64>(changetype<usize>(this), <u64>((localPort << 16) | remotePort) | (<u64>kind << 32), offsetof<FlowEntry>("ports"));
  }
}
/** Set in `explained` once the walk was made: all packets of a flow take the same way. */
export const EXPLAINED: u8 = 0x80;
if (offsetof<FlowEntry>() != 64) ERROR("FlowEntry is 64 bytes, one to a cache line");

/** The flow with this key, or null. It may have been idle for long: see `fresh`. */
export function find(run: Run, key: FlowEntry): FlowEntry | null {
  const home = hash(key);
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const entry = entryAt(run, home + probe);
    if (entry.kind == 0) return null;
    if (sameKey(entry, key)) return entry;
  }
  return null;
}

/** False once so much time has passed that a new packet starts a new flow. */
export function fresh(entry: FlowEntry, now: u32): bool {
  return now <= entry.seconds + idleLimit(entry);
}

/** A cleared entry for this key: the one it has, a free one, or the least useful of its places. */
export function place(run: Run, key: FlowEntry): FlowEntry {
  const home = hash(key);
  let victim = entryAt(run, home);
  let worth = u32.MAX_VALUE;
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const entry = entryAt(run, home + probe);
    if (entry.kind == 0 || sameKey(entry, key)) {
      victim = entry;
      worth = 0;
      break;
    }
    const kept = worthOf(entry, run.now);
    if (kept < worth) {
      victim = entry;
      worth = kept;
    }
  }
  if (worth > 1) forget(run, victim);
  // The scratch key has nothing behind its key fields, so one copy also clears the rest.
  copyBlock(changetype<usize>(victim), changetype<usize>(key), offsetof<FlowEntry>());
  return victim;
}

/** 0: idle. 1: opened here and never answered, so forgetting it changes no verdict. Else the later it was seen, the more it is worth. */
function worthOf(entry: FlowEntry, now: u32): u32 {
  if (!fresh(entry, now)) return 0;
  if (entry.opener == Flow.HERE && !entry.arrived) return 1;
  return max<u32>(2, entry.seconds);
}

function forget(run: Run, entry: FlowEntry): void {
  changetype<Totals>(run.totals).flowsForgotten++;
  // A forgotten TCP flow is under way when it is met again; only errors that quote it need it, and they come soon.
  const until = entry.seconds + ((entry.kind & 0xff) == Proto.TCP ? QUOTED_SOON : IDLE);
  run.forgottenUntil = max<u32>(run.forgottenUntil, until);
}

/** True while a flow that is not remembered may be one that was forgotten. */
export function forgotten(run: Run): bool {
  return run.now <= run.forgottenUntil;
}

function idleLimit(entry: FlowEntry): u32 {
  return (entry.kind & 0xff) == Proto.TCP ? IDLE_TCP : IDLE;
}

function entryAt(run: Run, index: u32): FlowEntry {
  return changetype<FlowEntry>(run.flows + (index & (<u32>Limit.FLOWS - 1)) * <u32>offsetof<FlowEntry>());
}

function sameKey(a: FlowEntry, b: FlowEntry): bool {
  const x = changetype<usize>(a);
  const y = changetype<usize>(b);
  return load<u64>(x, 32) == load<u64>(y, 32) && load<u64>(x, 16) == load<u64>(y, 16) && load<u64>(x, 24) == load<u64>(y, 24) &&
    load<u64>(x) == load<u64>(y) && load<u64>(x, 8) == load<u64>(y, 8);
}

function hash(key: FlowEntry): u32 {
  const at = changetype<usize>(key);
  return hashKey(at, load<u64>(at, offsetof<FlowEntry>("ports")));
}
