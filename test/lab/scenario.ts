/** A scenario as data: what differs from a stock node, what is sent, and what must be found. */
import type { Finding, ReplayResult } from "../../src/model/report.js";
import type { Class } from "../../src/model/verdict.js";
import type { Feature } from "./features.js";
import type { Settings } from "./settings.js";
import type { Place, World } from "./world.js";

/** One sender: a program that logs its own packets. */
export interface Sending {
  /** `flow:NAME` is the cause of its packets, `reply:NAME` of the answers to it where it asks the node. */
  readonly name: string;
  /** Where it runs; the node when absent. */
  readonly on?: keyof World;
  readonly kind: "udp" | "tcp" | "ping" | "dns" | "packet";
  readonly to: Place | { readonly address: string } | "node-wan" | "node-mesh";
  readonly family: 4 | 6;
  readonly dport?: number;
  readonly count?: number;
  /** Further words for test/lab/tools/send.c: `mark`, `late`, `dev`, `src`, `bytes`, ... `src=@wan` is the node's own WAN address. */
  readonly words?: readonly string[];
  /** Errors of the sending program that must be seen, such as EPERM; none when absent. */
  readonly errors?: readonly string[];
}

/** One step of a scenario, in order. */
export type Step =
  | { readonly send: Sending }
  /** Commands for a host's `ip`, one per line. */
  | { readonly ip: keyof World; readonly lines: readonly string[] }
  /** Seconds. */
  | { readonly wait: number }
  /** What follows is what the capture holds: it begins late. */
  | { readonly cut: true };

export interface Found {
  readonly result: ReplayResult;
  /** The class of each cause besides the everyday ones (EVERYDAY in truth.ts); each must appear on the WAN. */
  readonly causes: Readonly<Record<string, Class>>;
  /** `claim id known` of each finding in wan.pcap, undetermined ones included; in any order. `*`: a port nobody chose; a leading `? `: by chance. */
  readonly findings: readonly string[];
  /** The same for the other captures where they show more, or less. */
  readonly any?: readonly string[];
  readonly nflog?: readonly string[];
}

export interface Scenario {
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  readonly needs?: readonly Feature[];
  readonly differs: Partial<Settings>;
  /** The tunnel comes up (the default), or must not. */
  readonly tunnel?: boolean;
  readonly steps: readonly Step[];
  readonly found: Found;
}

/** What tells one finding from another. */
export type Named = Pick<Finding, "claim" | "id" | "known">;

export function findingText(finding: Named): string {
  return [finding.claim, finding.id, ...(finding.known === null ? [] : [finding.known])].join(" ");
}
