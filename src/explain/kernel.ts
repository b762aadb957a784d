/** How a packet that the kernel makes by itself begins: answers, ICMP errors, neighbour discovery, group reports. */
import { type Address, type Family, isLinkLocal, type Prefix, sameAddress } from "../model/address.js";
import { asksForSource, LOOPBACK } from "./fib.js";
import { isStrict, lookupOutput, type Way } from "./output.js";
import { ownersOf } from "./own.js";
import type { Option } from "./choices.js";
import type { Packet } from "./packet.js";
import type { Question, Reader } from "./question.js";
import { hex } from "./reasons.js";
import { SILENT, type Trail } from "./trail.js";
import { type Routed, someDevice, someSource } from "./walk.js";

/** What the kernel sends by itself has the source it answers from, and no owner (docs/modelled.md, "Who asks"). */
export function routeKernel(packet: Packet, reader: Reader, trail: Trail, named: readonly Prefix[]): Routed {
  const src = someSource(packet, reader, named);
  trail.see({ src, mark: packet.mark });
  trail.tell({ station: "socket", text: `the kernel makes it, mark ${hex(packet.mark)}` });
  if (isLinkHousekeeping(packet)) {
    const dev = packet.oif ?? someDevice(reader, "oif");
    trail.tell({ station: "table", text: `no table is asked: neighbour discovery and group reports go straight out on ${dev}`, decides: true });
    const way: Way = { kind: "way", type: "unicast", dev, table: 0, via: null, route: null, routeDev: dev, source: null };
    return { output: way, src };
  }
  const chosen = isSourceChosen(packet, src, reader);
  const from = chosen ? null : src;
  const { family, dst, mark } = packet;
  const oif = packet.oif ?? deviceOf(packet, reader);
  // A source that nobody gave is still one.
  const question: Question = { family, dst, src: from, mark, iif: LOOPBACK, oif, strict: isStrict(dst, oif, chosen ? null : (src ?? dst), false), owned: false };
  return { output: lookupOutput(question, reader, trail, true), src };
}

/** IPv6 answers name the device that their cause came in on, where the destination is a link's own or nothing but the loopback, and echo replies always; null: they do not. */
function deviceOf(packet: Packet, reader: Reader): string | null {
  const { family, dst, src, open } = packet;
  if (family === 4) return null;
  const isReply = open.get("proto") === ICMP6 && open.get("icmpType") === ECHO_REPLY6;
  const isReset = open.get("proto") === TCP && ((open.get("tcpFlags") ?? 0) & RST) !== 0;
  if (isLoopback6(dst) && (isReset || isReply)) {
    if (isReset && isOfRule(packet, reader)) return null;
    // What came to an own address came in on the device of that address; echo replies of some kernels before 2026 name it, too, all others lo.
    const owner = src === null ? [] : ownersOf(reader.ground, src).slice(0, 1);
    const devices = isReset ? owner : [...new Set([LOOPBACK, ...owner])];
    return devices[reader.choices.ask("oif", devices.map((text) => ({ text })))] ?? null;
  }
  return (isReply && reader.ground.fibs[6].fields.has("oif")) || isLinkLocal(dst) ? someDevice(reader, "oif") : null;
}

/** The reset of a REJECT names no device (nf_send_reset6). It is related to the flow, unless conntrack does not know that. */
function isOfRule({ ct }: Packet, { choices }: Reader): boolean {
  if (ct === "related") return true;
  return ct !== "established" && ct !== "reply" && choices.ask(RESET_MAKER, RESET_MAKERS) === RESET_MAKERS.length - 1;
}

/** Who may have made a reset, the last one being a rule; since Linux 6.13 one of a socket that is there, a listening one, belongs to it. */
export const RESET_MAKER = "what makes the reset";
export const RESET_MAKERS: readonly Option[] = [{ text: "no socket is there" }, { text: "a socket of a process" }, { text: "a rule with REJECT" }];

function isLoopback6({ words }: Address): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0 && words[3] === 1;
}

const TCP = 6;
const RST = 4;
const ICMP6 = 58;
const ECHO_REPLY6 = 129;

/** An ICMP error about a packet that was not for the node itself may be looked up without a source, and then carries what the route chose (icmp_send, icmp6_send). */
function isSourceChosen(packet: Packet, src: Address | null, reader: Reader): boolean {
  const { family, open } = packet;
  const isOpen = isError(family, open.get("proto"), open.get("icmpType") ?? 0) && asksForSource(reader.ground.fibs[family]) && (family === 4 || isNamed(packet, src, reader));
  return isOpen && reader.choices.ask("the packet it tells about", ABOUT) === 1;
}

/** IPv6 takes the source from the device the packet came in on, unless the route without any names one (icmpv6_rt_has_prefsrc). */
function isNamed({ family, dst, mark, oif }: Packet, src: Address | null, reader: Reader): boolean {
  const output = lookupOutput({ family, dst, src: null, mark, iif: LOOPBACK, oif, strict: isStrict(dst, oif, null, false), owned: false }, reader, SILENT, true);
  const named = output.kind === "way" ? (output.route?.prefsrc ?? null) : null;
  return named !== null && (src === null || sameAddress(named, src));
}

/** Whether it is an ICMP error; a type of 0 is none. */
export function isError(family: Family, proto: number | undefined, type: number): boolean {
  return family === 4 ? proto === ICMP && ERRORS4.has(type) : proto === ICMP6 && type > 0 && type < FIRST_QUERY6;
}

const ICMP = 1;
export const ERRORS4: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
/** ICMPv6 errors have numbers below. */
export const FIRST_QUERY6 = 128;
const ABOUT = [{ text: "was for the node itself" }, { text: "was for somebody else" }] as const;

/**
 * The mark of a packet at the first hook. That of group reports is garbage, left behind by whatever used the memory before (1712 less the MTU was seen): where it is not given,
 * each of the marks that rules look at is tried.
 */
export function markOf(packet: Packet, reader: Reader, marks: readonly number[]): number {
  if (packet.origin !== "kernel" || packet.isMarked || !isReport(packet)) return packet.mark;
  const options = [...new Set([0, ...marks])];
  return options[reader.choices.ask("mark", options.map((mark) => ({ text: hex(mark), ranges: [[mark, mark]] })))] ?? 0;
}

function isReport({ family, open }: Packet): boolean {
  const type = open.get("icmpType") ?? 0;
  return family === 4 ? open.get("proto") === IGMP : open.get("proto") === ICMP6 && ((type >= 130 && type <= 132) || type === 143);
}

const IGMP = 2;

/** ICMPv6 of neighbour discovery and MLD (icmp6_dst_alloc), and IGMP. */
function isLinkHousekeeping(packet: Packet): boolean {
  const proto = packet.open.get("proto");
  if (packet.family === 4) return proto === IGMP;
  const type = packet.open.get("icmpType") ?? 0;
  return proto === ICMP6 && ((type >= 130 && type <= 137) || type === 143);
}
