/** Which values each field of a packet can have in a proof, and in which form it is asked: bit by bit, or by classes of values. */
import type { Family } from "../model/address.js";
import { ADDRESS_TYPE, CT_DIRECTION, CT_STATE, OWNER } from "../model/netfilter.js";
import { FIELDS, HOOK_FIELDS, type HookField } from "../model/packet.js";
import { FLOW } from "../model/verdict.js";
import type { Range } from "./partition.js";

export type Form =
  /** One value in the whole space. */
  | { readonly kind: "fixed"; readonly value: number }
  /** Compared bit by bit; `mask`: the bits that may be set. `mentioned`: of those only the ones that some match looks at. */
  | { readonly kind: "bits"; readonly mask: number; readonly mentioned: boolean }
  /** Compared with single values: classes of them. */
  | { readonly kind: "classes"; readonly domain: readonly Range[] };

/**
 * From the top of the diagrams to their bottom: what splits the world into few cases first, then what routing asks for, then what few rules ask for. Ports of the
 * destination stand beside its address: rules that name a service ask for both, those that block a network only for the source (docs/decisions.md has the figures).
 */
export const ORDER = [
  "iif", "oif", "owner", "fragment", "proto", "uid", "gid", "mark", "dst0", "dst1", "dst2", "dst3", "dport", "src0", "src1", "src2", "src3", "sport",
  "icmpType", "icmpCode", "tcpFlags", "ctState", "ctDirection", "ctStatus", "ctMark", "srcType", "dstType", "packetType", "flow", "tos", "hopLimit",
] as const satisfies readonly HookField[];

const ZERO: Form = { kind: "fixed", value: 0 };
const ETHER_TYPES = { 4: 0x0800, 6: 0x86dd } as const;
/** The largest uid and gid: the one above means nobody. */
const OWNER_MAX = 0xfffffffe;

/** The form of each field. Devices are the numbers from 0 (none) to `devices`. */
export function formsOf(family: Family, devices: number): Readonly<Record<HookField, Form>> {
  const lower = family === 6 ? all(0xffffffff) : ZERO;
  const address = all(0xffffffff);
  const device: Form = { kind: "classes", domain: [[0, devices]] };
  return {
    family: { kind: "fixed", value: family }, etherType: { kind: "fixed", value: ETHER_TYPES[family] }, condition: ZERO, ownHardware: ZERO,
    proto: upTo(0xff), fragment: upTo(2), uid: upTo(OWNER_MAX), gid: upTo(OWNER_MAX), iif: device, oif: device,
    src0: address, src1: lower, src2: lower, src3: lower, dst0: address, dst1: lower, dst2: lower, dst3: lower,
    sport: all(0xffff), dport: all(0xffff), icmpType: all(0xff), icmpCode: all(0xff), tcpFlags: all(0xff), hopLimit: all(0xff), tos: all(0xff),
    mark: { kind: "bits", mask: 0xffffffff, mentioned: true }, ctMark: { kind: "bits", mask: 0xffffffff, mentioned: true },
    ctStatus: { kind: "bits", mask: 0xffff, mentioned: true },
    ctState: oneOf(CT_STATE), ctDirection: oneOf(CT_DIRECTION), owner: oneOf(OWNER), srcType: oneOf(ADDRESS_TYPE), dstType: oneOf(ADDRESS_TYPE),
    packetType: upTo(3), flow: oneOf(FLOW),
  };
}

/** The largest value of a field; its bits are those that a test can see. */
export function largestOf(form: Form): number {
  switch (form.kind) {
    case "fixed": return form.value;
    case "bits": return form.mask;
    case "classes": return form.domain.at(-1)?.[1] ?? 0;
  }
}

/** Every field, also those that are fixed. */
export const ALL_FIELDS: readonly HookField[] = [...FIELDS, ...HOOK_FIELDS];

function all(mask: number): Form {
  return { kind: "bits", mask, mentioned: false };
}

function upTo(largest: number): Form {
  return { kind: "classes", domain: [[0, largest]] };
}

function oneOf(values: Readonly<Record<string, number>>): Form {
  return { kind: "classes", domain: Object.values(values).sort((a, b) => a - b).map((value): Range => [value, value]) };
}
