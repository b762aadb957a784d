// Frames worth telling, grouped: one entry for each claim, class, addresses, protocol and service, with its first frame. Bounded; what does not fit is counted.

import { copyBlock, sameBlock } from "./block";
import { Finding, FindingKind, Frame, Limit, NONE, Packet, Run, Totals } from "./layout";
import { Proto } from "./dissect";

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
  let sum: u32 = kind * 31 + verdict * 7 + reason;
  sum = mix(sum, packet.family ^ (packet.etherType << 8));
  sum = mix(sum, packet.proto ^ (icmpTypeOf(packet) << 8));
  sum = mix(sum, dport);
  for (let word: usize = 0; word < 32; word += 4) sum = mix(sum, load<u32>(changetype<usize>(packet) + word, offsetof<Packet>("src0")));
  return sum ^ (sum >> 15);
}

function mix(sum: u32, word: u32): u32 {
  return rotl<u32>(sum ^ word, 13) * 0x85ebca6b + 0xe6546b64;
}
