/** What a table says to a lookup, in either family. */
import type { NextHop, Route } from "../model/node.js";
import type { ErrorName } from "../model/walk.js";
import type { Edge } from "./bdd.js";

export type Answer =
  /** `hops`: those the kernel may choose from, at least one. `rivals`: other routes whose first next hop it may choose as well. */
  | { readonly kind: "hit"; readonly route: Route; readonly hops: readonly NextHop[]; readonly rivals: readonly Route[] }
  | { readonly kind: "error"; readonly route: Route; readonly error: ErrorName }
  | { readonly kind: "throw"; readonly route: Route }
  /** The route's type is not modelled. */
  | { readonly kind: "unknown"; readonly route: Route };

/** The sets of a table do not overlap; what is in none of them has no route there. */
export interface TableSet {
  readonly set: Edge;
  readonly answer: Answer;
}

/** Tables with more routes than this tell one route for all that do the same: a set for each route would be most of the arena. */
const ROUTES_TOLD = 4096;

/** Gives answers their numbers. In a large table routes that do the same share the number, and the route, of the first of them: the route of a witness is then only one of its kind. */
export class Answers {
  readonly list: Answer[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(private readonly routes: number) {}

  numberOf(answer: Answer): number {
    const key = this.routes > ROUTES_TOLD ? kindOf(answer) : null;
    const number = (key === null ? undefined : this.numbers.get(key)) ?? this.list.length;
    if (number === this.list.length) this.list.push(answer);
    if (key !== null) this.numbers.set(key, number);
    return number;
  }
}

/** What of an answer rules, sources and ways look at. null: default routes are told one by one, since they have rivals. */
function kindOf(answer: Answer): string | null {
  const { table, type, destination, scope, protocol, prefsrc, nextHops, flags, unknown } = answer.route;
  if (destination.length === 0 || unknown.length > 0) return null;
  return JSON.stringify([answer.kind, table, type, destination.length, scope, protocol, prefsrc, nextHops, flags, answer.kind === "hit" ? answer.hops : []]);
}

/** fib_props in net/ipv4/fib_semantics.c, fib6_prop in net/ipv6/route.c. */
const ERRORS = { unreachable: "EHOSTUNREACH", prohibit: "EACCES", blackhole: "EINVAL" } as const satisfies Partial<Record<Route["type"], ErrorName>>;

/** What a route of this type says whatever its next hops are; null: they decide. */
export function special(route: Route): Answer | null {
  switch (route.type) {
    case "unreachable": case "prohibit": case "blackhole": return { kind: "error", route, error: ERRORS[route.type] };
    case "throw": return { kind: "throw", route };
    case "unknown": return { kind: "unknown", route };
    default: return null;
  }
}

/** `dead` stands in a dump also where the loss of a carrier counts (ignore_routes_with_linkdown). */
export function isAlive(route: Route, hop: NextHop): boolean {
  return !route.flags.includes("dead") && !hop.flags.includes("dead");
}

/** Next hops of an object (`ip nexthop`), which routes share. */
export function hasObject({ flags }: Route): boolean {
  return flags.some((flag) => flag.startsWith("nhid "));
}
