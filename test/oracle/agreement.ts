/**
 * When the core and tshark agree on a frame. Every value must be the same, and what one side does not say must be absent or 0 on the other,
 * except:
 *  1. The core may say nothing of a value where it says that the frame is cut, and it is: it takes a header whole or not at all, tshark shows
 *     the half that is there.
 *  2. The core may say nothing of a value where it says that the packet is malformed, and there is a fault (`hasFault`) or the frame was cut
 *     before it: the core stops there, tshark goes on.
 *  3. tshark may say nothing of a value where there is a fault or the frame is cut: it may stop sooner.
 *  4. In 1 and 2 the core's `proto` may be an extension header that tshark has seen: it is as far as the core got.
 *  5. tshark takes for data what should be IP where the first nibble is of another version. The core then names the family that the type
 *     announces and calls the packet malformed; without a type (raw IP, loopback, NFLOG) it goes by the nibble.
 *  6. tshark shows nothing of an ICMP message that is shorter than its eight bytes; the core takes type and code.
 *  7. What stands behind a mobility, HIP or Shim6 header, or behind hop-by-hop options in a packet of length 0, is not compared (expected.ts).
 * A value that both sides give is excused by nothing but 4 and 5. A frame that the core calls cut or malformed without such a reason is a
 * disagreement by itself.
 */
import type { Dissected } from "../support/dissected.js";
import { CHAIN, networkWord, TYPED, type Values } from "./expected.js";
import type { Told } from "./tshark.js";

/** Values of the core's `condition`. */
const CUT = 1, MALFORMED = 2;
const ICMP = 1, ICMP_HEADER = 8;
const PPPOE = 0x8864, PPPOE_HEADER = 8;
/** Expert groups of Wireshark (epan/proto.h): malformed, protocol. */
const REMARKS = [0x07000000, 0x09000000];
/** Values of expected.ts that are told before the network header. */
const LINK_VALUES = ["etherType", "direction", "device", "mark", "uid", "gid", "visible"];

type Value = number | string | null;

/** One line for each value on which the two do not agree. */
export function disagreements(ours: Dissected, told: Told, theirs: Values): string[] {
  const { condition } = ours.fields;
  const isCut = ours.row.captured < ours.row.original;
  const isFaulty = hasFault(ours, told, theirs);
  const found: string[] = [];
  if (condition === CUT && !isCut) found.push("condition: the core says cut, the frame is whole");
  if (condition === MALFORMED && !isFaulty && !isCut) found.push("condition: the core says malformed, tshark sees no fault");
  const weMay = (condition === CUT && isCut) || (condition === MALFORMED && (isFaulty || isCut));
  const theyMay = isFaulty || isCut;
  const isData = networkWord(told) === "data" && (isOtherVersion(ours) || !TYPED.includes(ours.row.linkType));
  for (const [name, value] of Object.entries(theirs)) {
    if (value === undefined || (isData && !LINK_VALUES.includes(name))) continue;
    const mine = valueOf(ours, name);
    const isExcused = (isNothing(mine) && weMay) || (value === null && (theyMay || isShortIcmp(ours, name))) || (name === "proto" && weMay && leadsOn(mine, told));
    if (mine !== value && !(isNothing(mine) && isNothing(value)) && !isExcused) found.push(`${name}: the core says ${mine}, tshark ${value}`);
  }
  return found;
}

function isNothing(value: Value): boolean {
  return value === null || value === 0 || value === "";
}

/**
 * An exception of tshark's, an expert's note of the groups Malformed and Protocol, a header that tshark has no value of although its number was
 * there; an ARP that is not for IPv4 over Ethernet, a PPPoE header that is not a session's, an IP version that is not the family's.
 */
function hasFault(ours: Dissected, told: Told, theirs: Values): boolean {
  const isException = told("_ws.malformed").length > 0 || told("_ws.unreassembled").length > 0 || (told("frame.protocols")[0] ?? "").includes("_ws.malformed");
  const isNoted = told("_ws.expert.group").some((group) => REMARKS.includes(Number(group)));
  const isUnread = theirs["family"] === 6 && theirs["proto"] === undefined;
  const isBroken = ours.fields.condition === MALFORMED && (isUnread || Object.values(theirs).includes(null));
  return isException || isNoted || isBroken || isForeignArp(told) || isOtherPppoe(told) || isOtherVersion(ours);
}

function isForeignArp(told: Told): boolean {
  const [type, proto, hardware, length] = [told("arp.hw.type")[0], told("arp.proto.type")[0], told("arp.hw.size")[0], told("arp.proto.size")[0]];
  return type !== undefined && (Number(type) !== 1 || Number(proto) !== 0x0800 || Number(hardware) !== 6 || Number(length) !== 4);
}

/** A session's data are of version 1, type 1 and code 0 (RFC 2516); tshark shows what follows whatever they are. */
function isOtherPppoe(told: Told): boolean {
  const [version, type, code] = [told("pppoe.version")[0], told("pppoe.type")[0], told("pppoe.code")[0]];
  return version !== undefined && (Number(version) !== 1 || Number(type) !== 1 || Number(code) !== 0);
}

/** The core's family, and another version in the first nibble. */
function isOtherVersion({ fields, network, bytes }: Dissected): boolean {
  // The core's network header is that of PPPoE where there is one.
  const first = bytes[fields.etherType === PPPOE ? network + PPPOE_HEADER : network];
  return fields.family !== 0 && first !== undefined && first >>> 4 !== fields.family;
}

/** IPv4 says how long its message is. */
function isShortIcmp({ fields, network, bytes }: Dissected, name: string): boolean {
  const start = fields.etherType === PPPOE ? network + PPPOE_HEADER : network;
  const byte = (at: number): number => bytes[start + at] ?? 0;
  const length = ((byte(2) << 8) | byte(3)) - 4 * (byte(0) & 15);
  return name.startsWith("icmp") && fields.family === 4 && fields.proto === ICMP && length < ICMP_HEADER;
}

/** An extension header that tshark saw in this frame. */
function leadsOn(proto: Value, told: Told): boolean {
  const column = CHAIN[Number(proto)];
  return column !== undefined && told(column).length > 0;
}

/** The core's word for a value of expected.ts. */
function valueOf({ fields, direction, device, visible, fragmentId }: Dissected, name: string): number | string {
  switch (name) {
    case "src": return hexOf(fields.family, [fields.src0, fields.src1, fields.src2, fields.src3]);
    case "dst": return hexOf(fields.family, [fields.dst0, fields.dst1, fields.dst2, fields.dst3]);
    case "direction": return direction;
    case "device": return device;
    // FORWARDED and EARLY are conclusions, not contents.
    case "visible": return visible & 7;
    case "fragmentId": return fragmentId;
    default: {
      const value: unknown = Reflect.get(fields, name);
      if (typeof value !== "number") throw new Error(`the core has no field ${name}`);
      return value;
    }
  }
}

function hexOf(family: number, words: readonly number[]): string {
  const hex = words.slice(0, family === 6 ? 4 : 1).map((word) => word.toString(16).padStart(8, "0")).join("");
  return /^0+$/.test(hex) ? "" : hex;
}
