/** The rule walk for all packets at once: fib_rules_lookup and fib_rule_match (net/core/fib_rules.c). */
import type { Address, Prefix } from "../model/address.js";
import { equals, type Field } from "../model/packet.js";
import type { FibRule, NextHop, Route } from "../model/node.js";
import type { ErrorName } from "../model/walk.js";
import { type Edge, FALSE } from "./bdd.js";
import { actionText, atSource, DEFAULT, type Ground, guardOf, LOCAL, LOOPBACK } from "./ground.js";
import { cofactor } from "./quantify.js";
import { type Substitution, substitute, substitution } from "./substitute.js";
import type { Answer, TableSet } from "./table.js";
import { tableSets4 } from "./table4.js";
import { tableSets6 } from "./table6.js";

/** What the rules are asked. What is not said here is as the packet's own variables have it. */
export interface RuleQuestion {
  /** Device of the socket, or that the kernel was told; null: none. */
  readonly oif: string | null;
  /** IPv6: only routes on `oif` count (RT6_LOOKUP_F_IFACE). */
  readonly strict: boolean;
  /** none: not chosen yet. IPv4 compares it as 0.0.0.0, an IPv6 rule with `from` does not hold. packet: the variables of `src`, never unspecified. */
  readonly source: "none" | "packet" | Address;
  /** packet: the variables of `mark`; else what each of the 32 bits is, lowest first. */
  readonly mark: "packet" | readonly Edge[];
  /** A packet the kernel or somebody else made has no owner: uid 0 stands in rules (sock_net_uid in include/net/sock.h). */
  readonly owned: boolean;
}

/** A rule or a route by its own text. */
export interface Line {
  readonly at: string;
  readonly text: string;
}

export type Found =
  | { readonly kind: "route"; readonly rule: Line | null; readonly route: Route; readonly hops: readonly NextHop[]; readonly rivals: readonly Route[] }
  /** `silent`: nothing is sent back. `route` null: the rule itself says so. */
  | { readonly kind: "error"; readonly rule: Line | null; readonly route: Route | null; readonly error: ErrorName; readonly silent: boolean }
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly at: string; readonly text: string };

export interface FoundSet {
  readonly set: Edge;
  readonly found: Found;
}

/** Where the rules and tables send the packets of a domain. Together the sets are the domain; they overlap only where IPv6 chooses among next hops before a rule looks at one's device. */
export function walkRules(ground: Ground, question: RuleQuestion, domain: Edge): FoundSet[] {
  if (domain === FALSE) return [];
  if (ground.unread !== null) return [{ set: domain, found: { kind: "unknown", at: ground.unread.at, text: ground.unread.text } }];
  const walk = new Walk(ground, question);
  return ground.merged === null ? walk.rules(domain) : walk.merged(ground.merged, domain);
}

/** fib4_rule_action and fib6_rule_action. OpenWrt's failed_policy is -EACCES. Blackhole rules give an error like the others, but only to the caller. */
const STOPS = {
  unreachable: { error: "ENETUNREACH", silent: false },
  prohibit: { error: "EACCES", silent: false },
  blackhole: { error: "EINVAL", silent: true },
  failedPolicy: { error: "EACCES", silent: false },
} as const satisfies Record<string, { readonly error: ErrorName; readonly silent: boolean }>;

class Walk {
  private readonly found: FoundSet[] = [];
  private readonly tables = new Map<readonly Route[], readonly TableSet[]>();
  /** The fields that the question tells. */
  private readonly told: Edge;
  private readonly marks: Substitution | null;

  constructor(private readonly ground: Ground, private readonly question: RuleQuestion) {
    const { space, numbers } = ground;
    const { oif, owned, mark } = question;
    const device = (name: string | null): number => (name === null ? 0 : (numbers.get(name) ?? 0));
    this.told = space.bdd.all([space.literals("iif", device(LOOPBACK)), space.literals("oif", device(oif)), ...(owned ? [] : [space.literals("uid", 0)])]);
    const bits = mark === "packet" ? [] : (space.bits("mark") ?? []).flatMap((level, bit): [number, Edge][] => (level < 0 ? [] : [[level, mark[bit] ?? FALSE]]));
    this.marks = bits.length === 0 ? null : substitution(space.bdd, bits);
  }

