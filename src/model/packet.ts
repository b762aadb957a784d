/** The row of fields that a packet is, and the one test that everything which looks at a packet is made of. */
import { type Prefix, maskWords, networkWords } from "./address.js";

/** Fields of a packet in the order of the core's record; every field is an unsigned 32-bit word. Unknown fields are 0 and their bit in `known` is clear. */
export const FIELDS = [
  "family", // 4, 6, or 0 for a frame that carries no IP
  "etherType", // innermost EtherType, after 802.1Q and 802.1ad tags
  "proto", // IP protocol or last IPv6 next header
  "src0", "src1", "src2", "src3", // left-aligned words; ARP: sender protocol address in src0
  "dst0", "dst1", "dst2", "dst3", // ARP: target protocol address in dst0
  "sport", // UDP/TCP source port; ICMP echo and its like: identifier
  "dport", // UDP/TCP destination port; ICMP echo and its like: sequence number
  "icmpType", "icmpCode",
  "tcpFlags", // low byte of the flags: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32
  "hopLimit", // TTL or hop limit
  "tos", // IPv4 TOS or IPv6 traffic class
  "mark", "uid", "gid",
  "iif", "oif", // device indexes of the image; 0 = none
  "condition", // 0 whole, 1 cut by the capture, 2 malformed
  "fragment", // 0 none, 1 first, 2 later
  "ownHardware", // ARP: 1 when the sender hardware address is the node's own
  "flow", // what the flow memory says: see FLOW in verdict.ts
] as const;

export type Field = (typeof FIELDS)[number];

/**
 * What a packet is besides its headers while it passes a hook of netfilter; these follow FIELDS where a record needs both. In a hook `iif` and `oif` are the
 * hook's own devices: `iif` is 0 in OUTPUT.
 */
export const HOOK_FIELDS = [
  "ctState", // one bit of CT_STATE in netfilter.ts
  "ctDirection", // 0 original, 1 reply
  "ctStatus", // bits of CT_STATUS in netfilter.ts
  "ctMark",
  "owner", // OWNER in netfilter.ts: none, a socket of the kernel, a process; uid and gid count only with a process
  "srcType", "dstType", // one bit, 1 << RTN_*: what the routing tables say of the address, without a device (ADDRESS_TYPE in netfilter.ts)
  "packetType", // PACKET_*: 0 for this host, 1 broadcast, 2 multicast, 3 for another host
] as const;

export type HookField = Field | (typeof HOOK_FIELDS)[number];

/** Holds when `((packet[field] & mask) - low) <= span`, unsigned. A span of 0 means equality. */
export interface Match<F extends HookField = Field> {
  readonly field: F;
  readonly mask: number;
  readonly low: number;
  readonly span: number;
}

const WHOLE = 0xffffffff;

/** The field equals the value under the mask. */
export function equals<F extends HookField = Field>(field: F, value: number, mask: number = WHOLE): Match<F> {
  return { field, mask: mask >>> 0, low: (value & mask) >>> 0, span: 0 };
}

/** The field lies in low..high, both included. */
export function within<F extends HookField = Field>(field: F, low: number, high: number): Match<F> {
  return { field, mask: WHOLE, low: low >>> 0, span: (high - low) >>> 0 };
}

/** At least one bit of `bits` is set in the field. */
export function hasAny<F extends HookField>(field: F, bits: number): Match<F> {
  return { field, mask: bits >>> 0, low: 1, span: 0xfffffffe };
}

/** The opposite of a match; null for one that holds always, which has none. */
export function except<F extends HookField>({ field, mask, low, span }: Match<F>): Match<F> | null {
  return span === WHOLE ? null : { field, mask, low: (low + span + 1) >>> 0, span: WHOLE - 1 - span };
}

/** The source or destination lies in the prefix: one match for each word that has bits in the mask. */
export function inPrefix(end: "src" | "dst", prefix: Prefix): Match[] {
  const masks = maskWords(prefix.length);
  const words = networkWords(prefix);
  const fields = ([0, 1, 2, 3] as const).map((i) => `${end}${i}` as const);
  return fields.flatMap((field, i) => ((masks[i] ?? 0) === 0 ? [] : [equals(field, words[i] ?? 0, masks[i] ?? 0)]));
}
