/** Matches of the firewall as the core compares them: by the offsets of their fields, in a packet or behind it. */
import type { Family } from "../model/address.js";
import type { HookMatch, Row } from "../model/netfilter.js";
import type { HookField } from "../model/packet.js";
import type { Core } from "./core.js";
import type { Test } from "./keys.js";
import { writeRecords } from "./writer.js";

const ETHER_TYPES = { 4: 0x0800, 6: 0x86dd } as const;
const WHOLE = 0xffffffff;

/** Byte offsets of the fields of a packet at a hook. */
export type Offsets = Readonly<Record<HookField, number>>;

export function fieldOffsets({ layout }: Core): Offsets {
  return { ...layout.Field, ...layout.HookField };
}

/** Reserves and writes matches that stand together. */
export function writeMatches(core: Core, offsets: Offsets, matches: readonly HookMatch[]): number {
  return writeRecords(core, core.layout.MatchAt, matches.map(({ field, mask, low, span }) => ({ field: offsets[field], mask, low, span })));
}

/** What is left of a test for packets of one family: matches that always hold are left out, and rows that never do. */
export function foldTest({ rows, not }: Test, family: Family): Test {
  return { rows: foldRows(rows, family), not };
}

export function foldRows(rows: readonly Row[], family: Family): Row[] {
  return rows.flatMap(({ matches, unknown }) => {
    const known = matches.map((match) => settledFor(match, family));
    return known.includes(false) ? [] : [{ matches: matches.filter((_, i) => known[i] === null), unknown }];
  });
}

/** What a match says of all packets of a family; null: that depends. */
function settledFor({ field, mask, low, span }: HookMatch, family: Family): boolean | null {
  const told = field === "family" ? family : field === "etherType" ? ETHER_TYPES[family] : null;
  if (span === WHOLE) return true;
  if (told === null && mask !== 0) return null;
  return ((((told ?? 0) & mask) >>> 0) - low) >>> 0 <= span;
}

/** Whether no packet passes the test. */
export function isNever({ rows, not }: Test): boolean {
  return not ? rows.some(isSure) : rows.length === 0;
}

/** Whether every packet does. */
export function isAlways({ rows, not }: Test): boolean {
  return not ? rows.length === 0 : rows.some(isSure);
}

function isSure({ matches, unknown }: Row): boolean {
  return matches.length === 0 && unknown === null;
}