  rules(domain: Edge): FoundSet[] {
    const { bdd } = this.ground.space;
    const { rules } = this.ground;
    /** Packets that a goto sends to a rule. */
    const jumped = new Map<number, Edge>();
    let here = domain;
    for (const [index, rule] of rules.entries()) {
      here = bdd.or(here, jumped.get(index) ?? FALSE);
      const taken = here === FALSE ? FALSE : bdd.and(here, this.selected(rule));
      if (taken === FALSE) continue;
      const target = targetOf(rules, rule, index);
      if (target !== null) jumped.set(target, bdd.or(jumped.get(target) ?? FALSE, taken));
      here = bdd.or(bdd.minus(here, taken), target === null ? this.act(rule, taken) : FALSE);
    }
    return this.end(here);
  }

  /** fib_lookup() of a kernel whose IPv4 rules nobody has touched: local and main as one, then default. An error route ends the search in either. */
  merged(routes: readonly Route[], domain: Edge): FoundSet[] {
    const [local, main, last] = this.ground.rules;
    const byTable = (answer: Answer): FibRule | undefined => (answer.kind === "hit" && answer.route.table === LOCAL ? local : main);
    const rest = this.ask(routes, domain, byTable);
    return this.end(this.ask(this.ground.tables.get(DEFAULT) ?? [], rest, () => last));
  }

  private end(rest: Edge): FoundSet[] {
    this.tell(rest, { kind: "none" });
    return this.found;
  }

  private tell(set: Edge, found: Found): void {
    if (set !== FALSE) this.found.push({ set, found });
  }

  /** Where a rule's selectors hold. fib_rule_match() compares before it inverts. What was not understood counts only where all that was understood holds. */
  private selected({ matches, unknown, invert }: FibRule): Edge {
    const { space } = this.ground;
    const { bdd } = space;
    const { source } = this.question;
    const isMissed = source === "none" && space.family === 6 && matches.some(({ field }) => SOURCE_FIELDS.has(field));
    const known = isMissed ? FALSE : this.asTold(space.matchesSet(matches));
    const all = bdd.and(known, bdd.all(unknown.map((text) => space.unknown(text))));
    return invert ? bdd.not(all) : all;
  }

  /** A set of packets as the question has them. */
  private asTold(set: Edge): Edge {
    const { bdd } = this.ground.space;
    const { source } = this.question;
    const told = cofactor(bdd, set, this.told);
    const placed = source === "packet" ? told : atSource(this.ground, told, source === "none" ? UNSPECIFIED : source);
    return this.marks === null ? placed : substitute(bdd, placed, this.marks);
  }

  /** What a rule does with packets that it takes; the answer: those with which the walk goes on. */
  private act(rule: FibRule, taken: Edge): Edge {
    const { action } = rule;
    const { space, tables } = this.ground;
    switch (action.kind) {
      case "goto":
      case "nop":
        return taken;
      case "unknown": {
        const acts = space.unknown(actionText(rule, action.text));
        this.tell(space.bdd.and(taken, acts), { kind: "unknown", at: rule.at, text: rule.text });
        return space.bdd.minus(taken, acts);
      }
      case "table":
        return this.ask(tables.get(action.table) ?? [], taken, () => rule);
      default:
        this.tell(taken, { kind: "error", rule, route: null, ...STOPS[action.kind] });
        return FALSE;
    }
  }

  /** Tells what a table says of packets; the answer: those that it does not decide, for want of a route or because the rule suppresses it. */
  private ask(routes: readonly Route[], packets: Edge, ruleOf: (answer: Answer) => FibRule | undefined): Edge {
    const { bdd } = this.ground.space;
    if (packets === FALSE || routes.length === 0) return packets;
    const suppressed: Edge[] = [];
    const decided: Edge[] = [];
    for (const { set, answer } of this.setsOf(routes)) {
      const here = answer.kind === "throw" ? FALSE : bdd.and(packets, set);
      if (here === FALSE) continue;
      decided.push(here);
      if (!this.conclude(here, answer, ruleOf(answer) ?? null)) suppressed.push(here);
    }
    return bdd.or(bdd.minus(packets, bdd.any(decided)), bdd.any(suppressed));
  }

