/** Whether a REJECT's answer sets out at all: nf_send_reset and nf_send_reset6, icmp_send and icmp6_send. */
import { type Address, isMulticast, isUnspecified } from "../../model/address.js";
import type { OpenField } from "../classes.js";
import { LOOPBACK } from "../fib.js";
import { isLimitedBroadcast, isStrict, lookupOutput, type Output } from "../output.js";
import { isOwn } from "../own.js";
import { isOn, type Question, Reader } from "../question.js";
import { source6 } from "../source.js";
import { SILENT } from "../trail.js";
import { ERRORS4, FIRST_QUERY6 } from "../kernel.js";
import type { Transit } from "./transit.js";

const ICMP = 1;
const TCP = 6;
const ICMP6 = 58;
const RST = 4;

/** An error is not answered with an error, a reset not with a reset, and what nothing leads back to not at all. */
export function isAnswered(reset: boolean, transit: Transit): boolean {
  return (reset ? isSegment(transit) : isNoError(transit) && !isLocked(transit)) && hasWayBack(reset, transit);
}

/** While the kernel's socket for ICMP sends an echo reply, it is locked for everything else (icmp_xmit_lock, icmpv6_xmit_lock). */
function isLocked({ packet: { origin, open }, hook }: Transit): boolean {
  const proto = open.get("proto");
  return origin === "kernel" && (proto === ICMP || proto === ICMP6) && (hook === "output" || hook === "postrouting");
}

function isSegment({ packet: { open } }: Transit): boolean {
  return (open.get("proto") ?? TCP) === TCP && ((open.get("tcpFlags") ?? 0) & RST) === 0;
}

function isNoError({ packet: { open }, reader }: Transit): boolean {
  const proto = open.get("proto");
  if (proto === ICMP) return !ERRORS4.has(reader.read("icmpType"));
  return proto !== ICMP6 || reader.read("icmpType") >= FIRST_QUERY6;
}

/** A source that nobody knows is taken to be reached. */
function hasWayBack(reset: boolean, transit: Transit): boolean {
  const { src, dst, hook, packet: { family, origin, oif }, reader } = transit;
  if (isMulticast(dst) || isLimitedBroadcast(dst)) return false;
  if (src === null) return true;
  if (isUnspecified(src) || isMulticast(src)) return false;
  const from = reset || isForNode(transit) ? dst : null;
  // IPv4's reset goes by the socket of what it answers (nf_send_reset hands it to ip_route_me_harder).
  const dev = reset && family === 4 && origin === "local" && (hook === "output" || hook === "postrouting") ? oif : null;
  const ask = (source: Address | null): Output => {
    const question: Question = { family, dst: src, src: source, mark: reflected(transit), iif: LOOPBACK, oif: dev, strict: isStrict(src, null, source, false), owned: false };
    return lookupOutput(question, answering(reset, reader), SILENT, reset);
  };
  const output = ask(from);
  if (family === 4 || from !== null || (output.kind === "way" && (output.route?.prefsrc ?? null) !== null)) return output.kind !== "error";
  // The source is the best one for the device it came in on, unless the route names one (icmp6_send).
  const source = source6(reader.ground, src, transit.iif);
  return (source === null || (transit.iif === null && output.kind !== "error") ? output : ask(source.address)).kind !== "error";
}

/** Then an ICMP error has the destination as its source, which has to be an address of the node; IPv4 goes by the route, which may stay here for others, too. */
function isForNode({ way, dst, packet: { family }, reader: { ground } }: Transit): boolean {
  return family === 4 && way !== null ? way.dev === LOOPBACK : isOwn(ground, dst);
}

/** IP4_REPLY_MARK(), IP6_REPLY_MARK(). */
function reflected({ mark, packet: { family }, reader }: Transit): number {
  return mark !== 0 && isOn(reader, `net.ipv${family}.fwmark_reflect`) ? mark : 0;
}

/** The fields of the answer. */
function answering(reset: boolean, { ground, open, family, choices }: Reader): Reader {
  const fields = new Map<OpenField, number>([["proto", reset ? TCP : family === 4 ? ICMP : ICMP6], ["uid", 0], ["gid", 0], ["tos", 0]]);
  const [sport, dport] = [open.get("sport"), open.get("dport")];
  if (reset && dport !== undefined) fields.set("sport", dport);
  if (reset && sport !== undefined) fields.set("dport", sport);
  return new Reader(ground, fields, family, choices);
}
