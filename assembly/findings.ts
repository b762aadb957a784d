// Frames worth telling, grouped: one entry for each claim, class, addresses, protocol and service, with its first frame. Bounded; what does not fit is counted.

import { copyBlock, sameBlock } from "./block";
import { Finding, FindingKind, Frame, Limit, NONE, Packet, Run, Totals } from "./layout";
import { Proto } from "./dissect";
import { hashKey } from "./hash";

const PROBES: u32 = 8;

/** Adds a frame to its group. `frame` is its number in the capture. */
export function tell(run: Run, kind: FindingKind, packet: Packet, verdict: u32, reason: u32, frame: u64, index: Frame): void {
  const totals = changetype<Totals>(run.totals);
  const hidden = hiddenPort(packet);
  const home = hash(packet, kind, verdict, reason, hidden);
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const at = run.findings + ((home + probe) & (<u32>Limit.FINDINGS - 1)) * <u32>offsetof<Finding>();
    const finding = changetype<Finding>(at);
    if (finding.frames == 0) {
      start(finding, kind, packet, verdict, reason, hidden);
      finding.frame = frame;
      finding.capture = run.capture;
      finding.device = packet.device;
      finding.visible = packet.visible;
      finding.mark = packet.mark;
      finding.uid = packet.uid;
      finding.gid = packet.gid;
      finding.seconds = index.seconds;
      finding.nanos = index.nanos;
      totals.findingCount++;
    } else if (!same(finding, kind, packet, verdict, reason, hidden)) {
      continue;
    }
    finding.frames++;
    finding.bytes += index.original;
    return;
  }
  totals.findingsForgotten++;
}

/** The service a flow is grouped by: UDP and TCP destination port, NONE elsewhere. */
function hiddenPort(packet: Packet): u32 {
  return packet.proto == Proto.UDP || packet.proto == Proto.TCP ? packet.dport : NONE;
}

function isIcmp(packet: Packet): bool {
  return (packet.family == 4 && packet.proto == Proto.ICMP) || (packet.family == 6 && packet.proto == Proto.ICMPV6);
}

function icmpTypeOf(packet: Packet): u32 {
  return isIcmp(packet) ? packet.icmpType : NONE;
}

function start(finding: Finding, kind: FindingKind, packet: Packet, verdict: u32, reason: u32, dport: u32): void {
  finding.kind = kind;
  finding.verdict = verdict;
  finding.reason = reason;
  finding.family = packet.family;
  finding.etherType = packet.etherType;
  finding.proto = packet.proto;
  copyBlock(changetype<usize>(finding) + offsetof<Finding>("src0"), changetype<usize>(packet) + offsetof<Packet>("src0"), 32);
  finding.sport = dport == NONE ? NONE : packet.sport;
  finding.dport = dport;
  finding.icmpType = icmpTypeOf(packet);
  finding.rule = packet.rule;
  finding.route = packet.route;
  finding.explained = packet.explained;
  finding.flow = packet.flow;
}

function same(finding: Finding, kind: FindingKind, packet: Packet, verdict: u32, reason: u32, dport: u32): bool {
  return finding.kind == kind && finding.verdict == verdict && finding.reason == reason && finding.family == packet.family &&
    finding.etherType == packet.etherType && finding.proto == packet.proto && finding.dport == dport && finding.icmpType == icmpTypeOf(packet) &&
    sameBlock(changetype<usize>(finding) + offsetof<Finding>("src0"), changetype<usize>(packet) + offsetof<Packet>("src0"), 32);
}

function hash(packet: Packet, kind: u32, verdict: u32, reason: u32, dport: u32): u32 {
  const group = kind | (verdict << 1) | (reason << 9) | (packet.family << 13) | (packet.proto << 16) | (icmpTypeOf(packet) << 24);
  const service = dport ^ (packet.etherType << 16);
  return hashKey(changetype<usize>(packet) + offsetof<Packet>("src0"), (<u64>service << 32) | <u64>group);
}
