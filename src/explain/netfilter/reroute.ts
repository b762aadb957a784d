/** The second lookup of a local packet whose mark or address a hook has changed: ip_route_me_harder, ip6_route_me_harder. */
import { formatAddress, isLinkLocal, isMulticast } from "../../model/address.js";
import { ADDRESS_TYPE } from "../../model/netfilter.js";
import type { FibRule } from "../../model/node.js";
import type { OpenField } from "../classes.js";
import { LOOPBACK } from "../fib.js";
import { isStrict, lookupOutput, type Output } from "../output.js";
import { type Question, Reader } from "../question.js";
import { hex } from "../reasons.js";
import { addressType } from "./addresstype.js";
import type { Transit } from "./transit.js";

/** Looks the route up again. The source stays, whatever comes of it. */
export function reroute(transit: Transit, why: string): Output {
  const { packet, trail, dst, mark } = transit;
  trail.tell({ station: "reroute", text: `the kernel asks for the route to ${formatAddress(dst)} again, mark ${hex(mark)}; the source stays`, why });
  const output = packet.family === 4 ? again4(transit) : again6(transit);
  if (output.kind === "way") transit.way = output;
  return output;
}

/** The device a socket is bound to; the kernel's own sockets are bound to none. */
function bound({ packet }: Transit): string | null {
  return packet.origin === "local" ? packet.oif : null;
}

/** IPv4: any source that may stand in a packet will do, and the user is left out, so that rules see root. */
function again4(transit: Transit): Output {
  const { src, dst, mark, reader } = transit;
  const type = src === null ? ADDRESS_TYPE.unicast : addressType(src, null, reader);
  const from = type === ADDRESS_TYPE.local || type === ADDRESS_TYPE.unicast ? src : null;
  const question: Question = { family: 4, dst, src: from, mark, iif: LOOPBACK, oif: bound(transit), strict: false, owned: false };
  return lookupOutput(question, asked(transit, [["uid", 0]]), transit.trail, true);
}

/** IPv6: the flow label, and with it the traffic class, is left out. */
function again6(transit: Transit): Output {
  const { src, dst, mark, packet, way } = transit;
  const narrow = isMulticast(dst) || isLinkLocal(dst);
  const oif = bound(transit) ?? (narrow ? (way?.dev ?? null) : null);
  const question: Question = { family: 6, dst, src, mark, iif: LOOPBACK, oif, strict: isStrict(dst, oif, src, bound(transit) !== null), owned: packet.origin === "local" };
  return lookupOutput(question, asked(transit, [["tos", 0], ...(isReset(transit) ? [["uid", 0] as const] : [])]), transit.trail, true);
}

/** The kernel's own socket sends it, whosever it is. */
function isReset({ packet: { origin, open } }: Transit): boolean {
  return origin === "kernel" && open.get("proto") === TCP && ((open.get("tcpFlags") ?? 0) & RST) !== 0;
}

const TCP = 6;
const RST = 4;

/** The packet's fields as this lookup is told them: protocol and ports only where some rule wants them (fib4_rules_early_flow_dissect). */
function asked({ reader, packet: { family } }: Transit, changed: readonly (readonly [OpenField, number])[]): Reader {
  const { ground, open, choices } = reader;
  const dissected = ground.fibs[family].rules.some(wantsPorts);
  const hidden: readonly (readonly [OpenField, number])[] = dissected ? [] : [["proto", 0], ["sport", 0], ["dport", 0]];
  return new Reader(ground, new Map([...open, ...hidden, ...changed]), family, choices);
}

/** fib_rule_requires_fldissect(): rules for what the node itself sends do not count. */
function wantsPorts(rule: FibRule): boolean {
  return rule.iif !== LOOPBACK && rule.matches.some(({ field }) => field === "proto" || field === "sport" || field === "dport");
}
