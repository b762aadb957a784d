/** What a lookup is asked, and how it may end. */
import { type Address, formatAddress } from "../model/address.js";
import type { NextHop, Route } from "../model/node.js";
import type { ErrorName } from "../model/walk.js";
import { type Bdd, type Edge, FALSE } from "./bdd.js";
import { LOOPBACK } from "./ground.js";
import type { Found, Line, RuleQuestion } from "./rules.js";

/**
 * `strict` is what the caller knows of RT6_LOOKUP_F_IFACE: the socket is bound to `oif`, or no source was given with it. Link-local, multicast and loopback
 * destinations are always strict. IPv4 does not know it.
 */
export interface Question extends RuleQuestion {
  /** IPv4: the source need not be the node's own (FLOWI_FLAG_ANYSRC, and rewrites that keep a foreign one). */
  readonly anySource?: boolean;
}

/** given: the question's own. destination: a packet to the node itself. null: IPv6 chooses afterwards, or there is no address. */
export type Source = Address | "given" | "destination" | null;

export type Outcome =
  | {
    readonly kind: "way";
    /** `lo` for what stays on the node. */
    readonly dev: string;
    /** 0: no table was asked, or none had a route (IPv4 with a device). */
    readonly table: number;
    /** null: none was asked, or none was found. */
    readonly route: Route | null;
    /** The next hop as the route has it; null without a route. */
    readonly hop: NextHop | null;
    readonly rule: Line | null;
    readonly source: Source;
  }
  /** `silent`: nothing is sent back. Without a rule the lookup itself refuses. */
  | { readonly kind: "error"; readonly error: ErrorName; readonly silent: boolean; readonly rule: Line | null; readonly route: Route | null }
  /** No rule led to a route: ENETUNREACH. */
  | { readonly kind: "none" }
  /** Text that was not understood decides. */
  | { readonly kind: "unknown"; readonly at: string; readonly text: string };

export type Way = Outcome & { readonly kind: "way" };
export type RouteWay = Way & { readonly route: Route; readonly hop: NextHop };

export interface OutcomeSet {
  readonly set: Edge;
  readonly outcome: Outcome;
}

/** The ways that a route gives: one for each next hop, and each rival, that the kernel may choose. */
export function finish({ rule, route, hops, rivals }: Found & { readonly kind: "route" }): RouteWay[] {
  const stays = route.type === "local" || (route.family === 6 && route.type === "anycast" && route.protocol === "kernel");
  const way = (of: Route, hop: NextHop): RouteWay => ({ kind: "way", dev: stays ? LOOPBACK : (hop.dev ?? ""), table: of.table, route: of, hop, rule, source: null });
  return [...hops.map((hop) => way(route, hop)), ...rivals.flatMap((rival) => rival.nextHops.slice(0, 1).map((hop) => way(rival, hop)))];
}

/** Outcomes with their sets; equal ones are one. */
export class Report {
  private readonly numbers = new Map<object, number>();
  private readonly outcomes = new Map<string, { readonly outcome: Outcome; readonly sets: Edge[] }>();

  constructor(private readonly bdd: Bdd) {}

  add(set: Edge, outcome: Outcome): void {
    if (set === FALSE) return;
    const key = this.keyOf(outcome);
    const known = this.outcomes.get(key);
    if (known === undefined) this.outcomes.set(key, { outcome, sets: [set] });
    else known.sets.push(set);
  }

  list(): OutcomeSet[] {
    return [...this.outcomes.values()].map(({ outcome, sets }) => ({ set: this.bdd.any(sets), outcome }));
  }

  private keyOf(outcome: Outcome): string {
    switch (outcome.kind) {
      case "way": return ["way", outcome.dev, outcome.table, this.numberOf(outcome.route), this.numberOf(outcome.hop), this.numberOf(outcome.rule), sourceText(outcome.source)].join(" ");
      case "error": return ["error", outcome.error, outcome.silent, this.numberOf(outcome.rule), this.numberOf(outcome.route)].join(" ");
      case "none": return "none";
      case "unknown": return `unknown ${outcome.at} ${outcome.text}`;
    }
  }

  /** Rules, routes and next hops are told apart as objects: two may have the same text. */
  private numberOf(thing: object | null): number {
    if (thing === null) return -1;
    const number = this.numbers.get(thing) ?? this.numbers.size;
    this.numbers.set(thing, number);
    return number;
  }
}

function sourceText(source: Source): string {
  return source === null || typeof source === "string" ? String(source) : formatAddress(source);
}
