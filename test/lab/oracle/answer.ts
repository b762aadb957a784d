/** What a lookup answers, in the words of `wanproof lookup`, and whether two answers are one. */

/** A next hop that the kernel may choose where its choice is not in the state; what is given replaces that part of the answer. */
export interface Hop {
  readonly dev: string;
  readonly via: string | null;
  readonly prefsrc?: string;
  readonly metric?: number;
}

export interface Found {
  readonly type: string;
  readonly table: number;
  readonly dev: string;
  readonly via?: string;
  readonly prefsrc?: string;
  readonly prefix?: string;
  /** IPv6: always there. IPv4: unless 0. */
  readonly metric?: number;
  readonly among?: readonly Hop[];
  /** What some of the kernel's choices lead to that is no next hop of this prefix: an error, or what a later rule finds. */
  readonly others?: readonly Answer[];
}

export type Answer = Found | { readonly error: string };

const PARTS = ["type", "table", "dev", "via", "prefsrc", "prefix", "metric"] as const satisfies readonly (keyof Found)[];

/** Which parts of an answer are not what the kernel says; empty: it agrees. */
export function differences(kernel: Answer, told: Answer): readonly string[] {
  const parts = differing(kernel, told);
  const others = "error" in told ? [] : (told.others ?? []);
  return others.some((other) => differing(kernel, other).length === 0) ? [] : parts;
}

function differing(kernel: Answer, told: Answer): readonly string[] {
  if ("error" in kernel || "error" in told) return "error" in kernel && "error" in told && kernel.error === told.error ? [] : ["error"];
  const possible = told.among === undefined ? [told] : told.among.map((hop) => taking(told, hop));
  const all = possible.map((one) => PARTS.filter((part) => kernel[part] !== one[part]));
  return all.find((parts) => parts.length === 0) ?? all[0] ?? ["among"];
}

/** The answer with one of its hops. */
function taking({ type, table, prefix, ...told }: Found, hop: Hop): Found {
  const prefsrc = hop.prefsrc ?? told.prefsrc;
  const metric = hop.metric ?? told.metric;
  return {
    type, table, dev: hop.dev, ...(hop.via === null ? {} : { via: hop.via }), ...(prefsrc === undefined ? {} : { prefsrc }),
    ...(prefix === undefined ? {} : { prefix }), ...(metric === undefined ? {} : { metric }),
  };
}

export function isAmong(told: Answer): boolean {
  return !("error" in told) && told.among !== undefined;
}
