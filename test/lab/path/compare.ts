/** Whether what somebody tells of a packet is what was seen. */
import type { Egress, Observed } from "./words.js";

/** An answer of `explain --json`, as far as it is compared. */
export interface Told {
  readonly disposition: string;
  readonly egress: { readonly dev: string; readonly via?: string; readonly src: string | null; readonly dst: string; readonly sport?: number; readonly dport?: number; readonly mark: number } | null;
  readonly error?: string;
}

/** dropped, rejected and noRoute differ in what the sender learns, which an error number does not always tell apart. */
const ENDS: ReadonlySet<string> = new Set(["dropped", "rejected", "noRoute"]);

/** Which parts are not what was seen; empty: it agrees. A part that is left out of the egress is not compared, but for the device. */
export function differences(observed: Observed, told: Told): readonly string[] {
  if (observed.disposition !== told.disposition && !(ENDS.has(observed.disposition) && ENDS.has(told.disposition))) return ["disposition"];
  if (observed.egress !== null && told.egress !== null) return egressDifferences(observed.egress, told.egress);
  if (!ENDS.has(observed.disposition)) return [];
  // A hook's verdict: only a REJECT lets the other side know.
  if (isVerdict(observed)) return observed.disposition === "rejected" && told.disposition !== "rejected" ? ["disposition"] : [];
  return observed.error !== undefined && told.error !== observed.error ? ["error"] : [];
}

/** A rule ended it, and not a reroute that failed. */
function isVerdict({ lost, error = "EPERM" }: Observed): boolean {
  return lost?.inside === true && error === "EPERM";
}

/** Told to be rejected, and no answer was seen: a REJECT whose answer found no way, or a DROP. */
export function isUnseenReject(observed: Observed, told: Told): boolean {
  return isVerdict(observed) && observed.disposition === "dropped" && told.disposition === "rejected";
}

function egressDifferences(seen: Egress, told: NonNullable<Told["egress"]>): readonly string[] {
  const parts = (["dev", "dst", "mark"] as const).filter((part) => seen[part] !== told[part]);
  const optional = (["src", "sport", "dport"] as const).filter((part) => told[part] !== undefined && told[part] !== null && told[part] !== seen[part]);
  return [...parts, ...optional, ...((told.via ?? told.dst) === seen.via ? [] : ["via"])];
}

/** What disagreements of one kind have in common. */
export function kindOf(observed: Observed, told: Told, parts: readonly string[]): string {
  const way = ({ disposition, egress, error }: Told): string => `${disposition}${egress === null ? "" : ` ${egress.dev}`}${error === undefined ? "" : ` ${error}`}`;
  return `${parts.join("+")}: kernel ${way(observed)}, told ${way(told)}`;
}
