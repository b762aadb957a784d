/** Frames that waited for a name: in a live capture the answer may come after them, and what they are follows from the policy as it is known at the end. */
import type { Field, Match } from "../model/packet.js";
import type { Policy, PolicyRow } from "../model/policy.js";
import type { Class } from "../model/verdict.js";
import type { Group } from "./groups.js";

/** Moves groups that were undetermined for a name to the class they have now, and their frames with them. Changes `classes`. */
export function settleNames(groups: readonly Group[], policy: Policy, classes: Record<Class, number>): Group[] {
  const settled = groups.flatMap((group) => {
    if (group.class !== "undetermined" || (group.kind === "CONTAINMENT" && group.reason !== "name")) return [group];
    const row = firstRow(policy.rows, group);
    if (row?.reason === "name" || (group.kind !== "CONTAINMENT" && row?.class === "undetermined")) return [group];
    const moved: Class = row?.class ?? "leak";
    if (group.kind !== "CONTAINMENT") return [{ ...group, class: moved }];
    classes.undetermined -= group.frames;
    classes[moved] += group.frames;
    return moved === "leak" || moved === "undetermined" ? [{ ...group, class: moved, reason: row?.reason ?? null }] : [];
  });
  return merged(settled);
}

function firstRow(rows: readonly PolicyRow[], group: Group): PolicyRow | undefined {
  const fields: Partial<Record<Field, number>> = {
    family: group.family, etherType: group.etherType, proto: group.proto, sport: group.sport ?? 0, dport: group.dport ?? 0,
    icmpType: group.icmpType ?? 0, flow: group.flow, mark: group.mark ?? 0, gid: group.gid ?? 0,
    ...words("src", group.src?.words), ...words("dst", group.dst?.words),
  };
  const holds = ({ field, mask, low, span }: Match): boolean => (((((fields[field] ?? 0) & mask) >>> 0) - low) >>> 0) <= span;
  return rows.find((row) => row.matches.every(holds));
}

function words(end: "src" | "dst", values: readonly number[] | undefined): Partial<Record<Field, number>> {
  const [a = 0, b = 0, c = 0, d = 0] = values ?? [];
  return end === "src" ? { src0: a, src1: b, src2: c, src3: d } : { dst0: a, dst1: b, dst2: c, dst3: d };
}

/** Groups that have become the same are one again; the earlier frame is its first. */
function merged(groups: readonly Group[]): Group[] {
  const byKey = new Map<string, Group>();
  for (const group of groups) {
    const { kind, class: verdict, reason, family, etherType, proto, src, dst, dport, icmpType } = group;
    const key = JSON.stringify([kind, verdict, reason, family, etherType, proto, src?.words, dst?.words, dport, icmpType]);
    const other = byKey.get(key);
    byKey.set(key, other === undefined ? group : together(other, group));
  }
  return [...byKey.values()];
}

function together(a: Group, b: Group): Group {
  const first = a.seconds < b.seconds || (a.seconds === b.seconds && a.nanos <= b.nanos) ? a : b;
  return { ...first, frames: a.frames + b.frames, bytes: a.bytes + b.bytes };
}
