/** What a replay found: the value behind `wanproof/replay@1`. */
import type { Family } from "./address.js";
import type { Diagnostic } from "./diagnostic.js";
import type { Claim, Class, Direction, Disposition, Reason } from "./verdict.js";

/** A deciding line of the node's own text. */
export interface Because {
  /** rule, table, source, policy, ... (docs/stations.md). */
  readonly station: string;
  readonly text: string;
  readonly at: string;
}

export interface FlowTuple {
  readonly family: Family | 0;
  readonly src: string;
  readonly dst: string;
  readonly proto: number;
  readonly sport: number | null;
  readonly dport: number | null;
}

export interface Finding {
  readonly claim: Claim;
  /** `leak:udp/123`, `leak:icmp/8`, `source:fastd`, `undetermined:name`. Undetermined groups are findings that do not fail the run. */
  readonly id: string;
  readonly class: Class;
  readonly reason: Reason | null;
  /** W1.. of docs/known.md when this is known behaviour of stock Gluon. */
  readonly known: string | null;
  readonly accepted: boolean;
  readonly frames: number;
  readonly bytes: number;
  readonly first: { readonly capture: string; readonly frame: number; readonly time: string };
  readonly flow: FlowTuple;
  readonly attributed: { readonly mark: number | null; readonly uid: number | null; readonly gid: number | null };
  readonly because: readonly Because[];
  /** Plain sentences: what this is, and what to do about it. */
  readonly what: string;
  readonly todo: string;
}

export interface CaptureSummary {
  readonly path: string;
  readonly linkType: string;
  readonly frames: number;
  readonly bytes: number;
  readonly truncated: boolean;
  readonly undecodable: number;
}

export type ReplayResult = "clean" | "leak" | "violated" | "undetermined";

export interface ReplayReport {
  readonly schema: "wanproof/replay@1";
  readonly result: ReplayResult;
  readonly node: { readonly name: string; readonly path: string };
  readonly policy: string;
  readonly captures: readonly CaptureSummary[];
  readonly wan: { readonly devices: readonly string[]; readonly egressFrames: number; readonly ingressFrames: number };
  readonly classes: Readonly<Record<Class, number>>;
  /** How many leaving IP packets the state explains: by an unmarked socket, by the VPN's mark, by either, by neither. */
  readonly explained: { readonly unmarked: number; readonly marked: number; readonly either: number; readonly neither: number };
  readonly undetermined: Readonly<Partial<Record<Reason, number>>>;
  /** Only where NFLOG logged packets that the node made: how many the model has as they were seen, how many it cannot tell of, how many it has otherwise. */
  readonly observed?: { readonly agreed: number; readonly untold: number; readonly disagreed: number };
  readonly findings: readonly Finding[];
  readonly diagnostics: readonly Diagnostic[];
}

/** One line of `--per-frame`. `class` is null for frames that did not leave on the WAN. */
export interface FrameVerdict {
  readonly capture: string;
  readonly frame: number;
  readonly dir: Direction;
  readonly dev: string | null;
  readonly class: Class | null;
  readonly disposition: Disposition;
  readonly claim?: Claim;
  readonly reason?: Reason;
}

/** Exit status of a replay: 0 clean, 1 leak or violated, 3 undetermined. */
export const EXIT_OF_RESULT: Readonly<Record<ReplayResult, number>> = { clean: 0, leak: 1, violated: 1, undetermined: 3 };
