/** Whether what somebody tells of a packet is what was seen. */
import type { Egress, Observed } from "./words.js";

/** An answer of `explain --json`, as far as it is compared. */
export interface Told {
  readonly disposition: string;
  readonly egress: { readonly dev: string; readonly via?: string; readonly src: string | null; readonly dst: string; readonly sport?: number; readonly dport?: number; readonly mark: number } | null;
  readonly error?: string;
}

/** Ends at which nothing goes on. */
const ENDS: ReadonlySet<string> = new Set(["dropped", "rejected", "noRoute"]);

/**
 * Which parts are not what was seen; empty: it agrees. A part that is left out of the egress is not compared, but for the device.
 *
 * Which of the three ends it is shows in two ways only, and each is compared for whom it reaches:
 * - the error of the sender's call, to the letter, and that there is none. One number stands for several ends: ENETUNREACH is a missing route or a rule that says unreachable, EINVAL a blackhole.
 * - a packet that says no (RST, ICMP error), known by what it quotes or acknowledges, or that the kernel lost the packet in the function that sends one. Who is answered has not been
 *   dropped in silence, whether the kernel made the lost packet or somebody else. The other way round silence is no proof, see isUnseen. What the kernel sends by itself has no sender:
 *   whether a reroute found nothing or a rule dropped it shows nowhere.
 */
export function differences(observed: Observed, told: Told): readonly string[] {
  if (observed.disposition !== told.disposition && !(ENDS.has(observed.disposition) && ENDS.has(told.disposition))) return ["disposition"];
  if (observed.egress !== null && told.egress !== null) return [...egressDifferences(observed.egress, told.egress), ...errorDifferences(observed, told)];
  // What its receiver answers may reach the sender within the same call: that is no error of the packet's way.
  if (observed.disposition === "local") return [];
  const silent = (observed.disposition === "rejected" || answers(observed)) && told.disposition === "dropped" && observed.error === undefined;
  return silent || (isVerdict(observed) && observed.disposition === "rejected" && told.disposition !== "rejected") ? ["disposition"] : errorDifferences(observed, told);
}

function errorDifferences(observed: Observed, told: Told): readonly string[] {
  return told.error === observed.error ? [] : ["error"];
}

/** Functions of the kernel that answer, whether the answer finds a way back or not; ip_error() keeps quiet of blackholes and for a device that does not forward. */
const ANSWERING: ReadonlySet<string> = new Set(["ip_error", "ip6_pkt_discard", "ip6_pkt_prohibit"]);

function mayAnswer({ lost }: Observed): boolean {
  return lost?.inside === false && lost.by !== undefined && ANSWERING.has(lost.by);
}

function answers(observed: Observed): boolean {
  return mayAnswer(observed) && observed.lost?.reason === "IP_INNOROUTES";
}

/** A rule ended it, and not a reroute that failed. */
function isVerdict({ lost, error = "EPERM" }: Observed): boolean {
  return lost?.inside === true && error === "EPERM";
}

/** Told to be answered, and no answer was seen: its own way back may be closed, by a route or by a rule. */
export function isUnseen(observed: Observed, told: Told): boolean {
  if (observed.disposition !== "dropped" || mayAnswer(observed)) return false;
  return told.disposition === "rejected" || (told.disposition === "noRoute" && observed.lost?.inside !== true);
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
