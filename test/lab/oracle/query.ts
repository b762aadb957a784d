/** One question about a lookup, in the words of `wanproof lookup`. */
import type { Family } from "../../../src/model/address.js";

/** What is absent counts as 0, as in RTM_GETROUTE. With `iif` it asks about a packet that came in there. */
export interface Query {
  readonly family: Family;
  readonly dst: string;
  readonly src?: string;
  readonly mark?: number;
  readonly uid?: number;
  readonly oif?: string;
  readonly iif?: string;
  readonly ipproto?: number;
  readonly sport?: number;
  readonly dport?: number;
  readonly tos?: number;
}

const ORDER = ["family", "dst", "src", "mark", "uid", "oif", "iif", "ipproto", "sport", "dport", "tos"] as const satisfies readonly (keyof Query)[];

/** The line that getroute.c reads. */
export function lineOf(query: Query): string {
  // No kernel takes protocol 0 for an answerable question.
  return ORDER.map((name) => (name === "ipproto" && query.ipproto === 0 ? "-" : String(query[name] ?? "-"))).join(" ");
}