  /** Whether the answer is the last word for all of the packets. */
  private conclude(set: Edge, answer: Answer, rule: FibRule | null): boolean {
    const { route } = answer;
    switch (answer.kind) {
      case "throw": return false;
      case "unknown": this.tell(set, { kind: "unknown", at: route.at, text: route.text }); return true;
      case "error": this.tell(set, { kind: "error", rule, route, error: answer.error, silent: route.type === "blackhole" }); return true;
      default: {
        const hops = rule === null ? answer.hops : this.unsuppressed(answer, rule);
        if (hops.length > 0) this.tell(set, { kind: "route", rule, route, hops, rivals: answer.rivals });
        return hops.length === answer.hops.length;
      }
    }
  }

  /** fib4_rule_suppress, fib6_rule_suppress. IPv4 looks at the first next hop, whichever will be taken; IPv6 has chosen among several before. */
  private unsuppressed({ route, hops }: Answer & { readonly kind: "hit" }, rule: FibRule): readonly NextHop[] {
    if (rule.suppressPrefixLength !== null && route.destination.length <= rule.suppressPrefixLength) return [];
    const { suppressGroup } = rule;
    if (suppressGroup === null) return hops;
    const isIn = (hop: NextHop | undefined): boolean => plainGroup(this.ground.links.get(hop?.dev ?? "")?.group ?? "default") === plainGroup(suppressGroup);
    if (rule.family === 4) return isIn(route.nextHops[0]) ? [] : hops;
    return hops.filter((hop) => !isIn(hop));
  }

  private setsOf(routes: readonly Route[]): readonly TableSet[] {
    const sets = this.tables.get(routes) ?? (this.ground.space.family === 4 ? this.sets4(routes) : this.sets6(routes));
    this.tables.set(routes, sets);
    return sets;
  }

  private sets4(routes: readonly Route[]): TableSet[] {
    const { space } = this.ground;
    return tableSets4({
      bdd: space.bdd, levels: space.addressLevels("dst"), inside: (prefix) => space.prefixSet("dst", prefix), guard: (route) => guardOf(this.ground, route),
      // IPTOS_RT_MASK: all that a route ever sees of the packet's TOS.
      tos: (tos) => ((tos & ~ROUTE_TOS) === 0 ? space.matchSet(equals("tos", tos, ROUTE_TOS)) : FALSE), oif: this.question.oif,
    }, routes);
  }

  private sets6(routes: readonly Route[]): TableSet[] {
    const { space, present } = this.ground;
    const { source, oif, strict } = this.question;
    const from = (prefix: Prefix): Edge => {
      const set = space.prefixSet("src", prefix);
      return source === "packet" ? set : atSource(this.ground, set, source === "none" ? UNSPECIFIED : source);
    };
    return tableSets6({
      bdd: space.bdd, levels: space.addressLevels("dst"), present, guard: (route) => guardOf(this.ground, route), from,
      inside: (prefix) => space.prefixSet("dst", prefix), oif, strict,
    }, routes);
  }
}

const SOURCE_FIELDS: ReadonlySet<Field> = new Set(["src0", "src1", "src2", "src3"]);
const ROUTE_TOS = 0x1c;
/** Of either family: nobody looks at more than the words. */
const UNSPECIFIED: Address = { family: 6, words: [0, 0, 0, 0] };

/** Gotos lead forward only (fib_nl_newrule refuses others); null: there is nothing at the target. */
function targetOf(rules: readonly FibRule[], { action }: FibRule, index: number): number | null {
  if (action.kind !== "goto" || !action.resolved) return null;
  const target = rules.findIndex((other) => other.priority === action.target);
  return target > index ? target : null;
}

/** iproute2 prints group 0 as `default` where it knows names. */
function plainGroup(group: string): string {
  return group === "0" ? "default" : group;
}
